"""Refuse changes to what may only be added."""

from django.db import migrations

from registry.append_only import forbid_changes

TABLES = [
    "registry_event",
    "registry_authority",
]


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [forbid_changes(*TABLES)]
