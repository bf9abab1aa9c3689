import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import provenance.models.measuring
from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ("provenance", "0006_evidence_packs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Measured",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=provenance.models.measuring.measured_id, editable=False, max_length=40, unique=True)),
                ("kind", models.CharField(choices=[("difference", "What the operation began from"), ("matte", "A matte of what it touched")], max_length=20)),
                ("evidence_sha256", models.CharField(max_length=64)),
                ("output_sha256", models.CharField(help_text="Of what was held against it: the asset, or an output", max_length=64)),
                ("finding", models.CharField(choices=[("agrees", "Within what was declared"), ("more", "More than was declared"), ("nothing", "Nothing found of what was declared"), ("failed", "Could not be measured")], max_length=10)),
                ("numbers", models.JSONField(blank=True, help_text="As manage.py measure prints them", null=True)),
                ("exactly", models.BinaryField(default=b"", help_text="The same with the footprint, compressed")),
                ("footprint_sha256", models.CharField(blank=True, max_length=64)),
                ("declared", models.JSONField(help_text="What was declared of the operation's extent, and how much lies beyond it")),
                ("problem", models.JSONField(blank=True, help_text="Why it could not be measured, as told to the vendor", null=True)),
                ("picture_key", models.CharField(blank=True, help_text="The heat map, over the frame touched most", max_length=200)),
                ("picture_sha256", models.CharField(blank=True, max_length=64)),
                ("engine_version", models.CharField(max_length=40)),
                ("recorded_at", models.DateTimeField()),
                ("operation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="measured", to="provenance.operation")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="MeasuredAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stands", models.CharField(choices=[("measured", "What was measured"), ("declared", "What was declared")], max_length=10)),
                ("recorded_at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("measured", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="provenance.measured")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OperationEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=provenance.models.measuring.evidence_id, editable=False, max_length=40, unique=True)),
                ("kind", models.CharField(choices=[("difference", "What the operation began from"), ("matte", "A matte of what it touched")], max_length=20)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("media_type", models.CharField(max_length=100)),
                ("storage_key", models.CharField(max_length=200)),
                ("output_sha256", models.CharField(blank=True, help_text="What the operation gave, if others followed", max_length=64)),
                ("output_media_type", models.CharField(blank=True, max_length=100)),
                ("output_key", models.CharField(blank=True, max_length=200)),
                ("received_at", models.DateTimeField()),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ("known", models.ForeignKey(blank=True, help_text="The signed asset it is, where it was not sent but named", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="evidence_for", to="provenance.asset")),
                ("operation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="provenance.operation")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="measured",
            index=models.Index(fields=["picture_key"], name="provenance__picture_983d27_idx"),
        ),
        migrations.AddConstraint(
            model_name="measured",
            constraint=models.UniqueConstraint(fields=("operation", "kind", "evidence_sha256", "output_sha256"), name="measured_once"),
        ),
        migrations.AddConstraint(
            model_name="measured",
            constraint=models.CheckConstraint(condition=models.Q(("numbers__isnull", False), ("problem__isnull", False), _connector="XOR"), name="measured_or_told_why_not"),
        ),
        migrations.AddConstraint(
            model_name="measured",
            constraint=models.CheckConstraint(condition=models.Q(("finding", "failed"), ("numbers__isnull", False), _connector="XOR"), name="what_failed_has_no_numbers"),
        ),
        migrations.AddIndex(
            model_name="operationevidence",
            index=models.Index(fields=["storage_key"], name="provenance__storage_8b67e1_idx"),
        ),
        migrations.AddIndex(
            model_name="operationevidence",
            index=models.Index(fields=["output_key"], name="provenance__output__1e25e8_idx"),
        ),
        forbid_changes("provenance_operationevidence", "provenance_measured", "provenance_measuredanswer"),
    ]
