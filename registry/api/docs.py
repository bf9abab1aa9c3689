"""The interface described, for programs (OpenAPI) and for people (Redoc, from our own files)."""

from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.utils import translation
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@cache
def whole() -> dict[str, Any]:
    """The description, the same for everybody; it takes a second to put together, so each process does that once."""
    with translation.override("en"):
        described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


@extend_schema(exclude=True)
class Description(APIView):
    authentication_classes: tuple = ()
    permission_classes = (AllowAny,)
    renderer_classes = (OpenApiJsonRenderer2,)

    def get(self, request: Request) -> Response:
        return Response(whole(), headers={"Cache-Control": "public, max-age=300"})


# Its pictures and styles are set by script; no script but ours runs, and none is read from elsewhere.
@extend_schema(exclude=True)
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")
class Reference(SpectacularSwaggerSplitView):
    url_name = "openapi"
    http_method_names = ["get", "head"]  # what OPTIONS would tell of a page, its template cannot show
