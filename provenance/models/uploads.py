"""A file on its way, piece by piece: how much of it has arrived, and until when that is kept."""

from django.db import models

from registry.identifiers import new_id


def upload_id():
    return new_id("upl")


class UploadQuerySet(models.QuerySet):
    def seen_by(self, client):
        """An upload is the vendor's, whichever of its programs began it: in its sandbox, or in earnest."""
        return self.filter(client__organisation=client.organisation_id, client__sandbox=client.sandbox)

    def open(self):
        """Those that take room of their own: what became an asset is the asset's."""
        return self.filter(used_at=None).exclude(state=Upload.State.BROKEN)


class Upload(models.Model):
    """One upload. Mutable, and nobody's record: what an asset was made of is told by the asset and the journal."""

    class State(models.TextChoices):
        ARRIVING = "arriving", "Arriving"
        CHECKING = "checking", "All of it has arrived and is being hashed"
        COMPLETE = "complete", "Complete"
        BROKEN = "broken", "Not the file that was announced"

    public_id = models.CharField(max_length=40, unique=True, default=upload_id, editable=False)
    client = models.ForeignKey("registry.ApiClient", on_delete=models.PROTECT, related_name="uploads")
    filename = models.CharField(max_length=255, blank=True)
    metadata = models.TextField(blank=True, help_text="Upload-Metadata as it was sent")
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0, help_text="Bytes that are on disk")
    announced_sha256 = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the whole, as it was read back")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVING)
    part_size = models.PositiveBigIntegerField(null=True, help_text="Where its parts go to the bucket themselves")
    bucket_id = models.CharField(max_length=1024, blank=True, help_text="By which the bucket knows those parts")
    created_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, help_text="When a worker was last called to hash it")
    used_at = models.DateTimeField(null=True, help_text="When it first became an asset or evidence of one")
    expires_at = models.DateTimeField(db_index=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "called_at"])]
        constraints = [
            models.CheckConstraint(
                name="an_upload_has_no_more_than_was_announced", condition=models.Q(offset__lte=models.F("size"))
            ),
            models.CheckConstraint(
                name="an_upload_is_complete_when_it_is_hashed",
                condition=~models.Q(state="complete") | (models.Q(offset=models.F("size")) & ~models.Q(sha256="")),
            ),
        ]

    @property
    def in_parts(self):
        return self.part_size is not None

    def __str__(self):
        return self.filename or self.public_id
