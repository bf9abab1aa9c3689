"""A title summed up: in how much of its running time performers were altered, and how many shots were made whole.

Pure. Each shot counts its own time once, however many operations touched it. What does not say how much makes a sum a
lower bound, and is counted by itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.extent_wording import HEADS
from provenance.printable import printable
from provenance.reading import listing, mapping
from provenance.said import Said, counted, joined, number, said
from provenance.techniques import ELEMENTS, TECHNIQUES

SEEN, HEARD, WHOLE = "performers_seen", "performers_heard", "made_whole"
NAMES = {
    SEEN: said("Performers as they are seen"), HEARD: said("Performers as they are heard"),
    WHOLE: said("Shots made whole with AI"), **HEADS,
}  # fmt: skip
ON = {SEEN: "picture", HEARD: "voice", WHOLE: "picture"}


@dataclass(frozen=True, slots=True)
class Shot:
    """One signed file of a title, as it is told in public."""

    credential: str
    title: str
    work: str
    extent: Mapping[str, Any]
    consent_at_signing: str
    consent_now: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Over all shots: seconds of running time, of how many known; the shots that have any, those of them that are stills
    and have no time, and those that do not say how much; by which methods the shots' numbers are known, and by whom."""

    name: str
    seconds: float
    of_seconds: float
    shots: int
    stills: int
    not_stated: int
    methods: tuple[tuple[str, str, int], ...]

    @property
    def at_least(self) -> bool:
        return self.not_stated > 0

    @property
    def text(self) -> Said:
        if not self.shots:
            return said("none stated")
        amount = said("{part} of {whole} seconds", part=number(self.seconds, 1), whole=number(self.of_seconds, 1))
        if self.at_least:
            amount = said("at least {amount}", amount=amount)
        shots = counted("in {count} shot", "in {count} shots", self.shots)
        stills = counted("{count} of them is a still", "{count} of them are stills", self.stills)
        silent = counted("{count} shot does not state how much", "{count} shots do not state how much", self.not_stated)
        told = [amount if self.seconds else "", shots, stills if self.stills else "", silent if self.not_stated else ""]
        return joined(told, ", ")

    def as_dict(self) -> dict[str, Any]:
        methods = [{"method": method, "measured_by": by, "shots": count} for method, by, count in self.methods]
        return {
            "name": self.name, "text": self.text, "seconds": round(self.seconds, 3), "of_seconds": round(self.of_seconds, 3),
            "at_least": self.at_least, "shots": self.shots, "stills": self.stills, "not_stated": self.not_stated,
            "methods": methods,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What one shot adds to a sum: whether there is any, and its seconds, None where it does not say how many; a `still`
    has none."""

    any: bool
    seconds: float | None
    methods: tuple[tuple[str, str], ...]
    still: bool = False


def sums(shots: Sequence[Shot]) -> list[Sum]:
    """The sums of a title: performers seen and heard, shots made whole, then each element that any shot has."""
    present = [element for element in ELEMENTS if any(_row(shot, element) for shot in shots)]
    asked: list[tuple[str, str, Callable[[Shot], Found]]] = [
        (SEEN, ON[SEEN], lambda shot: _performers(shot, "picture")),
        (HEARD, ON[HEARD], lambda shot: _performers(shot, "voice")),
        (WHOLE, ON[WHOLE], _made_whole),
        *((element, element, _of_element(element)) for element in present),
    ]
    return [_sum(name, on, (find(shot) for shot in shots), shots) for name, on, find in asked]


def _sum(name: str, on: str, found: Iterable[Found], shots: Sequence[Shot]) -> Sum:
    rows = list(found)
    methods = Counter(pair for row in rows if row.any for pair in row.methods)
    silent = [row for row in rows if row.any and row.seconds is None and not row.still]
    return Sum(
        name=name,
        seconds=sum(row.seconds or 0 for row in rows),
        of_seconds=sum(_seconds(_row(shot, on)) or 0 for shot in shots),
        shots=sum(row.any for row in rows),
        stills=sum(row.any and row.still for row in rows),
        not_stated=len(silent),
        methods=tuple((method, by, count) for (method, by), count in sorted(methods.items())),
    )


def _performers(shot: Shot, element: str) -> Found:
    """Where performers were altered or generated in an element: the union of the times of such operations."""
    row = _row(shot, element)
    made = [one for one in _operations(shot, element) if TECHNIQUES[one["technique"]].person and one.get("share") != 0]
    stated = all(one.get("share") is not None and one.get("at_least") is not True for one in made)
    return Found(bool(made), _time_of(made, row), _methods(made), still=_still(row) and stated)


def _made_whole(shot: Shot) -> Found:
    row = _row(shot, "picture")
    done = [mapping(one) for one in listing(row.get("done"))]
    whole = row.get("band") == "full" and any(one.get("act") == "generated" for one in done)
    return Found(whole, _seconds(row) if whole else None, _methods([row]) if whole else (), still=_still(row))


def _of_element(element: str) -> Callable[[Shot], Found]:
    def find(shot: Shot) -> Found:
        row = _row(shot, element)
        share, used = row.get("share"), bool(listing(row.get("operations"))) or row.get("band") == "full"
        if not row or (share == 0 and row.get("at_least") is not True):
            return Found(False, None, ())
        if share is None and not used:
            return Found(True, None, ())
        length, time = _seconds(row), _fraction(row.get("time_share"))
        seconds = time * length if time is not None and length is not None and not row.get("at_least") else None
        stated = share is not None and row.get("at_least") is not True
        return Found(True, seconds, _methods([row]) if share is not None else (), still=_still(row) and stated)

    return find


def _time_of(made: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> float | None:
    """Seconds in which any of the operations touched the element, each once; None where one of them does not say when."""
    length = _seconds(row)
    if length is None:
        return None
    spans: list[tuple[float, float]] = []
    for one in made:
        own = list(_spans(one, length))
        if not own and (one.get("method") == "derived:whole" or one.get("time_share") == 1):
            own = [(0.0, length)]
        if not own or one.get("share") is None or one.get("at_least") is True:
            return None
        spans += own
    reached, total = 0.0, 0.0
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _spans(operation: Mapping[str, Any], length: float) -> Iterable[tuple[float, float]]:
    for one in map(mapping, listing(operation.get("ranges"))):
        start, end = one.get("start_s"), one.get("end_s")
        if isinstance(start, int | float) and isinstance(end, int | float) and 0 <= start < end:
            yield min(float(start), length), min(float(end), length)


def _row(shot: Shot, element: str) -> Mapping[str, Any]:
    rows = (mapping(row) for row in listing(shot.extent.get("elements")))
    return next((row for row in rows if row.get("element") == element), {})


def _operations(shot: Shot, element: str) -> list[Mapping[str, Any]]:
    rows = [mapping(one) for one in listing(shot.extent.get("operations"))]
    return [
        one for one in rows
        if one.get("generative") is True and one.get("element") == element and one.get("technique") in TECHNIQUES
    ]  # fmt: skip


def _methods(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """How the numbers are known, and by whom; each of them once for a shot."""
    pairs = {(printable(row.get("method")), printable(row.get("measured_by"))) for row in rows if row.get("share") is not None}
    return tuple(sorted(pair for pair in pairs if pair[0]))


def _still(row: Mapping[str, Any]) -> bool:
    """A picture without time, or words: its share is in its own report."""
    total = mapping(row.get("total"))
    return bool(total) and "seconds" not in total and "frames" not in total


def _seconds(row: Mapping[str, Any]) -> float | None:
    value = mapping(row.get("total")).get("seconds")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15 else None


def _fraction(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1 else None
