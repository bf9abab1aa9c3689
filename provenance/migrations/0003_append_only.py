"""Refuse changes to what may only be added."""

from django.db import migrations

from registry.append_only import forbid_changes

TABLES = [
    "provenance_asset",
    "provenance_ingredient",
    "provenance_operation",
    "provenance_depiction",
    "provenance_knowncontent",
    "provenance_signingplan",
    "provenance_credential",
]


class Migration(migrations.Migration):
    dependencies = [("provenance", "0002_initial")]
    operations = [forbid_changes(*TABLES)]
