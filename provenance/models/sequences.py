"""Frame sequences: an asset that is many files, told by its index; each frame by number, hash and where it is kept."""

from fractions import Fraction

from django.db import models

from provenance.sequence_index import Picture
from registry.append_only import AppendOnly


class FrameSequence(AppendOnly):
    """What an index says of its frames together. The asset's own file is the index, in its canonical form."""

    asset = models.OneToOneField("provenance.Asset", on_delete=models.PROTECT, related_name="sequence")
    pattern = models.CharField(max_length=250)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    count = models.PositiveIntegerField(help_text="Frames that are there")
    missing = models.JSONField(help_text="Gaps as its sender stated them: first and last frame of each")
    rate = models.CharField(max_length=20, blank=True, help_text="Frames per second, where they are stated: 24 or 24000/1001")
    size = models.PositiveBigIntegerField(help_text="All frames together, in bytes")
    media_type = models.CharField(max_length=100, help_text="Of each frame")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    pixels = models.CharField(max_length=200, blank=True, help_text="How pixels are kept, in words of the format")
    notes = models.JSONField(help_text="What is worth knowing of its frames and no fault, in sentences")
    merkle_root = models.CharField(max_length=64)
    blocks = models.JSONField(help_text="The roots of runs of 256 frames, from which a proof is made")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="a_sequence_has_frames", condition=models.Q(count__gt=0)),
            models.CheckConstraint(name="frames_in_order", condition=models.Q(first__lte=models.F("last"))),
        ]

    def __str__(self):
        return f"{self.pattern} {self.first}–{self.last}"

    @property
    def picture(self):
        return Picture(self.media_type, self.width, self.height, self.pixels)

    @property
    def fps(self):
        return Fraction(self.rate) if self.rate else None


class SequenceFrame(AppendOnly):
    """One frame. Its bytes are kept once for all frames of its sequence that are the same."""

    sequence = models.ForeignKey(FrameSequence, on_delete=models.PROTECT, related_name="frames")
    place = models.PositiveIntegerField(help_text="Counted from 0: its leaf in the Merkle tree")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    storage_key = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["sha256", "sequence"])]
        constraints = [
            models.UniqueConstraint(fields=["sequence", "place"], name="one_frame_per_leaf"),
            models.UniqueConstraint(fields=["sequence", "number"], name="one_frame_per_number"),
        ]

    def __str__(self):
        return f"frame {self.number}"
