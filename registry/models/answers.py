"""Answers given to programs under a key of theirs, kept for a day: who asks again is told the same."""

from django.db import models


class KeptAnswer(models.Model):
    """One request under a client's key: being answered until `leased_until`, or answered. Not a record: it is forgotten."""

    client = models.ForeignKey("registry.ApiClient", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255, help_text="Idempotency-Key, as the client chose it")
    asked = models.CharField(max_length=64, help_text="SHA-256 of method, address and body")
    token = models.CharField(max_length=40, help_text="Who is answering; whoever took over has another")
    leased_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty until it is answered")
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"", help_text="Encrypted: an answer may hold what is shown once")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_answer_per_key")]

    def __str__(self):
        return f"{self.client_id} · {self.key}"
