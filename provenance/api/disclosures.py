"""Disclosures for platforms: one by its credential, many by hash, and what changed since they last asked."""

import base64
import hashlib
import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from provenance import brief_checks, changes, counted_checks, disclosures, manifest_stores
from provenance.api.public import FromAnyPage
from provenance.models import Change
from provenance.monthly import HASH
from provenance.spoken import spoken
from registry.api.bodies import Exact
from registry.api.parameters import UnreadableParameter
from registry.permissions import limited

OFFERED = dict(settings.LANGUAGES)
CURSOR = re.compile(r"1-([0-9]{1,18})")
MOST_CHANGES = 500
LANGUAGE = OpenApiParameter("lang", str, enum=sorted(OFFERED), description="The language of the sentences; English if absent")


class Public(FromAnyPage):
    """Open to anybody, with no parameter but those that are known."""

    authentication_classes: list = []
    permission_classes = [AllowAny]
    throttle_classes = [limited("window")]
    parameters = frozenset({"lang"})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - self.parameters)
        if unknown:
            raise UnreadableParameter([("", f"A parameter was sent that is not known here. Known are {self._known()}.")])
        if request.query_params.get("lang", "en") not in OFFERED:
            raise UnreadableParameter([("/lang", f"There are {', '.join(sorted(OFFERED))}.")])

    def _known(self) -> str:
        return ", ".join(sorted(self.parameters))


class ExtentShape(serializers.Serializer):
    state = serializers.ChoiceField(["stated", "partly_stated", "not_stated"])
    band = serializers.CharField(help_text="The highest band among the elements")
    text = serializers.CharField(help_text="The one sentence that a viewer reads first")
    bands_version = serializers.CharField()
    elements = serializers.ListField(child=serializers.JSONField())
    operations = serializers.ListField(child=serializers.JSONField())
    assistive = serializers.ListField(child=serializers.JSONField())


class StandingShape(serializers.Serializer):
    at_signing = serializers.CharField()
    now = serializers.CharField()
    may_continue = serializers.BooleanField(help_text="Whether finished work goes on after an ending")
    text = serializers.CharField()


class BadgeShape(serializers.Serializer):
    state = serializers.ChoiceField(["concern_upheld", "consent_ended", "ai_generated", "ai_edited", "ai_used", "none"])
    name = serializers.CharField(help_text="What stands first: Content Credentials")
    label = serializers.CharField(help_text="The one label beside it; empty where there is none")
    note = serializers.CharField(help_text="That the certificate is one for development; else empty")
    text = serializers.CharField(help_text="The sentence that is read out with it")


class DisclosureShape(serializers.Serializer):
    """The JSON Schema, with every member, is at /schemas/disclosure-1.json."""

    version = serializers.IntegerField()
    schema = serializers.URLField()
    credential = serializers.CharField()
    page = serializers.URLField()
    sha256 = serializers.CharField(help_text="Of the signed file")
    signed_by = serializers.CharField()
    signed_at = serializers.DateTimeField()
    development = serializers.BooleanField()
    time_stamped = serializers.BooleanField()
    superseded_by = serializers.CharField(allow_null=True)
    withdrawn_on = serializers.DateTimeField(
        allow_null=True, required=False, help_text="When a concern about these bytes was upheld; they are not shown any more"
    )
    title = serializers.CharField()
    media_type = serializers.CharField()
    made_by = serializers.CharField()
    extent = ExtentShape()
    authorship = serializers.ListField(child=serializers.JSONField())
    consent = StandingShape()
    cultural_review = serializers.ListField(child=serializers.JSONField())
    labels = serializers.JSONField(help_text="Words for a label, each with its law, its source and how certain that is")
    badge = BadgeShape()
    notice = serializers.CharField()


class Hashes(Exact):
    sha256 = serializers.ListField(
        child=serializers.CharField(max_length=100, allow_blank=True, trim_whitespace=False), max_length=disclosures.MOST,
        help_text="Of signed files, or of files as they were before they were signed; 64 hexadecimal digits each",
    )  # fmt: skip


class AnswerShape(serializers.Serializer):
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(brief_checks.ANSWERS)
    found_as = serializers.ChoiceField(["signed", "received"], required=False)
    disclosure = serializers.JSONField(required=False, help_text="In brief: without operations, words and reviews")


class AnswersShape(serializers.Serializer):
    results = AnswerShape(many=True)


class ChangeShape(serializers.Serializer):
    kind = serializers.ChoiceField([kind.value for kind in Change.Kind if kind not in changes.UNTOLD])
    credential = serializers.CharField()
    disclosure = serializers.URLField()
    at = serializers.DateTimeField(help_text="When it was noted here")
    consent = serializers.JSONField(help_text="How consent stood then: now, may_continue")
    superseded_by = serializers.CharField(allow_null=True)


class ChangesShape(serializers.Serializer):
    changes = ChangeShape(many=True)
    cursor = serializers.CharField(help_text="Ask on with it. It never leaves anything out and does not expire")
    more = serializers.BooleanField(help_text="Whether there is more by now")


BRIEF = {
    "credential": "crd_4tXc0m9Q0mH2dJr8Tn5v1A", "page": "https://registry.example/c/crd_4tXc0m9Q0mH2dJr8Tn5v1A",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "signed_by": "Northlight Pictures",
    "signed_at": "2026-07-14T09:41:00Z", "development": False, "time_stamped": True, "superseded_by": None,
    "withdrawn_on": None,
    "extent": {
        "state": "stated", "band": "minor",
        "text": "AI altered the face of one performer (de-aging) in 12.0 of 94.0 seconds, covering 3.1 % of the picture. "
        "Measured against the source by this registry.",
        "elements": [{"element": "picture", "band": "minor", "share": 0.0312, "at_least": False, "error": 0.0004,
                      "time_share": 0.1277, "area_share": 0.244, "method": "measured:difference", "measured_by": "registry"}],
    },
    "consent": {"at_signing": "confirmed", "now": "confirmed", "may_continue": True,
                "text": "On file for everyone whose consent it needs, when this was signed and today."},
    "eu_icon": "partially_ai_modified",
}  # fmt: skip
KNOWN = OpenApiExample("One known, one unknown", response_only=True, value={"results": [
    {"sha256": BRIEF["sha256"], "state": "known", "found_as": "signed", "disclosure": BRIEF},
    {"sha256": "0" * 64, "state": "unknown"},
]})  # fmt: skip
ASKED = OpenApiExample("Two files", request_only=True, value={"sha256": [BRIEF["sha256"], "0" * 64]})
FOLLOWED = OpenApiExample("One signed, one ended", response_only=True, value={"changes": [
    {"kind": "signed", "credential": "crd_4tXc0m9Q0mH2dJr8Tn5v1A", "at": "2026-07-14T09:41:15Z", "superseded_by": None,
     "disclosure": "https://registry.example/api/v1/disclosures/crd_4tXc0m9Q0mH2dJr8Tn5v1A",
     "consent": {"now": "confirmed", "may_continue": True}},
    {"kind": "standing", "credential": "crd_4tXc0m9Q0mH2dJr8Tn5v1A", "at": "2026-11-23T22:00:05Z", "superseded_by": None,
     "disclosure": "https://registry.example/api/v1/disclosures/crd_4tXc0m9Q0mH2dJr8Tn5v1A",
     "consent": {"now": "ended", "may_continue": True}},
], "cursor": "MS0y", "more": False})  # fmt: skip
WHOLE = OpenApiExample("A de-aged performer", response_only=True, value={
    "version": 1, "schema": "https://registry.example/schemas/disclosure-1.json",
    **{name: value for name, value in BRIEF.items() if name not in ("eu_icon", "extent")},
    "title": "harbor_sh114_v07.mp4", "media_type": "video/mp4", "made_by": "Parallax VFX",
    "extent": {**BRIEF["extent"], "bands_version": "1", "operations": [], "assistive": []}, "authorship": [],
    "cultural_review": [], "labels": {"version": "1", "icons": {"eu": "partially_ai_modified"}, "texts": []},
    "badge": {"state": "ai_edited", "name": "Content Credentials", "label": "AI-edited", "note": "",
              "text": BRIEF["extent"]["text"]},
    "notice": "These credentials record who stated what, and whether the file changed since. They do not judge whether "
    "what it shows is so.",
})  # fmt: skip


class Changes(Public):
    """What changed for works whose producer made them public, in the order in which anybody may follow it."""

    parameters = frozenset({"lang", "since", "limit"})

    @extend_schema(
        operation_id="follow_disclosures", auth=[], tags=["disclosures"], responses=ChangesShape, examples=[FOLLOWED],
        parameters=[
            OpenApiParameter("since", str, description="The cursor of the last answer; absent, from the beginning"),
            OpenApiParameter("limit", int, description=f"How many at most: 1 to {MOST_CHANGES}"),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = changes.since(_position(request), most=_limit(request))
        told = [_told(one) for one in page.changes]
        answer = {"changes": told, "cursor": _cursor(page.position), "more": page.more}
        return Response(answer, headers={"Cache-Control": "no-cache"})


class OneDisclosure(Public):
    """What is told of one released credential. Its ETag is strong: the same bytes for the same tag."""

    @extend_schema(
        operation_id="read_disclosure", auth=[], tags=["disclosures"], parameters=[LANGUAGE], examples=[WHOLE],
        responses={200: DisclosureShape, 304: OpenApiResponse(description="As it was"), 404: OpenApiTypes.OBJECT},
    )  # fmt: skip
    def get(self, request: Request, credential: str) -> HttpResponse:
        told = spoken(disclosures.of_credential(credential, at=timezone.now()))
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        # Whoever keeps it asks before using it again: consent may have ended since.
        response = HttpResponse(body, content_type="application/json", headers={
            "ETag": tag, "Cache-Control": "public, no-cache", "Content-Language": translation.get_language(),
            **manifest_stores.announced(credential),
        })  # fmt: skip
        patch_vary_headers(response, ["Accept-Language"])
        return get_conditional_response(request._request, etag=tag, response=response)


class ByHash(Public):
    """Up to a thousand fingerprints at once. Each is answered in its turn, the unknown ones too."""

    @extend_schema(
        operation_id="read_disclosures_by_hash", auth=[], tags=["disclosures"], parameters=[LANGUAGE], request=Hashes,
        responses=AnswersShape, examples=[ASKED, KNOWN],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        form = Hashes(data=request.data)
        form.is_valid(raise_exception=True)
        told = disclosures.of_hashes(form.validated_data["sha256"], at=timezone.now())
        counted_checks.note(HASH, len(told), at=timezone.now())
        return Response({"results": spoken(told)}, headers={"Cache-Control": "no-store"})


def _told(one: Change) -> dict[str, Any]:
    return {
        "kind": one.kind, "credential": one.credential.public_id, "at": one.recorded_at,
        "disclosure": f"{settings.SITE_URL}/api/v1/disclosures/{one.credential.public_id}",
        "consent": {"now": one.standing, "may_continue": one.may_continue},
        "superseded_by": one.successor.public_id if one.successor else None,
    }  # fmt: skip


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"1-{position}".encode()).decode().rstrip("=")


def _position(request: Request) -> int:
    given = request.query_params.get("since")
    if given is None:
        return 0
    try:
        found = CURSOR.fullmatch(base64.urlsafe_b64decode(given[:60] + "=" * (-len(given[:60]) % 4)).decode())
    except ValueError:
        found = None
    if found is None or _cursor(int(found[1])) != given:
        raise UnreadableParameter([("/since", "It was not given out here. Use the cursor of an answer as it stands.")])
    return int(found[1])


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", str(MOST_CHANGES))
    if not re.fullmatch(r"[0-9]{1,4}", given, re.ASCII) or not 1 <= int(given) <= MOST_CHANGES:
        raise UnreadableParameter([("/limit", f"Ask for 1 to {MOST_CHANGES} at a time, in digits.")])
    return int(given)
