"""By what an operation can be measured, what measuring found, and what the desk answered where that is not what was declared."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def evidence_id():
    return new_id("opv")


def measured_id():
    return new_id("msd")


class OperationEvidence(AppendOnly):
    """A file sent after the asset, by which one of its operations can be measured; the newest takes the others' place."""

    class Kind(models.TextChoices):
        DIFFERENCE = "difference", "What the operation began from"
        MATTE = "matte", "A matte of what it touched"

    public_id = models.CharField(max_length=40, unique=True, default=evidence_id, editable=False)
    operation = models.ForeignKey("provenance.Operation", on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    storage_key = models.CharField(max_length=200)
    output_sha256 = models.CharField(max_length=64, blank=True, help_text="What the operation gave, if others followed")
    output_media_type = models.CharField(max_length=100, blank=True)
    output_key = models.CharField(max_length=200, blank=True)
    known = models.ForeignKey(
        "provenance.Asset", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence_for",
        help_text="The signed asset it is, where it was not sent but named",
    )  # fmt: skip
    client = models.ForeignKey("registry.ApiClient", on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["storage_key"]), models.Index(fields=["output_key"])]


class Measured(AppendOnly):
    """What measuring one operation by one piece of evidence found, or why it could not be measured; done once."""

    class Finding(models.TextChoices):
        AGREES = "agrees", "Within what was declared"
        MORE = "more", "More than was declared"
        NOTHING = "nothing", "Nothing found of what was declared"
        FAILED = "failed", "Could not be measured"

    public_id = models.CharField(max_length=40, unique=True, default=measured_id, editable=False)
    operation = models.ForeignKey("provenance.Operation", on_delete=models.PROTECT, related_name="measured")
    kind = models.CharField(max_length=20, choices=OperationEvidence.Kind.choices)
    evidence_sha256 = models.CharField(max_length=64)
    output_sha256 = models.CharField(max_length=64, help_text="Of what was held against it: the asset, or an output")
    finding = models.CharField(max_length=10, choices=Finding.choices)
    numbers = models.JSONField(null=True, blank=True, help_text="As manage.py measure prints them")
    exactly = models.BinaryField(default=b"", editable=False, help_text="The same with the footprint, compressed")
    footprint_sha256 = models.CharField(max_length=64, blank=True)
    declared = models.JSONField(help_text="What was declared of the operation's extent, and how much lies beyond it")
    problem = models.JSONField(null=True, blank=True, help_text="Why it could not be measured, as told to the vendor")
    picture_key = models.CharField(max_length=200, blank=True, help_text="The heat map, over the frame touched most")
    picture_sha256 = models.CharField(max_length=64, blank=True)
    engine_version = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["picture_key"])]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "kind", "evidence_sha256", "output_sha256"], name="measured_once"
            ),
            models.CheckConstraint(
                name="measured_or_told_why_not", condition=models.Q(numbers__isnull=False) ^ models.Q(problem__isnull=False)
            ),
            models.CheckConstraint(
                name="what_failed_has_no_numbers", condition=models.Q(finding="failed") ^ models.Q(numbers__isnull=False)
            ),
        ]


class MeasuredAnswer(AppendOnly):
    """Which numbers stand where measuring found something else than was declared; the reason is in the journal."""

    class Stands(models.TextChoices):
        MEASURED = "measured", "What was measured"
        DECLARED = "declared", "What was declared"

    measured = models.OneToOneField(Measured, on_delete=models.PROTECT, related_name="answer")
    stands = models.CharField(max_length=10, choices=Stands.choices)
    by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
