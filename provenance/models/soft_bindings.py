"""Manifests that programs have kept here to be found, what binds contents to them, and what was withdrawn."""

from django.db import models

from registry.append_only import AppendOnly


class StoredManifest(AppendOnly):
    """A manifest store that was signed elsewhere, kept for whoever looks for it. What was signed here needs none."""

    manifest_id = models.CharField(max_length=200, db_index=True, help_text="The label of its active manifest")
    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey("registry.ApiClient", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=200)
    signed_by = models.CharField(max_length=200, blank=True, help_text="As its certificate says; nobody here vouches for it")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class ManifestWithdrawal(AppendOnly):
    """That a stored manifest is not to be found any more. The record stays."""

    stored = models.OneToOneField(StoredManifest, on_delete=models.PROTECT, related_name="withdrawal")
    client = models.ForeignKey("registry.ApiClient", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class SoftBinding(AppendOnly):
    """What leads to a manifest: a watermark's or fingerprint's value, as a program states it."""

    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey("registry.ApiClient", on_delete=models.PROTECT, related_name="+")
    alg = models.CharField(max_length=100, blank=True, help_text="As the C2PA lists it; empty: of whichever is asked for")
    value = models.CharField(max_length=2000)
    value_hash = models.CharField(max_length=64, db_index=True)
    credential = models.ForeignKey("provenance.Credential", null=True, on_delete=models.PROTECT, related_name="soft_bindings")
    stored = models.ForeignKey(StoredManifest, null=True, on_delete=models.PROTECT, related_name="bindings")
    instead = models.BooleanField(default=False, help_text="Takes the place of what its organisation had bound to the value")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(credential=None, stored__isnull=False) | models.Q(credential__isnull=False, stored=None),
                name="binding_leads_to_one_manifest",
            )
        ]


class SoftBindingChunk(models.Model):
    """The index by which near ISCC codes of such bindings are found, laid out as that of fingerprints is."""

    pk = models.CompositePrimaryKey("chunk_key", "binding_id", "digits")
    chunk_key = models.IntegerField()
    binding = models.ForeignKey(SoftBinding, on_delete=models.PROTECT, related_name="chunks", db_index=False)
    digits = models.CharField(max_length=64, help_text="The 256 bits of one of the units of the value")
