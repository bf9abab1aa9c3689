"""The works: productions, their scenes and shots, and the agreements they are made under."""

from django.db import models

from registry.identifiers import new_id


def production_id():
    return new_id("prd")


def unit_id():
    return new_id("unt")


class CollectiveAgreement(models.Model):
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="one_agreement_per_version")]

    def __str__(self):
        return f"{self.title} ({self.version})"


class ProductionQuerySet(models.QuerySet):
    def visible_to(self, organisation):
        """A studio sees its own productions, a vendor those it works on; nobody sees another tenant's."""
        return self.filter(models.Q(studio=organisation) | models.Q(vendors=organisation)).distinct()

    def real(self):
        """Without those of sandboxes."""
        return self.filter(studio__sandbox_of=None)

    def seen_by(self, client):
        """What a program works on: one of the sandbox sees its organisation's sandbox alone, any other never sees it."""
        return self.visible_to(client.organisation).filter(studio__sandbox_of__isnull=not client.sandbox)


class Production(models.Model):
    class Kind(models.TextChoices):
        FEATURE = "feature", "Feature"
        SERIES = "series", "Series"
        SEASON = "season", "Season"
        EPISODE = "episode", "Episode"
        GAME = "game", "Game"
        COMMERCIAL = "commercial", "Commercial"
        RECORDING = "recording", "Sound recording"

    public_id = models.CharField(max_length=40, unique=True, default=production_id, editable=False)
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="productions")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.FEATURE)
    title = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    eidr = models.CharField(max_length=40, blank=True, help_text="10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C")
    isan = models.CharField(max_length=40, blank=True)
    agreements = models.ManyToManyField(CollectiveAgreement, blank=True, related_name="productions")
    photography_starts_on = models.DateField("principal photography starts on", null=True, blank=True)
    jurisdictions = models.JSONField("key jurisdictions", default=list, blank=True)
    vendors = models.ManyToManyField("registry.Organisation", blank=True, related_name="worked_on")
    cast = models.ManyToManyField("registry.Person", blank=True, related_name="productions")
    default_territories = models.JSONField(default=list, blank=True, help_text="Scope a vendor's declaration may omit")
    default_media = models.JSONField(default=list, blank=True)
    default_languages = models.JSONField(default=list, blank=True)
    is_public = models.BooleanField(
        default=False, help_text="Its page may be seen by anybody, and the feed of changes tells of what is signed for it"
    )
    shows_places = models.BooleanField(
        default=False, help_text="Public reports show the picture, with the places that AI altered; never where a minor is seen"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProductionQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self):
        return self.title

    def line(self) -> list["Production"]:
        """This production and its ancestors, nearest first."""
        line, node = [], self
        while node is not None and node not in line:
            line.append(node)
            node = node.parent
        return line


class Unit(models.Model):
    """A scene or a shot."""

    class Kind(models.TextChoices):
        SCENE = "scene", "Scene"
        SHOT = "shot", "Shot"

    public_id = models.CharField(max_length=40, unique=True, default=unit_id, editable=False)
    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="units")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SHOT)
    code = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    content_flags = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["production", "code"], name="one_unit_per_code")]

    def __str__(self):
        return self.code
