"""A studio's spreadsheet on its way into consent files, and what came of each of its rows."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id
from registry.private import WrappedKeyField


def import_id():
    return new_id("imp")


class Import(models.Model):
    """One file sent in. Like a signing job it is mutable: how far it has come. What it brought stands in its results."""

    class State(models.TextChoices):
        DRAFT = "draft", "Not imported yet"
        RUNNING = "running", "Being imported"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Imported"

    public_id = models.CharField(max_length=40, unique=True, default=import_id, editable=False)
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="imports")
    name = models.CharField(max_length=200, help_text="What the file was called")
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=200, blank=True, help_text="Empty once the file has been forgotten")
    sealed_key = WrappedKeyField(default=b"", help_text="The file's own key, wrapped")
    encoding = models.CharField(max_length=20, blank=True, help_text="Empty: to be asked for")
    delimiter = models.CharField(max_length=1)
    order = models.CharField(max_length=5, blank=True, help_text="Of days and months in numbers: day or month first")
    columns = models.JSONField(default=dict, help_text="Heading → field, empty for a column that is passed over")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, help_text="Consents in the file, good and bad")
    done = models.PositiveIntegerField(default=0, help_text="Of these, how many have been gone through, in the file's order")
    imported = models.PositiveIntegerField(default=0)
    on_file = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it stopped, if nobody stopped it")
    reason = models.TextField(blank=True)
    sent_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    begun_by = models.ForeignKey("registry.User", null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True, help_text="When it last came further")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "moved_at"])]
        constraints = [
            models.CheckConstraint(
                name="an_import_goes_no_further_than_its_file", condition=models.Q(done__lte=models.F("total"))
            ),
            models.CheckConstraint(
                name="what_was_gone_through_came_to_something",
                condition=models.Q(done=models.F("imported") + models.F("on_file") + models.F("refused")),
            ),
        ]

    def __str__(self):
        return self.name


class ImportResult(AppendOnly):
    """What came of one row: it is a block of this grant, was on file already, or was refused for this reason."""

    class Outcome(models.TextChoices):
        IMPORTED = "imported", "Imported"
        ON_FILE = "on_file", "On file already"
        REFUSED = "refused", "Not imported"

    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="results")
    row = models.PositiveIntegerField()
    number = models.CharField(max_length=80, blank=True, help_text="As the row gives it, fit to be shown")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    column = models.CharField(max_length=200, blank=True)
    sentence = models.TextField(blank=True)
    grant = models.ForeignKey("consent.Grant", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["of", "row"], name="one_result_per_row")]
        indexes = [models.Index(fields=["of", "outcome", "row"])]
