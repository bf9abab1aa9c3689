"""A consent record as of ISO/IEC TS 27560:2023, in the W3C Data Privacy Vocabulary 2.3 (JSON-LD). One way only.

The fields and their names are those of the community group's guide “Consent Records and Receipts using DPV”; the states
are pinned to DPV's own list, where the guide's ConsentTerminated is ConsentRevoked. What is mandatory there and unknown
here is said to be not on file.
"""

from datetime import date
from typing import Any

from consent.receipts import agreed as said
from consent.receipts.agreed import ERASED, NOT_ON_FILE, Agreed, Party, State, named, vocabulary
from consent.vocabulary import USES

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record"
PREFIXES = {
    "dpv": "https://w3id.org/dpv#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
# Fields whose values name something rather than say it.
NAMES = ("dct:conformsTo", "dpv:hasDataController", "dpv:hasLegalBasis", "dpv:hasRecipient", "dpv:isIndicatedBy")
# Only what is given is valid; what is stopped or not verified has no state of its own in DPV.
STATES = {
    said.GIVEN: "dpv:ConsentGiven",
    said.NOT_YET: "dpv:ConsentGiven",
    said.EXPIRED: "dpv:ConsentExpired",
    said.WITHDRAWN: "dpv:ConsentWithdrawn",
    said.REVOKED: "dpv:ConsentRevoked",
    said.TERMINATED: "dpv:ConsentRevoked",
    said.ANNULLED: "dpv:ConsentInvalidated",
    said.SUSPENDED: "dpv:ConsentUnknown",
    said.OFFERED: "dpv:ConsentRequested",
    said.AWAITING: "dpv:ConsentUnknown",
}
NOTES = {
    said.NOT_YET: "The consent was given and has not begun.",
    said.TERMINATED: "The consent ended under the agreement.",
    said.SUSPENDED: "The consent was given, and its use is stopped for now. This can be lifted.",
    said.OFFERED: "The consent was put before the performer, and nobody has signed it.",
    said.AWAITING: "A signed paper is on file, and no second lawyer has compared this record with it.",
}
SPOKEN_BY = {"self": "dpv:DataSubject", "guardian": "dpv:GuardianOfDataSubject"}


def record(agreed: Agreed, state: State, *, site: str, on: date) -> dict[str, Any]:
    """The record of one consent, as it stood on a day."""
    studio = named(site, agreed.studio.id)
    entities = {one.id: one for one in (agreed.studio, *agreed.recipients)}
    return {
        "@context": {
            **PREFIXES,
            "cs": vocabulary(site),
            **{name: {"@id": name, "@type": "@id"} for name in NAMES},
        },
        "@id": named(site, agreed.grant),
        "@type": "dpv:ConsentRecord",
        "dct:identifier": agreed.grant,
        "dct:hasVersion": str(agreed.number),
        "dct:conformsTo": PROFILE,
        "dct:created": agreed.recorded_at.date().isoformat(),
        "dct:issued": on.isoformat(),
        "dpv:hasDataSubject": _subject(agreed, site),
        "dpv:hasDataController": studio,
        "dpv:hasJurisdiction": agreed.studio.jurisdiction or NOT_ON_FILE,
        "dpv:hasLegalBasis": "dpv:Consent",
        "dpv:hasNotice": _notice(agreed),
        "dpv:hasProcess": _process(agreed, site),
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dpv:isExercisedAt": f"In writing, to {agreed.studio.name}",
        },
        "dpv:hasEntity": [_entity(one, site, controls=one == agreed.studio) for one in entities.values()],
        "dpv:hasConsentStatus": _statuses(agreed, state),
    }


def _subject(agreed: Agreed, site: str) -> dict[str, Any]:
    subject: dict[str, Any] = {"@id": named(site, agreed.person), "@type": "dpv:DataSubject"}
    return subject | ({"dct:description": ERASED} if agreed.description is None else {})


def _notice(agreed: Agreed) -> dict[str, Any]:
    """The paper that was signed is the notice; its language is not recorded."""
    signed = agreed.signed_on.isoformat() if agreed.signed_on else NOT_ON_FILE
    return {"@type": "dpv:ConsentNotice", "dct:date": signed, "dct:language": NOT_ON_FILE,
            "dct:description": agreed.description or ERASED}  # fmt: skip


def _process(agreed: Agreed, site: str) -> dict[str, Any]:
    granted = [line for line in agreed.lines if line.effect == "grant"]
    uses = sorted({use for line in granted for use in line.uses})
    modalities = sorted({modality for line in granted for modality in line.modalities})
    return {
        "@type": "dpv:Process",
        "dct:title": agreed.production or "Any production",
        "dct:description": list(agreed.summary),
        "dpv:hasPurpose": [{"@id": f"cs:{use}", "@type": "dpv:Purpose", "dct:title": USES[use]} for use in uses],
        "dpv:hasPersonalData": [{"@id": f"cs:{one}", "@type": "dpv:PersonalData"} for one in modalities],
        "dpv:hasRecipient": [named(site, one.id) for one in (agreed.studio, *agreed.recipients)],
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": NOT_ON_FILE},
            {"@type": "dpv:StorageDuration", "dpv:hasDuration": NOT_ON_FILE},
        ],
    }


def _entity(party: Party, site: str, *, controls: bool) -> dict[str, Any]:
    return {
        "@id": named(site, party.id),
        "@type": "dpv:DataController" if controls else "dpv:Recipient",
        "dpv:hasIdentifier": party.id,
        "dpv:hasName": party.name,
        "schema:address": {"@type": "schema:PostalAddress", "schema:addressCountry": party.jurisdiction or NOT_ON_FILE,
                           "schema:streetAddress": NOT_ON_FILE},
        "schema:contactPoint": {"@type": "schema:ContactPoint", "schema:contactType": NOT_ON_FILE},
    }  # fmt: skip


def _statuses(agreed: Agreed, state: State) -> list[dict[str, Any]]:
    """What happened to the consent, oldest first: the last is how it stands."""
    signed = _status(said.GIVEN, agreed.signed_on, agreed)
    return [signed] if state.code == said.GIVEN else [signed, _status(state.code, state.since, agreed)]


def _status(code: str, since: date | None, agreed: Agreed) -> dict[str, Any]:
    by = SPOKEN_BY.get(agreed.capacity, "dpv:Representative")
    other = {said.REVOKED: "dpv:Entity", said.TERMINATED: "dpv:Entity", said.ANNULLED: "dpv:Entity"}
    until = agreed.term_end
    status: dict[str, Any] = {
        "@type": [STATES[code], "dpv:ExpressedConsent"] if code == said.GIVEN else STATES[code],
        "dpv:isIndicatedBy": other.get(code, by),
        "dpv:isIndicatedAtTime": since.isoformat() if since else NOT_ON_FILE,
        "dpv:hasDuration": {"@type": "dpv:UntilTimeDuration", "rdf:value": until.isoformat()}
        if until
        else {"@type": "dpv:IndeterminateDuration"},
    }
    if code == said.GIVEN:
        status["dpv:hasIndicationMethod"] = agreed.method or NOT_ON_FILE
    return status | ({"dct:description": NOTES[code]} if code in NOTES else {})
