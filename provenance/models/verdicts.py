"""A check that somebody asked to be kept: what was concluded of which bytes, with which engine and list, and when."""

from django.db import models

from registry.append_only import AppendOnly
from registry.identifiers import new_id


def verdict_id():
    return new_id("vrd")


class Verdict(AppendOnly):
    """Never rewritten: an engine that reads otherwise tomorrow makes another verdict. Neither the file is kept, nor its name."""

    public_id = models.CharField(max_length=40, unique=True, default=verdict_id, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the file that was checked")
    reports = models.JSONField(help_text="Language → the report as it was told")
    offered = models.CharField(max_length=64, unique=True, help_text="Of one check one verdict, however often it is asked for")
    checked_at = models.DateTimeField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
