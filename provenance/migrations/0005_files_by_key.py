from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ("provenance", "0004_plans_and_calls"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["storage_key"], name="provenance__storage_04d461_idx"),
        ),
        migrations.AddIndex(
            model_name="ingredient",
            index=models.Index(fields=["storage_key"], name="provenance__storage_8eca8f_idx"),
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(fields=["storage_key"], name="provenance__storage_d4914e_idx"),
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(fields=["sidecar_key"], name="provenance__sidecar_78145d_idx"),
        ),
        forbid_changes("provenance_asset", "provenance_ingredient", "provenance_credential"),
    ]
