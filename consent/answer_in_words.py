"""An answer as a page or a certificate tells it: the answer in a sentence, territory by territory, and why.

Made from the stored forms of question and answer, so that a decision of last year reads as it did then. The answer
comes with its territories written out (`clearance.unfolded`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from consent import wording
from consent.vocabulary import ACT_PHRASES, MODALITIES, OUTCOMES, REASONS, ROLES, USES

GRAVEST_FIRST = ("deny", "review", "permit")
COLOURS = {"deny": "stop", "review": "hold", "permit": ""}
NOTED = ("note", "obligation")
GATES = {
    "capture": "Before anybody is scanned", "sign": "Before it is signed", "release": "Before release",
    "after": "Afterwards",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tag:
    """A word with its outcome, which colours it."""

    outcome: str
    words: str

    @property
    def colour(self) -> str:
        return COLOURS[self.outcome]


@dataclass(frozen=True, slots=True)
class Row:
    """Territories for which everything is answered alike; `cells` stand under the columns of the answer."""

    where: str
    whole: Tag
    cells: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Why:
    tag: Tag
    code: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Something still to be done: `when` it must be, `where` it holds."""

    when: str
    rule: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Told:
    """`headline` is the answer, `lead` what else holds; `columns` are the people, each with what is made of them.
    `notes` bear on the answer and change nothing; `advice` is what rules say that no lawyer here has adopted."""

    verdict: Tag
    headline: str
    lead: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    reasons: tuple[Why, ...]
    notes: tuple[Why, ...]
    duties: tuple[Duty, ...]
    advice: tuple[Why, ...]
    to_clear: tuple[str, ...]
    missing: tuple[str, ...]


def tell(question: Mapping[str, Any], answer: Mapping[str, Any], names: Mapping[str, str]) -> Told:
    """The answer in words. `names` maps depiction and grant ids to what the reader may know them by."""
    places = _places_by_outcome(answer["by_territory"])
    reasons = [_why(reason, names) for reason in answer["reasons"]]
    columns = _columns(answer["findings"])
    return Told(
        verdict=Tag(answer["outcome"], OUTCOMES[answer["outcome"]]),
        headline=f"{OUTCOMES[answer['outcome']]} {_in(places[answer['outcome']])}",
        lead=_lead(question, answer, places),
        columns=tuple(_column(one, question, names) for one in columns),
        rows=tuple(_rows(answer, columns)),
        reasons=tuple(why for why, of in zip(reasons, answer["reasons"], strict=True) if of["severity"] not in NOTED),
        notes=tuple(why for why, of in zip(reasons, answer["reasons"], strict=True) if of["severity"] in NOTED),
        duties=tuple(_duty(one, names) for one in answer["obligations"]),
        advice=tuple(_why(one, names) for one in answer["advice"]),
        to_clear=tuple(wording.named(line, names) for line in answer["to_clear"]),
        missing=tuple(answer["missing_facts"]),
    )


def outcome_in_words(by_territory: Mapping[str, str]) -> str:
    """Cleared in Germany; needs counsel in France: one phrase for each outcome, the gravest first."""
    places = _places_by_outcome(by_territory)
    phrases = [f"{OUTCOMES[one]} {_in(places[one])}" for one in GRAVEST_FIRST if places[one]]
    return "; ".join([phrases[0], *(_lower(phrase) for phrase in phrases[1:])])


def _places_by_outcome(by_territory: Mapping[str, str]) -> dict[str, list[str]]:
    return {one: [place for place, outcome in by_territory.items() if outcome == one] for one in GRAVEST_FIRST}


def _in(places: Iterable[str]) -> str:
    where = wording.places_in_words(places)
    return where if where.startswith("everywhere") else f"in {where}"


def _lead(question: Mapping[str, Any], answer: Mapping[str, Any], places: Mapping[str, list[str]]) -> str:
    rest = [one for one in GRAVEST_FIRST if places[one] and one != answer["outcome"]]
    sentences = [f"{OUTCOMES[one]} {_in(places[one])}." for one in rest]
    count = sum(reason["severity"] not in NOTED for reason in answer["reasons"])
    act = ACT_PHRASES[question["act"]]
    if answer["outcome"] == "permit":
        sentences.append(f"The consent on file covers {act} with everyone depicted, in all that was asked.")
    else:
        sentences.append(f"{'One reason stands' if count == 1 else f'{count} reasons stand'} against {act}.")
    return " ".join(sentences)


# --- territory by territory -----------------------------------------------------------------------------------------


def _columns(findings: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Each depiction in each use of it, in a fixed order."""
    return sorted({(one["depiction"], one["modality"], one["use"]) for one in findings})


def _column(column: tuple[str, str, str], question: Mapping[str, Any], names: Mapping[str, str]) -> str:
    depiction, modality, use = column
    role = next((one["role"] for one in question["depictions"] if one["id"] == depiction), "")
    who = names.get(depiction) or (_lower(ROLES[role]) if role == "synthetic" else f"somebody not identified ({depiction})")
    return f"{who} – {_lower(MODALITIES[modality])}, {_lower(USES[use])}"


def _rows(answer: Mapping[str, Any], columns: Iterable[tuple[str, str, str]]) -> Iterable[Row]:
    """One row for all places that are answered alike, the gravest first."""
    found: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    at = {
        (place, one["depiction"], one["modality"], one["use"]): number
        for number, one in enumerate(answer["findings"])
        for place in one["territories"]
    }
    for place, outcome in answer["by_territory"].items():
        cells = tuple(at[place, *column] for column in columns)
        found.setdefault((outcome, cells), []).append(place)
    alike = sorted(found.items(), key=lambda row: (GRAVEST_FIRST.index(row[0][0]), row[1]))
    for (outcome, cells), places in alike:
        tags = tuple(_tag(answer["findings"][number], answer["reasons"]) for number in cells)
        yield Row(_upper(wording.places_in_words(places)), Tag(outcome, OUTCOMES[outcome]), tags)


def _tag(finding: Mapping[str, Any], reasons: Iterable[Mapping[str, Any]]) -> Tag:
    """What decides about this depiction there: the gravest of its reasons, which come first."""
    for reason in reasons:
        about_it = reason["depiction"] in (None, finding["depiction"]) and reason["code"] in finding["codes"]
        if about_it and set(reason["territories"]) & set(finding["territories"]):
            return Tag(finding["outcome"], _label(reason["code"]))
    return Tag(finding["outcome"], OUTCOMES[finding["outcome"]])


def _duty(obligation: Mapping[str, Any], names: Mapping[str, str]) -> Duty:
    due = f"by {wording.day_in_words(date.fromisoformat(obligation['due']))}" if obligation["due"] else ""
    when = ", ".join(filter(None, (GATES[obligation["gate"]], due)))
    where = _upper(wording.places_in_words(obligation["territories"]))
    return Duty(when, obligation["rule"], wording.named(obligation["text"], names), where)


def _why(reason: Mapping[str, Any], names: Mapping[str, str]) -> Why:
    outcome = {"note": "permit", "obligation": "permit", "review": "review"}.get(reason["severity"], "deny")
    where = wording.places_in_words(reason["territories"])
    return Why(Tag(outcome, _label(reason["code"])), reason["code"], wording.named(reason["text"], names), _upper(where))


def _label(code: str) -> str:
    return REASONS.get(code, code)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
