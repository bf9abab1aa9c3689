"""How much of a file the places cover that its maker's own credentials mark as made or changed with AI.

Pure. For makers who state no quantities. Only the file's own manifest counts: what was marked before, in the file it
was made from, was marked in a frame that may have been another.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from provenance import regions_of_interest, testimony
from provenance.declaration import OperationStatement, Tool
from provenance.extent import Extent, measure
from provenance.geometry import Media, Region
from provenance.reading import Reading
from provenance.techniques import WITH_TRAINED
from provenance.testimony import Statement

MOST = 200  # places of one file; each costs time, and a file of anybody's may be built to take much
HEARD = ("sound",)
NOWHERE: tuple[str, tuple[Region, ...]] = ("", ())


def extent(reading: Reading, given: Sequence[Statement]) -> Extent | None:
    """The extent by the marked places; None where none is marked that can be drawn, or where a model made all of it.

    What is `given` besides – acts without places, assets used, metadata – makes it a lower bound.
    """
    acts = [act for act in reading.actions() if testimony.says_of(act) in testimony.OF_AI]
    if reading.media is None or any(testimony.says_of(act) == testimony.MADE for act in acts):
        return None
    found = [places(act, reading.media) for act in acts]
    if not any(regions for _, regions in found) or sum(len(regions) for _, regions in found) > MOST:
        return None
    all_of_it = all(regions for _, regions in found) and not _besides(given) and reading.all_actions_included()
    operations = [_operation(element, regions) for element, regions in found if regions]
    if not all_of_it:
        operations += [_operation(element, ()) for element in reading.media.elements]
    return measure(reading.media, operations, complete=all_of_it)


def places(act: Mapping[str, Any], media: Media) -> tuple[str, tuple[Region, ...]]:
    """Which element an action changed, and where, as it marks it; no regions where that cannot be said.

    A time alone, in a film with sound, says nothing of whether it was seen or heard.
    """
    regions = regions_of_interest.read(act.get("changes")) or ()
    seen = all(one.shape or one.frames for one in regions)
    if media.elements == HEARD and not any(one.shape or one.frames for one in regions):
        return "sound", regions
    if "picture" in media.elements and (seen or len(media.elements) == 1):
        return "picture", regions
    return NOWHERE


def _besides(given: Sequence[Statement]) -> bool:
    """Whether AI is stated that the file's own actions do not place: in what it was made from, or more of it."""
    return any(
        one.says in testimony.OF_AI
        and (one.asset or one.strength in (testimony.INGREDIENT, testimony.UNLISTED_INGREDIENT) or one.says == testimony.MADE)
        for one in given
    )


def _operation(element: str, regions: tuple[Region, ...]) -> OperationStatement:
    return OperationStatement("marked", element, "other", Tool("not stated"), WITH_TRAINED, regions=regions)
