"""The adoptions of rule packs, which may only be added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import consent.models.packs
from registry.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0005_facts"),
        ("registry", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="PackAdoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=consent.models.packs.adoption_id, editable=False, max_length=40, unique=True
                    ),
                ),
                ("pack", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("hash", models.CharField(help_text="SHA-256 of the pack (RFC 8785)", max_length=64)),
                (
                    "mode",
                    models.CharField(choices=[("advisory", "Advises"), ("enforcing", "Decides")], max_length=20),
                ),
                ("reason", models.TextField()),
                ("effective_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "studio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pack_adoptions",
                        to="registry.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["studio", "pack"], name="consent_pac_studio__1e737f_idx")],
            },
        ),
        forbid_changes("consent_packadoption"),
    ]
