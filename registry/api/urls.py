"""The hatch's addresses that belong to the hall: tokens, webhooks, and the interface's description of itself."""

from django.urls import path

from registry.api import webhooks
from registry.api.docs import Description, Reference
from registry.api.tokens import Token

urlpatterns = [
    path("oauth/token", Token.as_view(), name="token"),
    path("webhooks", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<str:webhook>", webhooks.OneWebhook.as_view(), name="webhook"),
    path("webhooks/<str:webhook>/rotate", webhooks.Rotation.as_view(), name="webhook-rotate"),
    path("webhooks/<str:webhook>/test", webhooks.Trial.as_view(), name="webhook-test"),
    path("webhooks/<str:webhook>/deliveries", webhooks.Deliveries.as_view(), name="webhook-deliveries"),
    path("webhooks/<str:webhook>/deliveries/replay", webhooks.ReplaySince.as_view(), name="webhook-replay-since"),
    path("webhooks/<str:webhook>/deliveries/<str:delivery>", webhooks.OneDelivery.as_view(), name="webhook-delivery"),
    path("webhooks/<str:webhook>/deliveries/<str:delivery>/replay", webhooks.Replay.as_view(), name="webhook-replay"),
    path("openapi.json", Description.as_view(), name="openapi"),
    path("docs", Reference.as_view(), name="api-docs"),
]
