"""Checks that somebody had kept: made so from the report's page, shown beside what is concluded today, told as JSON."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from provenance import verdicts, verification
from provenance.conclusion import STATES
from provenance.models import Verdict
from provenance.public import uploads
from provenance.public.story import NAMES, SHORT
from provenance.report import DISCLAIMER
from provenance.said import moment, said
from provenance.spoken import spoken
from registry import receiving
from registry.api.conditional import tag_of
from registry.errors import RegistryError
from registry.permissions import limited_page
from registry.problems import status_of

TOLD = NAMES | {"extent": said("How much AI"), "consent": said("Consent"), "ingredients": said("Assets used")}
REMEMBERED = ("registry", "extent", "consent")  # what the registry knows of a fingerprint without the file
OTHER_FILE = said("This is another file than the one that was checked: its fingerprint differs. It was not compared.")


# What is kept is what this registry told, under its own seal; there is nothing a stranger could slip in.
@csrf_exempt
@limited_page("verification")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    kept = verdicts.keep(request.POST.get("sealed", ""), at=timezone.now())
    language = request.GET.get("lang")
    return redirect(f"/v/{kept.public_id}{f'?lang={language}' if language in dict(settings.LANGUAGES) else ''}")


@csrf_exempt
@limited_page("window")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, verdict: str) -> HttpResponse:
    """The check beside what the registry remembers today; with the same file sent again, beside a new reading of it."""
    kept = _found(verdict)
    if request.method == "POST":
        return _read_again(request, kept)
    return render(request, "provenance/kept_check.html", _beside(kept))


@limited_page("verification")
def _read_again(request: HttpRequest, kept: Verdict) -> HttpResponse:
    try:
        uploads.refuse_unfit(request)
        with uploads.brought(request.FILES) as (file, sidecar):
            if getattr(file, "sha256", "") != kept.sha256:
                return render(request, "provenance/kept_check.html", _beside(kept, fault=OTHER_FILE), status=422)
            report = verification.verify(
                path=file.temporary_file_path(), name=file.name, at=timezone.now(),
                sidecar=sidecar.temporary_file_path() if sidecar else None, sha256=kept.sha256,
            )  # fmt: skip
    except RegistryError as refused:
        return render(request, "provenance/kept_check.html", _beside(kept, fault=refused.detail), status=status_of(refused))
    return render(request, "provenance/kept_check.html", _beside(kept, again=report.as_dict()))


@limited_page("window")
@require_safe
def document(request: HttpRequest, verdict: str) -> HttpResponse:
    """The check as it was told then, and beside it what the registry remembers today."""
    kept = _found(verdict)
    now = verdicts.today(kept, at=timezone.now()).as_dict()
    told = {
        "id": kept.public_id, "page": f"{settings.SITE_URL}/v/{kept.public_id}", "sha256": kept.sha256,
        "kept_at": kept.kept_at, "then": verdicts.as_told(kept), "today": spoken(now),
    }  # fmt: skip
    # A weak tag, of all that is told but the moment; asked each time, since consent may end at any moment.
    timeless = told | {"today": told["today"] | {"engine": {}}}
    tag = f'W/{tag_of(json.dumps(timeless, sort_keys=True, default=str).encode())}'
    headers = {
        "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag", "Cache-Control": "public, no-cache",
        "ETag": tag, "Vary": "Accept-Language",
    }  # fmt: skip
    return get_conditional_response(request, etag=tag, response=JsonResponse(told, headers=headers))


def _beside(kept: Verdict, *, again: dict[str, Any] | None = None, fault: str = "") -> dict[str, Any]:
    at = timezone.now()
    then, now = verdicts.as_told(kept), again or verdicts.today(kept, at=at).as_dict()
    differ = verdicts.changed(then, now)
    rows = [
        {"name": TOLD[name], "then": then[name]["text"], "now": now[name]["text"], "differs": name in differ,
         "then_short": SHORT.get((name, then[name]["state"]), ""), "now_short": SHORT.get((name, now[name]["state"]), "")}
        for name in STATES
        # What only a reader of the file could say is left out where nobody read it again.
        if again or name in REMEMBERED or (now["registry"]["state"] == "registered_matching" and name != "ingredients")
    ]  # fmt: skip
    return spoken({
        "kept": kept.public_id, "sha256": kept.sha256, "rows": rows, "read_again": again is not None,
        "differ": [TOLD[name] for name in differ if again or name in REMEMBERED],
        "checked_on": moment(kept.checked_at), "today": moment(at), "then": then, "now": now, "fault": fault,
        "disclaimer": DISCLAIMER, "limit": receiving.size_in_words(settings.MAX_UPLOAD_BYTES),
    })  # fmt: skip


def _found(verdict: str) -> Verdict:
    try:
        return verdicts.kept(verdict)
    except verdicts.NoSuchVerdict as missing:
        raise Http404(missing.detail) from missing
