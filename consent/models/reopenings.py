"""That something was stated which may turn answers that were no: what waited for it is asked again."""

from django.db import models


class Reopening(models.Model):
    """One thing on record after which open questions are asked again. Like a signing job it is mutable: whether that was
    done. What came of each question is a decision."""

    cause = models.CharField(max_length=40, unique=True, help_text="The statement, or the revision that was verified")
    studio = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80, help_text="What it is about, as statements name it")
    recorded_at = models.DateTimeField()
    called_at = models.DateTimeField(help_text="When a worker was last called; a call may be lost")
    done_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["done_at", "called_at"])]
