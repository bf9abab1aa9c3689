"""Extent: how much of each element of an asset was made or changed with AI, each place counted once.

Rules only: operations come already in the asset's own coordinates. Measuring is left to the hands that read files;
here what they found stands beside regions, whole elements, declared numbers, and what is not known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from provenance.bands import band_of, highest
from provenance.bands import version as bands_version
from provenance.declaration import DepictionStatement, OperationStatement
from provenance.extent_wording import Deed, deeds, sentence
from provenance.footprint import Domain, LineDomain, domain_of
from provenance.geometry import Media, Region
from provenance.measurement import Measurement
from provenance.quantities import (
    DECLARED,
    AssistiveExtent,
    ElementExtent,
    OperationExtent,
    Print,
    Quantity,
    number,
)
from provenance.techniques import ELEMENTS, TRAINED
from provenance.union import NOT_KNOWN, print_of, together, whole


@dataclass(frozen=True, slots=True)
class Extent:
    """How much AI was involved in an asset, told in a band and a sentence, and in quantities behind them."""

    media: Media
    band: str
    text: str
    elements: tuple[ElementExtent, ...]
    operations: tuple[OperationExtent, ...]
    assistive: tuple[AssistiveExtent, ...]
    done: Mapping[str, tuple[Deed, ...]]
    bands_version: str

    @property
    def prints(self) -> tuple[Print, ...]:
        return tuple(row.found for row in self.operations)

    def element(self, name: str) -> ElementExtent | None:
        return next((row for row in self.elements if row.element == name), None)

    def as_dict(self) -> dict[str, Any]:
        """The extent as a verification report carries it."""
        return {
            "bands_version": self.bands_version,
            "headline": {"band": self.band, "text": self.text},
            "elements": _with_deeds(self.elements, self.done),
            "operations": [row.as_dict() for row in self.operations],
            "assistive": [row.as_dict() for row in self.assistive],
        }


def measure(
    media: Media,
    operations: Iterable[OperationStatement],
    inherited: Iterable[OperationStatement] = (),
    *,
    measurements: Mapping[str, Measurement] | None = None,
    carried: Iterable[Print] = (),
    depictions: Iterable[DepictionStatement] = (),
    complete: bool = True,
    created_as: str | None = None,
) -> Extent:
    """The extent of an asset.

    `inherited` operations came with ingredients and are already in this asset's coordinates. `measurements`, by an
    operation's id, take the place of what is declared of its extent. `carried` is what known ingredients carry, mapped
    to this asset: it is declared again, so it is counted and not listed. `depictions` are those the operations name.
    `complete` says whether the producer listed every operation: without it an element nothing touched is unknown.
    `created_as` is the digital source type an asset without a parent began as.
    """
    rows = [*((one, False) for one in operations), *((one, True) for one in inherited)]
    known = measurements or {}
    domains = {element: domain_of(element, media) for element in _elements(media, [one for one, _ in rows])}
    prints = [(print_of(one, domains.get(one.element), known.get(one.id)), came) for one, came in rows]
    own = _by_element(found for found, _ in prints)
    brought = _by_element(_besides(carried, [found for found, _ in prints]))
    elements = tuple(
        _element(element, domain, own.get(element, []), brought.get(element, []), complete, created_as)
        for element, domain in domains.items()
    )
    measured = tuple(
        OperationExtent(
            found,
            together(domains.get(found.statement.element), [found]),
            _ranges(found.statement, known.get(found.statement.id), media),
            came,
        )
        for found, came in prints
    )
    band = highest(row.band for row in elements) if elements else band_of(None)
    assistive = _assistive(domains, [found for found, _ in prints])
    done = deeds(elements, measured, depictions, created_as=created_as)
    told = sentence(_with_deeds(elements, done), [row.as_dict() for row in assistive])
    return Extent(media, band, told, elements, measured, assistive, done, bands_version())


def _with_deeds(elements: Iterable[ElementExtent], done: Mapping[str, tuple[Deed, ...]]) -> list[dict[str, Any]]:
    return [{**row.as_dict(), "done": [one.as_dict() for one in done[row.element]]} for row in elements]


def _elements(media: Media, operations: Sequence[OperationStatement]) -> tuple[str, ...]:
    """The elements of the file; where nobody could tell them, those that operations were done to."""
    if media.elements:
        return media.elements
    return tuple(element for element in ELEMENTS if any(one.element == element for one in operations))


def _by_element(prints: Iterable[Print]) -> dict[str, list[Print]]:
    """The generative ones, by element."""
    found: dict[str, list[Print]] = {}
    for one in prints:
        if one.statement.generative:
            found.setdefault(one.statement.element, []).append(one)
    return found


def _besides(carried: Iterable[Print], prints: Sequence[Print]) -> list[Print]:
    """What counts beside what is declared: carried places, except where a declared number of the same kind holds them."""
    numbers = {(one.statement.element, one.statement.technique) for one in prints if one.pieces is None and one.share}
    return [one for one in carried if one.pieces and (one.statement.element, one.statement.technique) not in numbers]


def _element(
    element: str,
    domain: Domain,
    made: Sequence[Print],
    brought: Sequence[Print],
    complete: bool,
    created_as: str | None,
) -> ElementExtent:
    if created_as == TRAINED:
        quantity = whole(domain)
    elif made or brought:
        quantity = together(domain, [*made, *brought])
    elif complete:
        quantity = Quantity(Fraction(0), False, None, None, None, DECLARED, "producer")
    else:
        quantity = NOT_KNOWN
    return ElementExtent(
        element, _band(quantity, made), quantity, _touched(domain, quantity), _total(domain),
        tuple(sorted(one.statement.id for one in made)),
    )  # fmt: skip


def _band(quantity: Quantity, made: Sequence[Print]) -> str:
    """The band of a share. What was stated to have been made and measures as nothing lies within the error."""
    share = quantity.error if made and quantity.share == 0 else quantity.share
    return band_of(share, at_least=quantity.at_least)


def _assistive(domains: dict[str, Domain], prints: Sequence[Print]) -> tuple[AssistiveExtent, ...]:
    kinds: dict[tuple[str, str], list[Print]] = {}
    for one in prints:
        if one.statement.assistive:
            kinds.setdefault((one.statement.element, one.statement.technique), []).append(one)
    return tuple(
        AssistiveExtent(element, technique, together(domains.get(element), kinds[element, technique]))
        for element, technique in sorted(kinds)
    )


def _total(domain: Domain) -> dict[str, int | float]:
    media = domain.media
    known: dict[str, int | float | None]
    if isinstance(domain, LineDomain):
        known = {"words": media.words} if domain.text else {"seconds": number(media.duration)}
    elif media.moving:
        size = {"frames": media.frame_count, "width": media.width, "height": media.height}
        known = {**size, "seconds": number(media.duration)}
    else:
        pixels = media.width * media.height if media.width and media.height else None
        known = {"pixels": pixels, "width": media.width, "height": media.height}
    return {name: value for name, value in known.items() if value is not None}


def _touched(domain: Domain, quantity: Quantity) -> dict[str, int | float] | None:
    """The share in the element's own unit; None where only a number was declared or nothing is known."""
    media, share = domain.media, quantity.share
    if share is None or quantity.method == DECLARED:
        return None
    if isinstance(domain, LineDomain):
        if domain.length is None:
            return None
        amount = share * domain.length
        return {"words": round(amount)} if domain.text else {"seconds": round(float(amount), 6)}
    if not (media.width and media.height) or media.frame_count is None:
        return None
    amount = share * media.width * media.height * media.frame_count
    return {"pixel_frames" if media.moving else "pixels": round(amount)}


def _ranges(
    operation: OperationStatement, measurement: Measurement | None, media: Media
) -> tuple[dict[str, Any], ...]:
    if measurement is not None:
        return measurement.ranges
    return tuple({**_when(region, operation.element, media), "region": region.id} for region in operation.regions)


def _when(region: Region, element: str, media: Media) -> dict[str, Any]:
    if element == "text":
        return {"start_word": region.words.start, "end_word": region.words.end} if region.words else {}
    span = region.seconds(media) if media.moving or element != "picture" else None
    return {"start_s": number(span[0]), "end_s": number(span[1])} if span else {}
