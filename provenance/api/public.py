"""What the doors that are open to anybody share: pages of any site may ask, and a question costs what its answer costs."""

from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.views import APIView

FOR_BROWSERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Language, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID",
}  # fmt: skip
SENT = "Authorization, Content-Disposition, Content-Type, If-None-Match"


class FromAnyPage(APIView):
    """Open to any page of anybody's: what is answered does not depend on who asks. Refusals may be read there too."""

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in FOR_BROWSERS.items():
            response[name] = value
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """What a browser asks before it lets a page of somebody else's send a question."""
        return HttpResponse(status=204, headers={
            "Access-Control-Allow-Methods": ", ".join(self.allowed_methods),
            "Access-Control-Allow-Headers": SENT, "Access-Control-Max-Age": "86400",
        })  # fmt: skip


def unless_known(request: Request, response: HttpResponse, tag: str) -> HttpResponse:
    """The answer with its ETag, or 304 for whoever has it. It is asked each time: consent may end at any moment, and an
    answer that is a minute old would then be wrong."""
    response["ETag"] = tag
    response["Cache-Control"] = "public, no-cache"
    return get_conditional_response(request._request, etag=tag, response=response)
