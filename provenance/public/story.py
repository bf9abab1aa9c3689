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
from provenance.public.figures import bars, rows, strips
from provenance.reading import listing, mapping
from provenance.report import DISCLAIMER, Report
from provenance.statements import GENERATIVE_SOURCES

RAW_CHARACTERS = 20_000
SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")
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
NOTHING = {"Nothing is signed.": "Nothing is signed", "Not read.": "Not read"}
STOPS = {("integrity", "altered"), ("signature", "invalid"), ("registry", "registered_altered")}
THEN = {
    "confirmed": "On file for everyone whose consent it needs",
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
        more = "check a copy to see whether it is unchanged"
        cells["integrity"] = replace(cells["integrity"], told="As it was signed", more=more)
    if report.reading.active and report.integrity.state in ("intact", "altered"):
        cells["integrity"] = replace(cells["integrity"], more="checked here, just now")
    if report.relied_on and (at := signed_at(report)):
        stamped = (
            "by an independent authority" if report.time_stamp.state == "trusted" else SHORT["time_stamp", "absent"]
        )
        cells["time_stamp"] = replace(cells["time_stamp"], told=moment_in_words(at), more=stamped.lower())
    if report.relied_on:
        details = mapping(report.signature.details)
        ends = day(str(details.get("certificate_ends")))
        more = ", ".join(filter(None, (details.get("algorithm"), f"certificate to {ends}" if ends else "")))
        cells["signature"] = replace(cells["signature"], told=details.get("signed_by", ""), more=more)
    return list(cells.values())


def _beyond(short: str, text: str) -> str:
    """What a conclusion's sentence says beyond its few words."""
    rest = text.removeprefix(short).removeprefix(" found.")
    return rest.lstrip(";. ") if rest != text else text


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
        ("Signed by", signer(report)), ("Made by", report.facts.made_by if _record_shown(report) else ""),
        ("Signed at", moment_in_words(signed_at(report))), ("Written with", details.get("generator")),
        ("Certificate", details.get("certificate")), ("Algorithm", details.get("algorithm")),
        ("Certificate ends", day(str(details.get("certificate_ends")))),
        ("Record", report.facts.credential), ("Checked", f"{moment_in_words(_checked_at(report))}, {lists}"),
        ("Read with", f"{engine.get('name')} {engine.get('version')}".strip()),
    ]  # fmt: skip
    return [(name, str(value)) for name, value in told if value]


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


def signer(report: Report) -> str:
    """Who signed this file or, for a copy without credentials, the file registered here."""
    return str(
        mapping(report.signature.details).get("signed_by") or (report.facts.producer if _record_shown(report) else "")
    )


def moment_in_words(at: datetime | None) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC" if at else ""


def signed_at(report: Report) -> datetime | None:
    """When it was signed, by the registry's record or the independent time-stamp."""
    if _record_shown(report) and report.facts.signed_at:
        return report.facts.signed_at
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


def told(report: Report) -> dict[str, Any]:
    """Everything the report page shows, by the names its template uses."""
    record_shown = _record_shown(report)
    address = f"/c/{report.facts.credential}" if report.facts.credential else ""
    first, following = headline(report)
    return {
        "report": report,
        "sentence": unbroken(first),
        "following": unbroken(following),
        "development": _development(report),
        "record_shown": record_shown,
        "stripped": report.registry.state == "registered_stripped",
        "signer": signer(report),
        "signed_at": signed_at(report),
        "checked_at": _checked_at(report),
        "facts": facts(report),
        "bars": bars(report),
        "strips": strips(report),
        "rows": rows(report),
        "statements": witnesses.statements(report),
        "signals": witnesses.listed(report),
        "metadata": witnesses.metadata(report),
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


def _record_shown(report: Report) -> bool:
    return report.registry.state in ("registered_matching", "registered_stripped")


def _checked_at(report: Report) -> datetime:
    return datetime.fromisoformat(str(report.engine["checked_at"]))


def _development(report: Report) -> bool:
    """Whether a signature shown here was made under this registry's development root."""
    shown = report.registry.state == "registered_stripped" and report.facts.development
    return shown or bool(mapping(report.trust.details).get("development"))
