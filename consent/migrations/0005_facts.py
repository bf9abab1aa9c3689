"""Facts that rules ask for are statements too. Only the choices change, so the table is left as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0004_original_answer")]
    operations = [
        migrations.AlterField(
            model_name="statement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("lock", "Lock"), ("lift", "Lifting of a lock"), ("approval", "Approval of an exact file"),
                    ("determination", "Determination"), ("fact", "Fact"),
                ],
                max_length=20,
            ),
        ),
    ]
