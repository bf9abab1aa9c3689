"""What changed in what is told in public, in the one order in which anybody may follow it."""

from django.db import models

from registry.append_only import AppendOnly


class Change(AppendOnly):
    """One change of one public disclosure. Only `provenance.changes` adds them, one writer at a time, so that whoever
    has read up to a position has missed nothing before it."""

    class Kind(models.TextChoices):
        SIGNED = "signed", "Signed and released"
        STANDING = "standing", "The standing of consent changed"
        SUPERSEDED = "superseded", "The same file was signed again"
        WITHDRAWN = "withdrawn", "A concern about it was upheld: its bytes are kept out"
        HIDDEN = "hidden", "Its producer made the title private"
        SHOWN = "shown", "Its producer made the title public again"

    position = models.PositiveBigIntegerField(unique=True)
    credential = models.ForeignKey("provenance.Credential", on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    standing = models.CharField(max_length=20)
    may_continue = models.BooleanField()
    successor = models.ForeignKey(
        "provenance.Credential", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["credential"], condition=models.Q(kind="signed"), name="a_credential_is_signed_once"
            ),
            models.CheckConstraint(
                name="what_is_superseded_has_a_successor",
                condition=models.Q(kind="superseded") ^ models.Q(successor__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.position} · {self.kind}"
