"""A program's webhooks: where its organisation is told of events, with which secret, and what came of each attempt."""

import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from registry.api.bodies import Exact
from registry.api.conditional import IF_MATCH, insist_on_match
from registry.api.pages import NewestFirst
from registry.api.schema import LOCATION, refusal
from registry.models import WebhookDelivery, WebhookEndpoint
from registry.permissions import requires
from registry.receiving import announced_length
from registry.webhooks import endpoints, log, outbox
from registry.webhooks.events import EVENTS, TEST

State = WebhookDelivery.State
KINDS = [*EVENTS, TEST]
# A test is sent by a courier; whoever asked for it waits so long for what comes of it.
LOOK_EVERY = 0.1
# What an operation may be refused for.
UNKNOWN = ("webhook.*",)
UNFIT = ("webhook.*", "outbound.*", "text.illegible")


class EndpointAsked(Exact):
    """A name not listed here is refused."""

    address = serializers.CharField(
        max_length=2000, help_text="https://…, public; nothing is followed from there. It takes the POST of each event"
    )
    events = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=50, required=False,
        help_text="The types it is told of; left out or empty, all of them, later ones included",
    )  # fmt: skip
    description = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="For your own eyes")


class EndpointChanged(EndpointAsked):
    """What is left out stays as it is."""

    disabled = serializers.BooleanField(required=False, help_text="true: nothing more is sent; false: it is sent again")


class EndpointTold(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    events = serializers.ListField(child=serializers.CharField(), help_text="Empty: all of them")
    disabled = serializers.SerializerMethodField()
    why_disabled = serializers.SerializerMethodField()
    secret_rotated_until = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = WebhookEndpoint
        fields = (
            "id", "address", "events", "description", "disabled", "why_disabled", "disabled_at", "failing_since",
            "delivered_at", "secret_rotated_until", "created_at", "changed_at", "links",
        )  # fmt: skip
        extra_kwargs = {
            "failing_since": {"help_text": "The first failure since something was accepted; null, all is well"},
            "delivered_at": {"help_text": "When it last accepted something"},
        }

    def get_disabled(self, row: WebhookEndpoint) -> bool:
        return bool(row.disabled)

    def get_why_disabled(self, row: WebhookEndpoint) -> str | None:
        """A sentence; null while it is active."""
        return WHY.get(row.disabled)

    def get_secret_rotated_until(self, row: WebhookEndpoint) -> datetime | None:
        """Until when the former secret signs along; null where it does not."""
        return row.former_until if row.former_until and row.former_until > timezone.now() else None

    def get_links(self, row: WebhookEndpoint) -> dict[str, str]:
        request = self.context["request"]
        names = {"self": "webhook", "deliveries": "webhook-deliveries", "rotate": "webhook-rotate", "test": "webhook-test"}
        return {name: reverse(view, args=[row.public_id], request=request) for name, view in names.items()}


class EndpointWithSecret(EndpointTold):
    secret = serializers.SerializerMethodField()

    class Meta(EndpointTold.Meta):
        fields = (*EndpointTold.Meta.fields, "secret")

    def get_secret(self, row: WebhookEndpoint) -> str:
        """whsec_…; shown this once. Standard Webhooks libraries take it as it stands."""
        return self.context["secret"]


class AttemptTold(serializers.Serializer):
    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="What it answered; null, there was no answer")
    answer = serializers.CharField(allow_blank=True, help_text="The beginning of it, made printable")
    error = serializers.CharField(allow_blank=True, help_text="A sentence, where something was wrong besides the status")


class DeliveryTold(serializers.Serializer):
    id = serializers.CharField(source="public_id", help_text="dlv_…")
    webhook = serializers.CharField(source="endpoint.public_id")
    event = serializers.CharField(source="message.public_id", help_text="evt_…, the header webhook-id of each attempt")
    type = serializers.CharField(source="message.type")
    state = serializers.ChoiceField(State.choices)
    happened_at = serializers.DateTimeField(source="message.happened_at")
    changed_at = serializers.DateTimeField()
    next_attempt_at = serializers.SerializerMethodField()
    attempts = AttemptTold(many=True)

    def get_next_attempt_at(self, row: WebhookDelivery) -> datetime | None:
        """null where none is to come."""
        return row.not_before if row.state == State.QUEUED else None


class Replayed(Exact):
    since = serializers.DateTimeField(help_text="Whatever was given up or missed of what happened since then")


class ReplayedTold(serializers.Serializer):
    deliveries = serializers.IntegerField(help_text="How many are sent again")


WHY = {
    WebhookEndpoint.Disabled.BY_OWNER: "You disabled it. Enable it by PATCH with disabled false.",
    WebhookEndpoint.Disabled.GONE: "It answered 410 Gone. Enable it once there is a receiver again, and replay what it missed.",
    WebhookEndpoint.Disabled.FAILING: "It accepted nothing for five days. Test it, enable it, and replay what it missed.",
}

ENDPOINT = {
    "id": "whk_8pYqJx2m0W4nT6rLc1VbQw", "address": "https://hooks.parallax.example/countersign",
    "events": ["asset.signed", "asset.held", "asset.refused"], "description": "Render farm Berlin", "disabled": False,
    "why_disabled": None, "disabled_at": None, "failing_since": None, "delivered_at": "2026-07-14T09:41:01Z",
    "secret_rotated_until": None, "created_at": "2026-07-01T08:00:00Z", "changed_at": "2026-07-01T08:00:00Z",
    "links": {
        "self": "https://registry.example/api/v1/webhooks/whk_8pYqJx2m0W4nT6rLc1VbQw",
        "deliveries": "https://registry.example/api/v1/webhooks/whk_8pYqJx2m0W4nT6rLc1VbQw/deliveries",
        "rotate": "https://registry.example/api/v1/webhooks/whk_8pYqJx2m0W4nT6rLc1VbQw/rotate",
        "test": "https://registry.example/api/v1/webhooks/whk_8pYqJx2m0W4nT6rLc1VbQw/test",
    },
}  # fmt: skip
ASKED = OpenApiExample("Three kinds of events", request_only=True, value={
    "address": ENDPOINT["address"], "events": ENDPOINT["events"], "description": ENDPOINT["description"],
})  # fmt: skip
TOLD = OpenApiExample("An active webhook", response_only=True, value=ENDPOINT)
ONCE = OpenApiExample("With its secret", response_only=True, value={
    **ENDPOINT, "delivered_at": None, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
})  # fmt: skip
DELIVERY = {
    "id": "dlv_0c7Vw2n4Y8sKq1ZbTf5mAg", "webhook": ENDPOINT["id"], "event": "evt_2xN7kT0bQ4yLr9WcJv3sEw",
    "type": "asset.signed", "state": "queued", "happened_at": "2026-07-14T09:41:00Z", "changed_at": "2026-07-14T09:41:01Z",
    "next_attempt_at": "2026-07-14T09:41:06Z",
    "attempts": [{"at": "2026-07-14T09:41:01Z", "milliseconds": 87, "status": 503, "answer": "Back in a minute", "error": ""}],
}  # fmt: skip
PENDING = OpenApiExample("It is tried again", response_only=True, status_codes=["200", "202"], value=DELIVERY)
UNDERWAY = OpenApiExample("It is on its way still", response_only=True, status_codes=["202"], value={
    **DELIVERY, "type": TEST, "attempts": [],
})  # fmt: skip
TESTED = OpenApiExample("The test was accepted", response_only=True, status_codes=["200"], value={
    **DELIVERY, "type": TEST, "state": "delivered", "next_attempt_at": None,
    "attempts": [{"at": "2026-07-14T09:41:01Z", "milliseconds": 41, "status": 204, "answer": "", "error": ""}],
})  # fmt: skip
SINCE = OpenApiExample("Since yesterday evening", request_only=True, value={"since": "2026-07-13T18:00:00Z"})


class OfOrganisation(GenericAPIView):
    """What all of these share: the scope, and that another organisation's webhook is no webhook at all."""

    permission_classes = [requires("webhooks")]
    pagination_class = NewestFirst
    queryset = WebhookEndpoint.objects.none()

    def endpoint(self, webhook: str) -> WebhookEndpoint:
        client = self.request.client
        return endpoints.one(client.organisation, webhook, sandbox=client.sandbox)

    def told(self, row: WebhookEndpoint, secret: str = "") -> dict[str, Any]:
        shape = EndpointWithSecret if secret else EndpointTold
        return shape(row, context={"request": self.request, "secret": secret}).data

    def given(self, shape: type[serializers.Serializer], **more: Any) -> dict[str, Any]:
        announced_length(self.request)
        asked = shape(data=self.request.data, **more)
        asked.is_valid(raise_exception=True)
        return asked.validated_data


class Webhooks(OfOrganisation):
    serializer_class = EndpointTold

    @extend_schema(
        operation_id="create_webhook", tags=["webhooks"], request=EndpointAsked, filters=False, examples=[ASKED, ONCE],
        parameters=[LOCATION],
        responses={
            201: OpenApiResponse(EndpointWithSecret, description="Its secret is shown this once"),
            409: refusal(409, "webhook.too_many"), 422: refusal(422, *UNFIT),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Have events told to an address. What is sent there is signed by Standard Webhooks with the secret given here."""
        given = self.given(EndpointAsked)
        row, secret = endpoints.create(request.client.organisation, by=request.client, at=timezone.now(), **given)
        told = self.told(row, secret)
        headers = {"Location": told["links"]["self"], "Cache-Control": "no-store"}
        return Response(told, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        operation_id="list_webhooks", tags=["webhooks"], responses=EndpointTold(many=True), examples=[TOLD],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Your organisation's webhooks, the newest first."""
        rows = self.filter_queryset(endpoints.of(request.client.organisation, sandbox=request.client.sandbox))
        return self.get_paginated_response([self.told(row) for row in self.paginate_queryset(rows)])


class OneWebhook(OfOrganisation):
    @extend_schema(
        operation_id="read_webhook", tags=["webhooks"], responses={200: EndpointTold, 404: refusal(404, *UNKNOWN)},
        examples=[TOLD],
    )  # fmt: skip
    def get(self, request: Request, webhook: str) -> Response:
        """Where it leads, what it is told, and whether all is well with it."""
        return Response(self.told(self.endpoint(webhook)))

    @extend_schema(
        operation_id="change_webhook", tags=["webhooks"], request=EndpointChanged, parameters=[IF_MATCH], examples=[
            OpenApiExample("Enable it again", request_only=True, value={"disabled": False}), TOLD],
        responses={
            200: EndpointTold, 404: refusal(404, *UNKNOWN), 409: refusal(409, "webhook.changed"),
            412: refusal(412, "request.precondition"), 422: refusal(422, *UNFIT),
        },
    )  # fmt: skip
    def patch(self, request: Request, webhook: str) -> Response:
        """Change its address, events or description; disable or enable it. With If-Match, only what is as you read it."""
        row = self.endpoint(webhook)
        insist_on_match(request, self.told(row))
        given = self.given(EndpointChanged, partial=True)
        return Response(self.told(endpoints.change(row, by=request.client, at=timezone.now(), **given)))

    @extend_schema(operation_id="delete_webhook", tags=["webhooks"], responses={204: None, 404: refusal(404, *UNKNOWN)})
    def delete(self, request: Request, webhook: str) -> HttpResponse:
        """Nothing more is sent there. This cannot be undone; disable it instead if it is to be used again."""
        endpoints.delete(self.endpoint(webhook), by=request.client, at=timezone.now())
        return HttpResponse(status=204)


class Rotation(OfOrganisation):
    @extend_schema(
        operation_id="rotate_webhook_secret", tags=["webhooks"], request=None, examples=[ONCE],
        responses={200: EndpointWithSecret, 404: refusal(404, *UNKNOWN)},
    )  # fmt: skip
    def post(self, request: Request, webhook: str) -> Response:
        """A new secret, shown this once. For 24 hours the former one signs along: each message bears both signatures."""
        row, secret = endpoints.rotate(self.endpoint(webhook), by=request.client, at=timezone.now())
        return Response(self.told(row, secret), headers={"Cache-Control": "no-store"})


class Trial(OfOrganisation):
    @extend_schema(
        operation_id="test_webhook", tags=["webhooks"], request=None, examples=[TESTED, UNDERWAY],
        responses={
            200: OpenApiResponse(DeliveryTold, description="What came of it: state delivered, or dead with the reason"),
            202: OpenApiResponse(DeliveryTold, description="It is on its way still; read the delivery in a minute"),
            404: refusal(404, *UNKNOWN),
        },
    )  # fmt: skip
    def post(self, request: Request, webhook: str) -> Response:
        """Send `webhook.test` at once, and answer what came of it. It is sent once, also to a disabled webhook."""
        row = self.endpoint(webhook)
        delivery = outbox.try_out(row, at=timezone.now())
        found = _settled(row, delivery.public_id)
        done = found.state in (State.DELIVERED, State.DEAD)
        return Response(DeliveryTold(found).data, status=status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED)


class Chosen(filters.FilterSet):
    state = filters.ChoiceFilter(
        choices=State.choices, error_messages={"invalid_choice": f"The states are {', '.join(State.values)}."}
    )
    type = filters.ChoiceFilter(
        field_name="message__type", choices=[(one, one) for one in KINDS],
        error_messages={"invalid_choice": f"The events are {', '.join(KINDS)}."},
    )  # fmt: skip
    event = filters.CharFilter(field_name="message__public_id")

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


class Deliveries(OfOrganisation):
    queryset = WebhookDelivery.objects.none()
    serializer_class = DeliveryTold
    filterset_class = Chosen

    @extend_schema(
        operation_id="list_webhook_deliveries", tags=["webhooks"],
        responses={200: DeliveryTold(many=True), 404: refusal(404, *UNKNOWN)}, examples=[PENDING],
    )  # fmt: skip
    def get(self, request: Request, webhook: str) -> Response:
        """What was sent in the last thirty days, the newest first, with every attempt. Dead letters: `?state=dead`."""
        rows = self.filter_queryset(log.deliveries(self.endpoint(webhook)))
        return self.get_paginated_response(DeliveryTold(self.paginate_queryset(rows), many=True).data)


class OneDelivery(OfOrganisation):
    @extend_schema(
        operation_id="read_webhook_delivery", tags=["webhooks"], examples=[PENDING],
        responses={200: DeliveryTold, 404: refusal(404, *UNKNOWN)},
    )  # fmt: skip
    def get(self, request: Request, webhook: str, delivery: str) -> Response:
        """One delivery with every attempt."""
        return Response(DeliveryTold(log.one(self.endpoint(webhook), delivery)).data)


class Replay(OfOrganisation):
    @extend_schema(
        operation_id="replay_webhook_delivery", tags=["webhooks"], request=None, examples=[PENDING],
        responses={202: DeliveryTold, 404: refusal(404, *UNKNOWN), 409: refusal(409, "webhook.*")},
    )  # fmt: skip
    def post(self, request: Request, webhook: str, delivery: str) -> Response:
        """Send it again, delivered or not, under the same `webhook-id`; a new round of attempts begins."""
        row = log.replay(log.one(self.endpoint(webhook), delivery), by=request.client, at=timezone.now())
        return Response(DeliveryTold(row).data, status=status.HTTP_202_ACCEPTED)


class ReplaySince(OfOrganisation):
    @extend_schema(
        operation_id="replay_webhook_deliveries", tags=["webhooks"], request=Replayed, examples=[
            SINCE, OpenApiExample("Three were missed", response_only=True, status_codes=["202"], value={"deliveries": 3})],
        responses={202: ReplayedTold, 404: refusal(404, *UNKNOWN), 409: refusal(409, "webhook.*"), 422: refusal(422)},
    )  # fmt: skip
    def post(self, request: Request, webhook: str) -> Response:
        """Send again whatever was given up, or missed while the webhook was disabled, of what happened since a moment."""
        row = self.endpoint(webhook)
        since = self.given(Replayed)["since"]
        many = log.replay_since(row, since, by=request.client, at=timezone.now())
        return Response({"deliveries": many}, status=status.HTTP_202_ACCEPTED)


def _settled(endpoint: WebhookEndpoint, delivery: str) -> WebhookDelivery:
    """The delivery once something came of it, or as it stands when nobody waits any longer."""
    until = time.monotonic() + settings.WEBHOOK_TEST_SECONDS
    while True:
        found = log.one(endpoint, delivery)
        if found.state in (State.DELIVERED, State.DEAD) or time.monotonic() >= until:
            return found
        time.sleep(LOOK_EVERY)
