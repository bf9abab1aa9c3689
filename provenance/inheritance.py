"""What an asset inherits: the footprints its ingredients carry must still be there in what is declared of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from provenance.declaration import OperationStatement
from provenance.extent import Extent, footprint, together
from provenance.footprint import Domain, Piece, covers, domain_of

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
            missing += [Missing(one.id, element, technique, detail) for one in carried[:MOST_NAMED]]
            continue
        for one, detail in _smaller(domain, carried, alike):
            missing.append(Missing(one.id, element, technique, detail))
    return missing


def _by_kind(extent: Extent) -> dict[tuple[str, str], list[OperationStatement]]:
    """The generative operations of an extent, by element and technique."""
    kinds: dict[tuple[str, str], list[OperationStatement]] = {}
    for row in extent.operations:
        if row.statement.generative:
            kinds.setdefault((row.statement.element, row.statement.technique), []).append(row.statement)
    return kinds


def _smaller(
    domain: Domain, carried: Sequence[OperationStatement], alike: Sequence[OperationStatement]
) -> Iterator[tuple[OperationStatement, str]]:
    """The carried operations that are larger than what is declared alike, each with a sentence."""
    own = [(one, footprint(one, domain)) for one in alike]
    stated = together(domain, own).share
    known = [(one, footprint(one, domain)) for one in carried]
    known = [(one, found) for one, found in known if together(domain, [(one, found)]).share]
    if stated == 1 or not known:
        return
    said = max((Fraction(repr(one.share)) for one in alike if one.share is not None), default=None)
    all_known = together(domain, known)
    if said is not None and said + (all_known.error or 0) >= (all_known.share or 0):
        return
    placed = [piece for _, found in own for piece in found or ()]
    unplaced = [one for one, found in known if found is None]
    larger = [one for one in unplaced if one.whole or stated is None or stated < Fraction(repr(one.share))]
    larger += _uncovered(domain, placed, [(one, found) for one, found in known if found is not None])
    held = "no extent" if stated is None else f"{float(stated):.4f}"
    for one in larger[:MOST_NAMED]:
        share = together(domain, [(one, footprint(one, domain))]).share or Fraction(0)
        yield (
            one,
            (
                f"An ingredient carries {one.technique} on {float(share):.4f} of the {one.element}; "
                f"the declaration states {held}, and does not cover it."
            ),
        )


def _uncovered(
    domain: Domain, placed: Sequence[Piece], carried: Sequence[tuple[OperationStatement, Sequence[Piece]]]
) -> list[OperationStatement]:
    """The carried operations not covered by what is placed, at most MOST_NAMED, found by halving."""
    found: list[OperationStatement] = []
    waiting = [carried] if carried else []
    while waiting and len(found) < MOST_NAMED:
        some = waiting.pop()
        if covers(domain, placed, [piece for _, pieces in some for piece in pieces]):
            continue
        if len(some) == 1:
            found.append(some[0][0])
        else:
            middle = len(some) // 2
            waiting += [some[middle:], some[:middle]]
    return found
