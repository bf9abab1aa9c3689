"""What an asset inherits: the footprints its ingredients carry must still be there in what is declared of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from provenance.declaration import OperationStatement
from provenance.extent import Extent
from provenance.footprint import Domain, Piece, covers, domain_of
from provenance.quantities import WHOLE, Print
from provenance.union import together

MOST_NAMED = 20  # of one technique; one is enough to refuse


@dataclass(frozen=True, slots=True)
class Missing:
    """A footprint that came with an ingredient and that a declaration leaves out or makes smaller."""

    operation: str
    element: str
    technique: str
    detail: str


def shrinks(inherited: Extent, declared: Extent) -> list[Missing]:
    """Which generative footprints of the ingredients a declaration leaves out, or makes smaller.

    Both are measured on the child's media: `inherited` is what its ingredients carry, mapped to the child, `declared`
    what its vendor states. A footprint is kept when declared operations of its technique on its element cover it, or
    say that they are as large; one of unknown size, when its technique is declared. Empty when nothing is missing.
    """
    missing: list[Missing] = []
    stated = _by_kind(declared)
    for (element, technique), carried in _by_kind(inherited).items():
        domain = domain_of(element, declared.media)
        alike = stated.get((element, technique), [])
        if not alike:
            detail = f"An ingredient carries {technique} on its {element}; the declaration does not name it."
            missing += [Missing(one.statement.id, element, technique, detail) for one in carried[:MOST_NAMED]]
            continue
        for one, detail in _smaller(domain, carried, alike):
            missing.append(Missing(one.id, element, technique, detail))
    return missing


def _by_kind(extent: Extent) -> dict[tuple[str, str], list[Print]]:
    """The generative operations of an extent, by element and technique."""
    kinds: dict[tuple[str, str], list[Print]] = {}
    for row in extent.operations:
        if row.statement.generative:
            kinds.setdefault((row.statement.element, row.statement.technique), []).append(row.found)
    return kinds


def _smaller(
    domain: Domain, carried: Sequence[Print], alike: Sequence[Print]
) -> Iterator[tuple[OperationStatement, str]]:
    """The carried operations that are larger than what is declared alike, each with a sentence."""
    stated = together(domain, alike).share
    known = [one for one in carried if together(domain, [one]).share]
    if stated == 1 or not known:
        return
    said = max((one.share for one in alike if one.pieces is None and one.share is not None), default=None)
    all_known = together(domain, known)
    if said is not None and said + (all_known.error or 0) >= (all_known.share or 0):
        return
    placed = [piece for one in alike for piece in one.pieces or ()]
    unplaced = [one for one in known if one.pieces is None]
    larger = [one for one in unplaced if one.method == WHOLE or stated is None or stated < (one.share or 0)]
    larger += _uncovered(domain, placed, [one for one in known if one.pieces is not None])
    held = "no extent" if stated is None else f"{float(stated):.4f}"
    for one in larger[:MOST_NAMED]:
        share = together(domain, [one]).share or Fraction(0)
        yield (
            one.statement,
            (
                f"An ingredient carries {one.statement.technique} on {float(share):.4f} of the {one.statement.element}; "
                f"the declaration states {held}, and does not cover it."
            ),
        )


def _uncovered(domain: Domain, placed: Sequence[Piece], carried: Sequence[Print]) -> list[Print]:
    """The carried operations not covered by what is placed, at most MOST_NAMED, found by halving."""
    found: list[Print] = []
    waiting = [carried] if carried else []
    while waiting and len(found) < MOST_NAMED:
        some = waiting.pop()
        if covers(domain, placed, [piece for one in some for piece in one.pieces or ()]):
            continue
        if len(some) == 1:
            found.append(some[0])
        else:
            middle = len(some) // 2
            waiting += [some[middle:], some[:middle]]
    return found
