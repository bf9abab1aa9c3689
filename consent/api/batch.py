"""Many questions at once: a shot list as JSON, as a table (CSV) or as a cut (OpenTimelineIO), each shot answered by itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from consent import clearance as clearances
from consent import shot_lists
from consent.api.clearances import ANSWERS, MIRA, ObligationTold, QuestionAsked, moments
from consent.models import Decision
from consent.shot_lists import MOST_SHOTS, Shot, Shots
from registry.api.bodies import BoundedJSON, Exact
from registry.api.parameters import UnreadableParameter
from registry.api.schema import refusal
from registry.errors import Fault, Invalid, RegistryError, TooLarge
from registry.models import Organisation, Person, Production
from registry.permissions import requires, spend_questions
from registry.problems import faults_in
from registry.receiving import announced_length, size_in_words
from registry.spreadsheets import written

TABLE, CUT = "text/csv", "application/vnd.opentimelineio+json"
LARGEST = {TABLE: 1024**2, CUT: 4 * 1024**2}
DEFAULTS = ("production", "release_on")
OUTCOMES = (*ANSWERS, "failed")
MOST_FAULTS = 20


class ListTooLarge(TooLarge):
    def __init__(self, most: int) -> None:
        super().__init__(
            "request.too_large",
            f"The list is larger than {size_in_words(most)}. Up to {MOST_SHOTS} questions are answered at once: "
            "send it in parts.",
        )


class _Listed(BaseParser):
    """The list as bytes, read no further than is accepted."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        most = LARGEST[self.media_type]
        content: bytes = stream.read(most + 1)
        if len(content) > most:
            raise ListTooLarge(most)
        return content


class Table(_Listed):
    media_type = TABLE


class Cut(_Listed):
    media_type = CUT


class Questions(Exact):
    """Each is answered by itself. What is said beside them is so for those that say nothing else."""

    production = serializers.CharField(max_length=40, required=False, help_text="prd_…, of every question without one")
    release_on = serializers.DateField(required=False, help_text="Of every question without one")
    questions = serializers.ListField(child=serializers.DictField(), allow_empty=False)

    def validate_questions(self, given: list[Any]) -> list[Any]:
        shot_lists.refuse_long(len(given), "questions")
        return given


class OneOfMany(QuestionAsked):
    production = serializers.CharField(max_length=40, required=False, help_text="prd_…; left out, that beside the questions")
    name = serializers.CharField(max_length=100, required=False, help_text="Your own name for it; its answer carries it")


class QuestionsShape(Questions):
    questions = OneOfMany(many=True, help_text=f"1 to {MOST_SHOTS}")


class Finding(serializers.Serializer):
    code = serializers.CharField()
    severity = serializers.ChoiceField(["absolute", "deny", "review", "obligation", "note"])
    depiction = serializers.CharField(allow_null=True)
    modality = serializers.CharField(allow_null=True)
    territories = serializers.ListField(
        child=serializers.CharField(), help_text="Where; empty: in every territory that was asked about"
    )
    text = serializers.CharField()
    to_clear = serializers.CharField(allow_blank=True)


class Brief(serializers.Serializer):
    """An answer without its territories one by one, its packs and its advice: those are at `href`."""

    id = serializers.CharField(help_text="May be quoted as `clearance` in a declaration, where the outcome is permit")
    href = serializers.URLField()
    outcome = serializers.ChoiceField(ANSWERS)
    as_of = serializers.DateTimeField()
    reasons = Finding(many=True)
    obligations = ObligationTold(many=True, help_text="Conditions: what is still to be done, by which gate or day")
    missing_facts = serializers.ListField(child=serializers.CharField())
    to_clear = serializers.ListField(child=serializers.CharField())


class ProblemOfOne(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.ListField(child=serializers.DictField(), help_text="pointer, code and detail of each fault")


class Result(serializers.Serializer):
    index = serializers.IntegerField(help_text="Counted from 0, in the order of the list")
    name = serializers.CharField(allow_blank=True)
    rows = serializers.ListField(child=serializers.IntegerField(), help_text="Of a table, as a spreadsheet counts them")
    outcome = serializers.ChoiceField(OUTCOMES, help_text="The worse of now and on release; failed: it could not be asked")
    now = Brief(allow_null=True)
    on_release = Brief(allow_null=True, help_text="Where the question says release_on")
    problem = ProblemOfOne(allow_null=True)


class Summary(serializers.Serializer):
    questions = serializers.IntegerField()
    permit = serializers.IntegerField()
    review = serializers.IntegerField()
    deny = serializers.IntegerField()
    failed = serializers.IntegerField()
    passed_over = serializers.IntegerField(help_text="Clips of a timeline that say nothing of it")


class Answered(serializers.Serializer):
    summary = Summary()
    results = Result(many=True)


ASKED = OpenApiExample("Two shots of one production", request_only=True, media_type="application/json", value={
    "production": "prd_4tXc0m9Q0mH2dJr8Tn5v1A", "release_on": "2027-03-01", "questions": [
        {"name": "sh010", "units": ["sh010"], "depictions": [MIRA]},
        {"name": "sh020", "units": ["sh020"], "depictions": [{**MIRA, "use": "face_replacement"}]},
    ],
})  # fmt: skip
AS_TABLE = OpenApiExample("A shot list", request_only=True, media_type=TABLE, value=(
    "shot,person,role,modality,use,release_on\r\nsh010,M. Vale,target_likeness,face,de_aging,2027-03-01\r\n"))  # fmt: skip
AS_CUT = OpenApiExample("A cut", request_only=True, media_type=CUT, value={
    "OTIO_SCHEMA": "Timeline.1", "name": "reel 3",
    "metadata": {"countersign": {"production": "prd_4tXc0m9Q0mH2dJr8Tn5v1A", "release_on": "2027-03-01"}},
    "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [{"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [
        {"OTIO_SCHEMA": "Clip.2", "name": "sh010", "metadata": {"countersign": {"depictions": [MIRA]}}}]}]},
})  # fmt: skip
_UNKNOWN = "“Harbor” has no scene or shot of the code “sh020”; its studio adds it."
_YES = {
    "id": "dec_4tXc0m9Q0mH2dJr8Tn5v1A", "href": "https://registry.example/api/v1/clearances/dec_4tXc0m9Q0mH2dJr8Tn5v1A",
    "outcome": "permit", "as_of": "2026-11-25T09:00:00.000000Z", "reasons": [], "obligations": [], "missing_facts": [],
    "to_clear": [],
}  # fmt: skip
ANSWER = OpenApiExample("One permitted, one that could not be asked", response_only=True, value={
    "summary": {"questions": 2, "permit": 1, "review": 0, "deny": 0, "failed": 1, "passed_over": 0},
    "results": [
        {"index": 0, "name": "sh010", "rows": [], "outcome": "permit", "now": _YES, "on_release": None, "problem": None},
        {"index": 1, "name": "sh020", "rows": [], "outcome": "failed", "now": None, "on_release": None, "problem": {
            "code": "declaration.unknown_unit", "detail": _UNKNOWN,
            "errors": [{"pointer": "/questions/1/units/0", "code": "declaration.unknown_unit", "detail": _UNKNOWN}]}},
    ],
})  # fmt: skip


class Batch(APIView):
    permission_classes = [requires("clearances")]
    parser_classes = [BoundedJSON, Table, Cut]

    @extend_schema(
        operation_id="ask_clearances", tags=["clearances"], examples=[ASKED, AS_TABLE, AS_CUT, ANSWER],
        request={"application/json": QuestionsShape, TABLE: OpenApiTypes.STR, CUT: OpenApiTypes.OBJECT},
        parameters=[
            OpenApiParameter("production", str, description="Of every shot without one, in a table or a cut"),
            OpenApiParameter("release_on", OpenApiTypes.DATE, description="The same"),
        ],
        responses={
            200: OpenApiResponse(Answered, description="Each question answered and kept, or told why it could not be asked"),
            409: refusal(409), 413: refusal(413), 415: refusal(415), 422: refusal(422),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Up to five hundred questions of a shot list, each answered and kept as `ask_clearance` does it.

        One that cannot be asked spoils no other: its result says why, and where. Of a table the columns are told in
        docs/hatch.md and by the template; of a cut every clip is asked about whose metadata, or whose markers', say
        `countersign`.
        """
        announced_length(request)
        defaults = _defaults(request)
        listed = _shots(request)
        at = timezone.now()
        results = answered([_with(shot, defaults) for shot in listed.shots], request, at=at)
        counted = {outcome: sum(one["outcome"] == outcome for one in results) for outcome in OUTCOMES}
        summary = {"questions": len(results), **counted, "passed_over": listed.passed_over}
        return Response({"summary": summary, "results": results})


COLUMNS = "".join(written(shot_lists.TEMPLATE))


class AsTable(BaseRenderer):
    media_type, format, charset = TABLE, "csv", "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data if isinstance(data, bytes) else JSONRenderer().render(data)


class Template(APIView):
    permission_classes = [requires("clearances")]
    renderer_classes = [AsTable, JSONRenderer]

    @extend_schema(
        operation_id="fetch_shot_list", tags=["clearances"], responses={(200, TABLE): OpenApiTypes.STR},
        examples=[OpenApiExample("Its columns", response_only=True, media_type=TABLE, value=COLUMNS)],
    )
    def get(self, request: Request) -> HttpResponse:
        """A shot list to fill in: every column, and two rows that show how. Only the columns shot, role, modality and use
        are needed."""
        table = COLUMNS.encode()
        named = {"Content-Disposition": 'attachment; filename="shot-list.csv"'}
        return HttpResponse(table, content_type=f"{TABLE}; charset=utf-8", headers=named)


# --- what is asked ------------------------------------------------------------------------------------------------


def _defaults(request: Request) -> dict[str, str]:
    for name, given in request.query_params.lists():
        if name not in DEFAULTS:
            detail = f"A parameter was sent that is not known here. Known are {', '.join(DEFAULTS)}."
            raise UnreadableParameter([("", detail)])
        if len(given) > 1 or not given[0].strip():
            raise UnreadableParameter([(f"/{name}", "Send it once, and not empty.")])
    return {name: request.query_params[name] for name in DEFAULTS if name in request.query_params}


def _shots(request: Request) -> Shots:
    readers = {TABLE: shot_lists.from_table, CUT: shot_lists.from_timeline}
    if read := readers.get(request.content_type.partition(";")[0].strip().lower()):
        # Nothing is parsed where nothing was sent.
        return read(request.data if isinstance(request.data, bytes) else b"")
    form = Questions(data=request.data)
    form.is_valid(raise_exception=True)
    said = {name: request.data[name] for name in DEFAULTS if name in request.data}
    return Shots(tuple(
        Shot(str(one.get("name", ""))[:100], said | {key: value for key, value in one.items() if key != "name"},
             f"/questions/{number}", tuple(f"/questions/{number}/depictions/{at}" for at in range(_many(one))))
        for number, one in enumerate(request.data["questions"])
    ))  # fmt: skip


def _many(one: dict[str, Any]) -> int:
    depictions = one.get("depictions")
    return len(depictions) if isinstance(depictions, list) else 0


def _with(shot: Shot, defaults: dict[str, str]) -> Shot:
    return Shot(shot.name, defaults | dict(shot.asked), shot.at, shot.depicted_at, shot.rows, shot.faults)


# --- how it is answered -------------------------------------------------------------------------------------------


def answered(shots: Sequence[Shot], request: Request, *, at: datetime) -> list[dict[str, Any]]:
    """Each shot with its answer, or with why there is none; all are decided from one reading of what is on file."""
    organisation = request.client.organisation
    works = _works(shots, organisation)
    aliases = _aliases(shots, works)
    asked: list[tuple[clearances.Question, Production]] = []
    whose: list[int] = []
    problems: dict[int, dict[str, Any]] = {}
    for number, shot in enumerate(shots):
        try:
            put = _put(shot, works, aliases, at=at)
        except Invalid as unfit:
            problems[number] = _problem(unfit, shot)
            continue
        asked += put
        whose += [number] * len(put)
    spend_questions(request, len(asked))
    answers: dict[int, list[Decision]] = {}
    for number, answer in zip(
        whose, clearances.decide_all(asked, requester=organisation, purpose="clearance", at=at), strict=True
    ):
        if isinstance(answer, Invalid):
            problems[number] = _problem(answer, shots[number])
        else:
            answers.setdefault(number, []).append(answer)
    stored = [one for its in answers.values() for one in its]
    known = clearances.names_in((one.request, one.answer) for one in stored)
    return [_result(number, shot, answers.get(number, ()), problems.get(number), known, request)
            for number, shot in enumerate(shots)]  # fmt: skip


def _works(shots: Iterable[Shot], organisation: Organisation) -> dict[str, Production]:
    named = {work for shot in shots if isinstance(work := shot.asked.get("production"), str)}
    visible = Production.objects.visible_to(organisation).filter(public_id__in=named)
    return {one.public_id: one for one in visible.select_related("studio", "parent__parent__parent")}


def _aliases(shots: Iterable[Shot], works: dict[str, Production]) -> dict[tuple[str, str], list[str]]:
    """Tables may call people by their alias: by production and alias, the ids of those in its cast who go by it."""
    found: dict[tuple[str, str], list[str]] = {}
    called: dict[str, set[str]] = {}
    for shot in shots:
        if shot.rows and shot.asked.get("production") in works:
            names = {str(one["person"]) for one in shot.asked["depictions"] if "person" in one}
            called.setdefault(shot.asked["production"], set()).update(names)
    for work, names in called.items():
        line = [one.pk for one in works[work].line()]
        cast = Person.objects.filter(productions__in=line, alias__in=names).distinct().order_by("pk")
        for alias, person in cast.values_list("alias", "public_id"):
            found.setdefault((work, alias), []).append(person)
    return found


def _put(
    shot: Shot, works: dict[str, Production], aliases: dict[tuple[str, str], list[str]], *, at: datetime
) -> list[tuple[clearances.Question, Production]]:
    """What a shot asks, of now and of its day of release. Raises Invalid, with pointers into the question."""
    if shot.faults:
        raise Invalid(shot.faults[0].code, shot.faults[0].detail, errors=shot.faults)
    given = dict(shot.asked)
    if shot.rows:
        given["depictions"] = [_called(one, given.get("production"), aliases, number)
                               for number, one in enumerate(given["depictions"])]  # fmt: skip
    form = QuestionAsked(data=given)
    if not form.is_valid():
        faults = tuple(faults_in(form.errors))[:MOST_FAULTS]
        raise Invalid("request.invalid", faults[0].detail, errors=faults)
    production = works.get(form.validated_data["production"])
    if production is None:
        detail = "There is no production of that id that you work on."
        raise Invalid("production.unknown", detail, errors=(Fault("/production", "production.unknown", detail),))
    return [(question, production) for question in moments(form.validated_data, at=at)]


def _called(
    depiction: dict[str, Any], work: Any, aliases: dict[tuple[str, str], list[str]], number: int
) -> dict[str, Any]:
    """A row's depiction, with the id of whom it calls by an alias."""
    who = depiction.get("person")
    if not who or who.startswith("per_"):
        return depiction
    ids = aliases.get((str(work), who), [])
    if len(ids) == 1:
        return depiction | {"person": ids[0]}
    many = "Several people" if ids else "Nobody"
    detail = f"{many} in the cast of this production go by that name. Give the id, from GET /productions/{{id}}."
    raise Invalid("declaration.unknown_person", detail, errors=(
        Fault(f"/depictions/{number}/person", "declaration.unknown_person", detail),))  # fmt: skip


def _problem(error: RegistryError, shot: Shot) -> dict[str, Any]:
    placed = shot.faults or tuple(Fault(shot.place(one.pointer), one.code, one.detail) for one in error.errors)
    told = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in placed[:MOST_FAULTS]]
    return {"code": error.code, "detail": error.detail, "errors": told}


def _result(
    number: int, shot: Shot, stored: Sequence[Decision], problem: dict[str, Any] | None, known: clearances.Names,
    request: Request,
) -> dict[str, Any]:  # fmt: skip
    organisation = request.client.organisation
    told = [] if problem else [
        _brief(one, request, known, to_studio=organisation.pk == one.production.studio_id) for one in stored
    ]  # fmt: skip
    outcome = max((one["outcome"] for one in told), key=OUTCOMES.index, default="failed")
    return {
        "index": number, "name": shot.name, "rows": list(shot.rows), "outcome": outcome,
        "now": told[0] if told else None, "on_release": told[1] if len(told) > 1 else None, "problem": problem,
    }  # fmt: skip


def _brief(stored: Decision, request: Request, known: clearances.Names, *, to_studio: bool) -> dict[str, Any]:
    whole = clearances.told(stored, to_studio=to_studio, known=known)
    everywhere = sorted(whole["by_territory"])

    def placed(finding: dict[str, Any]) -> dict[str, Any]:
        return finding | {"territories": [] if finding["territories"] == everywhere else finding["territories"]}

    return {
        "id": whole["id"], "href": reverse("clearance", args=[whole["id"]], request=request),
        "outcome": whole["outcome"], "as_of": whole["as_of"],
        "reasons": [placed(one) for one in whole["reasons"]],
        "obligations": [placed(one) for one in whole["obligations"]],
        "missing_facts": whole["missing_facts"], "to_clear": whole["to_clear"],
    }  # fmt: skip
