"""A disclosure: what the registry tells platforms of one released credential, in one document of a published shape.

Pure. It holds what the public page holds, and nothing more: how much AI and how that is known, whose signature, whether
consent stands, and words for a label. No person, no paper, no vendor's own names for things.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from provenance import badge
from provenance.conclusion import RegistryFacts
from provenance.conclusion import moment as stamp
from provenance.labels import Shown, icon, labels
from provenance.printable import bounded, printable
from provenance.reading import listing, mapping
from provenance.report import DISCLAIMER
from provenance.said import said
from provenance.statements import consent_text, extent_state, extent_text

VERSION = 1
SCHEMA = "/schemas/disclosure-1.json"
ELEMENT = ("element", "band", "share", "at_least", "error", "time_share", "area_share", "method", "measured_by")
OPERATION = (
    "id", "element", "technique", "generative", "inherited", "digital_source_type", "tool", "oversight", "ranges", "share",
    "at_least", "error", "time_share", "area_share", "method", "measured_by", "attested_by", "training_data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """That a cultural review took place; `community` only where the consultant agreed to its being named."""

    community: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of a credential's work beyond its own record: for labels, for the reviews, what came after it, whether a
    concern was upheld."""

    advertisement: bool = False
    synthetic_performer: bool = False
    all_confirmed: bool = False
    reviews: Sequence[Review] = field(default_factory=tuple)
    superseded_by: str = ""
    sha256: str = ""
    media_type: str = ""
    withdrawn_on: datetime | None = None


def disclosure(facts: RegistryFacts, work: Work, *, site: str) -> dict[str, Any]:
    """The whole document. Everything in it that came from a file or a vendor is bounded and printable."""
    extent = facts.extent
    return {
        "version": VERSION,
        "schema": f"{site}{SCHEMA}",
        **_identity(facts, work, site),
        "title": printable(facts.title),
        "media_type": printable(work.media_type),
        "made_by": printable(facts.made_by),
        "extent": {
            **_told(extent),
            "bands_version": printable(extent.get("bands_version")),
            "elements": [{**_picked(row, ELEMENT), "done": bounded(row.get("done", []))} for row in _rows(extent, "elements")],
            "operations": [_picked(row, OPERATION) for row in _rows(extent, "operations")],
            "assistive": [_picked(row, (*ELEMENT, "technique")) for row in _rows(extent, "assistive")],
        },
        "authorship": bounded(list(listing(extent.get("authorship")))),
        "consent": _consent(facts),
        "cultural_review": _reviews(work.reviews),
        "labels": labels(_shown(facts, work)),
        "badge": _badge(facts, work),
        "notice": DISCLAIMER,
    }


def brief(facts: RegistryFacts, work: Work, *, site: str) -> dict[str, Any]:
    """What answers a fingerprint among many: the same, without operations, words and reviews."""
    elements = [_picked(row, ELEMENT) for row in _rows(facts.extent, "elements")]
    return {
        **_identity(facts, work, site),
        "extent": {**_told(facts.extent), "elements": elements},
        "consent": _consent(facts),
        "eu_icon": icon(facts.extent),
    }


def _identity(facts: RegistryFacts, work: Work, site: str) -> dict[str, Any]:
    return {
        "credential": facts.credential,
        "page": f"{site}/c/{facts.credential}",
        "sha256": work.sha256,
        "signed_by": printable(facts.producer),
        "signed_at": stamp(facts.signed_at),
        "development": facts.development,
        "time_stamped": facts.time_stamped,
        "superseded_by": work.superseded_by or None,
        "withdrawn_on": stamp(work.withdrawn_on) or None,
    }


def _told(extent: Mapping[str, Any]) -> dict[str, Any]:
    band = printable(mapping(extent.get("headline")).get("band")) or "unknown"
    return {"state": extent_state(extent), "band": band, "text": extent_text(extent)}


def _consent(facts: RegistryFacts) -> dict[str, Any]:
    at_signing, now = facts.consent_at_signing, facts.consent_now
    text = consent_text(at_signing, now, facts.may_continue)
    return {"at_signing": at_signing, "now": now, "may_continue": facts.may_continue, "text": text}


def _reviews(reviews: Sequence[Review]) -> list[dict[str, Any]]:
    text = said("A cultural review took place.")
    return [{"text": text, "community": printable(one.community) or None} for one in reviews]


def _shown(facts: RegistryFacts, work: Work) -> Shown:
    confirmed = work.all_confirmed and facts.consent_now == "confirmed"
    return Shown(facts.extent, work.advertisement, work.synthetic_performer, confirmed)


def _badge(facts: RegistryFacts, work: Work) -> dict[str, str]:
    ended = facts.consent_now == "ended"
    text = consent_text(facts.consent_at_signing, "ended", facts.may_continue) if ended else extent_text(facts.extent)
    return badge.badge(
        facts.extent, consent_now=facts.consent_now, upheld=work.withdrawn_on is not None, text=text,
        development=facts.development,
    )


def _rows(extent: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [mapping(row) for row in listing(extent.get(name))[:500]]


def _picked(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: bounded(row[name]) for name in names if name in row}
