"""What the transparency report rests on: how many checks a day were answered, and each month as it was told when it closed."""

from django.db import models

from registry.append_only import AppendOnly


class CheckCount(models.Model):
    """How many checks of a kind were answered on a day: a number, and nothing of who asked or about what."""

    day = models.DateField()
    kind = models.CharField(max_length=10)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["day", "kind"]
        constraints = [models.UniqueConstraint(fields=["day", "kind"], name="one_count_of_a_kind_a_day")]


class MonthTold(AppendOnly):
    """A closed month's public figures, small counts already left out. What is not in it was never kept for it."""

    month = models.DateField(unique=True, help_text="Its first day")
    rules_version = models.PositiveSmallIntegerField(help_text="Of what is told and what is not")
    figures = models.JSONField()
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["-month"]
