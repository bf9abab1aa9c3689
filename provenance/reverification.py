"""Read every released file again, and tell what an engine or a list would conclude otherwise than before.

For an operator, before a new engine is switched on: the present one writes down what it concludes, the new one is held
against that. Kept checks and credentials are not touched by it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from provenance import shelf, trust
from provenance.conclusion import RegistryFacts
from provenance.media.refusal import MediaRefused
from provenance.models import Credential
from provenance.reading import Reading
from provenance.report import conclude

# What is concluded from the bytes alone; how consent stands is no matter of an engine.
OF_THE_FILE = ("integrity", "signature", "trust", "time_stamp", "extent", "ingredients")


@dataclass(frozen=True, slots=True)
class Difference:
    """A credential that reads otherwise: each conclusion's state before and now, and the codes that came and went."""

    credential: str
    states: Mapping[str, tuple[str, str]]
    came: tuple[str, ...]
    went: tuple[str, ...]


def readings(*, at: datetime, most: int | None = None) -> Iterator[dict[str, Any]]:
    """One line for each released credential, oldest first: `credential`, `states`, `codes` and `engine`; a file that cannot
    be fetched or read has `unreadable` instead of states."""
    kept = ("public_id", "storage_key", "sha256", "sidecar_key", "sidecar_sha256")
    rows = Credential.objects.real().order_by("pk").values_list(*kept)
    for credential, *stored in rows[:most].iterator() if most else rows.iterator():
        try:
            yield {"credential": credential} | _read(*stored, at=at)
        except (MediaRefused, shelf.FileDamaged, shelf.StorageAway) as fault:
            yield {"credential": credential, "unreadable": fault.code}


def _read(key: str, sha256: str, sidecar_key: str, sidecar_sha256: str, *, at: datetime) -> dict[str, Any]:
    with shelf.scratch() as folder, shelf.borrowed(key, sha256, into=folder) as path:
        if not sidecar_key:
            found = trust.sandbox().read(path, anchors=trust.anchors())
        else:
            with shelf.borrowed(sidecar_key, sidecar_sha256, into=folder) as sidecar:
                found = trust.sandbox().read(path, sidecar=sidecar, anchors=trust.anchors())
    report = conclude(Reading.of(found), RegistryFacts(), trust.lists(), file=sha256, at=at)
    engine = {name: report.engine[name] for name in ("name", "version", "trust_list")}
    return {
        "states": {name: getattr(report, name).state for name in OF_THE_FILE},
        "codes": {group: sorted(codes) for group, codes in report.codes.items()}, "engine": engine,
    }  # fmt: skip


def differences(before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    """What reads otherwise. A credential that is only in one of the two is none: it was released since, or not asked about."""
    known = {one["credential"]: one for one in before}
    for one in now:
        if (then := known.get(one["credential"])) and (found := _compared(then, one)):
            yield found


def _compared(then: Mapping[str, Any], now: Mapping[str, Any]) -> Difference | None:
    old, new = _states(then), _states(now)
    names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    states = {name: (old.get(name, "–"), new.get(name, "–")) for name in names}
    codes = [{f"{group} {code}" for group, some in one.get("codes", {}).items() for code in some} for one in (then, now)]
    if not states and codes[0] == codes[1]:
        return None
    return Difference(now["credential"], states, tuple(sorted(codes[1] - codes[0])), tuple(sorted(codes[0] - codes[1])))


def _states(one: Mapping[str, Any]) -> Mapping[str, str]:
    return {"unreadable": one["unreadable"]} if "unreadable" in one else one["states"]
