"""What was answered, on what it stood, and which engine answered: stored once, replayed to the same hash."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def decision_id():
    return new_id("dec")


class Decision(AppendOnly):
    class Outcome(models.TextChoices):
        PERMIT = "permit", "Cleared"
        REVIEW = "review", "Needs counsel"
        DENY = "deny", "Not cleared"

    public_id = models.CharField(max_length=40, unique=True, default=decision_id, editable=False)
    production = models.ForeignKey("registry.Production", on_delete=models.PROTECT, related_name="decisions")
    requester = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="decisions")
    purpose = models.CharField(max_length=20, help_text="clearance, intake, signing or release")
    original = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="later",
        help_text="The first answer to the same question, where this is a later one",
    )
    request = models.JSONField()
    request_hash = models.CharField(max_length=64, db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    answer = models.JSONField(help_text="The whole answer: reasons, territories, what would clear it")
    decision_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=40)
    revisions = models.ManyToManyField("consent.GrantRevision", related_name="decisions")
    as_of = models.DateTimeField()
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["outcome", "recorded_at"])]

    @property
    def permits(self) -> bool:
        return self.outcome == self.Outcome.PERMIT
