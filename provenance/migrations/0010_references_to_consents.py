from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [("provenance", "0009_public_disclosures")]

    operations = [
        migrations.RenameField(model_name="signingplan", old_name="receipts", new_name="references"),
        migrations.AlterField(
            model_name="signingplan",
            name="references",
            field=models.JSONField(
                default=list, help_text="What opens each reference to a consent in the manifest: its revision and its salt"
            ),
        ),
        forbid_changes("provenance_signingplan"),
    ]
