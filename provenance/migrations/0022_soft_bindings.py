import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0021_transparency"),
        ("registry", "0009_idempotency"),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SoftBinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "alg",
                    models.CharField(
                        blank=True, help_text="As the C2PA lists it; empty: of whichever is asked for", max_length=100
                    ),
                ),
                ("value", models.CharField(max_length=2000)),
                ("value_hash", models.CharField(db_index=True, max_length=64)),
                (
                    "instead",
                    models.BooleanField(
                        default=False, help_text="Takes the place of what its organisation had bound to the value"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "credential",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="soft_bindings",
                        to="provenance.credential",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SoftBindingChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "chunk_key",
                        "binding_id",
                        "digits",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("chunk_key", models.IntegerField()),
                ("digits", models.CharField(help_text="The 256 bits of one of the units of the value", max_length=64)),
                (
                    "binding",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chunks",
                        to="provenance.softbinding",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoredManifest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "manifest_id",
                    models.CharField(db_index=True, help_text="The label of its active manifest", max_length=200),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("storage_key", models.CharField(max_length=200)),
                (
                    "signed_by",
                    models.CharField(
                        blank=True, help_text="As its certificate says; nobody here vouches for it", max_length=200
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="softbinding",
            name="stored",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bindings",
                to="provenance.storedmanifest",
            ),
        ),
        migrations.CreateModel(
            name="ManifestWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "stored",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="provenance.storedmanifest",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="softbinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credential", None), ("stored__isnull", False)),
                    models.Q(("credential__isnull", False), ("stored", None)),
                    _connector="OR",
                ),
                name="binding_leads_to_one_manifest",
            ),
        ),
        forbid_changes("provenance_storedmanifest", "provenance_manifestwithdrawal", "provenance_softbinding"),
    ]
