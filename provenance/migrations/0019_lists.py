import django.db.models.deletion
from django.db import migrations, models


def name_vendors(apps, schema_editor):
    """Each job's vendor is its asset's."""
    job, asset = apps.get_model("provenance", "SigningJob"), apps.get_model("provenance", "Asset")
    its = asset.objects.filter(pk=models.OuterRef("asset_id")).values("vendor_id")[:1]
    job.objects.filter(vendor=None).update(vendor_id=models.Subquery(its))


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0018_sequences"),
        ("registry", "0009_idempotency"),
    ]

    operations = [
        migrations.AddField(
            model_name="signingjob",
            name="vendor",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                help_text="The asset's own, for lists and lines that are read by vendor and state",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.organisation",
            ),
        ),
        migrations.RunPython(name_vendors, migrations.RunPython.noop, elidable=False),
        migrations.AlterField(
            model_name="signingjob",
            name="vendor",
            field=models.ForeignKey(
                db_index=False,
                help_text="The asset's own, for lists and lines that are read by vendor and state",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="signingjob",
            name="called_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When a worker was last called; a call may be lost. Empty: it waits for its turn",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="signingjob",
            index=models.Index(fields=["vendor", "state", "asset"], name="jobs_of_vendor_by_state"),
        ),
        migrations.AddIndex(
            model_name="signingjob",
            index=models.Index(fields=["vendor", "changed_at"], name="jobs_of_vendor_by_change"),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["vendor", "-id"], name="assets_of_vendor_newest"),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["vendor", "title"], name="assets_of_vendor_by_title"),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["vendor", "sha256"], name="assets_of_vendor_by_hash"),
        ),
    ]
