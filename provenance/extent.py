"""Extent: how much of each element of an asset was made or changed with AI, each place counted once.

Rules only: operations come already in the asset's own coordinates. What was measured on the files themselves is left
to the measuring hands; here are regions, whole elements, declared numbers, and what is not known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from provenance.bands import band_of, highest
from provenance.bands import version as bands_version
from provenance.declaration import DepictionStatement, OperationStatement
from provenance.extent_wording import Deed, deeds, sentence
from provenance.footprint import Domain, LineDomain, PictureDomain, Piece, domain_of
from provenance.geometry import Media, Region, exact
from provenance.quantities import (
    DECLARED,
    REGIONS,
    UNKNOWN,
    WHOLE,
    AssistiveExtent,
    ElementExtent,
    OperationExtent,
    Quantity,
    number,
)
from provenance.techniques import ELEMENTS, TRAINED


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
    depictions: Iterable[DepictionStatement] = (),
    complete: bool = True,
    created_as: str | None = None,
) -> Extent:
    """The extent of an asset.

    `inherited` operations came with ingredients and are already in this asset's coordinates; `depictions` are those
    the operations name. `complete` says whether the producer listed every operation: without it an element nothing
    touched is unknown. `created_as` is the digital source type an asset without a parent began as.
    """
    rows = [*((one, False) for one in operations), *((one, True) for one in inherited)]
    domains = {element: domain_of(element, media) for element in _elements(media, [one for one, _ in rows])}
    prints = [(one, came, footprint(one, domains.get(one.element))) for one, came in rows]
    elements = tuple(
        _element(
            element, domain, [(one, found) for one, _, found in prints if one.element == element], complete, created_as
        )
        for element, domain in domains.items()
    )
    measured = tuple(
        OperationExtent(one, together(domains.get(one.element), [(one, found)]), _ranges(one, media), came)
        for one, came, found in prints
    )
    band = highest(row.band for row in elements) if elements else band_of(None)
    assistive = _assistive(domains, [(one, found) for one, _, found in prints])
    done = deeds(elements, measured, depictions, created_as=created_as)
    told = sentence(_with_deeds(elements, done), [row.as_dict() for row in assistive])
    return Extent(media, band, told, elements, measured, assistive, done, bands_version())


def _with_deeds(elements: Iterable[ElementExtent], done: Mapping[str, tuple[Deed, ...]]) -> list[dict[str, Any]]:
    return [{**row.as_dict(), "done": [one.as_dict() for one in done[row.element]]} for row in elements]


Footprint = list[Piece] | None
_NOT_KNOWN = Quantity(None, False, None, None, None, UNKNOWN, None)


def _elements(media: Media, operations: Sequence[OperationStatement]) -> tuple[str, ...]:
    """The elements of the file; where nobody could tell them, those that operations were done to."""
    if media.elements:
        return media.elements
    return tuple(element for element in ELEMENTS if any(one.element == element for one in operations))


def footprint(operation: OperationStatement, domain: Domain | None) -> Footprint:
    """The pieces of an operation's regions; None where it has none, or they cannot be placed."""
    return domain.pieces(operation.regions) if domain is not None and operation.regions else None


def together(domain: Domain | None, prints: Sequence[tuple[OperationStatement, Footprint]]) -> Quantity:
    """What operations on one element cover together: between the largest of them and their sum, exact where placed."""
    if domain is None:
        return _NOT_KNOWN
    if any(one.whole for one, _ in prints):
        return _whole(domain)
    placed = [found for _, found in prints if found is not None]
    declared = [exact(one.share) for one, _ in prints if one.share is not None]
    unknown = any(found is None and one.share is None for one, found in prints)
    if not placed and not declared:
        return _NOT_KNOWN
    covered = domain.cover([piece for found in placed for piece in found]) if placed else None
    share = max([*declared, *([covered.share] if covered else [])])
    at_least = share < 1 and (unknown or len(declared) + bool(placed) > 1)
    if covered is None or declared:
        return Quantity(share, at_least, None, None, None, DECLARED, "producer")
    time_share = covered.time_share if _has_time(domain) else None
    area_share = None
    if isinstance(domain, PictureDomain) and covered.time_share and not at_least:
        area_share = covered.share / covered.time_share
    return Quantity(share, at_least, covered.error, time_share, area_share, REGIONS, "producer")


def _whole(domain: Domain) -> Quantity:
    one = Fraction(1)
    area = one if isinstance(domain, PictureDomain) else None
    return Quantity(one, False, Fraction(0), one if _has_time(domain) else None, area, WHOLE, "producer")


def _has_time(domain: Domain) -> bool:
    if isinstance(domain, LineDomain):
        return not domain.text
    return domain.media.moving


def _element(
    element: str,
    domain: Domain,
    prints: Sequence[tuple[OperationStatement, Footprint]],
    complete: bool,
    created_as: str | None,
) -> ElementExtent:
    made = [(one, found) for one, found in prints if one.generative]
    if created_as == TRAINED:
        quantity = _whole(domain)
    elif made:
        quantity = together(domain, made)
    elif complete:
        quantity = Quantity(Fraction(0), False, None, None, None, DECLARED, "producer")
    else:
        quantity = _NOT_KNOWN
    band = band_of(quantity.share, at_least=quantity.at_least)
    return ElementExtent(
        element, band, quantity, _touched(domain, quantity), _total(domain), tuple(sorted(one.id for one, _ in made))
    )


def _assistive(
    domains: dict[str, Domain], prints: Sequence[tuple[OperationStatement, Footprint]]
) -> tuple[AssistiveExtent, ...]:
    kinds = sorted({(one.element, one.technique) for one, _ in prints if one.assistive})
    return tuple(
        AssistiveExtent(
            element,
            technique,
            together(
                domains.get(element),
                [
                    pair
                    for pair in prints
                    if pair[0].assistive and (pair[0].element, pair[0].technique) == (element, technique)
                ],
            ),
        )
        for element, technique in kinds
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


def _ranges(operation: OperationStatement, media: Media) -> tuple[dict[str, Any], ...]:
    return tuple({**_when(region, operation.element, media), "region": region.id} for region in operation.regions)


def _when(region: Region, element: str, media: Media) -> dict[str, Any]:
    if element == "text":
        return {"start_word": region.words.start, "end_word": region.words.end} if region.words else {}
    span = region.seconds(media) if media.moving or element != "picture" else None
    return {"start_s": number(span[0]), "end_s": number(span[1])} if span else {}
