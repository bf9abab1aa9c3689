"""The way to a signature: the job (the one mutable row), the plan kept before the key is used, the credential."""

from django.db import models

from registry.append_only import AppendOnly, AppendOnlyQuerySet
from registry.identifiers import new_id


def credential_id():
    return new_id("crd")


class SigningJobQuerySet(models.QuerySet):
    def due(self, at):
        """Jobs that wait for a worker: queued and not put off, or leased by a worker that fell silent."""
        return self.filter(
            models.Q(state=SigningJob.State.RECEIVED, not_before__lte=at)
            | models.Q(state=SigningJob.State.SIGNING, leased_until__lt=at)
        )


class SigningJob(models.Model):
    """Where an asset stands. The row is the truth and the broker a hint: claims are conditional updates on it."""

    MOST_ATTEMPTS = 5

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        HELD = "held", "Waits for the desk"
        REFUSED = "refused", "Refused"
        SIGNING = "signing", "Being signed"
        SIGNED = "signed", "Signed"
        DEAD = "dead", "Failed five times"

    asset = models.OneToOneField("provenance.Asset", on_delete=models.PROTECT, related_name="job")
    vendor = models.ForeignKey(
        "registry.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False,
        help_text="The asset's own, for lists and lines that are read by vendor and state",
    )
    intake_key = models.CharField(
        max_length=64, help_text="Vendor, file and declaration: the same again is the same asset"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    attempt = models.PositiveIntegerField(default=0)
    token = models.CharField(max_length=40, blank=True, help_text="Who holds the lease; release checks it")
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()
    called_at = models.DateTimeField(
        null=True, blank=True, help_text="When a worker was last called; a call may be lost. Empty: it waits for its turn"
    )
    step = models.CharField(max_length=40, blank=True, help_text="Where the last attempt stopped")
    problem = models.JSONField(null=True, blank=True, help_text="The last problem, as told to the vendor")
    changed_at = models.DateTimeField()

    objects = SigningJobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "not_before"]),
            models.Index(fields=["vendor", "state", "asset"], name="jobs_of_vendor_by_state"),
            models.Index(fields=["vendor", "changed_at"], name="jobs_of_vendor_by_change"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["intake_key"], condition=~models.Q(state="refused"), name="same_file_and_declaration_same_asset"
            )
        ]

    def save(self, *args, **kwargs):
        if self.vendor_id is None:
            self.vendor_id = self.asset.vendor_id
        super().save(*args, **kwargs)


class SigningPlan(AppendOnly):
    """What is about to be signed, stored before the key is used."""

    asset = models.ForeignKey("provenance.Asset", on_delete=models.PROTECT, related_name="plans")
    attempt = models.PositiveIntegerField()
    token = models.CharField(max_length=40)
    decision = models.ForeignKey("consent.Decision", on_delete=models.PROTECT, related_name="+")
    manifest = models.JSONField()
    manifest_hash = models.CharField(max_length=64)
    certificate_fingerprint = models.CharField(max_length=64)
    credential_id = models.CharField(
        max_length=40, unique=True, default=credential_id, editable=False,
        help_text="The id its credential will have: the manifest names the page where its state can be asked",
    )
    references = models.JSONField(
        default=list, help_text="What opens each reference to a consent in the manifest: its revision and its salt"
    )
    metadata = models.JSONField(
        default=dict, help_text="What was written into the file's own metadata before signing, or why nothing was"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token"], name="one_plan_per_claim")]


class CredentialQuerySet(AppendOnlyQuerySet):
    def real(self):
        """Without those of sandboxes, which answer to the public as what was never signed."""
        return self.filter(asset__sandbox=False)


class Credential(AppendOnly):
    """The one released signature of an asset."""

    public_id = models.CharField(max_length=40, unique=True, default=credential_id, editable=False)
    asset = models.OneToOneField("provenance.Asset", on_delete=models.PROTECT, related_name="credential")
    plan = models.OneToOneField(SigningPlan, on_delete=models.PROTECT, related_name="credential")
    decision = models.ForeignKey("consent.Decision", on_delete=models.PROTECT, related_name="credentials")
    producer = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="credentials")
    title = models.CharField(max_length=300)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the signed bytes, or of the untouched ones")
    size = models.PositiveBigIntegerField()
    storage_key = models.CharField(max_length=200)
    sidecar_sha256 = models.CharField(max_length=64, blank=True)
    sidecar_key = models.CharField(max_length=200, blank=True)
    manifest_label = models.CharField(max_length=200, unique=True)
    certificate_fingerprint = models.CharField(max_length=64)
    development_key = models.BooleanField(default=False)
    time_stamped = models.BooleanField(default=False)
    extent = models.JSONField()
    consent = models.JSONField()
    grant_heads = models.JSONField(help_text="The head of each grant's chain at release")
    signed_at = models.DateTimeField(db_index=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["storage_key"]), models.Index(fields=["sidecar_key"])]

    def __str__(self):
        return self.public_id
