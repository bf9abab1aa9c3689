"""Ask the record whether something may be done, keep the answer, and ask it again beside the key.

What is decided is `decision.py`'s; here the question is put together from what is on file, and its answer stored.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from consent import decision, facts, policy, rulebook, wording
from consent.models import Decision, Grant, GrantRevision, PackAdoption
from consent.on_file import record_for, records_for
from consent.questions import refuse_unknown
from registry.errors import Fault, Invalid, NotFound
from registry.models import Organisation, Person, Production, Unit
from registry.prepared import Prepared

MOST_CODES = 2_000  # looked through for the one that was meant


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a production. What is left empty comes from the production; units go by their code. `vendor` is
    who would do it, by id; left empty, whoever asks."""

    act: str
    depictions: tuple[facts.Depiction, ...]
    units: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    asset_sha256: str | None = None
    as_of: datetime | None = None
    fixed_on: date | None = None
    vendor: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What readers know people, works and consents by: aliases, titles and a studio's file numbers, by their ids here."""

    aliases: Mapping[str, str]
    titles: Mapping[str, str]
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Within:
    """Who is in the cast of a production's line, and which of its units there are, of those that were named."""

    cast: frozenset[str]
    units: frozenset[str]


class NotInThisProduction(Invalid):
    """People or units that the production does not have; another tenant's are answered like ones that never were."""

    def __init__(self, faults: tuple[Fault, ...]):
        super().__init__(faults[0].code, faults[0].detail, errors=faults)


def put(question: Question, *, production: Production, at: datetime, requester: Organisation | None = None) -> facts.Request:
    """The question in full, as it is put at `at` by the studio, or by the vendor `requester`. Raises Invalid for what
    cannot be asked of the production at all: unknown people, units and codes."""
    within = _within({production}, [question])[production.pk]
    return _put(question, production=production, at=at, requester=requester, within=within)


def _put(
    question: Question, *, production: Production, at: datetime, requester: Organisation | None, within: _Within
) -> facts.Request:
    if requester is not None and requester.pk != production.studio_id:
        question = replace(question, vendor=requester.public_id)
    _refuse_strangers(question, production, within)
    request = _in_full(question, production, at)
    refuse_unknown(request)
    return request


def ask(question: Question, *, production: Production, at: datetime) -> tuple[facts.Request, decision.Decision]:
    """The answer to a question, as the file stands at `at`. Nothing is kept. Raises Invalid for what is unknown."""
    request = put(question, production=production, at=at)
    return request, decision.decide(request, record_with_packs(request, production.studio))


def foresee(
    questions: Iterable[Question], *, production: Production, at: datetime
) -> list[tuple[facts.Request, decision.Decision]]:
    """The answers to several questions from one reading of the file, also of people who are not in the cast yet; they
    name no units. Nothing is kept. Raises Invalid for unknown codes."""
    requests = [_in_full(question, production, at) for question in questions]
    for request in requests:
        refuse_unknown(request)
    if not requests:
        return []
    everybody = tuple(one for request in requests for one in request.depictions)
    record = record_with_packs(replace(requests[0], depictions=everybody), production.studio)
    return [(request, decision.decide(request, record)) for request in requests]


def decide(question: Question, *, production: Production, requester: Organisation, purpose: str,
           at: datetime) -> Decision:
    """The answer to a question, stored with all it stood on."""
    request = put(question, production=production, at=at, requester=requester)
    with transaction.atomic():
        return keep(weighed(request, production=production, requester=requester, purpose=purpose))


def weighed(request: facts.Request, *, production: Production, requester: Organisation, purpose: str) -> Decision:
    """The answer to a question that was put in full, as the file stands now. It is not stored yet: `keep` stores it,
    together with what is done because of it."""
    answer = decision.decide(request, record_with_packs(request, production.studio))
    return _row(request, answer, production=production, requester=requester, purpose=purpose, at=request.known_at)


def keep(weighed: Decision) -> Decision:
    """Store an answer with all it stood on."""
    weighed.save()
    _stand_on([weighed])
    return weighed


def decide_all(
    asked: Sequence[tuple[Question, Production]], *, requester: Organisation, purpose: str, at: datetime
) -> list[Decision | Invalid]:
    """The answers to many questions, each stored as `decide` stores one, or why it cannot be asked. Whatever is read of a
    production and of a studio's file is read once for all of them, and all answers are stored together."""
    found: dict[int, Decision | Invalid] = {}
    puts: dict[Organisation, list[tuple[int, facts.Request, Production]]] = defaultdict(list)
    here = _within({production for _, production in asked}, [question for question, _ in asked])
    for number, (question, production) in enumerate(asked):
        try:
            request = _put(question, production=production, at=at, requester=requester, within=here[production.pk])
            puts[production.studio].append((number, request, production))
        except Invalid as unknown:
            found[number] = unknown
    rows: list[tuple[int, Decision]] = []
    for studio, its in puts.items():
        adoptions = policy.nobody_adopted() + adopted(studio)
        records = records_for([request for _, request, _ in its], studio=studio)
        for (number, request, production), record in zip(its, records, strict=True):
            answer = decision.decide(request, replace(record, adoptions=adoptions))
            row = _row(request, answer, production=production, requester=requester, purpose=purpose, at=at)
            rows.append((number, row))
    with transaction.atomic():
        Decision.objects.bulk_create(row for _, row in rows)
        _stand_on([row for _, row in rows])
    found |= dict(rows)
    return [found[number] for number in range(len(asked))]


LATEST = Prepared(lambda original: Decision.objects.filter(original=original).order_by("-pk").values_list("pk")[:1])


def confirm(stored: Decision, *, purpose: str, at: datetime) -> Decision:
    """The same question now. The newest answer stored, if it is the same; else the new one, stored as well."""
    original = stored.original or stored
    newest = next((Decision.objects.get(pk=pk) for (pk,) in LATEST(original.pk)), original)
    request, record = asked_again(stored, at=at)
    if _substance(decision.decide(request, record, advised=False).as_dict()) == _substance(newest.answer):
        return newest
    answer = decision.decide(request, record)
    with transaction.atomic():
        return keep(_row(request, answer, production=stored.production, requester=stored.requester, purpose=purpose, at=at,
                         original=original))  # fmt: skip


def asked_again(stored: Decision, *, at: datetime) -> tuple[facts.Request, facts.Record]:
    """The stored question as it would be asked now, and the file as it is read for it now. About a day to come it is still
    asked about that day."""
    [again] = all_asked_again([stored], studio=stored.production.studio, at=at)
    return again


def all_asked_again(
    stored: Sequence[Decision], *, studio: Organisation, at: datetime
) -> list[tuple[facts.Request, facts.Record]]:
    """The same of many questions about one studio's works, from one reading of the file."""
    requests = [_again(one, at) for one in stored]
    adoptions = policy.nobody_adopted() + adopted(studio)
    records = records_for(requests, studio=studio) if requests else []
    return [(request, replace(record, adoptions=adoptions)) for request, record in zip(requests, records, strict=True)]


def answered_now(stored: Sequence[Decision], *, studio: Organisation, at: datetime) -> list[decision.Decision]:
    """What each of these questions about one studio's works would be answered at `at`. Nothing is kept."""
    return [decision.decide(request, record) for request, record in all_asked_again(stored, studio=studio, at=at)]


def asked_by(requester: Organisation, *, production: Production, most: int) -> list[Decision]:
    """The newest questions that were asked before the work, with their answers as they were kept."""
    asked = Decision.objects.filter(requester=requester, production=production, purpose="clearance")
    return list(asked.select_related("production__studio", "requester").order_by("-pk")[:most])


def _again(stored: Decision, at: datetime) -> facts.Request:
    request = request_of(stored.request)
    request = replace(request, as_of=max(request.as_of, at), known_at=at)
    if request.vendor is None and stored.requester_id != stored.production.studio_id:
        return replace(request, vendor=stored.requester.public_id)  # questions did not always say who asks
    return request


def replay(stored: Decision) -> str:
    """The hash that the stored question gives when it is decided again from what was known then, by the same packs and
    of the production as it was then."""
    request = request_of(stored.request)
    return decision.decide(request, _as_then(stored, request)).hash


def lock_grants(stored: Decision) -> list[Grant]:
    """Hold the grants a decision stands on until the transaction ends, in one order; endings take the same locks."""
    return LOCKED(stored.pk)


LOCKED = Prepared(
    lambda decision: Grant.objects.select_for_update()
    .filter(pk__in=GrantRevision.objects.filter(decisions=decision).order_by().values("grant"))
    .order_by("pk")
)


def found(public_id: str, *, requester: Organisation, sandbox: bool = False) -> Decision:
    """A decision this organisation asked for, or one about its production: in its sandbox, or in earnest. Raises NotFound."""
    stored = Decision.objects.select_related("production__studio").filter(public_id=public_id).first()
    if (
        stored is None
        or requester.pk not in (stored.requester_id, stored.production.studio_id)
        or sandbox != (stored.production.studio.sandbox_of_id is not None)
    ):
        raise NotFound("clearance.unknown", "There is no clearance of that id.")
    return stored


def told(stored: Decision, *, to_studio: bool = False, known: Names | None = None) -> dict[str, Any]:
    """A stored answer for its reader: a studio reads its own consents by their numbers, anybody else by none."""
    names = names_for(stored.request, stored.answer, to_studio=to_studio, known=known)
    answer = unfolded(stored.answer)
    return {
        "id": stored.public_id,
        "outcome": stored.outcome,
        "by_territory": answer["by_territory"],
        "reasons": [_told(reason, names) for reason in answer["reasons"]],
        "obligations": [
            {name: one[name] for name in ("rule", "gate", "due", "depiction", "text", "territories")}
            for one in answer["obligations"]
        ],
        "advice": [_told(reason, names) for reason in answer["advice"]],
        "missing_facts": answer["missing_facts"],
        "to_clear": [wording.named(line, names) for line in answer["to_clear"]],
        "as_of": facts.moment(stored.as_of),
        "decided_at": facts.moment(stored.recorded_at),
        "engine_version": stored.engine_version,
        "packs": answer["packs"],
        "territory_set_version": answer["territory_set_version"],
        "hash": stored.decision_hash,
    }


def unfolded(answer: Mapping[str, Any]) -> dict[str, Any]:
    """A stored answer with its territories written out, as the first engine wrote them: later ones keep the classes of
    territories that are answered alike, and say of each thing found in which classes it was."""
    if "classes" not in answer:
        return {"advice": [], "packs": []} | dict(answer)
    classes = answer["classes"]
    outcomes = sorted((place, one["outcome"]) for one in classes for place in one["territories"])
    placed = {
        name: [{**one, "territories": _places(one["classes"], classes)} for one in answer[name]]
        for name in ("reasons", "findings", "obligations", "advice")
    }
    return {"packs": []} | dict(answer) | placed | {"by_territory": dict(outcomes)}


def _places(at: Iterable[int], classes: list[Mapping[str, Any]]) -> list[str]:
    return sorted(place for one in at for place in classes[one]["territories"])


def _told(reason: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": reason["code"],
        "severity": reason["severity"],
        "depiction": reason["depiction"],
        "modality": reason["modality"],
        "territories": reason["territories"],
        "text": wording.named(reason["text"], names),
        "to_clear": wording.named(reason["to_clear"], names),
    }


def faults(stored: Decision, *, pointers: Mapping[str, str]) -> tuple[Fault, ...]:
    """Why not, each with the pointer its depiction has in what was sent; what is only noted is left out."""
    return tuple(
        Fault(
            pointers.get(reason["depiction"], ""),
            reason["code"],
            " ".join(filter(None, (reason["text"], reason["to_clear"] and f"Needed: {reason['to_clear']}"))),
        )
        for reason in told(stored)["reasons"]
        if reason["severity"] not in ("note", "obligation")
    )


# --- the question -------------------------------------------------------------------------------------------------


def _in_full(question: Question, production: Production, at: datetime) -> facts.Request:
    return facts.Request(
        act=question.act,
        production=production.public_id,
        production_line=tuple(one.public_id for one in production.line()),
        units=question.units,
        media=question.media or tuple(production.default_media),
        territories=question.territories or tuple(production.default_territories),
        languages=question.languages or tuple(production.default_languages),
        depictions=question.depictions,
        as_of=question.as_of or at,
        known_at=at,
        asset_sha256=question.asset_sha256,
        fixed_on=question.fixed_on,
        vendor=question.vendor,
    )


CAST = Prepared(
    lambda line, people: Person.objects.filter(productions__in=line, public_id__in=people).order_by().values_list("public_id")
)
UNITS = Prepared(
    lambda production, codes: Unit.objects.filter(production=production, code__in=codes).order_by().values_list("code")
)


def _within(productions: Iterable[Production], questions: Iterable[Question]) -> dict[int, _Within]:
    """By production, whom and what the questions name that is there."""
    asked = list(questions)
    people = {one.person for question in asked for one in question.depictions if one.person}
    codes = {code for question in asked for code in question.units}
    return {
        production.pk: _Within(
            frozenset(one for (one,) in CAST([work.pk for work in production.line()], people)),
            frozenset(code for (code,) in UNITS(production.pk, codes)),
        )
        for production in productions
    }


def _refuse_strangers(question: Question, production: Production, within: _Within) -> None:
    """Raises NotInThisProduction for people outside the cast of the production's line and for unknown units."""
    depictions, units = question.depictions, question.units
    cast, here = within.cast, within.units
    strangers = [
        Fault(f"/depictions/{number}/person", "declaration.unknown_person",
              f"Nobody of the id “{one.person[:60]}” is in the cast of “{production.title}”.")
        for number, one in enumerate(depictions) if one.person and one.person not in cast
    ]  # fmt: skip
    strangers += [
        Fault(f"/units/{number}", "declaration.unknown_unit",
              f"“{production.title}” has no scene or shot of the code “{code[:60]}”{_nearest(code, production)}.")
        for number, code in enumerate(units) if code not in here
    ]  # fmt: skip
    if strangers:
        raise NotInThisProduction(tuple(strangers))


def _nearest(code: str, production: Production) -> str:
    """The codes that were perhaps meant, as words that end a sentence."""
    codes = list(production.units.order_by("code").values_list("code", flat=True)[:MOST_CODES])
    lower = {one.lower(): one for one in codes}
    near = [lower[one] for one in difflib.get_close_matches(code.lower()[:60], lower, n=3, cutoff=0.75)]
    if near:
        return f"; did you mean {' or '.join(near)}? If not, its studio adds it"
    some = f"; it has {', '.join(codes[:5])}{' and others' if len(codes) > 5 else ''}" if codes else ""
    return f"{some}; its studio adds scenes and shots"


def request_of(stored: Mapping[str, Any]) -> facts.Request:
    """A question from its stored form."""
    depictions = tuple(
        facts.Depiction(**{**one, "content_flags": frozenset(one["content_flags"])}) for one in stored["depictions"]
    )
    listed = ("production_line", "units", "media", "territories", "languages")
    fixed = stored.get("fixed_on")
    return facts.Request(**{
        **stored, **{name: tuple(stored[name]) for name in listed}, "depictions": depictions,
        "fixed_on": date.fromisoformat(fixed) if fixed else None,
        "as_of": datetime.fromisoformat(stored["as_of"]), "known_at": datetime.fromisoformat(stored["known_at"]),
    })  # fmt: skip


# --- what is on file ----------------------------------------------------------------------------------------------


def record_with_packs(request: facts.Request, studio: Organisation) -> facts.Record:
    """The record as it is read today, with the rule packs that the studio's lawyers have adopted."""
    return replace(record_for(request, studio=studio), adoptions=policy.nobody_adopted() + adopted(studio))


ADOPTIONS = Prepared(
    lambda studio: PackAdoption.objects.filter(studio=studio)
    .order_by()
    .values_list("pack", "hash", "mode", "by_id", "effective_at", "recorded_at")
)


def adopted(studio: Organisation) -> tuple[facts.Adoption, ...]:
    """The rule packs that the studio's lawyers have adopted, ever."""
    return tuple(
        facts.Adoption(pack, digest, mode, str(lawyer), *moments)
        for pack, digest, mode, lawyer, *moments in ADOPTIONS(studio.pk)
    )


def _as_then(stored: Decision, request: facts.Request) -> facts.Record:
    """What was known then, with the packs and the production that the answer stood on."""
    record, answer = record_for(request, studio=stored.production.studio), stored.answer
    library = rulebook.shipped()
    if lost := next((one for one in answer["packs"] if one["hash"] not in library), None):
        raise rulebook.PackUnknown(lost["id"], lost["hash"])
    adoptions = policy.standing((library[one["hash"]], one["mode"]) for one in answer["packs"])
    return replace(record, adoptions=adoptions, production=_production_of(answer["production"]))


def _production_of(told: Mapping[str, Any] | None) -> facts.Production | None:
    if told is None:
        return None
    starts = told["photography_starts_on"]
    return facts.Production(
        told["id"], told["kind"], frozenset(told["jurisdictions"]), frozenset(told["agreements"]),
        date.fromisoformat(starts) if starts else None,
    )  # fmt: skip


# --- the answer ---------------------------------------------------------------------------------------------------


REVISIONS = Prepared(lambda ids: GrantRevision.objects.filter(public_id__in=ids).order_by().values_list("pk", "public_id"))


def _row(request: facts.Request, answer: decision.Decision, *, production: Production, requester: Organisation,
         purpose: str, at: datetime, original: Decision | None = None) -> Decision:
    return Decision(
        production=production, requester=requester, purpose=purpose, original=original,
        request=request.as_dict(), request_hash=request.hash, outcome=answer.outcome, answer=answer.as_dict(),
        decision_hash=answer.hash, engine_version=answer.engine_version,
        as_of=request.as_of, known_at=request.known_at, recorded_at=at,
    )  # fmt: skip


def _stand_on(decisions: Sequence[Decision]) -> None:
    """Write down on which revisions of consents each answer stands."""
    named = sorted({one for stored in decisions for one in stored.answer["revisions"]})
    known = {public_id: pk for pk, public_id in REVISIONS(named)}
    standing = Decision.revisions.through
    standing.objects.bulk_create(
        standing(decision_id=stored.pk, grantrevision_id=known[one])
        for stored in decisions for one in sorted(set(stored.answer["revisions"])) if one in known
    )  # fmt: skip


def _substance(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says, apart from the moment it was asked about and from what only advises."""
    whole = unfolded(answer)
    said = {name: value for name, value in whole.items() if name not in ("request_hash", "advice", "classes")}
    placed = {
        name: [{**one, "classes": None} for one in whole[name]] for name in ("reasons", "findings", "obligations")
    }
    deciding = [pack for pack in whole["packs"] if pack["mode"] != policy.ADVISORY]
    return said | placed | {"packs": deciding}


def names_in(asked: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Names:
    """The names in questions with their answers, all read at once."""
    people: set[str] = set()
    works: set[str] = set()
    grants: set[str] = set()
    for question, answer in asked:
        people |= {one["person"] for one in question["depictions"] if one["person"]}
        works.add(question["production"])
        grants |= _grants_in(answer)
    return Names(
        dict(Person.objects.filter(public_id__in=people).values_list("public_id", "alias")),
        dict(Production.objects.filter(public_id__in=works).values_list("public_id", "title")),
        dict(Grant.objects.filter(public_id__in=grants).values_list("public_id", "number")),
    )


def names_for(
    question: Mapping[str, Any], answer: Mapping[str, Any], *, to_studio: bool, known: Names | None = None
) -> dict[str, str]:
    """What the reader knows people, consents and the work asked about by, by their ids here: an alias, a file number, a
    title."""
    known = known or names_in([(question, answer)])
    people = {one["id"]: one["person"] for one in question["depictions"] if one["person"]}
    names = {depiction: known.aliases[person] for depiction, person in people.items() if person in known.aliases}
    names |= {work: title for work, title in known.titles.items() if work == question["production"]}
    grants = _grants_in(answer)
    if to_studio:
        return names | {grant: number for grant, number in known.numbers.items() if grant in grants}
    return names | dict.fromkeys(grants, "on file")


def _grants_in(answer: Mapping[str, Any]) -> set[str]:
    return {reason["grant"] for reason in (*answer["reasons"], *answer.get("advice", ())) if reason["grant"]}
