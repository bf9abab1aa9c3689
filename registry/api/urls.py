"""The hatch's addresses that belong to the hall: tokens, and the interface's description of itself."""

from django.urls import path

from registry.api.docs import Description, Reference
from registry.api.tokens import Token

urlpatterns = [
    path("oauth/token", Token.as_view(), name="token"),
    path("openapi.json", Description.as_view(), name="openapi"),
    path("docs", Reference.as_view(), name="api-docs"),
]
