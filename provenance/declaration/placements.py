"""Placements held against the files of the ingredients: what was used of each, and where it appears."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from provenance.declaration.faults import invalid
from provenance.declaration.file import outside
from provenance.declaration.shape import refuse
from provenance.declaration.statements import Declaration
from provenance.geometry import Media, Region, exact
from provenance.placement import Placement, lasting
from registry.errors import Fault

_GRACE = Fraction(1, 10)  # seconds; containers round what was cut


def check_placements(declaration: Declaration, media: Media, made_from: Mapping[str, Media]) -> None:
    """Hold placements against the asset and the files of its ingredients, by their ids.

    Raises Invalid: `declaration.region_outside_frame` for a place or time that a file does not have, and
    `declaration.invalid` for a parent whose kept part does not last as long as the asset.
    """
    faults: list[Fault] = []
    for index, one in enumerate(declaration.ingredients):
        if one.placement is not None and one.id in made_from:
            at = f"/ingredients/{index}/placement"
            faults += _misplaced(at, one.placement, made_from[one.id], media, parent=one.relation == "parentOf")
    refuse(tuple(faults))


def _misplaced(at: str, placement: Placement, theirs: Media, ours: Media, *, parent: bool) -> Iterator[Fault]:
    places = (
        ("crop", theirs, Region("crop", shape=placement.crop)),
        ("trim", theirs, Region("trim", time=placement.trim)),
        ("region", ours, Region("region", shape=placement.region)),
        ("time", ours, Region("time", time=placement.time)),
    )
    for name, media, region in places:
        beyond = outside(region, "picture", media)
        if beyond:
            yield Fault(f"{at}/{name}", "declaration.region_outside_frame", beyond)
            return
    lasts, whole = lasting(placement, theirs), ours.duration
    if not parent or lasts is None or whole is None:
        return
    begins = exact(placement.time.start_s) if placement.time else Fraction(0)
    grace = max(2 / ours.rate if ours.rate else Fraction(0), _GRACE)
    if abs(begins + lasts - whole) > grace:
        detail = (
            f"What is said to be kept of the parent lasts {float(lasts):.3f} seconds, the asset {float(whole):.3f}: "
            "correct trim and speed, or call it componentOf."
        )
        yield invalid(at, detail)
