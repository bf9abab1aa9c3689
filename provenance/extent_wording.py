"""The sentence in which a viewer is told how much AI was involved: neutral, with unit and method, performers first.

It says what was done technically, never what that means: no "real", no "fake", and no percentage without its unit. It is
made from the extent as it is published, so that whoever holds a record can say it in another language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.declaration import DepictionStatement
from provenance.quantities import (
    DECLARED,
    DIFFERENCE,
    MATTE,
    REGIONS,
    WHOLE,
    ElementExtent,
    OperationExtent,
    is_measured,
)
from provenance.reading import listing, mapping
from provenance.said import Said, capital, counted, joined, listed, number, percent, said
from provenance.techniques import ELEMENTS, SOUND_ELEMENTS, TECHNIQUES, TRAINED

NOT_STATED = said("How much AI was involved is not stated.")
NONE_STATED = said("The producer states that no generative AI was used.")
ALTERED, GENERATED = "altered", "generated"

_BY_PRODUCER = said("As stated by its producer.")
_SOURCES = {
    (DIFFERENCE, "registry"): said("Measured against the source by this registry."),
    (DIFFERENCE, "producer"): said("Measured against the source by its producer."),
    (MATTE, "registry"): said("Measured by this registry from the matte its producer supplied."),
    (MATTE, "producer"): said("Measured from a matte by its producer."),
    (REGIONS, "producer"): said("Worked out from the regions its producer stated."),
    (WHOLE, "producer"): _BY_PRODUCER,
    (DECLARED, "producer"): _BY_PRODUCER,
}
THE = {
    "picture": said("the picture"), "voice": said("the voice"), "music": said("the music"), "sound": said("the sound"),
    "text": said("the text"),
}  # fmt: skip
NAMES = {
    "picture": said("picture"), "voice": said("voice"), "music": said("music"), "sound": said("sound"), "text": said("text"),
}  # fmt: skip
HEADS = {
    "picture": said("Picture"), "voice": said("Voice"), "music": said("Music"), "sound": said("Sound"), "text": said("Text"),
}  # fmt: skip
_MOST_DEEDS = 50
_COUNTS = (
    said("no"), said("one"), said("two"), said("three"), said("four"), said("five"), said("six"), said("seven"),
    said("eight"), said("nine"), said("ten"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """What generative AI did in an element, as a viewer is told: `part` is what of how many `performers` was altered or
    generated; None where it was the element as such. `techniques` is empty where the work began as made by a model."""

    act: str
    part: str | None
    performers: int
    techniques: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"act": self.act, "part": self.part, "performers": self.performers, "techniques": list(self.techniques)}


def deeds(
    elements: Sequence[ElementExtent],
    operations: Sequence[OperationExtent],
    depictions: Iterable[DepictionStatement],
    *,
    created_as: str | None = None,
) -> dict[str, tuple[Deed, ...]]:
    """What was done, by element. Performers are counted, each once, and told by what of them was altered, never by name."""
    portrayed = {one.id: one for one in depictions if one.portrayed}
    found: dict[str, tuple[Deed, ...]] = {}
    for row in elements:
        made = [one for one in operations if one.statement.generative and one.statement.element == row.element]
        made = [one for one in made if one.quantity.share != 0 or is_measured(one.quantity.method)]
        done = _deeds(made, portrayed)
        began = (Deed(GENERATED, None, 0, ()),) if created_as == TRAINED else ()
        found[row.element] = (*began, *done)
    return found


def _deeds(made: Sequence[OperationExtent], portrayed: Mapping[str, DepictionStatement]) -> list[Deed]:
    groups: dict[tuple[str, bool, str], tuple[set[str], set[str]]] = {}
    for row in made:
        one = row.statement
        act = GENERATED if one.digital_source_type == TRAINED else ALTERED
        shown = [portrayed[name] for name in one.depicts if name in portrayed]
        fitting = [(False, _part(who.modality, one.element), who.person or who.id) for who in shown]
        for whole_element, part, who in fitting or [(True, "", "")]:
            techniques, people = groups.setdefault((act, whole_element, part), (set(), set()))
            techniques.add(one.technique)
            people.update({who} - {""})
    return [
        Deed(act, part or None, len(people), tuple(sorted(techniques)))
        for (act, _, part), (techniques, people) in sorted(groups.items())
    ]


def _part(modality: str, element: str) -> str:
    """What of a performer an operation on this element can have altered: a voice is heard, a face is seen."""
    heard = element in SOUND_ELEMENTS
    if heard and modality in ("face", "body", "motion"):
        return "voice"
    return "performance" if modality == "voice" and not heard else modality


# --- the sentence -------------------------------------------------------------------------------------------------


def sentence(elements: Iterable[Mapping[str, Any]], assistive: Iterable[Mapping[str, Any]]) -> Said:
    """One short paragraph on all elements, from the rows of a published extent, with what was `done` in each."""
    rows = [one for one in elements if one.get("element") in ELEMENTS]
    began = [THE[row["element"]] for row in rows if _began_as_made(row)]
    told: list[tuple[str, str]] = []
    if began:
        told.append((said("AI generated all of {what}.", what=listed(began)), _BY_PRODUCER))
    for row in rows:
        done = [one for one in _done(row) if one.techniques]
        if done:
            amount = "" if _began_as_made(row) else _amount(row)
            source = "" if row.get("share") is None else source_of(row)
            told.append((_sentence_of(done, row["element"], amount), source))
    if not told:
        return _nothing_made(rows, [one for one in assistive if one.get("technique") in TECHNIQUES])
    silent = [THE[row["element"]] for row in rows if row.get("share") is None and not row.get("operations")]
    closing = [said("What was done to {what} is not stated.", what=listed(silent))] if silent else []
    return joined([*_with_sources(told), *closing])


def marked_in(elements: Iterable[Mapping[str, Any]], *, vouched: bool) -> str:
    """How much the places cover that a file's credentials mark, and how that is known where somebody vouches for them."""
    rows = [row for row in elements if row.get("share") is not None and row.get("operations")]
    if not vouched:
        return joined([said("They mark places for that{amount}.", amount=_amount(row)) for row in rows])
    told = [said("Its credentials mark places for that{amount}.", amount=_amount(row)) for row in rows]
    return joined([*told, *map(source_of, rows[:1])])


def tells_deeds(extent: Mapping[str, Any]) -> bool:
    """Whether an extent says what was done in each element, so that it can be told without its own headline."""
    elements = [mapping(row) for row in listing(extent.get("elements"))]
    return bool(elements) and all("done" in row and row.get("element") in ELEMENTS for row in elements)


def source_of(row: Mapping[str, Any]) -> str:
    """How a number was obtained and by whom, as a sentence; nothing for what has none."""
    method = str(row.get("method")).partition(" ")[0]
    return _SOURCES.get((method, str(row.get("measured_by"))), "")


def _began_as_made(row: Mapping[str, Any]) -> bool:
    return any(not one.techniques for one in _done(row))


def _done(row: Mapping[str, Any]) -> list[Deed]:
    """The deeds of a published row; what is not one of ours is left out."""
    found = []
    for one in map(mapping, listing(row.get("done"))[:_MOST_DEEDS]):
        act, part, performers = one.get("act"), one.get("part"), one.get("performers")
        techniques = tuple(name for name in listing(one.get("techniques")) if isinstance(name, str) and name in TECHNIQUES)
        count = performers if isinstance(performers, int) and not isinstance(performers, bool) else 0
        if act in (ALTERED, GENERATED) and (part is None or (part in _PARTS and 0 < count < 10**6)):
            found.append(Deed(str(act), part, count, techniques))
    return found


def _with_sources(told: Sequence[tuple[str, str]]) -> list[str]:
    """Sentences followed by how their numbers were obtained; said once when it is the same for all."""
    sources = {source for _, source in told}
    if len(sources) == 1:
        return [*(text for text, _ in told), *(source for _, source in told[-1:])]
    return [part for pair in told for part in pair]


def _nothing_made(rows: Sequence[Mapping[str, Any]], assistive: Sequence[Mapping[str, Any]]) -> Said:
    if not rows or any(row.get("share") is None for row in rows):
        return NOT_STATED
    if not assistive:
        return NONE_STATED
    labels = [said(TECHNIQUES[row["technique"]].label) for row in assistive]
    labels = [label for _, label in sorted({str(label): label for label in labels}.items())]
    return joined([NONE_STATED, said("Existing content was processed: {how}.", how=listed(labels))])


def _sentence_of(done: Sequence[Deed], element: str, amount: str) -> Said:
    """What was done to what, by which techniques: “AI altered the face of one performer (de-aging) throughout.”"""
    what = {act: [_object(one, element) for one in done if one.act == act] for act in (ALTERED, GENERATED)}
    altered, generated = (listed(what[act]) if what[act] else "" for act in (ALTERED, GENERATED))
    if altered and generated:
        text = "AI altered {altered}, and generated {generated}{amount}."
        return said(text, altered=altered, generated=generated, amount=amount)
    if generated:
        return said("AI generated {what}{amount}.", what=generated, amount=amount)
    return said("AI altered {what}{amount}.", what=altered, amount=amount)


def _object(deed: Deed, element: str) -> Said:
    labels = sorted((said(TECHNIQUES[code].label) for code in deed.techniques), key=str)
    how = joined(labels, ", ")
    if deed.part is None:
        return said("{what} ({how})", what=THE[element], how=how)
    one, several = _PARTS[deed.part]
    count = _COUNTS[deed.performers] if deed.performers < len(_COUNTS) else number(deed.performers)
    return said("{what} ({how})", what=counted(one, several, deed.performers, count=count), how=how)


# What of a performer is seen or heard, for one and for several.
_PARTS = {
    "face": ("the face of one performer", "the faces of {count} performers"),
    "body": ("the body of one performer", "the bodies of {count} performers"),
    "voice": ("the voice of one performer", "the voices of {count} performers"),
    "motion": ("the movement of one performer", "the movements of {count} performers"),
    "performance": ("the performance of one performer", "the performances of {count} performers"),
    "name": ("the name of one performer", "the names of {count} performers"),
    "signature_trait": ("the likeness of one performer", "the likenesses of {count} performers"),
}


# --- how much -----------------------------------------------------------------------------------------------------


def _amount(row: Mapping[str, Any]) -> Said:
    """How much of an element, with its unit, to follow what was done to it."""
    share = _share(row.get("share"))
    if share is None:
        return said("; how much is not stated")
    if share == 0:
        return said(", too little to be measured")
    if row["element"] == "picture":
        return _amount_of_picture(row, share)
    if share == 1:
        return said(" throughout")
    if row["element"] == "text":
        return _amount_of_text(row, share)
    seconds = _total(row, "seconds")
    if seconds is None or row.get("method") == DECLARED:
        return said(" for {share} of its running time", share=_at_least(row, percent(share)))
    return _seconds(row, share, seconds)


def _amount_of_text(row: Mapping[str, Any], share: float) -> Said:
    words = _total(row, "words")
    if not words or row.get("method") == DECLARED:
        return said(" in {share} of its words", share=_at_least(row, percent(share)))
    return said(" in {part} of {whole} words", part=_at_least(row, number(round(share * words))), whole=number(words))


def _amount_of_picture(row: Mapping[str, Any], share: float) -> Said:
    moving = _total(row, "frames") is not None or _total(row, "seconds") is not None
    if share == 1:
        return said(", covering the whole picture throughout") if moving else said(", covering the whole picture")
    area = said(", covering {share} of the picture", share=_at_least(row, percent(share)))
    if not moving:
        return area
    time_share, seconds = _share(row.get("time_share")), _total(row, "seconds")
    if time_share is None or seconds is None:
        return said("{area} over its running time", area=area)
    return joined([said(" throughout") if time_share == 1 else _seconds(row, time_share, seconds), area], "")


def _seconds(row: Mapping[str, Any], share: float, whole: float) -> Said:
    part = share * whole
    touched = said("less than {number}", number=number(0.1, 1)) if part < 0.05 else number(part, 1)
    return said(" in {part} of {whole} seconds", part=_at_least(row, touched), whole=number(whole, 1))


def _at_least(row: Mapping[str, Any], amount: str) -> str:
    return said("at least {amount}", amount=amount) if row.get("at_least") is True else amount


def _share(value: Any) -> float | None:
    """A share, if it is one: a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def _total(row: Mapping[str, Any], unit: str) -> float | None:
    value = mapping(row.get("total")).get(unit)
    return value if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15 else None


def name_of(element: str) -> Said:
    """An element as the head of its bar."""
    return HEADS.get(element) or capital(element or said("element"))
