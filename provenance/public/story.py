"""The report in a visitor's words: headline, facts, consent then and now, what was used and done, who answers.

Pure. Everything here was bounded and made printable by the report; the template escapes it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from provenance.printable import bounded, printable
from provenance.public import witnesses
from provenance.public.figures import authors, bars, rows, strips
from provenance.reading import listing, mapping
from provenance.report import DISCLAIMER, Report
from provenance.said import Said, Speech, day, in_, joined, moment, month, said
from provenance.statements import GENERATIVE_SOURCES

RAW_CHARACTERS = 20_000
DEEPEST = 8  # generations of assets on the page; the raw manifests below it have them all
SENTENCES = re.compile(r"(?<=\.) (?=[^\W\da-záéíóúñü_])")
RELATIONS = {
    "parentOf": said("edited from this"), "componentOf": said("placed in the work"), "inputTo": said("used as input"),
}  # fmt: skip
USED_STATES = {
    "intact": said("Content Credentials unchanged"),
    "no_credentials": said("no Content Credentials"),
    "altered": said("changed after it was signed"),
}
SHORT = {
    ("integrity", "intact"): said("Unchanged since signing"), ("integrity", "altered"): said("Changed after signing"),
    ("integrity", "absent"): said("No Content Credentials"), ("integrity", "unreadable"): said("Not read"),
    ("integrity", "elsewhere"): said("Credentials kept elsewhere"),
    ("signature", "valid"): said("Signed"), ("signature", "invalid"): said("Invalid"), ("signature", "absent"): said("None"),
    ("trust", "listed"): said("On the C2PA trust list"), ("trust", "registry"): said("Known to this registry only"),
    ("trust", "untrusted"): said("Signer not known"), ("trust", "absent"): said("None"),
    ("time_stamp", "trusted"): said("Independent time-stamp"), ("time_stamp", "untrusted"): said("Time-stamp not known"),
    ("time_stamp", "absent"): said("No independent time-stamp"),
    ("registry", "registered_matching"): said("Registered here"),
    ("registry", "registered_stripped"): said("Registered, credentials removed"),
    ("registry", "registered_altered"): said("Registered, this copy differs"), ("registry", "unknown"): said("Not known"),
}  # fmt: skip
NAMES = {
    "integrity": said("File"), "signature": said("Signature"), "trust": said("Trust"), "time_stamp": said("Time"),
    "registry": said("Registry"),
}  # fmt: skip
NOTHING = {"Nothing is signed.": said("Nothing is signed"), "Not read.": said("Not read")}
STOPS = {("integrity", "altered"), ("signature", "invalid"), ("registry", "registered_altered")}
THEN = {
    "confirmed": said("On file for everyone whose consent it needs"),
    "not_required": said("Not required, as the producer states"),
    "under_review": said("Under review"),
    "ended": said("Had ended"),
    "not_stated": said("Not stated"),
}
NOW = {
    "confirmed": said("Still on file"),
    "not_required": said("Not required, as the producer states"),
    "under_review": said("Under review"),
    "ended": said("It has since ended"),
    "not_stated": said("Not stated"),
}
ACTIONS = {
    "addedText": said("Text added"), "adjustedColor": said("Colour adjusted"), "changedSpeed": said("Speed changed"),
    "color_adjustments": said("Colour adjusted"), "converted": said("Converted"), "created": said("Created"),
    "cropped": said("Cropped"), "deleted": said("Part deleted"), "drawing": said("Drawn"), "dubbed": said("Dubbed"),
    "edited": said("Edited"), "edited.metadata": said("Description edited"), "enhanced": said("Enhanced"),
    "filtered": said("Filtered"), "mastered": said("Mastered"), "mixed": said("Mixed"), "opened": said("Opened"),
    "orientation": said("Turned"), "placed": said("Placed"), "published": said("Published"),
    "redacted": said("Information withheld"), "remixed": said("Remixed"), "removed": said("Part removed"),
    "repackaged": said("Repackaged"), "resized": said("Resized"), "resized.proportional": said("Resized"),
    "transcoded": said("Transcoded"), "translated": said("Translated"), "trimmed": said("Trimmed"),
    "unknown": said("Unknown activity"), "watermarked.bound": said("Watermarked"),
    "watermarked.unbound": said("Watermarked"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One cell under the headline: a name, what is so in a few words, and what that rests on."""

    name: str
    told: str
    more: str
    stop: bool = False


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
        short = NOTHING.get(conclusion.text) or SHORT[name, conclusion.state]
        cells[name] = Fact(heading, short, _beyond(short, conclusion.text), (name, conclusion.state) in STOPS)
    if report.facts.found_by == "record":
        more = said("check a copy to see whether it is unchanged")
        cells["integrity"] = replace(cells["integrity"], told=said("As it was signed"), more=more)
    if report.reading.active and report.integrity.state in ("intact", "altered"):
        cells["integrity"] = replace(cells["integrity"], more=said("checked here, just now"))
    if report.relied_on and (at := signed_at(report)):
        by = said("by an independent authority") if report.time_stamp.state == "trusted" else said("no independent time-stamp")
        cells["time_stamp"] = replace(cells["time_stamp"], told=moment(at), more=by)
    if report.relied_on:
        details = mapping(report.signature.details)
        ends = day_of(str(details.get("certificate_ends")))
        more = joined([details.get("algorithm", ""), said("certificate to {day}", day=ends) if ends else ""], ", ")
        cells["signature"] = replace(cells["signature"], told=details.get("signed_by", ""), more=more)
    return list(cells.values())


def _beyond(short: str, text: str) -> Said:
    """What a conclusion's sentence says beyond its few words."""

    def tell(speech: Speech) -> str:
        whole = in_(speech, text)
        rest = whole.removeprefix(in_(speech, short)).removeprefix(" found.")
        return rest.lstrip(";. ") if rest != whole else whole

    return Said(tell)


def then_and_now(report: Report) -> dict[str, str]:
    """Consent at signing and today, for two columns; nothing where nothing is stated."""
    details = mapping(report.consent.details)
    then, now = str(details.get("at_signing")), str(details.get("now"))
    if then in ("not_stated", "None") or report.registry.state == "unknown":
        return {}
    goes_on = now == "ended" and report.facts.may_continue
    today = said("It has since ended. Works made before may continue") if goes_on else NOW[now]
    return {"then": THEN[then], "now": today}


def answers(report: Report) -> list[tuple[str, str]]:
    """Who stands behind what was said: signer, maker, tool, certificate, record, reader."""
    details, engine = mapping(report.signature.details), report.engine
    listed_on = _parsed(engine.get("trust_list"))
    lists = (
        said("C2PA trust list of {day}", day=day(listed_on)) if listed_on else said("no C2PA trust list loaded")
    )
    told = [
        (said("Signed by"), signer(report)), (said("Made by"), report.facts.made_by if _record_shown(report) else ""),
        (said("Signed at"), moment(signed_at(report))), (said("Written with"), details.get("generator")),
        (said("Certificate"), details.get("certificate")), (said("Algorithm"), details.get("algorithm")),
        (said("Certificate ends"), day_of(str(details.get("certificate_ends")))),
        (said("Record"), report.facts.credential), (said("Checked"), joined([moment(_checked_at(report)), lists], ", ")),
        (said("Read with"), f"{engine.get('name')} {engine.get('version')}".strip()),
    ]  # fmt: skip
    return [(name, value) for name, value in told if value]


def headline(report: Report) -> tuple[str, str]:
    """The first sentence, and what follows it; parts of the work without AI are named where others have some."""
    if report.sentence != report.extent.text:
        return report.sentence, report.extent.text if report.extent.details else ""
    drawn = bars(report)
    without = [bar.element for bar in drawn if bar.kind == "none"]
    closing = ""
    if without and len(without) < len(drawn):
        closing = said("{elements}: the producer states that no generative AI was used.", elements=joined(without, ", "))
    return _first(report.sentence), joined([_rest(report.sentence), closing])


def _first(text: str) -> Said:
    return Said(lambda speech: SENTENCES.split(in_(speech, text))[0])


def _rest(text: str) -> Said:
    return Said(lambda speech: " ".join(SENTENCES.split(in_(speech, text))[1:]))


def activity(report: Report) -> list[Step]:
    """The edits the credentials list, oldest first; nothing unless the credentials may be relied on."""
    return [_step(action) for action in report.reading.actions()][:200] if report.relied_on else []


def used(report: Report) -> list[dict[str, Any]]:
    """The assets this file was made from, each with the assets it was itself `made_from`: a tree of bounded depth."""
    listed = map(mapping, listing(report.ingredients.details))
    told = [(_used(row, item.picture), item) for row, item in zip(listed, report.reading.used(), strict=False)]
    rows = [row for row, _ in told]
    within: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for row, item in told:
        within.setdefault(item.within, []).append((row, item.manifest))
    if not rows or report.reading.active not in within:
        return rows
    return _made_from(report.reading.active, within, ())


def _made_from(label: str, within: Mapping[str, list[tuple[dict[str, Any], str]]], path: tuple[str, ...]) -> list[dict[str, Any]]:
    if label in path or len(path) >= DEEPEST:
        return []
    # What an altered asset says of itself is not repeated, nor what it says it was made from.
    return [
        row | {"made_from": [] if row["altered"] or not manifest else _made_from(manifest, within, (*path, label))}
        for row, manifest in within.get(label, ())
    ]


def _used(row: Mapping[str, Any], picture: str) -> dict[str, Any]:
    altered = row["state"] == "altered"
    return {
        "title": row["title"], "relation": RELATIONS.get(row["relation"], said("used")), "state": USED_STATES[row["state"]],
        "signed_by": row.get("signed_by", ""), "altered": altered, "made_from": [], "picture": "" if altered else picture,
    }  # fmt: skip


def raw(report: Report) -> str:
    """Everything the file says, as indented JSON of bounded length."""
    if not report.reading.manifests:
        return ""
    text = json.dumps(bounded(report.reading.manifests), indent=1, ensure_ascii=False)
    return text if len(text) <= RAW_CHARACTERS else text[:RAW_CHARACTERS] + "\n… (cut here; the whole is in the file)"


def signer(report: Report) -> str:
    """Who signed this file or, for a copy without credentials, the file registered here."""
    named: str = mapping(report.signature.details).get("signed_by") or ""
    return named or (report.facts.producer if _record_shown(report) else "")


def signed_at(report: Report) -> datetime | None:
    """When it was signed, by the registry's record or the independent time-stamp."""
    if _record_shown(report) and report.facts.signed_at:
        return report.facts.signed_at
    return _parsed(mapping(report.time_stamp.details).get("time") or mapping(report.signature.details).get("signed_at"))


def day_of(stamp: str) -> str:
    """2027-07-09T00:00:00Z as 9 July 2027, and anything else as nothing."""
    at = _parsed(stamp)
    return day(at) if at else ""


def _parsed(stamp: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(stamp))
    except ValueError:
        return None


def _step(action: Mapping[str, Any]) -> Step:
    label = printable(action.get("action"))
    agent = action.get("softwareAgent")
    tool = mapping(agent) if isinstance(agent, Mapping) else {"name": agent}
    return Step(
        what=ACTIONS.get(label.removeprefix("c2pa."), label or ACTIONS["unknown"]),
        tool=" ".join(filter(None, (printable(tool.get("name")), printable(tool.get("version"))))),
        when=printable(action.get("when")),
        note=printable(action.get("description")),
        ai=action.get("digitalSourceType") in GENERATIVE_SOURCES,
    )


def told(report: Report) -> dict[str, Any]:
    """Everything the report page shows, by the names its template uses."""
    record_shown = _record_shown(report)
    address = f"/c/{report.facts.credential}" if report.facts.credential else ""
    first, following = headline(report)
    at = signed_at(report)
    return {
        "report": report,
        "sentence": unbroken(first),
        "following": unbroken(following),
        "extent_text": report.extent.text,
        "consent_text": report.consent.text,
        "ingredients_text": report.ingredients.text,
        "development": _development(report),
        "record_shown": record_shown,
        "stripped": report.registry.state == "registered_stripped",
        "signer": signer(report),
        "signed_on": day(at) if at else "",
        "signed_in": month(at) if at else "",
        "checked_on": day(_checked_at(report)),
        "facts": facts(report),
        "bars": bars(report),
        "strips": strips(report),
        "rows": rows(report),
        "statements": witnesses.statements(report),
        "signals": witnesses.listed(report),
        "metadata": witnesses.metadata(report),
        "authors": authors(report),
        "uses": witnesses.uses(report),
        "then_now": then_and_now(report),
        "used": used(report),
        "used_count": len(listing(report.ingredients.details)),
        "listed_on": day(listed_on) if (listed_on := _parsed(report.engine.get("trust_list"))) else "",
        "activity": activity(report),
        "everything_listed": report.relied_on and report.reading.all_actions_included(),
        "answers": answers(report),
        "raw": raw(report),
        "permalink": address if record_shown else "",
        "original": address if report.registry.state == "registered_altered" else "",
        "disclaimer": DISCLAIMER,
    }


def unbroken(text: str) -> Said:
    """The number and its unit stay on one line."""
    return Said(lambda speech: in_(speech, text).replace(" %", "\u00a0%"))


def _record_shown(report: Report) -> bool:
    return report.registry.state in ("registered_matching", "registered_stripped")


def _checked_at(report: Report) -> datetime:
    return datetime.fromisoformat(str(report.engine["checked_at"]))


def _development(report: Report) -> bool:
    """Whether a signature shown here was made under this registry's development root."""
    shown = report.registry.state == "registered_stripped" and report.facts.development
    return shown or bool(mapping(report.trust.details).get("development"))
