"""Papers beside the desk's forms: each stands in a frame in which nothing runs, and whoever reads it is on it and on record."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator

from consent import paper
from consent.models import Evidence
from registry.errors import RegistryError
from registry.problems import status_of

# A paper stands in a frame of our own pages, or in one made from the file just chosen.
with_paper = method_decorator(csp_update({"frame-src": [SELF, "blob:"]}))
# Inside that frame nothing runs and nothing is fetched, and only our own pages may hold it.
INSIDE = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
}  # fmt: skip


def shown(request: HttpRequest, evidence: Evidence, *, subject: str) -> HttpResponse:
    """The paper as this reader sees it; where it cannot be shown, the frame says why."""
    try:
        content = paper.view(evidence, subject=subject, by=request.user, at=timezone.now())
    except RegistryError as refused:
        return HttpResponse(
            refused.detail, status=status_of(refused), content_type="text/plain; charset=utf-8", headers=INSIDE
        )
    name = f"{evidence.public_id}.{evidence.media_type.rpartition('/')[2]}"
    return HttpResponse(
        content, content_type=evidence.media_type, headers={"Content-Disposition": f'inline; filename="{name}"', **INSIDE}
    )
