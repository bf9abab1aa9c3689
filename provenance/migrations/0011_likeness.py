import django.db.models.deletion
import provenance.models.likeness
from registry.append_only import forbid_changes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0010_references_to_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Fingerprint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("picture", "Picture"), ("text", "Text")], max_length=10)),
                (
                    "digits",
                    models.CharField(help_text="The 256 bits of an ISCC content code, in hexadecimal", max_length=64),
                ),
                (
                    "at_s",
                    models.FloatField(blank=True, help_text="Of a frame: when in the film, in seconds", null=True),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fingerprints", to="provenance.asset"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="FingerprintChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "chunk_key", "fingerprint_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chunk_key", models.IntegerField()),
                (
                    "fingerprint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chunks",
                        to="provenance.fingerprint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Likeness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=provenance.models.likeness.likeness_id, editable=False, max_length=40, unique=True
                    ),
                ),
                ("kind", models.CharField(choices=[("picture", "Picture"), ("text", "Text")], max_length=10)),
                (
                    "distance",
                    models.PositiveSmallIntegerField(help_text="Bits of 256 in which the nearest codes differ"),
                ),
                (
                    "near",
                    models.PositiveSmallIntegerField(help_text="How many of its codes are near; a film has several"),
                ),
                ("compared", models.PositiveSmallIntegerField()),
                ("at_s", models.FloatField(blank=True, null=True)),
                ("known_at_s", models.FloatField(blank=True, null=True)),
                (
                    "carries",
                    models.JSONField(
                        help_text="What the known asset carries and the declaration does not, in sentences"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="likenesses", to="provenance.asset"
                    ),
                ),
                (
                    "ingredient",
                    models.ForeignKey(
                        blank=True,
                        help_text="The file that is near, where it is not the asset itself",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provenance.ingredient",
                    ),
                ),
                (
                    "known",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="resembled_by", to="provenance.asset"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="LikenessAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "finding",
                    models.CharField(
                        choices=[("different", "Not the same"), ("rightly", "The same, and declared rightly")],
                        max_length=10,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "likeness",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="provenance.likeness"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="likeness",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ingredient", None)),
                fields=("asset", "known"),
                name="one_likeness_of_the_asset_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="likeness",
            constraint=models.UniqueConstraint(
                fields=("asset", "known", "ingredient"), name="one_likeness_of_an_ingredient"
            ),
        ),
        forbid_changes("provenance_fingerprint", "provenance_likeness", "provenance_likenessanswer"),
    ]
