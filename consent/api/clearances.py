"""A vendor's question before the work: would this be covered? The answer is kept and has an id."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from consent import clearance as clearances
from consent.facts import Depiction, moment
from consent.models import Decision
from consent.vocabulary import ACTS, CONTENT_FLAGS, MEDIA, MODALITIES, ROLES, ROUTINE_REASONS, USES, choices
from registry.api.bodies import Exact
from registry.api.schema import refusal
from registry.errors import Fault, Invalid, NotFound
from registry.models import Production
from registry.permissions import requires, spend_questions
from registry.receiving import announced_length

MOST_DEPICTIONS = 200
EARLIEST = 1900
ANSWERS = ("permit", "review", "deny")  # each worse than the one before
SHA256 = r"^[0-9a-f]{64}$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"  # as in a declaration: sentences are built around it

MIRA = {"person": "per_8mWkJx0cT2mVQn5rYb3uLA", "role": "target_likeness", "modality": "face", "use": "de_aging"}
ONE_ASKED = OpenApiExample("A de-aged performer, now and on the day of release", request_only=True, value={
    "production": "prd_4tXc0m9Q0mH2dJr8Tn5v1A", "units": ["sh010"], "territories": ["WORLD"], "media": ["svod"],
    "release_on": "2027-03-01", "depictions": [MIRA],
})  # fmt: skip


def codes(**more: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=40), max_length=300, **more)


class DepictionAsked(Exact):
    """Someone depicted, and the use made of them; a name not listed here is refused."""

    id = serializers.RegexField(NAME, required=False, help_text="Your own name for it; answers refer to it")
    person = serializers.CharField(max_length=40, required=False, help_text="per_…, from GET /productions/{id}")
    unidentified = serializers.BooleanField(required=False, help_text="A real person nobody has identified")
    role = serializers.ChoiceField(choices(ROLES))
    modality = serializers.ChoiceField(choices(MODALITIES))
    use = serializers.ChoiceField(choices(USES))
    content_flags = serializers.ListField(child=serializers.ChoiceField(choices(CONTENT_FLAGS)), required=False)
    depicted_age = serializers.IntegerField(min_value=0, max_value=150, required=False)
    routine_reason = serializers.ChoiceField(choices(ROUTINE_REASONS), required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        answers = (bool(given.get("person")), bool(given.get("unidentified")), given["role"] == "synthetic")
        if sum(answers) != 1:
            raise serializers.ValidationError(
                "Say who is depicted, in one way: a person, or unidentified true, or the role synthetic."
            )
        return given


class QuestionAsked(Exact):
    """What is to be done, with whom, and where it is to appear; a name not listed here is refused."""

    production = serializers.CharField(max_length=40, help_text="prd_…")
    act = serializers.ChoiceField(choices(ACTS), default="sign")
    units = codes(required=False, help_text="Scenes or shots, by their code")
    territories = codes(required=False, help_text="ISO 3166 or WORLD, EU, EEA; left out, the production's own")
    media = serializers.ListField(child=serializers.ChoiceField(choices(MEDIA)), required=False)
    languages = codes(required=False, help_text="BCP 47")
    as_of = serializers.DateTimeField(required=False, help_text="The moment asked about; left out, now")
    release_on = serializers.DateField(
        required=False, help_text="The day it is to come out: the same is asked of that day as well, and answered beside it"
    )
    asset_sha256 = serializers.RegexField(
        SHA256, required=False, help_text="The file asked about, so that approvals and facts on record about it count"
    )
    depictions = DepictionAsked(many=True, allow_empty=False, max_length=MOST_DEPICTIONS)

    def validate_as_of(self, moment: datetime) -> datetime:
        if moment.year < EARLIEST:
            raise serializers.ValidationError(f"Ask about a moment since {EARLIEST}; no consent on file is older.")
        return moment

    def validate_depictions(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Answers call people by these names: one name for two would tell of one what is so of the other."""
        people: dict[str, str | None] = {}
        for number, one in enumerate(given, start=1):
            person = one.get("person")
            if people.setdefault(_name(number, one), person) != person:
                fault = "Another depiction has this name, and shows somebody else. Give each person a name of their own."
                raise serializers.ValidationError({number - 1: {"id": [fault]}})
        return given


class ReasonTold(serializers.Serializer):
    code = serializers.CharField()
    severity = serializers.ChoiceField(["absolute", "deny", "review", "obligation", "note"])
    depiction = serializers.CharField(allow_null=True)
    modality = serializers.CharField(allow_null=True)
    territories = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()
    to_clear = serializers.CharField(allow_blank=True)


class ObligationTold(serializers.Serializer):
    """Something still to be done, by the gate named or by the day `due`."""

    rule = serializers.CharField()
    gate = serializers.ChoiceField(["sign", "release", "after"])
    due = serializers.DateField(allow_null=True)
    depiction = serializers.CharField(allow_null=True)
    territories = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()


class PackTold(serializers.Serializer):
    """A version of a rule pack that the answer stands on."""

    id = serializers.CharField()
    version = serializers.CharField()
    hash = serializers.CharField(help_text="SHA-256 of the pack (RFC 8785)")
    mode = serializers.ChoiceField(["advisory", "enforcing"])


class ClearanceTold(serializers.Serializer):
    """What was answered: the worst over all depictions, and for each territory apart."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(ANSWERS)
    by_territory = serializers.DictField(child=serializers.CharField())
    reasons = ReasonTold(many=True)
    obligations = ObligationTold(many=True)
    advice = ReasonTold(many=True, help_text="What rule packs that no lawyer has adopted found; it changes no outcome")
    missing_facts = serializers.ListField(child=serializers.CharField())
    to_clear = serializers.ListField(child=serializers.CharField())
    as_of = serializers.DateTimeField()
    decided_at = serializers.DateTimeField()
    engine_version = serializers.CharField()
    packs = PackTold(many=True)
    territory_set_version = serializers.CharField()
    hash = serializers.CharField(help_text="SHA-256 of the whole stored answer (RFC 8785)")


class BothTold(ClearanceTold):
    """`on_release` is answered only where the question says `release_on`."""

    on_release = ClearanceTold(
        required=False, help_text="The same question of the day in release_on, an answer with an id of its own"
    )


class TodayTold(serializers.Serializer):
    """What the same question is answered at the moment of reading. Nothing of it is kept."""

    outcome = serializers.ChoiceField(ANSWERS)
    same = serializers.BooleanField(help_text="Whether that is the outcome that was given then, in every territory")
    by_territory = serializers.DictField(child=serializers.CharField())
    asked_at = serializers.DateTimeField()


class KeptTold(ClearanceTold):
    today = TodayTold(
        allow_null=True, help_text="What it would be now; null, if you do not work on the production any more"
    )


class NoSuchProduction(NotFound):
    def __init__(self) -> None:
        super().__init__("production.unknown", "There is no production of that id that you work on.")


class Clearances(APIView):
    permission_classes = [requires("clearances")]

    @extend_schema(
        operation_id="ask_clearance", tags=["clearances"], request=QuestionAsked, examples=[ONE_ASKED],
        responses={
            201: OpenApiResponse(BothTold, description="Answered and kept, whatever the outcome"),
            404: refusal(404), 409: refusal(409), 413: refusal(413), 415: refusal(415), 422: refusal(422),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """May this be done? Asked before the work, for now and, with `release_on`, for the day it comes out.

        The id of what is permitted can be quoted in a declaration as `clearance`. That is no promise: consent is asked
        again when the file comes in, beside the key, and at release. Several shots at once: `ask_clearances`.
        """
        announced_length(request)
        asked = QuestionAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        at = timezone.now()
        organisation = request.client.organisation
        production = Production.objects.seen_by(request.client).filter(public_id=given["production"]).first()
        if production is None:
            raise NoSuchProduction
        questions = moments(given, at=at)
        spend_questions(request, len(questions))
        answers = clearances.decide_all(
            [(question, production) for question in questions], requester=organisation, purpose="clearance", at=at
        )
        if unknown := next((one for one in answers if isinstance(one, Invalid)), None):
            raise unknown
        stored, *later = answers
        to_studio = organisation.pk == production.studio_id
        told = clearances.told(stored, to_studio=to_studio)
        if later:
            told["on_release"] = clearances.told(later[0], to_studio=to_studio)
        location = reverse("clearance", args=[stored.public_id], request=request)
        return Response(told, status=status.HTTP_201_CREATED, headers={"Location": location})


class Clearance(APIView):
    permission_classes = [requires("clearances")]

    @extend_schema(
        operation_id="read_clearance", tags=["clearances"],
        responses={200: KeptTold, 404: refusal(404)},
    )  # fmt: skip
    def get(self, request: Request, clearance: str) -> Response:
        """An answer as it was given, and beside it, in `today`, what the same question would be answered now.

        `today` has no id and cannot be quoted; its reasons are told when the question is asked anew.
        """
        organisation = request.client.organisation
        stored = clearances.found(clearance, requester=organisation, sandbox=request.client.sandbox)
        told = clearances.told(stored, to_studio=organisation.pk == stored.production.studio_id)
        works_on = Production.objects.seen_by(request.client).filter(pk=stored.production_id).exists()
        today = _today(stored, told["by_territory"], at=timezone.now()) if works_on else None
        return Response(told | {"today": today})


def _today(stored: Decision, then: dict[str, str], *, at: datetime) -> dict[str, Any]:
    [now] = clearances.answered_now([stored], studio=stored.production.studio, at=at)
    places = dict(now.by_territory)
    same = now.outcome == stored.outcome and places == then
    return {"outcome": now.outcome, "same": same, "by_territory": places, "asked_at": moment(at)}


def moments(given: dict[str, Any], *, at: datetime) -> list[clearances.Question]:
    """The question of now, or of its `as_of`, and the same of the day in `release_on`. Raises Invalid for one before."""
    question = _question(given)
    if (day := given.get("release_on")) is None:
        return [question]
    asked = question.as_of or at
    if day < asked.astimezone(UTC).date():
        detail = "The day of release lies before the moment that is asked about. Give a later one, or leave it out."
        raise Invalid("request.invalid", detail, errors=(Fault("/release_on", "request.invalid", detail),))
    return [question, replace(question, as_of=max(asked, datetime.combine(day, time(), tzinfo=UTC)))]


def _question(given: dict[str, Any]) -> clearances.Question:
    listed = {name: tuple(given.get(name, ())) for name in ("units", "territories", "media", "languages")}
    depictions = tuple(
        _depiction(number, one) for number, one in enumerate(given["depictions"], start=1)
    )
    told = {name: given.get(name) for name in ("as_of", "asset_sha256")}
    return clearances.Question(act=given["act"], depictions=depictions, **told, **listed)


def _depiction(number: int, given: dict[str, Any]) -> Depiction:
    told = {name: value for name, value in given.items() if name != "unidentified"}
    flags = frozenset(given.get("content_flags", ()))
    return Depiction(**{"person": None, **told, "id": _name(number, given), "content_flags": flags})


def _name(number: int, given: dict[str, Any]) -> str:
    """What answers call a depiction: the name it was given, else its number."""
    return given.get("id", str(number))
