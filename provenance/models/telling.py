"""What was told to those that have themselves told of things that nobody records: that a day has come, or a moment passed."""

from django.db import models


class EndingTold(models.Model):
    """An ending whose effect was told to whom it concerns. Once each, whoever looks."""

    ending = models.OneToOneField("consent.Ending", on_delete=models.PROTECT, related_name="told")
    told_at = models.DateTimeField()


class StandingTold(models.Model):
    """How consent stood behind a credential when it was last looked at; where there is no row, as it was signed."""

    credential = models.OneToOneField("provenance.Credential", on_delete=models.PROTECT, related_name="standing_told")
    state = models.CharField(max_length=20)
    may_continue = models.BooleanField()
    looked_at = models.DateTimeField()
