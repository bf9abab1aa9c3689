"""What a person allowed: a grant, its immutable revisions, their scope lines, and the paper they rest on."""

from django.db import models

from registry.append_only import AppendOnly, AppendOnlyQuerySet
from registry.identifiers import new_id
from registry.private import WrappedKeyField


def grant_id():
    return new_id("grt")


def revision_id():
    return new_id("rev")


def line_id():
    return new_id("lin")


def evidence_id():
    return new_id("evd")


class GrantQuerySet(AppendOnlyQuerySet):
    def for_person(self, person):
        return self.filter(person=person)

    def for_studio(self, studio):
        return self.filter(studio=studio)


class Grant(AppendOnly):
    """The container with the stable number; what was allowed stands in its revisions."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", "Individual agreement"
        RIDER = "rider", "Rider"
        ESTATE = "estate", "Estate"
        UNION = "union", "Union"
        STANDING = "standing", "Standing consent"

    public_id = models.CharField(max_length=40, unique=True, default=grant_id, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="grants")
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="grants")
    production = models.ForeignKey(
        "registry.Production", null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.INDIVIDUAL)
    number = models.CharField(max_length=40, help_text="The number on your own files, e.g. C-0142")
    entered_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["studio", "number"], name="one_grant_per_number")]

    def __str__(self):
        return f"{self.number} · {self.person}"


class GrantRevision(AppendOnly):
    """One signed state of a grant. An amendment is the next revision; the old one governs what was made under it."""

    public_id = models.CharField(max_length=40, unique=True, default=revision_id, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    effective_from = models.DateField()
    term_end = models.DateField(null=True, blank=True, help_text="The first day no longer covered; empty: none stated")
    description = models.TextField(help_text="The description of the intended use, as signed")
    authority = models.ForeignKey("registry.Authority", null=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["grant_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="one_revision_per_number"),
            models.CheckConstraint(
                name="term_ends_after_it_starts",
                condition=models.Q(term_end__isnull=True) | models.Q(term_end__gt=models.F("effective_from")),
            ),
        ]

    def __str__(self):
        return f"{self.grant}, revision {self.number}"


class ScopeLine(AppendOnly):
    """One rights block: what is granted, excluded or needs approval. An empty list means any, but for uses,
    modalities and territories, where it means none (consent.md §6.1)."""

    class Effect(models.TextChoices):
        GRANT = "grant", "Grants"
        EXCLUDE = "exclude", "Excludes"
        APPROVAL = "approval_required", "Needs approval of the exact file"

    public_id = models.CharField(max_length=40, unique=True, default=line_id, editable=False)
    revision = models.ForeignKey(GrantRevision, on_delete=models.PROTECT, related_name="lines")
    effect = models.CharField(max_length=20, choices=Effect.choices)
    uses = models.JSONField(default=list)
    modalities = models.JSONField(default=list)
    acts = models.JSONField(default=list, blank=True)
    productions = models.ManyToManyField("registry.Production", blank=True, related_name="+")
    units = models.JSONField(default=list, blank=True)
    media = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    territories = models.JSONField(default=list)
    territories_except = models.JSONField(default=list, blank=True)
    content_excluded = models.JSONField(default=list, blank=True)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]


class Evidence(AppendOnly):
    """The paper: a file stored encrypted, known by the hash of what was uploaded."""

    public_id = models.CharField(max_length=40, unique=True, default=evidence_id, editable=False)
    revision = models.ForeignKey(
        GrantRevision, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, default="agreement")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    storage_key = models.CharField(max_length=200)
    sealed_key = WrappedKeyField(help_text="The document's own key, wrapped")
    uploaded_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["storage_key"])]


class Signature(AppendOnly):
    """Who signed the paper, when, how and in what capacity."""

    class Method(models.TextChoices):
        WET_INK = "wet_ink", "Wet ink"
        SCAN = "scan_of_wet_ink", "Scan of wet ink"
        SIMPLE = "esign_simple", "Electronic, simple"
        ADVANCED = "esign_advanced", "Electronic, advanced"
        QUALIFIED = "esign_qualified", "Electronic, qualified"
        NOTARISED = "notarised", "Notarised"

    revision = models.ForeignKey(GrantRevision, on_delete=models.PROTECT, related_name="signatures")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="signatures")
    capacity = models.CharField(max_length=20, default="self")
    method = models.CharField(max_length=20, choices=Method.choices)
    separate_signature = models.BooleanField(default=False)
    signed_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Verification(AppendOnly):
    """A second lawyer has compared the record with the paper. The first may not: the table refuses."""

    revision = models.OneToOneField(GrantRevision, on_delete=models.PROTECT, related_name="verification")
    entered_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    verified_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="two_lawyers_are_two", condition=~models.Q(verified_by=models.F("entered_by")))
        ]
