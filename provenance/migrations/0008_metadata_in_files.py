from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ("provenance", "0007_measured"),
    ]

    operations = [
        migrations.AddField(
            model_name="signingplan",
            name="metadata",
            field=models.JSONField(
                default=dict,
                help_text="What was written into the file's own metadata before signing, or why nothing was",
            ),
        ),
        migrations.AlterField(
            model_name="knowncontent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("signed", "Signed"),
                    ("described", "With its metadata, before it was signed"),
                    ("ingredient", "Ingredient"),
                ],
                max_length=20,
            ),
        ),
        forbid_changes("provenance_signingplan", "provenance_knowncontent"),
    ]
