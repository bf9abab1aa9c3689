"""How much AI, drawn: a bar for each element, a strip of time, a row for each operation.

Pure. The numbers are the report's; widths and places are in percent, so that a page needs no style of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provenance.printable import printable
from provenance.reading import listing, mapping
from provenance.report import Report
from provenance.statements import percent, quantified, share_of
from provenance.techniques import TECHNIQUES

NARROWEST = 0.6
OVERSIGHT = {
    "human_validated": "reviewed and approved by a person",
    "prompt_guided": "guided by a person, without final approval",
    "fully_autonomous": "not reviewed by a person",
}

TRAINED_ON = {
    "licensed": "licensed", "consented": "used with consent", "own": "of its maker's own",
    "public_domain": "in the public domain", "unknown": "not known",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One element of the work. `kind`: share, none, unknown or lower (at least this much); `width` in percent."""

    element: str
    kind: str
    width: float
    value: str
    note: str


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
    trained_on: str = ""


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
        return Bar(
            name, "unknown", 0, "AI was used, how much is not stated" if element.get("operations") else "not stated", ""
        )
    if not share:
        return Bar(name, "none", 0, "none stated", "")
    lower = not quantified(element)
    value = f"at least {percent(share)}" if lower else percent(share)
    return Bar(
        name, "lower" if lower else "share", round(min(max(share * 100, NARROWEST), 100), 2), value, _note(element)
    )


def _note(element: Mapping[str, Any]) -> str:
    notes = []
    error, in_time = _number(element.get("error")), _number(element.get("time_share"))
    if error and error >= 0.0005:
        notes.append(f"± {error * 100:.1f}")
    if in_time and in_time < 1:
        notes.append(f"in {percent(in_time)} of the time")
    return " · ".join(notes)


def _row(operation: Mapping[str, Any], generative: bool) -> Row:
    technique = TECHNIQUES.get(str(operation.get("technique")))
    tool, model = mapping(operation.get("tool")), operation.get("model") or mapping(operation.get("tool")).get("model")
    name = technique.label if technique else printable(operation.get("technique")).replace("_", " ") or "an edit"
    by = printable(operation.get("attested_by"))
    share = share_of(operation)
    return Row(
        what=name[:1].upper() + name[1:],
        generative=generative,
        oversight=OVERSIGHT.get(str(operation.get("oversight")), ""),
        tool=" ".join(filter(None, (printable(tool.get("name")), printable(tool.get("version"))))),
        model=printable(mapping(model).get("name") if isinstance(model, Mapping) else model),
        trained_on=_trained_on(tool.get("training_data")),
        where=_where(operation),
        share=percent(share) if share is not None else "not stated",
        within=_within(operation),
        method=_method(str(operation.get("method")), printable(operation.get("measured_by")), by),
        attested_by=by,
    )


def _trained_on(stated: Any) -> str:
    """By what right the model's training data were used, as is stated, and under which name they go."""
    bases = ", ".join(TRAINED_ON[str(one)] for one in listing(mapping(stated).get("basis"))[:10] if str(one) in TRAINED_ON)
    title = printable(mapping(stated).get("title"))
    return f"training data {bases}{f' ({title})' if title else ''}" if bases else ""


def _within(operation: Mapping[str, Any]) -> str:
    """How much of the frame while it lasts, where it does not last all the time."""
    area, time = _number(operation.get("area_share")), _number(operation.get("time_share"))
    if area is None or time is None or not 0 < area <= 1 or not 0 < time < 1:
        return ""
    return f"{percent(area)} of the frame in that time"


def _where(operation: Mapping[str, Any]) -> str:
    element = _name(operation.get("element")).lower()
    times = ", ".join(f"{clock(start)} – {clock(end)}" for start, end in sorted(_ranges(operation))[:6])
    if operation.get("method") == "derived:whole" and not times:
        return f"the whole {element}"
    marked = any(mapping(item).get("region") for item in listing(operation.get("ranges"))) or operation.get("regions")
    return ", ".join(filter(None, (times, "marked region" if marked else ""))) or f"{element}, no place stated"


def _method(method: str, measured_by: str, attested_by: str) -> str:
    by = {"": "this registry", "registry": "this registry", "producer": "the producer"}.get(measured_by, measured_by)
    told = {
        "measured:difference": f"measured against the source by {by}",
        "measured:matte": f"measured from a supplied matte by {by}",
        "derived:regions": "worked out from the marked regions",
        "derived:whole": "stated for the whole",
        "declared": f"a number stated by {attested_by}" if attested_by else "a number stated by the producer",
    }
    return told.get(method, "not stated")


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


def _name(element: Any) -> str:
    name = printable(element) or "element"
    return name[:1].upper() + name[1:]
