"""The interface described, for programs (OpenAPI) and for people (Redoc, from our own files)."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


@extend_schema(exclude=True)
class Description(SpectacularAPIView):
    renderer_classes = (OpenApiJsonRenderer2,)


# Its pictures and styles are set by script; no script but ours runs, and none is read from elsewhere.
@extend_schema(exclude=True)
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")
class Reference(SpectacularSwaggerSplitView):
    url_name = "openapi"
    http_method_names = ["get", "head"]  # what OPTIONS would tell of a page, its template cannot show
