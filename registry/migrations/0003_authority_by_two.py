"""An authority is recorded by one lawyer and verified by another, in a record that replaces the first."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.append_only import allow_changes, forbid_changes


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_append_only")]
    operations = [
        # SQLite makes the table anew, and its triggers would be gone.
        allow_changes("registry_authority"),
        migrations.AddField(
            "authority", "recorded_by",
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            "authority", "replaces",
            models.OneToOneField(blank=True, help_text="The unverified record whose place this one takes", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="replaced_by", to="registry.authority"),
        ),
        migrations.AddConstraint(
            "authority",
            models.CheckConstraint(
                condition=models.Q(recorded_by__isnull=True) | models.Q(verified_by__isnull=True) | ~models.Q(verified_by=models.F("recorded_by")),
                name="authority_is_verified_by_another",
            ),
        ),
        forbid_changes("registry_authority"),
    ]
