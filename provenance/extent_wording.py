"""The sentence in which a viewer is told how much AI was involved: neutral, with unit and method, performers first.

It says what was done technically, never what that means: no "real", no "fake", and no percentage without its unit.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from provenance.declaration import DepictionStatement
from provenance.geometry import Media
from provenance.quantities import (
    DECLARED,
    DIFFERENCE,
    MATTE,
    REGIONS,
    WHOLE,
    AssistiveExtent,
    ElementExtent,
    OperationExtent,
    Quantity,
    is_measured,
)
from provenance.techniques import SOUND_ELEMENTS, TECHNIQUES, TRAINED

NOT_STATED = "How much AI was involved is not stated."
NONE_STATED = "The producer states that no generative AI was used."

_SOURCES = {
    DIFFERENCE: "Measured against the source by this registry.",
    MATTE: "Measured by this registry from the matte its producer supplied.",
    REGIONS: "Worked out from the regions its producer stated.",
    WHOLE: "As stated by its producer.",
    DECLARED: "As stated by its producer.",
}
_PARTS = {  # what of a performer is seen or heard, for one and for several
    "face": ("face", "faces"),
    "body": ("body", "bodies"),
    "voice": ("voice", "voices"),
    "motion": ("movement", "movements"),
    "performance": ("performance", "performances"),
    "name": ("name", "names"),
    "signature_trait": ("likeness", "likenesses"),
}
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def sentence(
    media: Media,
    elements: Sequence[ElementExtent],
    operations: Sequence[OperationExtent],
    assistive: Sequence[AssistiveExtent],
    depictions: Iterable[DepictionStatement],
    *,
    created_as: str | None = None,
) -> str:
    """One short paragraph on all elements. Performers are named by what of them was altered and how, never by name."""
    portrayed = {one.id: one for one in depictions if one.portrayed}
    told: list[tuple[str, str]] = []
    if created_as == TRAINED and elements:
        told.append((f"AI generated all of {_list(f'the {row.element}' for row in elements)}.", _SOURCES[WHOLE]))
    for row in elements:
        made = [one for one in operations if one.statement.generative and one.statement.element == row.element]
        made = [one for one in made if one.quantity.share != 0 or is_measured(one.quantity.method)]
        if made:
            amount = "" if created_as == TRAINED else _amount(row.element, row.quantity, media)
            told.append((f"AI {_deeds(made, portrayed)}{amount}.", _SOURCES.get(row.quantity.method.split(" (")[0], "")))
    if not told:
        return _nothing_made(elements, assistive)
    silent = [row.element for row in elements if row.quantity.share is None and not row.operations]
    closing = [f"What was done to {_list(f'the {name}' for name in silent)} is not stated."] if silent else []
    return " ".join([*_with_sources(told), *closing])


def percent(share: Fraction) -> str:
    """A share in percent with one decimal; never 0.0 for something, nor 100.0 for nearly all."""
    hundredths = float(share * 100)
    if 0 < hundredths < 0.1:
        return "less than 0.1 %"
    return "more than 99.9 %" if 99.95 <= hundredths < 100 else f"{hundredths:.1f} %"


def _with_sources(told: Sequence[tuple[str, str]]) -> list[str]:
    """Sentences followed by how their numbers were obtained; said once when it is the same for all."""
    sources = {source for _, source in told}
    if len(sources) == 1:
        return [*(text for text, _ in told), *(source for source in sources if source)]
    return [part for pair in told for part in pair if part]


def _nothing_made(elements: Sequence[ElementExtent], assistive: Sequence[AssistiveExtent]) -> str:
    if not elements or any(row.quantity.share is None for row in elements):
        return NOT_STATED
    if not assistive:
        return NONE_STATED
    labels = sorted({TECHNIQUES[row.technique].label for row in assistive})
    return f"{NONE_STATED} Existing content was processed: {_list(labels)}."


def _deeds(made: Sequence[OperationExtent], portrayed: dict[str, DepictionStatement]) -> str:
    """What was done to what, by which techniques: "altered the face of one performer (de-aging)"."""
    groups: dict[tuple[str, bool, str], tuple[set[str], set[str]]] = {}
    for row in made:
        one = row.statement
        verb = "generated" if one.digital_source_type == TRAINED else "altered"
        shown = [portrayed[name] for name in one.depicts if name in portrayed]
        fitting = [(False, _part(who.modality, one.element), who.person or who.id) for who in shown]
        for whole_element, part, who in fitting or [(True, one.element, "")]:
            labels, people = groups.setdefault((verb, whole_element, part), (set(), set()))
            labels.add(one.kind.label)
            people.update({who} - {""})
    done = {
        verb: _list(_object(key[2], *groups[key]) for key in sorted(groups) if key[0] == verb)
        for verb in sorted({verb for verb, _, _ in groups})
    }
    return ", and ".join(f"{verb} {objects}" for verb, objects in done.items())


def _part(modality: str, element: str) -> str:
    """What of a performer an operation on this element can have altered: a voice is heard, a face is seen."""
    heard = element in SOUND_ELEMENTS
    if heard and modality in ("face", "body", "motion"):
        return "voice"
    return "performance" if modality == "voice" and not heard else modality


def _object(part: str, labels: set[str], people: set[str]) -> str:
    how = f"({', '.join(sorted(labels))})"
    if not people:
        return f"the {part} {how}"
    singular, plural = _PARTS[part]
    if len(people) == 1:
        return f"the {singular} of one performer {how}"
    count = _COUNTS[len(people)] if len(people) < len(_COUNTS) else str(len(people))
    return f"the {plural} of {count} performers {how}"


def _amount(element: str, quantity: Quantity, media: Media) -> str:
    """How much of an element, with its unit, to follow what was done to it."""
    if quantity.share is None:
        return "; how much is not stated"
    if quantity.share == 0:
        return ", too little to be measured"
    least = "at least " if quantity.at_least else ""
    if element == "picture":
        return _amount_of_picture(quantity, media, least)
    if quantity.share == 1:
        return " throughout"
    if element == "text":
        if media.words and quantity.method != DECLARED:
            return f" in {least}{round(quantity.share * media.words):,} of {media.words:,} words"
        return f" in {least}{percent(quantity.share)} of its words"
    if media.duration is None or quantity.method == DECLARED:
        return f" for {least}{percent(quantity.share)} of its running time"
    return f" in {least}{_seconds(quantity.share, media.duration)}"


def _amount_of_picture(quantity: Quantity, media: Media, least: str) -> str:
    share = quantity.share or Fraction(0)
    if share == 1:
        return ", covering the whole picture throughout" if media.moving else ", covering the whole picture"
    area = f", covering {least}{percent(share)} of the picture"
    if not media.moving:
        return area
    if quantity.time_share is None or media.duration is None:
        return f"{area} over its running time"
    return (
        " throughout" if quantity.time_share == 1 else f" in {least}{_seconds(quantity.time_share, media.duration)}"
    ) + area


def _seconds(share: Fraction, duration: Fraction) -> str:
    seconds = float(share * duration)
    return f"{'less than 0.1' if seconds < 0.05 else f'{seconds:,.1f}'} of {float(duration):,.1f} seconds"


def _list(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
