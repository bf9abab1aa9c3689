"""What a vendor sent and what the vendor says was done: added once; the asset's state is its signing job's."""

from django.db import models

from registry.append_only import AppendOnly, AppendOnlyQuerySet
from registry.identifiers import new_id


def asset_id():
    return new_id("ast")


class AssetQuerySet(AppendOnlyQuerySet):
    def visible_to(self, organisation):
        """A vendor sees its own assets, a studio those of its productions; nobody sees another tenant's."""
        return self.filter(models.Q(vendor=organisation) | models.Q(production__studio=organisation))

    def real(self):
        """Without those of sandboxes, which are tests and say nothing about any work."""
        return self.filter(sandbox=False)

    def seen_by(self, client):
        """What a program may know of: one of the sandbox its organisation's tests alone, any other never those."""
        return self.visible_to(client.organisation).filter(sandbox=client.sandbox)


class Asset(AppendOnly):
    public_id = models.CharField(max_length=40, unique=True, default=asset_id, editable=False)
    production = models.ForeignKey("registry.Production", on_delete=models.PROTECT, related_name="assets")
    vendor = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="assets")
    client = models.ForeignKey("registry.ApiClient", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the bytes received")
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    media = models.JSONField(help_text="What the examination found: kind, size in pixels, frames, seconds, elements")
    storage_key = models.CharField(max_length=200, blank=True)
    declaration = models.JSONField()
    declaration_hash = models.CharField(max_length=64)
    decision = models.ForeignKey("consent.Decision", on_delete=models.PROTECT, related_name="assets")
    received_at = models.DateTimeField(db_index=True)
    sandbox = models.BooleanField(
        default=False, help_text="Sent by a program of the sandbox: a test, which nobody but its organisation ever sees"
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["storage_key"]),
            models.Index(fields=["vendor", "-id"], name="assets_of_vendor_newest"),
            models.Index(fields=["vendor", "title"], name="assets_of_vendor_by_title"),
            models.Index(fields=["vendor", "sha256"], name="assets_of_vendor_by_hash"),
        ]

    def __str__(self):
        return self.title


class Ingredient(AppendOnly):
    """Something the asset was made from: a file sent along, or an asset already known here."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="ingredients")
    label = models.CharField(max_length=100)
    relation = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    known = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.PROTECT, related_name="used_in")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    storage_key = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["storage_key"])]
        constraints = [models.UniqueConstraint(fields=["asset", "label"], name="one_ingredient_per_label")]


class Operation(AppendOnly):
    """One thing done to one element with one tool, as declared."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="operations")
    label = models.CharField(max_length=100)
    element = models.CharField(max_length=20)
    technique = models.CharField(max_length=40, db_index=True)
    statement = models.JSONField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["asset", "label"], name="one_operation_per_label")]


class Depiction(AppendOnly):
    """A person (or an unidentified one) in the asset, in a role and a modality."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="depictions")
    label = models.CharField(max_length=100)
    person = models.ForeignKey(
        "registry.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="depictions"
    )
    role = models.CharField(max_length=40)
    modality = models.CharField(max_length=40)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["asset", "label"], name="one_depiction_per_label")]


class KnownContent(AppendOnly):
    """A hash of bytes seen here, so that they are recognised when they return, with or without credentials."""

    class Kind(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        SIGNED = "signed", "Signed"
        DESCRIBED = "described", "With its metadata, before it was signed"
        INGREDIENT = "ingredient", "Ingredient"
        FRAME = "frame", "Frame of a sequence"

    sha256 = models.CharField(max_length=64, db_index=True)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="contents")
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "asset", "kind"], name="one_mention_per_asset")]


class Delivery(AppendOnly):
    """That an asset was sent for a scene or a shot: of several, the newest says where the shot stands."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="deliveries")
    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="deliveries", db_index=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["unit", "asset"])]
        constraints = [models.UniqueConstraint(fields=["asset", "unit"], name="one_delivery_per_asset_and_unit")]
