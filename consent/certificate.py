"""A kept decision on paper and as data: the clearance certificate for a file, an insurer or a court.

It says what was asked, what was answered and on what that stood. The decision is signed by the registry; the paper
carries it as a file, so that anybody can check it with the registry's published keys.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from consent import clearance, wording
from consent.answer_in_words import Told, tell
from consent.facts import moment
from consent.models import Decision
from consent.receipts import issuer
from consent.receipts.keys import DECISION
from consent.sheets import carrying, copy_mark, pairs, printed, ruled, say
from consent.vocabulary import ACTS, MEDIA
from registry.models import Organisation

SIGNED = ".jws"

NO_ADVICE = (
    "This certificate states what the registry answered from the record as it stood at the moment given. It is not legal "
    "advice, and it does not show what was recorded afterwards."
)


def in_words(question: Mapping[str, Any], answer: Mapping[str, Any], *, to_studio: bool = True) -> Told:
    """The answer as the studio reads it, with the aliases and file numbers it knows; or as anybody else does, with aliases."""
    whole = clearance.unfolded(answer)
    return tell(question, whole, clearance.names_for(question, whole, to_studio=to_studio))


def as_pdf(decision: Decision, told: Told, *, token: str, by: str, at: datetime) -> bytes:
    """The certificate, A4, with the signed decision (`token`) inside, printed for whoever is named. A long answer runs
    over as many pages as it needs, each with its number and the hash."""
    pages = printed(
        _content(decision, told, token), title=f"Clearance {decision.public_id}", subject=told.headline,
        foot=f"{decision.public_id} · {decision.decision_hash}", mark=copy_mark(by, at),
    )  # fmt: skip
    return carrying(pages, file_name(decision), token.encode())


def file_name(decision: Decision) -> str:
    return f"decision-{decision.public_id}{SIGNED}"


def signed(decision: Decision, *, at: datetime) -> str:
    """The decision as a compact JWS, signed with the key that signs receipts. Raises `ReceiptKeyUnavailable`."""
    issuer.remembered_key(at)
    told = {"iss": issuer.issuer().did, "issuer": issuer.issuer().as_dict()["name"], "signed_at": moment(at)}
    return issuer.signed(told | as_dict(decision), kind=DECISION)


def as_dict(decision: Decision) -> dict[str, Any]:
    """The decision whole, as it is kept: `hash` is the SHA-256 of the RFC 8785 form of `answer`."""
    return {
        "id": decision.public_id,
        "production": decision.production.public_id,
        "purpose": decision.purpose,
        "outcome": decision.outcome,
        "request": decision.request,
        "answer": decision.answer,
        "hash": decision.decision_hash,
        "engine_version": decision.engine_version,
        "as_of": moment(decision.as_of),
        "known_at": moment(decision.known_at),
        "decided_at": moment(decision.recorded_at),
    }


def question_in_words(decision: Decision) -> list[tuple[str, str]]:
    """What was asked, line by line."""
    asked = decision.request
    return [
        ("Production", f"{decision.production}, {decision.production.studio}"),
        ("What is to be done", ACTS[asked["act"]]),
        ("Where", _upper(wording.places_in_words(clearance.unfolded(decision.answer)["by_territory"]))),
        ("Media", ", ".join(MEDIA[code] for code in asked["media"]) or "none named"),
        ("Languages", ", ".join(asked["languages"]) or "none named"),
        ("Scenes and shots", ", ".join(asked["units"]) or "none named"),
        *([("Finished on", wording.day_in_words(date.fromisoformat(asked["fixed_on"])))] if asked.get("fixed_on") else []),
        *([("Who would do it", _vendor(decision))] if asked.get("vendor") else []),
        *([("File, by its SHA-256", asked["asset_sha256"])] if asked["asset_sha256"] else []),
        ("As of", f"{decision.as_of:%-d %B %Y, %H:%M} UTC"),
        ("From the record as known on", f"{decision.known_at:%-d %B %Y, %H:%M} UTC"),
    ]


# --- the page -------------------------------------------------------------------------------------------------------


def _content(decision: Decision, told: Told, token: str) -> Iterable[Flowable]:
    yield say("small", "Countersign · clearance certificate")
    yield say(f"title-{told.verdict.outcome}", told.headline)
    yield say("text", told.lead)
    yield say("heading", "What was asked")
    yield pairs(question_in_words(decision))
    yield say("heading", "Territory by territory")
    head = [say("soft", one) for one in ("Territory", *told.columns, "Altogether")]
    rows = [
        [say("text", row.where), *(say(f"tag-{cell.outcome}", cell.words) for cell in row.cells),
         say(f"tag-{row.whole.outcome}", row.whole.words)]
        for row in told.rows
    ]  # fmt: skip
    yield ruled([head, *rows])
    if told.reasons or told.notes:
        yield say("heading", "Why")
        yield ruled([
            [say(f"tag-{why.tag.outcome}", why.tag.words), say("text", f"{why.text} ({why.where})")]
            for why in (*told.reasons, *told.notes)
        ], first=38 * mm)  # fmt: skip
    if told.duties:
        yield say("heading", "Still to be done")
        yield ruled([[say("text", one.when), say("text", f"{one.text} ({one.where})")] for one in told.duties], first=38 * mm)
    if told.advice:
        yield say("heading", "Advice, which changes no answer")
        yield say("soft", "From rule packs that no named lawyer of this studio has adopted.")
        yield from (say("text", f"{why.text} ({why.where})") for why in told.advice)
    if told.to_clear:
        yield say("heading", "To clear this")
        yield from (say("text", f"{number}. {line}") for number, line in enumerate(told.to_clear, start=1))
    yield say("heading", "On what it stood")
    stood_on = [
        f"{one.grant.number}, revision {one.number}, in force from {one.effective_from:%-d %B %Y}"
        for one in decision.revisions.select_related("grant").order_by("pk")
    ]
    yield from (say("text", line) for line in stood_on or ["No consent on file: see the reasons above."])
    yield Spacer(1, 4 * mm)
    yield say("small", f"Decision {decision.public_id}, engine {decision.engine_version}, SHA-256 of the answer:")
    yield say("small", decision.decision_hash)
    yield say("heading", "How to check it")
    yield from (say("text", line) for line in how_to_check(decision))
    yield say("small", f"SHA-256 of the attached file: {hashlib.sha256(token.encode()).hexdigest()}")
    yield say("small", NO_ADVICE)


def how_to_check(decision: Decision) -> Iterable[str]:
    """In words, for whoever holds the paper and has no access to the registry."""
    who = issuer.issuer()
    yield (
        f"This PDF carries the file {file_name(decision)}: the same decision, signed by the registry (JWS, ES256). What is "
        "signed in it counts, not the words on these pages."
    )
    yield (
        f"The keys are published as {who.did}, at {who.site}/.well-known/did.json. The registry’s own program checks this PDF "
        "or the file: manage.py receipt_check FILE; so does any program that checks a JWS."
    )
    if who.development:
        yield f"It is a {who.as_dict()['name'].removeprefix('Countersign ')}."


def _vendor(decision: Decision) -> str:
    found = Organisation.objects.filter(public_id=decision.request["vendor"]).first()
    return found.name if found else decision.request["vendor"]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
