"""The report in a visitor's words: bars, timeline, rows and activity for the page, made from the report alone.

Pure. Everything here was bounded and made printable by the report; the template escapes it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from provenance.printable import bounded, printable
from provenance.reading import listing, mapping
from provenance.report import DISCLAIMER, Report
from provenance.statements import GENERATIVE_SOURCES, percent, quantified, share_of
from provenance.techniques import TECHNIQUES

RAW_CHARACTERS = 20_000
NARROWEST = 0.6
SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")

OVERSIGHT = {
    "human_validated": "reviewed and approved by a person",
    "prompt_guided": "guided by a person, without final approval",
    "fully_autonomous": "not reviewed by a person",
}
RELATIONS = {"parentOf": "edited from this", "componentOf": "placed in the work", "inputTo": "used as input"}
USED_STATES = {
    "intact": "Content Credentials unchanged",
    "no_credentials": "no Content Credentials",
    "altered": "changed after it was signed",
}
SHORT = {
    ("integrity", "intact"): "Unchanged since signing", ("integrity", "altered"): "Changed after signing",
    ("integrity", "absent"): "No Content Credentials", ("integrity", "unreadable"): "Not read",
    ("integrity", "elsewhere"): "Credentials kept elsewhere",
    ("signature", "valid"): "Signed", ("signature", "invalid"): "Invalid", ("signature", "absent"): "None",
    ("trust", "listed"): "On the C2PA trust list", ("trust", "registry"): "Known to this registry only",
    ("trust", "untrusted"): "Signer not known", ("trust", "absent"): "None",
    ("time_stamp", "trusted"): "Independent time-stamp", ("time_stamp", "untrusted"): "Time-stamp not known",
    ("time_stamp", "absent"): "No independent time-stamp",
    ("registry", "registered_matching"): "Registered here",
    ("registry", "registered_stripped"): "Registered, credentials removed",
    ("registry", "registered_altered"): "Registered, this copy differs", ("registry", "unknown"): "Not known",
}  # fmt: skip
NAMES = {"integrity": "File", "signature": "Signature", "trust": "Trust", "time_stamp": "Time", "registry": "Registry"}
STOPS = {("integrity", "altered"), ("signature", "invalid"), ("registry", "registered_altered")}
THEN = {
    "confirmed": "On file for every person depicted",
    "not_required": "Not required, as the producer states",
    "under_review": "Under review",
    "ended": "Had ended",
    "not_stated": "Not stated",
}
NOW = {
    "confirmed": "Still on file",
    "not_required": "Not required, as the producer states",
    "under_review": "Under review",
    "ended": "It has since ended",
    "not_stated": "Not stated",
}
ACTIONS = {
    "addedText": "Text added", "adjustedColor": "Colour adjusted", "changedSpeed": "Speed changed",
    "color_adjustments": "Colour adjusted", "converted": "Converted", "created": "Created", "cropped": "Cropped",
    "deleted": "Part deleted", "drawing": "Drawn", "dubbed": "Dubbed", "edited": "Edited",
    "edited.metadata": "Description edited", "enhanced": "Enhanced", "filtered": "Filtered", "mastered": "Mastered",
    "mixed": "Mixed", "opened": "Opened", "orientation": "Turned", "placed": "Placed", "published": "Published",
    "redacted": "Information withheld", "remixed": "Remixed", "removed": "Part removed", "repackaged": "Repackaged",
    "resized": "Resized", "resized.proportional": "Resized", "transcoded": "Transcoded", "translated": "Translated",
    "trimmed": "Trimmed", "unknown": "Unknown activity", "watermarked.bound": "Watermarked",
    "watermarked.unbound": "Watermarked",
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
class Fact:
    """One cell under the headline: a name, what is so in a few words, and what that rests on."""

    name: str
    told: str
    more: str
    stop: bool = False


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
class Step:
    what: str
    tool: str
    when: str
    note: str
    ai: bool


def facts(report: Report) -> list[Fact]:
    """The conclusions on file, signature, trust, time and registry, one cell each."""
    cells = {}
    for name, heading in NAMES.items():
        conclusion = getattr(report, name)
        short = SHORT[name, conclusion.state]
        more = conclusion.text.removeprefix(short).lstrip(";. ")
        cells[name] = Fact(heading, short, more, (name, conclusion.state) in STOPS)
    if report.facts.found_by == "record":
        more = "check a copy to see whether it is unchanged"
        cells["integrity"] = replace(cells["integrity"], told="As it was signed", more=more)
    if report.reading.active and report.integrity.state in ("intact", "altered"):
        cells["integrity"] = replace(cells["integrity"], more="checked here, just now")
    if report.relied_on:
        details = mapping(report.signature.details)
        ends = day(str(details.get("certificate_ends")))
        more = ", ".join(filter(None, (details.get("algorithm"), f"certificate to {ends}" if ends else "")))
        cells["signature"] = replace(cells["signature"], told=details.get("signed_by", ""), more=more)
    return list(cells.values())


def then_and_now(report: Report) -> dict[str, str]:
    """Consent at signing and today, for two columns; nothing where nothing is stated."""
    details = mapping(report.consent.details)
    then, now = str(details.get("at_signing")), str(details.get("now"))
    if then in ("not_stated", "None") or report.registry.state == "unknown":
        return {}
    goes_on = now == "ended" and report.facts.may_continue
    return {"then": THEN[then], "now": NOW[now] + (". Works made before may continue" if goes_on else "")}


def answers(report: Report) -> list[tuple[str, str]]:
    """Who stands behind what was said: signer, maker, tool, certificate, record, reader."""
    details, engine = mapping(report.signature.details), report.engine
    lists = f"C2PA trust list of {engine['trust_list']}" if engine.get("trust_list") else "no C2PA trust list loaded"
    told = [
        ("Signed by", details.get("signed_by")), ("Made by", report.facts.made_by if details else ""),
        ("Signed at", details.get("signed_at")), ("Written with", details.get("generator")),
        ("Certificate", details.get("certificate")), ("Algorithm", details.get("algorithm")),
        ("Certificate ends", day(str(details.get("certificate_ends")))),
        ("Record", report.facts.credential), ("Checked", f"{engine.get('checked_at')}, {lists}"),
        ("Read with", f"{engine.get('name')} {engine.get('version')}".strip()),
    ]  # fmt: skip
    return [(name, str(value)) for name, value in told if value]


def bars(report: Report) -> list[Bar]:
    return [_bar(element) for element in _elements(report)]


def headline(report: Report) -> tuple[str, str]:
    """The first sentence, and what follows it; parts of the work without AI are named where others have some."""
    if report.sentence != report.extent.text:
        return report.sentence, report.extent.text if report.extent.details else ""
    first, *rest = SENTENCES.split(report.sentence)
    drawn = bars(report)
    without = [bar.element for bar in drawn if bar.kind == "none"]
    if without and len(without) < len(drawn):
        rest.append(f"{', '.join(without)}: the producer states that no generative AI was used.")
    return first, " ".join(rest)


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


def activity(report: Report) -> list[Step]:
    """The edits the credentials list, oldest first; nothing unless the credentials may be relied on."""
    return [_step(action) for action in report.reading.actions()][:200] if report.relied_on else []


def used(report: Report) -> list[dict[str, str]]:
    return [
        {
            "title": row["title"],
            "relation": RELATIONS.get(row["relation"], "used"),
            "state": USED_STATES[row["state"]],
            "signed_by": row.get("signed_by", ""),
            "altered": row["state"] == "altered",
        }
        for row in map(mapping, listing(report.ingredients.details))
    ]


def raw(report: Report) -> str:
    """Everything the file says, as indented JSON of bounded length."""
    if not report.reading.manifests:
        return ""
    text = json.dumps(bounded(report.reading.manifests), indent=1, ensure_ascii=False)
    return text if len(text) <= RAW_CHARACTERS else text[:RAW_CHARACTERS] + "\n… (cut here; the whole is in the file)"


def signed_at(report: Report) -> datetime | None:
    """When it was signed, by the registry's record or the independent time-stamp."""
    return _parsed(mapping(report.time_stamp.details).get("time") or mapping(report.signature.details).get("signed_at"))


def day(stamp: str) -> str:
    """2027-07-09T00:00:00Z as 9 July 2027, and anything else as nothing."""
    at = _parsed(stamp)
    return f"{at.day} {at:%B %Y}" if at else ""


def _parsed(stamp: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(stamp))
    except ValueError:
        return None


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
        where=_where(operation),
        share=percent(share) if share is not None else "not stated",
        within=_within(operation),
        method=_method(str(operation.get("method")), printable(operation.get("measured_by")), by),
        attested_by=by,
    )


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


def _step(action: Mapping[str, Any]) -> Step:
    label = printable(action.get("action"))
    agent = action.get("softwareAgent")
    tool = mapping(agent) if isinstance(agent, Mapping) else {"name": agent}
    return Step(
        what=ACTIONS.get(label.removeprefix("c2pa."), label or "Unknown activity"),
        tool=" ".join(filter(None, (printable(tool.get("name")), printable(tool.get("version"))))),
        when=printable(action.get("when")),
        note=printable(action.get("description")),
        ai=action.get("digitalSourceType") in GENERATIVE_SOURCES,
    )


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


def told(report: Report) -> dict[str, Any]:
    """Everything the report page shows, by the names its template uses."""
    record_shown = report.registry.state in ("registered_matching", "registered_stripped")
    address = f"/c/{report.facts.credential}" if report.facts.credential else ""
    first, following = headline(report)
    checked_at = datetime.fromisoformat(str(report.engine["checked_at"]))
    return {
        "report": report,
        "sentence": unbroken(first),
        "following": unbroken(following),
        "development": _development(report),
        "record_shown": record_shown,
        "signer": mapping(report.signature.details).get("signed_by", ""),
        "signed_at": signed_at(report),
        "checked_at": checked_at,
        "facts": facts(report),
        "bars": bars(report),
        "strips": strips(report),
        "rows": rows(report),
        "then_now": then_and_now(report),
        "used": used(report),
        "activity": activity(report),
        "everything_listed": report.relied_on and report.reading.all_actions_included(),
        "answers": answers(report),
        "raw": raw(report),
        "permalink": address if record_shown else "",
        "original": address if report.registry.state == "registered_altered" else "",
        "disclaimer": DISCLAIMER,
    }


def unbroken(text: str) -> str:
    """The number and its unit stay on one line."""
    return text.replace(" %", "\u00a0%")


def _development(report: Report) -> bool:
    """Whether a signature shown here was made under this registry's development root."""
    shown = report.registry.state == "registered_stripped" and report.facts.development
    return shown or bool(mapping(report.trust.details).get("development"))
