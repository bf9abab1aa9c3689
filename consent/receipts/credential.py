"""Receipts and status lists as W3C Verifiable Credentials 2.0, before they are signed. Nobody is named in either."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from consent.receipts import odrl
from consent.receipts.agreed import Agreed, named, vocabulary

CONTEXT = "https://www.w3.org/ns/credentials/v2"
MEDIA_TYPE = "application/vc+jwt"
DEVELOPMENT = "Countersign development registry – not for production"
# The words of a receipt that are this registry's own: name → what it is.
WORDS = {
    "ConsentReceipt": "A receipt of a consent",
    "studio": "The studio to which the consent was given",
    "production": "The production for which it was given",
    "revision": "Which signed state of the consent it is, counted from one",
    "capacity": "In which capacity it was signed",
    "signedOn": "The day it was signed",
    "verifiedOn": "The day a second lawyer compared the record with the paper",
    "summary": "What was allowed, in sentences",
    "terms": "What was allowed, as an ODRL policy",
}
# How long a list may be kept before it is asked for again, and how long at most it may be believed.
TTL = timedelta(minutes=5)
LIST_HOLDS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: the registry at this address, by did:web; `development` where its key is one made on the spot."""

    site: str
    development: bool

    @property
    def did(self) -> str:
        return f"did:web:{urlsplit(self.site).netloc.replace(':', '%3A')}"

    def as_dict(self) -> dict[str, str]:
        name = DEVELOPMENT if self.development else f"The consent registry at {urlsplit(self.site).netloc}"
        return {"id": self.did, "name": name}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a receipt's state can be asked: the bit at `index` of the list with this id."""

    purpose: str
    list: str
    index: int


def receipt(
    agreed: Agreed, places: tuple[Place, ...], *, issuer: Issuer, id: str, subject: str, policy: str
) -> dict[str, Any]:
    """The receipt of a verified revision. `id`, `subject` and `policy` are fresh random URIs, used nowhere else."""
    assert agreed.description is not None and agreed.verified_at is not None
    assignee = named(issuer.site, agreed.studio.id)
    document: dict[str, Any] = {
        "@context": [CONTEXT, _context(issuer.site)],
        "id": id,
        "type": ["VerifiableCredential", "ConsentReceipt"],
        "issuer": issuer.as_dict(),
        "validFrom": _midnight(agreed.effective_from),
        "credentialStatus": [_status(place, issuer.site) for place in places],
        "credentialSchema": {"id": f"{issuer.site}/schemas/receipt-1.json", "type": "JsonSchema"},
        "credentialSubject": {
            "id": subject,
            "type": "dpv:DataSubject",
            "state": "dpv:ConsentGiven",
            "studio": {"id": assignee, "type": "dpv:DataController", "name": agreed.studio.name},
            "production": agreed.production or None,
            "revision": agreed.number,
            "capacity": agreed.capacity,
            "signedOn": agreed.signed_on.isoformat() if agreed.signed_on else None,
            "verifiedOn": agreed.verified_at.astimezone(UTC).date().isoformat(),
            "description": agreed.description,
            "summary": list(agreed.summary),
            "terms": odrl.policy(agreed, uid=policy, assigner=subject, assignee=assignee, site=issuer.site),
        },
    }
    subject_terms = document["credentialSubject"]
    document["credentialSubject"] = {name: value for name, value in subject_terms.items() if value is not None}
    if agreed.term_end:
        document["validUntil"] = _midnight(agreed.term_end)
    return document


def status_list(list: str, purpose: str, encoded: str, *, issuer: Issuer, at: datetime) -> dict[str, Any]:
    """A BitstringStatusListCredential, believed for an hour from `at` and worth asking for again every five minutes."""
    address = status_address(issuer.site, list)
    return {
        "@context": [CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.as_dict(),
        "validFrom": _moment(at),
        "validUntil": _moment(at + LIST_HOLDS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded,
            "ttl": int(TTL.total_seconds() * 1000),
        },
    }


def did_document(keys: dict[str, dict[str, Any]], *, issuer: Issuer) -> dict[str, Any]:
    """The did:web document: every key that ever signed a receipt, by its id."""
    methods = [
        {"id": kid, "type": "JsonWebKey", "controller": issuer.did, "publicKeyJwk": jwk} for kid, jwk in keys.items()
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": issuer.did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def status_address(site: str, list: str) -> str:
    return f"{site}/status/{list}"


def _status(place: Place, site: str) -> dict[str, str]:
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": place.purpose,
        "statusListIndex": str(place.index),
        "statusListCredential": status_address(site, place.list),
    }


def _context(site: str) -> dict[str, Any]:
    """What the words of a receipt mean; inside `terms` they mean what ODRL says."""
    day = {"@type": "xsd:date"}
    return {
        "cs": vocabulary(site),
        "dpv": "https://w3id.org/dpv#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        **{name: f"cs:{name}" for name in WORDS},
        "state": {"@id": "dpv:hasConsentStatus", "@type": "@id"},
        "signedOn": {"@id": "cs:signedOn", **day},
        "verifiedOn": {"@id": "cs:verifiedOn", **day},
        "terms": {"@id": "cs:terms", "@context": odrl.CONTEXT},
    }


def _midnight(day: date) -> str:
    return _moment(datetime.combine(day, time(), tzinfo=UTC))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
