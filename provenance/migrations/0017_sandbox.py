"""Assets of the sandbox are told from real ones by their own row, which never changes."""

from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("provenance", "0016_telling"), ("registry", "0008_sandbox_clients")]
    operations = [
        migrations.AddField(
            "asset", "sandbox",
            models.BooleanField(default=False, help_text="Sent by a program of the sandbox: a test, which nobody but its organisation ever sees"),
        ),
        # SQLite has made the table anew, without its triggers.
        forbid_changes("provenance_asset"),
    ]
