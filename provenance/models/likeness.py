"""Fingerprints of what was taken in, what looks like something known here, and what the desk answered."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def likeness_id():
    return new_id("lik")


class Fingerprint(AppendOnly):
    """One code of an asset as it was received: of a still, of one frame of a film, or of a text."""

    class Kind(models.TextChoices):
        PICTURE = "picture", "Picture"
        TEXT = "text", "Text"

    asset = models.ForeignKey("provenance.Asset", on_delete=models.PROTECT, related_name="fingerprints")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    digits = models.CharField(max_length=64, help_text="The 256 bits of an ISCC content code, in hexadecimal")
    at_s = models.FloatField(null=True, blank=True, help_text="Of a frame: when in the film, in seconds")

    class Meta:
        ordering = ["id"]


class FingerprintChunk(models.Model):
    """The index by which near fingerprints are found, made of them and of nothing else (`provenance/fingerprint.py`)."""

    pk = models.CompositePrimaryKey("chunk_key", "fingerprint_id")
    chunk_key = models.IntegerField()
    fingerprint = models.ForeignKey(Fingerprint, on_delete=models.PROTECT, related_name="chunks", db_index=False)


class Likeness(AppendOnly):
    """A file sent that is near to a known asset which carries more AI than was declared: possible, and no proof."""

    public_id = models.CharField(max_length=40, unique=True, default=likeness_id, editable=False)
    asset = models.ForeignKey("provenance.Asset", on_delete=models.PROTECT, related_name="likenesses")
    ingredient = models.ForeignKey(
        "provenance.Ingredient", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The file that is near, where it is not the asset itself",
    )  # fmt: skip
    known = models.ForeignKey("provenance.Asset", on_delete=models.PROTECT, related_name="resembled_by")
    kind = models.CharField(max_length=10, choices=Fingerprint.Kind.choices)
    distance = models.PositiveSmallIntegerField(help_text="Bits of 256 in which the nearest codes differ")
    near = models.PositiveSmallIntegerField(help_text="How many of its codes are near; a film has several")
    compared = models.PositiveSmallIntegerField()
    at_s = models.FloatField(null=True, blank=True)
    known_at_s = models.FloatField(null=True, blank=True)
    carries = models.JSONField(help_text="What the known asset carries and the declaration does not, in sentences")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "known"], condition=models.Q(ingredient=None), name="one_likeness_of_the_asset_itself"
            ),
            models.UniqueConstraint(fields=["asset", "known", "ingredient"], name="one_likeness_of_an_ingredient"),
        ]


class LikenessAnswer(AppendOnly):
    """What a person found who looked at both; the reason is in the journal."""

    class Finding(models.TextChoices):
        DIFFERENT = "different", "Not the same"
        RIGHTLY = "rightly", "The same, and declared rightly"

    likeness = models.OneToOneField(Likeness, on_delete=models.PROTECT, related_name="answer")
    finding = models.CharField(max_length=10, choices=Finding.choices)
    by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
