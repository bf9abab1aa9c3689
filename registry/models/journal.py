"""What happened: the one append-only journal, and the workers' heartbeats."""

from django.db import models

from registry.append_only import AppendOnly


class Event(AppendOnly):
    """One entry of the journal, chained by hash within its subject (written only by `registry.journal.record`)."""

    chain = models.CharField(max_length=60, help_text="The subject, e.g. grt_…: each subject has a chain of its own")
    sequence = models.PositiveIntegerField()
    tag = models.CharField(max_length=60, help_text="subject:action, e.g. grant:entered")
    organisation = models.ForeignKey("registry.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=80, help_text="user:…, client:… or system:…")
    actor_name = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    body = models.TextField(help_text="Canonical JSON (RFC 8785) of everything the hash covers but the previous hash")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="one_event_per_sequence")]
        indexes = [models.Index(fields=["tag", "recorded_at"])]

    def __str__(self):
        return f"{self.tag} · {self.chain} · {self.sequence}"


class Heartbeat(models.Model):
    """What a worker last said of itself; its readiness speaks of keys only as told here."""

    name = models.CharField(max_length=200, unique=True)
    seen_at = models.DateTimeField()
    details = models.JSONField(default=dict)

    def __str__(self):
        return self.name
