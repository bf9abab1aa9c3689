from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ("consent", "0008_performers_door"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(fields=["storage_key"], name="consent_evi_storage_530bfb_idx"),
        ),
        forbid_changes("consent_evidence"),
    ]
