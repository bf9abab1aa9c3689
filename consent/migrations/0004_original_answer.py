import django.db.models.deletion
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ("consent", "0003_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="original",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="later",
                to="consent.decision", help_text="The first answer to the same question, where this is a later one",
            ),
        ),
        forbid_changes("consent_decision"),
    ]
