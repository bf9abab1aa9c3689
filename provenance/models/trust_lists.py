"""Lists of whom to trust, as they were on a day: each version stays on record, so that a verdict can name the one it used."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def list_id():
    return new_id("tru")


class TrustList(AppendOnly):
    """One version of one list. The latest of its kind is in use; an empty one says that the list is not used any more."""

    class Kind(models.TextChoices):
        SIGNERS = "signers", "C2PA trust list"
        INTERIM = "interim", "C2PA interim trust list"
        STAMPS = "stamps", "Time-stamp authorities"

    public_id = models.CharField(max_length=40, unique=True, default=list_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    pem = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, help_text="Of the certificates, each by itself, in order")
    certificates = models.PositiveIntegerField()
    listed_on = models.DateField(help_text="The day its publisher dates it, or the day it was fetched")
    source = models.CharField(max_length=300, help_text="An address, or the name of a file")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "-id"], name="trust_lists_in_use")]
