"""What performers were given: receipts, the keys that signed them, and their places in the public status lists."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def receipt_id():
    return new_id("rcp")


def status_list_id():
    return new_id("stl")


class ReceiptKey(AppendOnly):
    """The public half of a key that has signed a receipt or a decision. It stays published, so that old ones can be checked."""

    thumbprint = models.CharField(max_length=60, unique=True, help_text="RFC 7638, by SHA-256")
    jwk = models.JSONField(help_text="RFC 7517, the public members alone")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Receipt(AppendOnly):
    """The signed receipt of one revision, encrypted under the person's own key: destroying that erases it."""

    public_id = models.CharField(max_length=40, unique=True, default=receipt_id, editable=False)
    revision = models.OneToOneField("consent.GrantRevision", on_delete=models.PROTECT, related_name="receipt")
    key = models.ForeignKey(ReceiptKey, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class StatusList(AppendOnly):
    """A public list of bits about one purpose. Which bit stands for whom is known here alone."""

    class Purpose(models.TextChoices):
        REVOCATION = "revocation", "Revocation"
        SUSPENSION = "suspension", "Suspension"

    public_id = models.CharField(max_length=40, unique=True, default=status_list_id, editable=False)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class StatusListEntry(AppendOnly):
    """The place of a revision in a list. What the bit says is read from the record, and stored nowhere."""

    list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="entries")
    index = models.PositiveIntegerField()
    revision = models.ForeignKey("consent.GrantRevision", on_delete=models.PROTECT, related_name="status_entries")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "index"], name="one_entry_per_index"),
            models.UniqueConstraint(fields=["list", "revision"], name="one_entry_per_revision"),
        ]
