"""That the file of a paper was destroyed: when, under which rule. The paper's row and its hash stay."""

from django.db import models

from registry.append_only import AppendOnly


class Destruction(AppendOnly):
    """A paper's file is gone for good, as the studio's retention rule says. What stood on its hash still stands."""

    evidence = models.OneToOneField("consent.Evidence", on_delete=models.PROTECT, related_name="destruction")
    rule = models.ForeignKey(
        "consent.Statement", on_delete=models.PROTECT, related_name="+", help_text="The record of the rule, by two lawyers"
    )
    over_on = models.DateField(help_text="The first day on which nothing rested on the consent any longer")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
