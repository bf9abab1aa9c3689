"""Hand out what is on file: a receipt, a record or a policy, or all about one person. Each time goes on the record."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from consent.models import Grant, GrantRevision
from consent.receipts import agreed as said
from consent.receipts import credential, dpv, issuer, issuing, odrl, reading
from consent.receipts.agreed import ERASED, NOT_ON_FILE, Agreed, State, named
from registry import journal
from registry.errors import Invalid
from registry.models import Person, User
from registry.permissions import READS_PERSONAL_DATA, insist

JSON_LD = "application/ld+json"
FORMS = {"receipt": "Signed receipt", "record": "Consent record (ISO/IEC TS 27560)", "policy": "Terms (ODRL)"}
STATES = {
    said.GIVEN: "In force", said.NOT_YET: "Given, not yet begun", said.EXPIRED: "Expired", said.SUSPENDED: "Stopped for now",
    said.WITHDRAWN: "Withdrawn", said.REVOKED: "Revoked by another party", said.TERMINATED: "Ended under the agreement",
    said.ANNULLED: "Never valid", said.OFFERED: "Offered, awaiting the performer",
    said.AWAITING: "Awaiting a second lawyer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    media_type: str
    content: bytes


@transaction.atomic
def hand_over(revision: GrantRevision, form: str, *, by: User, at: datetime, reason: str) -> Document:
    """One document of FORMS about a consent; a record is of the whole consent as it stands."""
    grant = revision.grant
    insist(by, grant.studio, READS_PERSONAL_DATA, to="hand out copies")
    document = _made(revision, form, by=by, at=at, reason=reason)
    journal.record(
        actor=journal.by_user(by), tag="grant:handed_over", subject=grant.public_id, organisation=grant.studio, at=at,
        reason=reason, details={"form": form, "revision": revision.public_id},
    )  # fmt: skip
    return document


@transaction.atomic
def answer_access_request(person: Person, *, by: User, at: datetime, reason: str) -> Document:
    """Everything on file about a person as a ZIP: a page to read, their consents, their receipts, and what happened."""
    insist(by, person.studio, READS_PERSONAL_DATA, to="answer an access request")
    consents = [_consent(number, grant, by=by, at=at, reason=reason) for number, grant in enumerate(_grants(person), 1)]
    journal.record(
        actor=journal.by_user(by), tag="person:access_answered", subject=person.public_id, organisation=person.studio,
        at=at, reason=reason, details={"consents": [one["grant"].public_id for one in consents]},
    )  # fmt: skip
    happened = list(_happened(person))
    told = {"person": _known(person), "consents": consents, "events": happened, "at": at, "studio": person.studio,
            "issuer": issuer.issuer(), "keys": issuer.published()}  # fmt: skip
    files = {
        "index.html": render_to_string("consent/access_request.html", told),
        "person.json": _json(told["person"]),
        "journal.json": _json(happened),
        "receipt-keys.json": _json(issuer.key_set()),
        **{name: text for one in consents for name, text in one["files"].items()},
    }
    return Document(f"access-request-{at:%Y-%m-%d}.zip", "application/zip", _zipped(files))


def _made(revision: GrantRevision, form: str, *, by: User, at: datetime, reason: str) -> Document:
    if form not in FORMS:
        raise Invalid("receipt.form", f"A copy is one of: {', '.join(FORMS)}.")
    number = f"revision-{revision.number}"
    if form == "receipt":
        token = issuing.issue(revision, by=by, at=at, reason=reason)
        return Document(f"receipt-{number}.vc.jwt", credential.MEDIA_TYPE, token.encode())
    if form == "policy":
        return Document(f"terms-{number}.odrl.jsonld", JSON_LD, _json(_policy(revision)).encode())
    governing, state = reading.standing(revision.grant, at=at)
    return Document("consent-record.jsonld", JSON_LD, _json(_record(reading.agreed(governing), state, at)).encode())


def _record(agreed: Agreed, state: State, at: datetime) -> dict[str, Any]:
    return dpv.record(agreed, state, site=settings.SITE_URL, on=at.date())


def _policy(revision: GrantRevision) -> dict[str, Any]:
    site, agreed = settings.SITE_URL, reading.agreed(revision)
    return odrl.document(
        agreed, uid=named(site, revision.public_id), assigner=named(site, agreed.person),
        assignee=named(site, agreed.studio.id), site=site,
    )  # fmt: skip


# ── All about one person ─────────────────────────────────────────────────────────────────────────────────────────


def _grants(person: Person) -> Iterator[Grant]:
    yield from Grant.objects.filter(person=person).select_related("person", "studio", "production").order_by("pk")


def _consent(number: int, grant: Grant, *, by: User, at: datetime, reason: str) -> dict[str, Any]:
    """One consent: what the page says of it, and its files."""
    revision, state = reading.standing(grant, at=at)
    agreed = reading.agreed(revision)
    files = {f"consent-{number}/record.jsonld": _json(_record(agreed, state, at))}
    for each in grant.revisions.all():
        files[f"consent-{number}/terms-revision-{each.number}.odrl.jsonld"] = _json(_policy(each))
        try:
            token = issuing.issue(each, by=by, at=at, reason=reason)
        except (issuing.NoReceipt, issuing.Erased):
            continue
        files[f"consent-{number}/receipt-revision-{each.number}.vc.jwt"] = token
    return {
        "grant": grant, "revision": revision, "state": STATES[state.code], "since": state.since, "agreed": agreed,
        "description": agreed.description or ERASED, "papers": list(revision.evidence.all()), "files": files,
    }  # fmt: skip


def _known(person: Person) -> dict[str, Any]:
    """What is on file about the person themselves. Erased is said, and is not the same as never known."""
    erased = reading.is_erased(person)
    told = {"id": person.public_id, "alias": person.alias, "kind": person.get_kind_display()}
    private = {"legal_name": person.legal_name, "born_on": person.birth_date}
    plain = {"died_on": person.death_date, "isni": person.isni, "hand": person.hand}
    if erased:
        told |= dict.fromkeys(private, ERASED)
    else:
        plain |= private
    return told | {name: str(value or NOT_ON_FILE) for name, value in plain.items()} | {"erased": erased}


def _happened(person: Person) -> Iterator[dict[str, Any]]:
    """What the journal holds about the person and their consents. Which of the studio's people acted is theirs."""
    for subject in (person.public_id, *(grant.public_id for grant in _grants(person))):
        for event in journal.chain(subject):
            yield {
                "about": subject,
                "entry": event.sequence,
                "what": event.tag,
                "in_words": _in_words(event.tag),
                "by": event.actor.partition(":")[0],
                "why": event.reason,
                "in_effect": journal.timestamp(event.effective_at),
                "recorded": journal.timestamp(event.recorded_at),
                "hash": event.hash,
                "hash_before": event.previous_hash,
            }


def _in_words(tag: str) -> str:
    return tag.replace(":", " ").replace("_", " ").capitalize()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()
