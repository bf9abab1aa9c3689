"""The window's pages: each asks one act and shows its answer; a form works without a script and needs no account."""

import re
from base64 import b64encode
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from provenance import (
    badge,
    concerns,
    counted_checks,
    disclosures,
    labels,
    manifest_stores,
    small_pictures,
    trust,
    verdicts,
    verification,
)
from provenance.media.refusal import MediaRefused
from provenance.models import Credential
from provenance.monthly import FILE, RECORD
from provenance.public import badges, browser, uploads
from provenance.public.explained import EXPLAINED
from provenance.public.problem_types import explained
from provenance.public.story import told
from provenance.report import Report
from provenance.said import day, said
from provenance.spoken import left_in_english, spoken
from registry import receiving
from registry.errors import Invalid, NotFound, RegistryError
from registry.permissions import limited_page
from registry.problems import status_of

OWN_SIDE = 320  # pixels
USED_SIDE = 128  # pixels: more than twice what the page gives a picture in the tree of assets used
HOUSE = Path(__file__).resolve().parents[2]
CREDENTIAL = re.compile(r"(?:.*/c/)?(crd_[0-9A-Za-z_-]{1,60})(?:\.json)?(?:[?#].*)?", re.DOTALL)
NOT_UNDERSTOOD = said(
    "That is no address of a record here, no id of one (crd_…), and no SHA-256 fingerprint of 64 hexadecimal digits."
)
NOT_KNOWN = said("There is no record of that id here.")
NOTHING_TO_WRITE = said(
    "No Content Credentials found, so there is no crJSON of them. That says nothing about whether AI was used."
)


@csp_update(browser.POLICY)
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    doors = {"api_address": "/api/v1/docs", "vendor_address": settings.DELIVERIES_URL, "desk_address": "/admin/"}
    return render(request, "provenance/front.html", _form() | doors)


# Anyone may ask, nobody is signed in and nothing is changed: there is no request a stranger could forge to any effect.
@csrf_exempt
@csp_update(browser.POLICY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    return _checked(request) if request.method == "POST" else render(request, "provenance/verify.html", _form())


@limited_page("verification")
def _checked(request: HttpRequest) -> HttpResponse:
    try:
        uploads.refuse_unfit(request)
        with uploads.brought(request.FILES) as (file, sidecar):
            if request.POST.get("as") == "crjson":
                return _crjson(file, sidecar)
            report = verification.verify(
                path=file.temporary_file_path(), name=file.name, at=timezone.now(),
                sidecar=sidecar.temporary_file_path() if sidecar else None, sha256=getattr(file, "sha256", ""), copies=True,
                pictures=USED_SIDE,
            )  # fmt: skip
            beside = _beside(report, file.temporary_file_path())
    except RegistryError as refused:
        return render(request, "provenance/verify.html", _form(spoken(refused.detail)), status=status_of(refused))
    counted_checks.note(FILE, at=timezone.now())
    sealed = verdicts.offered(report, sha256=checked) if (checked := getattr(file, "sha256", "")) else ""
    return render(request, "provenance/report.html", _shown(report) | beside | {"sealed": sealed})


def _beside(report: Report, path: str) -> dict[str, Any]:
    """What the file may be a copy of, with the small picture of each whose producer shows it, and then the file's own:
    drawn for this page, and in it alone."""
    shown = [{**one, "picture": small_pictures.of(one["credential"]) is not None} for one in report.possible]
    own = ""
    if any(one["picture"] for one in shown):
        with suppress(MediaRefused):
            own = b64encode(trust.window().draw(Path(path), side=OWN_SIDE)).decode()
    return {"copies": spoken(shown), "own_picture": own}


class NothingToWrite(Invalid):
    """The file has no Content Credentials that could be written down."""


def _crjson(file: UploadedFile, sidecar: UploadedFile | None) -> HttpResponse:
    """What the C2PA calls crJSON: all that the reader found, for other validators; as a download, nothing is kept."""
    try:
        found = verification.crjson(
            path=file.temporary_file_path(), sidecar=sidecar.temporary_file_path() if sidecar else None
        )
    except MediaRefused:
        found = {}
    if not found:
        raise NothingToWrite("verification.no_credentials", NOTHING_TO_WRITE)
    return JsonResponse(found, headers={"Content-Disposition": 'attachment; filename="crjson.json"'})


# As with a file: a question, and nothing is changed. It is not part of an address, which would be written down on the way.
@csrf_exempt
@csp_update(browser.POLICY)
@limited_page("window")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """What the registry remembers, by a record's address or id, or by a file's fingerprint; the file itself is not sent."""
    if request.method != "POST":
        return redirect("verify")
    asked = request.POST.get("record", "").strip()[:500]
    if named := CREDENTIAL.fullmatch(asked):
        if not Credential.objects.real().filter(public_id=named[1]).exists():
            return render(request, "provenance/verify.html", _form(unknown=spoken(NOT_KNOWN), asked=asked), status=404)
        language = request.GET.get("lang")
        return redirect(f"/c/{named[1]}{f'?lang={language}' if language in dict(settings.LANGUAGES) else ''}")
    try:
        report = verification.by_hash(sha256=asked, at=timezone.now())
    except verification.NotAFingerprint:
        return render(request, "provenance/verify.html", _form(unknown=spoken(NOT_UNDERSTOOD), asked=asked), status=422)
    return render(request, "provenance/report.html", _shown(report))


@limited_page("window")
@never_cache
@vary_on_headers("Accept")
@require_safe
def credential(request: HttpRequest, credential: str) -> HttpResponse:
    """One released credential, as a page or as JSON, by what the visitor accepts."""
    report = _recalled(credential)
    counted_checks.note(RECORD, at=timezone.now())
    where = manifest_stores.announced(credential)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(spoken(report.as_dict()), headers=where)
    response = render(request, "provenance/report.html", _shown(report) | _heading(credential))
    for name, value in where.items():
        response[name] = value
    return response


@limited_page("window")
@never_cache
@require_safe
def credential_document(request: HttpRequest, credential: str) -> HttpResponse:
    """The same as JSON, for visitors who follow a link and cannot say what they accept."""
    report = _recalled(credential)
    return JsonResponse(spoken(report.as_dict()), headers=manifest_stores.announced(credential))


def _shown(report: Report) -> dict[str, Any]:
    """The report's page in the visitor's language; a headline that can be told only as it was signed says so."""
    shown = told(report)
    if shown["record_shown"]:
        disclosure = disclosures.of_credential(report.facts.credential, at=timezone.now())
        shown |= {"labels": labels.told(disclosure["labels"]), "reviews": disclosure["cultural_review"]}
        shown["picture"] = small_pictures.of(report.facts.credential)
        upheld = concerns.upheld_on(report.facts.credential)
        shown["upheld_on"] = day(upheld.date()) if upheld else ""
    return spoken(shown) | {"report": report, "in_english": left_in_english(report.extent.text)}


def _heading(credential: str) -> dict[str, Any]:
    """What stands in the head of a credential's page, for programs that read it: search engines, and wherever it is shared."""
    told = badges.disclosures_of(credential)
    address = told["page"]
    return {
        "page": address, "linked_data": mark_safe(badge.linked_data(spoken(told), site=settings.SITE_URL)),
        "badge": spoken(told["badge"]), "shared_as": spoken(badge.words(told["badge"])),
        "oembed": badges.oembed_address(address),
    }  # fmt: skip


@limited_page("window")
@never_cache
@require_safe
def picture(request: HttpRequest, credential: str) -> HttpResponse:
    try:
        return HttpResponse(small_pictures.drawn(credential), content_type="image/jpeg")
    except NotFound as missing:
        raise Http404(missing.detail) from missing


def _recalled(credential: str) -> Report:
    try:
        return verification.by_credential(credential=credential, at=timezone.now())
    except NotFound as missing:
        raise Http404(missing.detail) from missing


@require_safe
def how_to_read(request: HttpRequest) -> HttpResponse:
    rows = [(name, question, meanings) for name, (question, meanings) in EXPLAINED.items()]
    return render(request, "provenance/how_to_read.html", {"explained": spoken(rows)})


@require_safe
def problem(request: HttpRequest, code: str) -> HttpResponse:
    found = explained(code)
    if found is None:
        raise Http404("No problem type of that name.")
    context = {"code": code, "title": found.title, "explanation": found.explanation, "remedy": found.remedy}
    return render(request, "provenance/problem.html", context)


@cache_control(public=True, max_age=3600)
@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:
    text = _schemas().get(name)
    if text is None:
        raise Http404("No schema of that name.")
    return HttpResponse(text, content_type="application/schema+json", headers={"Access-Control-Allow-Origin": "*"})


@cache_control(public=True, max_age=3600)
@require_safe
def roots(request: HttpRequest) -> HttpResponse:
    """The roots this registry's signers chain to, for whoever checks its files with a reader of their own."""
    return HttpResponse(
        trust.own_roots(), content_type="application/x-pem-file", headers={"Access-Control-Allow-Origin": "*"}
    )


@cache_control(public=True, max_age=3600)
@require_safe
def trust_list(request: HttpRequest, name: str) -> HttpResponse:
    """A list of whom files are read against here, as it is in use: c2pa, c2pa-interim or time-stamps."""
    if not (pem := trust.list_at(f"/trust/{name}")):
        raise Http404("No such list is in use here.")
    return HttpResponse(pem, content_type="application/x-pem-file", headers={"Access-Control-Allow-Origin": "*"})


@lru_cache(maxsize=1)
def _schemas() -> dict[str, str]:
    return {path.stem: path.read_text() for path in HOUSE.glob("*/schemas/*.json")}


def _form(fault: str = "", *, unknown: str = "", asked: str = "") -> dict[str, Any]:
    """What the form needs; `fault` is of the file sent, `unknown` of the record `asked` about."""
    told = {"limit": receiving.size_in_words(settings.MAX_UPLOAD_BYTES), "fault": fault, "unknown": unknown, "asked": asked}
    return told | {"browser": spoken(browser.reader())}
