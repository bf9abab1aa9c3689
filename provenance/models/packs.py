"""An evidence pack on its way: who asked for it and why, how far it is, where it lies, and until when it is kept."""

from django.db import models

from registry.identifiers import new_id
from registry.private import WrappedKeyField


def pack_id():
    return new_id("pck")


class EvidencePack(models.Model):
    """One pack about a title or a performer. Like a signing job it is mutable, and the row is the truth; that it was asked
    for, made and fetched stands in the journal."""

    MOST_ATTEMPTS = 3

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for a worker"
        MAKING = "making", "Being put together"
        DONE = "done", "Ready"
        FAILED = "failed", "Not made"
        GONE = "gone", "Destroyed"

    public_id = models.CharField(max_length=40, unique=True, default=pack_id, editable=False)
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="evidence_packs")
    production = models.ForeignKey(
        "registry.Production", null=True, on_delete=models.PROTECT, related_name="evidence_packs"
    )
    person = models.ForeignKey("registry.Person", null=True, on_delete=models.PROTECT, related_name="evidence_packs")
    reason = models.TextField()
    asked_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    token = models.CharField(max_length=40, blank=True, help_text="Who holds the lease; what is finished checks it")
    leased_until = models.DateTimeField(null=True)
    called_at = models.DateTimeField(help_text="When a worker was last called; a call may be lost")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it was not made")
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the archive as it is fetched")
    size = models.PositiveBigIntegerField(default=0)
    storage_key = models.CharField(max_length=200, blank=True, db_index=True)
    sealed_key = WrappedKeyField(default=b"", help_text="The file's own key, wrapped; destroyed when it expires")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "called_at"])]
        constraints = [
            models.CheckConstraint(
                name="a_pack_is_about_a_title_or_a_performer",
                condition=models.Q(production__isnull=True) ^ models.Q(person__isnull=True),
            ),
            models.CheckConstraint(
                name="a_pack_goes_no_further_than_it_has_to", condition=models.Q(done__lte=models.F("total"))
            ),
        ]

    @property
    def subject(self):
        return self.production or self.person

    def __str__(self):
        return f"Evidence about {self.subject}"
