"""The values a report is made of: closed states, one conclusion, what the registry remembers, which lists were used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

STATES: Mapping[str, tuple[str, ...]] = {
    "integrity": ("intact", "altered", "absent", "unreadable", "elsewhere"),
    "signature": ("valid", "invalid", "absent"),
    "trust": ("listed", "registry", "untrusted", "absent"),
    "time_stamp": ("trusted", "untrusted", "absent"),
    "registry": ("registered_matching", "registered_stripped", "registered_altered", "unknown"),
    "extent": ("stated", "partly_stated", "not_stated"),
    "consent": ("confirmed", "ended", "not_required", "under_review", "not_stated"),
    "ingredients": ("intact", "altered", "none"),
}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One answer: a state from its closed list, a sentence, and what the sentence stands on."""

    state: str
    text: str
    details: Mapping[str, Any] | Sequence[Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"state": self.state, "text": self.text}
        return answer if self.details is None else {**answer, "details": self.details}


@dataclass(frozen=True, slots=True)
class RegistryFacts:
    """What this registry remembers that may be said in public. `found_by`: how the file led to it.

    `signed_bytes`: the file is the released one, byte for byte. `received_bytes`: it is what the vendor sent, without
    this registry's credentials. `manifest`: its credentials carry the name of a released manifest. `record`: it was
    asked for by its own id. `frame`: it is a frame of a sequence
    that was released. Empty: nothing is known. `consent_at_signing` and `consent_now` are states of consent;
    `may_continue` says whether finished work goes
    on after an ending.
    """

    found_by: str = ""
    credential: str = ""
    asset: str = ""
    title: str = ""
    producer: str = ""
    made_by: str = ""
    signed_at: datetime | None = None
    certificate_fingerprint: str = ""
    development: bool = False
    time_stamped: bool = False
    extent: Mapping[str, Any] = field(default_factory=dict)
    consent_at_signing: str = "not_stated"
    consent_now: str = "not_stated"
    may_continue: bool = True
    sequence: Mapping[str, Any] = field(default_factory=dict)
    frames: Sequence[Mapping[str, Any]] = ()

    @property
    def known(self) -> bool:
        return bool(self.found_by)


@dataclass(frozen=True, slots=True)
class TrustLists:
    """Which lists a reading was held against. `interim`: the list that was frozen when the C2PA's own began.
    `development`: this registry's own root is a development root."""

    registry_uri: str = ""
    listed_uri: str = ""
    listed_on: date | None = None
    interim_uri: str = ""
    interim_on: date | None = None
    development: bool = False


def moment(at: datetime | None) -> str:
    """A time as JSON has it, in UTC."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""
