"""The report: what can be said about a file, as separate conclusions, each with a closed state and a sentence.

Pure. It is given what a reader found (`Reading`), what the registry remembers (`RegistryFacts`) and which lists
were used (`TrustLists`), and says nothing that one of them does not support. Never a verdict on what is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from provenance import soundness, statements
from provenance.conclusion import STATES, Conclusion, RegistryFacts, TrustLists, moment
from provenance.printable import printable
from provenance.reading import GROUPS, Reading, mapping
from provenance.said import said

DISCLAIMER = said(
    "These credentials record who stated what, and whether the file changed since. "
    "They do not judge whether what it shows is so."
)


@dataclass(frozen=True, slots=True)
class Report:
    """All conclusions about one file. `reading` is kept for the page's last level and is not part of the JSON.

    `possible` are works that it may be a copy of (copies.py); they are no conclusion.
    """

    file: str
    integrity: Conclusion
    signature: Conclusion
    trust: Conclusion
    time_stamp: Conclusion
    registry: Conclusion
    extent: Conclusion
    consent: Conclusion
    ingredients: Conclusion
    codes: Mapping[str, Sequence[str]]
    engine: Mapping[str, Any]
    facts: RegistryFacts = field(default_factory=RegistryFacts)
    reading: Reading = field(default_factory=Reading)
    possible: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        for name, states in STATES.items():
            if getattr(self, name).state not in states:
                raise ValueError(f"{name} has no state {getattr(self, name).state!r}")

    def as_dict(self) -> dict[str, Any]:
        """The report as published: one order of keys, everything JSON."""
        conclusions = {name: getattr(self, name).as_dict() for name in STATES}
        told = {"file": self.file, **conclusions, "codes": dict(self.codes), "engine": dict(self.engine)}
        return told | ({"possible": list(self.possible)} if self.possible else {})

    @property
    def relied_on(self) -> bool:
        """Whether what the file's own credentials state may be repeated: intact, signed, by a signer on a list."""
        return soundness.reliable(self.integrity, self.signature, self.trust)

    @property
    def sentence(self) -> str:
        """The one sentence that comes first."""
        if self.registry.state == "registered_stripped":
            return self.registry.text
        if self.integrity.state != "intact":
            return self.integrity.text
        if self.signature.state == "invalid":
            return self.signature.text
        if mapping(self.trust.details).get("sandbox"):
            return self.trust.text
        if self.trust.state == "untrusted":
            return said("This file carries Content Credentials from a signer who is on no list known here.")
        return self.extent.text


def conclude(reading: Reading, facts: RegistryFacts, lists: TrustLists, *, file: str, at: datetime) -> Report:
    """The report on a file that was read."""
    integrity = soundness.integrity_of(reading, facts)
    signature = soundness.signature_of(reading, facts, lists, integrity)
    trust = soundness.trust_of(reading, lists, signature)
    registry = soundness.registry_of(reading, facts, integrity, trust)
    relied_on = soundness.reliable(integrity, signature, trust)
    record_counts = registry.state in ("registered_matching", "registered_stripped")
    if record_counts:
        extent, consent = facts.extent, statements.consent_of(facts)
    else:
        extent = statements.stated_extent(reading, relied_on)
        consent = statements.stated_consent(reading, integrity, relied_on)
    concluded = statements.extent_of(extent, reading, integrity, signature, relied_on)
    return Report(
        file=printable(file),
        integrity=integrity,
        signature=signature,
        trust=trust,
        time_stamp=soundness.time_stamp_of(reading, signature),
        registry=registry,
        extent=statements.complemented(concluded, reading) if relied_on else concluded,
        consent=consent,
        ingredients=statements.ingredients_of(reading, relied_on),
        codes={group: list(getattr(reading, group)) for group in GROUPS},
        engine=_engine(reading.engine, lists, at),
        facts=facts,
        reading=reading,
    )


def recall(facts: RegistryFacts, lists: TrustLists, *, file: str, at: datetime) -> Report:
    """The report from the registry's memory alone, for a fingerprint or a credential: no file was read."""
    engine = _engine({"name": "registry", "version": ""}, lists, at)
    codes: dict[str, list[str]] = {group: [] for group in GROUPS}
    if facts.found_by in ("signed_bytes", "frame", "record"):
        integrity = Conclusion("intact", soundness.REMEMBERED[facts.found_by])
        signature = Conclusion("valid", said("Signed by {name}.", name=printable(facts.producer)), soundness.signed_by(facts))
        trust = soundness.trusted_here(lists, facts.development)
        stamp = soundness.stamped(facts)
        registry = Conclusion("registered_matching", soundness.registered_as(facts), soundness.registered(facts))
    else:
        integrity = Conclusion("unreadable", said("Only a fingerprint was given, so the file itself was not read."))
        signature = Conclusion("absent", said("Not read."))
        trust, stamp = Conclusion("absent", said("Not read.")), Conclusion("absent", said("Not read."))
        registry = soundness.stripped(facts) if facts.known else Conclusion("unknown", said("Not known to this registry."))
    extent = statements.extent_of(facts.extent, Reading(), integrity, signature, False)
    return Report(
        file=printable(file),
        integrity=integrity,
        signature=signature,
        trust=trust,
        time_stamp=stamp,
        registry=registry,
        extent=extent,
        consent=statements.consent_of(facts),
        ingredients=Conclusion("none", said("Not read."), []),
        codes=codes,
        engine=engine,
        facts=facts,
    )


def remembered(report: Report, *, file: str, at: datetime) -> Report:
    """The same report for a question of this name and moment: nothing else in it depends on them."""
    return replace(report, file=printable(file), engine={**report.engine, "checked_at": moment(at)})


def _engine(engine: Mapping[str, Any], lists: TrustLists, at: datetime) -> dict[str, Any]:
    return {
        "name": printable(engine.get("name")) or "c2pa-rs",
        "version": printable(engine.get("version")),
        "trust_list": lists.listed_on.isoformat() if lists.listed_on else None,
        "checked_at": moment(at),
    }
