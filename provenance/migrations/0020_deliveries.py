import django.db.models.deletion
from django.db import migrations, models

from registry.append_only import forbid_changes


def told_by_declarations(apps, schema_editor):
    """What was sent before for which scenes and shots, as its declarations say."""
    Asset, Delivery, Unit = (apps.get_model(*name) for name in (
        ("provenance", "Asset"), ("provenance", "Delivery"), ("registry", "Unit")))  # fmt: skip
    units = {(production, code): pk for pk, production, code in Unit.objects.values_list("pk", "production_id", "code")}
    rows = []
    for asset, production, declared in Asset.objects.order_by("pk").values_list("pk", "production_id", "declaration").iterator():
        found = {units[production, code] for code in declared.get("units", ()) if (production, code) in units}
        rows += [Delivery(asset_id=asset, unit_id=unit) for unit in sorted(found)]
    Delivery.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0019_lists"),
        ("registry", "0009_idempotency"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="provenance.asset"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="registry.unit",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddIndex(
            model_name="delivery", index=models.Index(fields=["unit", "asset"], name="provenance__unit_id_95f688_idx")
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("asset", "unit"), name="one_delivery_per_asset_and_unit"),
        ),
        forbid_changes("provenance_delivery"),
        migrations.RunPython(told_by_declarations, migrations.RunPython.noop),
    ]
