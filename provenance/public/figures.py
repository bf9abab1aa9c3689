"""How much AI, drawn: a bar for each element, a strip of time, a row for each operation.

Pure. The numbers are the report's; widths and places are in percent, so that a page needs no style of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provenance.extent_wording import NAMES, name_of
from provenance.printable import printable
from provenance.reading import listing, mapping
from provenance.report import Report
from provenance.said import capital, counted, joined, number, percent, said
from provenance.statements import quantified, share_of
from provenance.tally import Sum
from provenance.techniques import TECHNIQUES

NARROWEST = 0.6
OVERSIGHT = {
    "human_validated": said("reviewed and approved by a person"),
    "prompt_guided": said("guided by a person, without final approval"),
    "fully_autonomous": said("not reviewed by a person"),
}
ROLES = {
    "animator": said("animation"), "artist": said("art"), "cinematographer": said("camera"), "composer": said("composition"),
    "director": said("direction"), "editor": said("editing"), "musician": said("musicians"), "performer": said("performance"),
    "sound_designer": said("sound design"), "translator": said("translation by people"), "writer": said("writing"),
    "other": said("other work"),
}  # fmt: skip
METHODS = {
    ("measured:difference", "registry"): said("measured against the source by this registry"),
    ("measured:difference", "producer"): said("measured against the source by the producer"),
    ("measured:matte", "registry"): said("measured from a supplied matte by this registry"),
    ("measured:matte", "producer"): said("measured from a supplied matte by the producer"),
    ("derived:regions", ""): said("worked out from the marked regions"),
    ("derived:whole", ""): said("stated for the whole"),
    ("declared", ""): said("a number stated by the producer"),
}
MEASURED = {
    "measured:difference": "measured against the source by {by}", "measured:matte": "measured from a supplied matte by {by}",
}  # fmt: skip
WHOLE = {
    "picture": said("the whole picture"), "voice": said("the whole voice"), "music": said("the whole music"),
    "sound": said("the whole sound"), "text": said("the whole text"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One element of the work. `kind`: share, none, unknown or lower (at least this much); `width` in percent; `method`
    says how the number is known, and by whom."""

    element: str
    kind: str
    width: float
    value: str
    note: str
    method: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One element's time, from its beginning to its end, with the spans where AI was used, in percent of the width."""

    element: str
    spans: tuple[tuple[float, float], ...]
    end: str
    told: str


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: what was done, with what, where, how much, and how that is known."""

    what: str
    generative: bool
    oversight: str
    tool: str
    model: str
    where: str
    share: str
    within: str
    method: str
    attested_by: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who made one element: the shares of people and of AI, how that is known, and the roles in which people worked."""

    element: str
    shares: str
    method: str
    roles: str


def bars(report: Report) -> list[Bar]:
    return [_bar(element) for element in _elements(report)]


def strips(report: Report) -> list[Strip]:
    extent = _extent(report)
    lengths = {
        element.get("element"): _number(mapping(element.get("total")).get("seconds")) for element in _elements(report)
    }
    found = []
    for element, seconds in lengths.items():
        ranges = [
            span
            for operation in _operations(extent)
            if operation.get("element") == element
            for span in _ranges(operation)
        ]
        if seconds and ranges:
            ordered = sorted(ranges)
            told = ", ".join(f"{clock(start)} – {clock(end)}" for start, end in ordered[:20])
            spans = tuple(_placed(start, end, seconds) for start, end in ordered)
            found.append(Strip(_name(element), spans, clock(seconds), told))
    return found


def rows(report: Report) -> list[Row]:
    extent = _extent(report)
    operations = _operations(extent)
    told = {(operation.get("element"), operation.get("technique")) for operation in operations}
    summed = [mapping(item) for item in listing(extent.get("assistive"))]
    alone = [item for item in summed if (item.get("element"), item.get("technique")) not in told]
    return [_row(operation, operation.get("generative") is True) for operation in [*operations, *alone]]


def authors(report: Report) -> list[Author]:
    """Who made what, element by element, as the producer states it."""
    found = []
    for row in map(mapping, listing(_extent(report).get("authorship"))):
        human, ai = (_share(row.get(name)) for name in ("human_share", "ai_share"))
        shares = [
            said("{share} by people", share=percent(human)) if human is not None else "",
            said("{share} by AI", share=percent(ai)) if ai is not None else "",
        ]
        roles = [_role(mapping(one)) for one in listing(row.get("contributors"))[:20]]
        told = joined(shares, ", ") or said("shares not stated")
        found.append(Author(_name(row.get("element")), told, _method(row), joined(roles, ", ")))
    return found[:5]


def _role(one: Mapping[str, Any]) -> str:
    role, people = ROLES.get(printable(one.get("role"))), one.get("people")
    if role is None:
        return ""
    if isinstance(people, bool) or not isinstance(people, int) or not 0 < people < 10**6:
        return role
    return said("{role}: {people}", role=role, people=number(people))


def _share(value: Any) -> float | None:
    found = _number(value)
    return found if found is not None and 0 <= found <= 1 else None


def sum_bar(one: Sum) -> Bar:
    """The share of a title's running time, as a bar: broken where only shots that do not say how much have any."""
    share = min(one.seconds / one.of_seconds, 1) if one.of_seconds else 0
    kind = "unknown" if not share and one.not_stated else "none" if not share else "lower" if one.at_least else "share"
    width = round(min(max(share * 100, NARROWEST), 100), 2) if share else 0
    return Bar(one.name, kind, width, one.text, "", "")


def sum_method(one: Sum) -> str:
    """How a sum's numbers are known, and in how many shots each way."""
    told = [
        said("{method} ({shots})", method=_method({"method": method, "measured_by": by}),
             shots=counted("{count} shot", "{count} shots", count))
        for method, by, count in one.methods
    ]  # fmt: skip
    return joined(told, "; ")


def clock(seconds: float) -> str:
    """41.0 as 0:41, 94 as 1:34, 41.5 as 0:41.5, 3700 as 1:01:40."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}" + (f".{rest % 10}" if rest % 10 else "")
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def _extent(report: Report) -> Mapping[str, Any]:
    return mapping(report.extent.details)


def _elements(report: Report) -> list[Mapping[str, Any]]:
    return [mapping(element) for element in listing(_extent(report).get("elements"))][:20]


def _operations(extent: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [mapping(operation) for operation in listing(extent.get("operations"))][:200]


def _bar(element: Mapping[str, Any]) -> Bar:
    name, share = _name(element.get("element")), share_of(element)
    if not quantified(element) and not share:
        used = said("AI was used, how much is not stated") if element.get("operations") else said("not stated")
        return Bar(name, "unknown", 0, used, "", "")
    if not share:
        return Bar(name, "none", 0, said("none stated"), "", said("as the producer states"))
    lower = not quantified(element)
    value = said("at least {amount}", amount=percent(share)) if lower else percent(share)
    width = round(min(max(share * 100, NARROWEST), 100), 2)
    return Bar(name, "lower" if lower else "share", width, value, _note(element), _method(element))


def _note(element: Mapping[str, Any]) -> str:
    notes = []
    error, in_time = _number(element.get("error")), _number(element.get("time_share"))
    if error and error >= 0.0005:
        notes.append(said("± {number}", number=number(error * 100, 1)))
    if in_time and in_time < 1:
        notes.append(said("in {share} of the time", share=percent(in_time)))
    return joined(notes, " · ")


def _row(operation: Mapping[str, Any], generative: bool) -> Row:
    technique = TECHNIQUES.get(str(operation.get("technique")))
    tool, model = mapping(operation.get("tool")), operation.get("model") or mapping(operation.get("tool")).get("model")
    name = said(technique.label) if technique else printable(operation.get("technique")).replace("_", " ") or said("an edit")
    share = share_of(operation)
    return Row(
        what=capital(name),
        generative=generative,
        oversight=OVERSIGHT.get(str(operation.get("oversight")), ""),
        tool=" ".join(filter(None, (printable(tool.get("name")), printable(tool.get("version"))))),
        model=printable(mapping(model).get("name") if isinstance(model, Mapping) else model),
        where=_where(operation),
        share=percent(share) if share is not None else said("not stated"),
        within=_within(operation),
        method=_method(operation),
        attested_by=printable(operation.get("attested_by")),
    )


def _within(operation: Mapping[str, Any]) -> str:
    """How much of the frame while it lasts, where it does not last all the time."""
    area, time = _number(operation.get("area_share")), _number(operation.get("time_share"))
    if area is None or time is None or not 0 < area <= 1 or not 0 < time < 1:
        return ""
    return said("{share} of the frame in that time", share=percent(area))


def _where(operation: Mapping[str, Any]) -> str:
    element = str(operation.get("element"))
    times = ", ".join(f"{clock(start)} – {clock(end)}" for start, end in sorted(_ranges(operation))[:6])
    if operation.get("method") == "derived:whole" and not times:
        return WHOLE.get(element, said("the whole"))
    marked = any(mapping(item).get("region") for item in listing(operation.get("ranges"))) or operation.get("regions")
    places = [times, said("marked region") if marked else ""]
    return joined(places, ", ") or said("{element}, no place stated", element=_name(element, capital=False))


def _method(stated: Mapping[str, Any]) -> str:
    """How a number is known, and by whom, in a few words."""
    method, by = str(stated.get("method")).partition(" ")[0], printable(stated.get("measured_by"))
    by = {"": "registry", "registry": "registry", "producer": "producer"}.get(by, by)
    told = METHODS.get((method, by))
    if told is not None:
        return told
    if method in MEASURED:
        return said(MEASURED[method], by=by)
    attested_by = printable(stated.get("attested_by"))
    if method == "declared" and attested_by:
        return said("a number stated by {by}", by=attested_by)
    return METHODS.get((method, ""), said("not stated"))


def _ranges(operation: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    for item in listing(operation.get("ranges"))[:500]:
        start, end = _number(mapping(item).get("start_s")), _number(mapping(item).get("end_s"))
        if start is not None and end is not None and 0 <= start < end:
            yield start, end


def _placed(start: float, end: float, seconds: float) -> tuple[float, float]:
    left = min(start / seconds * 100, 100 - NARROWEST)
    width = max((min(end, seconds) - start) / seconds * 100, NARROWEST)
    return round(left, 2), round(min(width, 100 - left), 2)


def _number(value: Any) -> float | None:
    """A finite number that JSON gave as one; booleans and everything else are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None


def _name(element: Any, *, capital: bool = True) -> str:
    name = printable(element)
    return name_of(name) if capital else NAMES.get(name, name) or said("element")
