"""Where an organisation wants to be told of what happens, what it is told, and what came of each attempt to tell it.

The delivery is the outbox: written with the event it tells of, and mutable like a signing job. What is told is forgotten
after some weeks (registry/webhooks/log.py); what happened stays in the journal.
"""

from django.db import models

from registry.identifiers import new_id
from registry.private import PrivateTextField


def endpoint_id():
    return new_id("whk")


def message_id():
    return new_id("evt")


def delivery_id():
    return new_id("dlv")


class WebhookEndpoint(models.Model):
    """An address of an organisation, and the secret by which it knows that a message came from here."""

    class Disabled(models.TextChoices):
        BY_OWNER = "by_owner", "Disabled by its owner"
        GONE = "gone", "It answered 410 Gone"
        FAILING = "failing", "Nothing was accepted for days"

    public_id = models.CharField(max_length=40, unique=True, default=endpoint_id, editable=False)
    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="webhooks")
    sandbox = models.BooleanField(
        default=False, editable=False, help_text="Made by a program of the sandbox: told of its tests, and of nothing else"
    )
    address = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    events = models.JSONField(default=list, help_text="The types it is told of; none named, all of them")
    data_key = models.BinaryField(default=b"", editable=False)
    secret = PrivateTextField()
    former_secret = PrivateTextField(blank=True)
    former_until = models.DateTimeField(null=True, blank=True, help_text="Until then the former secret signs along")
    version = models.PositiveIntegerField(default=1, help_text="Counts its changes")
    disabled = models.CharField(max_length=10, choices=Disabled.choices, blank=True, help_text="Why; empty, it is active")
    disabled_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True, help_text="The first failure since the last success")
    failures = models.PositiveIntegerField(default=0, help_text="In a row, of reaching it at all")
    paused_until = models.DateTimeField(null=True, blank=True, help_text="It is left alone until then")
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="The last success")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "deleted_at"])]
        constraints = [
            models.CheckConstraint(
                name="what_is_disabled_says_since_when",
                condition=models.Q(disabled="") ^ models.Q(disabled_at__isnull=False),
            )
        ]

    def __str__(self):
        return self.address


class WebhookMessage(models.Model):
    """One event as it is told to one organisation: the very bytes that are signed and sent."""

    public_id = models.CharField(max_length=40, unique=True, default=message_id, editable=False)
    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=40)
    body = models.TextField(help_text="JSON, as it is sent")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.type} · {self.public_id}"


class WebhookDeliveryQuerySet(models.QuerySet):
    def due(self, at):
        """Those that wait for a courier: queued and not put off, or held by one that fell silent."""
        return self.filter(
            models.Q(state=WebhookDelivery.State.QUEUED, not_before__lte=at)
            | models.Q(state=WebhookDelivery.State.SENDING, leased_until__lt=at)
        )


class WebhookDelivery(models.Model):
    """That a message is to reach an endpoint. The row is the truth: claims are conditional updates on it."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waits to be sent"
        SENDING = "sending", "Being sent"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"
        MISSED = "missed", "Not sent: the endpoint was disabled"

    public_id = models.CharField(max_length=40, unique=True, default=delivery_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0, help_text="Of this round of attempts; a replay begins another")
    token = models.CharField(max_length=40, blank=True, help_text="Which courier holds it")
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "not_before"]), models.Index(fields=["endpoint", "state"])]
        constraints = [models.UniqueConstraint(fields=["endpoint", "message"], name="a_message_reaches_an_endpoint_once")]


class WebhookAttempt(models.Model):
    """One attempt, and what came of it: a status with the beginning of the answer, or a sentence why there is none."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=2100, blank=True, help_text="Its first two thousand bytes, made printable")
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["id"]


class Courier(models.Model):
    """Who delivers at the moment: one in the whole house, so that hanging receivers never hold more than one process."""

    name = models.CharField(max_length=20, unique=True)
    token = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
