"""A rider as it was drafted: the very bytes, kept before they are sent, so that the signed paper can be matched to them."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def rider_id():
    return new_id("rdr")


class Rider(AppendOnly):
    """A draft binds nobody. It is encrypted under the person's own key: destroying that erases it."""

    public_id = models.CharField(max_length=40, unique=True, default=rider_id, editable=False)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="riders")
    production = models.ForeignKey("registry.Production", on_delete=models.PROTECT, related_name="riders")
    template = models.CharField(max_length=40)
    template_version = models.PositiveSmallIntegerField()
    text_sha256 = models.CharField(max_length=64, help_text="Of the text, UTF-8; printed on each page")
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the PDF")
    sealed = models.BinaryField()
    started_from = models.ForeignKey("consent.Grant", null=True, on_delete=models.PROTECT, related_name="+")
    to_clear = models.ForeignKey("consent.Decision", null=True, on_delete=models.PROTECT, related_name="+")
    drafted_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.person} · {self.production}"
