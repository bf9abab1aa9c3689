from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0022_soft_bindings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
                choices=[
                    ("signed", "Signed and released"),
                    ("standing", "The standing of consent changed"),
                    ("superseded", "The same file was signed again"),
                    ("withdrawn", "A concern about it was upheld: its bytes are kept out"),
                    ("hidden", "Its producer made the title private"),
                    ("shown", "Its producer made the title public again"),
                ],
                max_length=20,
            ),
        ),
    ]
