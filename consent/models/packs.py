"""Which version of which rule pack a studio's lawyers have adopted, and whether it advises or decides."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def adoption_id():
    return new_id("ado")


class PackAdoption(AppendOnly):
    """A lawyer has adopted this very text for a studio. Of one pack the latest adoption counts."""

    class Mode(models.TextChoices):
        ADVISORY = "advisory", "Advises"
        ENFORCING = "enforcing", "Decides"

    public_id = models.CharField(max_length=40, unique=True, default=adoption_id, editable=False)
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="pack_adoptions")
    pack = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    hash = models.CharField(max_length=64, help_text="SHA-256 of the pack (RFC 8785)")
    mode = models.CharField(max_length=20, choices=Mode.choices)
    by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["studio", "pack"])]
