"""What an asset inherits: the footprints its ingredients carry come along, and must still be there in what is declared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from provenance.declaration import OperationStatement
from provenance.extent import Extent
from provenance.footprint import Domain, PictureDomain, Piece, covers, domain_of
from provenance.placement import Placement, everything, moved
from provenance.quantities import REGIONS, UNKNOWN, WHOLE, Print, is_measured
from provenance.said import percent
from provenance.union import together

MOST_NAMED = 20  # of one technique; one is enough to refuse
PLACED = "of an ingredient, placed as its producer states"


@dataclass(frozen=True, slots=True)
class Missing:
    """A footprint that came with an ingredient and that a declaration leaves out or makes smaller."""

    operation: str
    element: str
    technique: str
    detail: str


@dataclass(frozen=True, slots=True)
class FrameRun:
    """Frames that two assets have in common, counted from 0: from `known` on in the known one, from `here` on in this."""

    known: int
    here: int
    count: int


def runs_of(known: Mapping[str, Sequence[int]], here: Mapping[str, Sequence[int]]) -> list[FrameRun]:
    """The runs of frames in common, by the hashes of each and where they stand; a held frame goes on where it can."""
    places = sorted((place, sha256) for sha256, found in here.items() if sha256 in known for place in found)
    runs: list[FrameRun] = []
    for place, sha256 in places:
        last = runs[-1] if runs else None
        if last and last.here + last.count == place and last.known + last.count in known[sha256]:
            runs[-1] = replace(last, count=last.count + 1)
        else:
            runs.append(FrameRun(min(known[sha256]), place, 1))
    return runs


def mapped(found: Print, placement: Placement | None, source: Domain, target: Domain) -> Print | None:
    """One operation of an ingredient, where it comes to lie in what was made of it.

    None where all of it was cut away. Where nobody can say – no placement is stated, or the operation's own place is
    not known – only that it was done comes along.
    """
    unknown = Print(found.statement, UNKNOWN)
    frame = everything(source)
    if placement is None or frame is None:
        return unknown
    seen = moved(frame, placement, source, target)
    if seen is None:
        return unknown
    entire = not placement.cuts and target.cover(seen).share == 1
    if found.pieces is None and found.method != WHOLE:
        return (found if entire else unknown) if seen else None
    if entire and found.method == WHOLE:
        return found
    pieces = moved(frame if found.method == WHOLE else found.pieces or (), placement, source, target)
    if not pieces:
        return None if pieces is not None else unknown
    return _told_anew(found, pieces, entire, seen, target)


def _told_anew(found: Print, pieces: tuple[Piece, ...], entire: bool, seen: tuple[Piece, ...], target: Domain) -> Print:
    """A moved footprint with its numbers. A measured one's are counted anew, and its error is as large in the part of
    the asset where the ingredient is seen as it was in the ingredient."""
    if not is_measured(found.method):
        return Print(found.statement, REGIONS, pieces)
    if entire:
        return replace(found, pieces=pieces)
    covered, frame = target.cover(pieces), target.cover(seen)
    kept = found.method if found.method.endswith(")") else f"{found.method} ({PLACED})"
    error = min(covered.error + (found.error or 0), frame.share)
    area = covered.share / covered.time_share if covered.time_share else None
    return Print(found.statement, kept, pieces, covered.share, error, covered.time_share, area)


def by_frames(found: Print, runs: Sequence[FrameRun], source: Domain, target: Domain) -> Print | None:
    """One operation of a known asset in an asset that has some of the same frames, byte for byte.

    None where none of those frames was touched. Where nobody can say, only that it was done comes along.
    """
    frame = everything(source)
    pieces = frame if found.method == WHOLE else found.pieces
    if pieces is None or frame is None or not _same_grid(source, target):
        return Print(found.statement, UNKNOWN)
    came = tuple(_run_on(pieces, runs))
    if not came:
        return None
    entire = tuple(runs) == (FrameRun(0, 0, int(source.length or 0)),) and source.length == target.length
    if entire or (found.method == WHOLE and target.cover(came).share == 1):
        return found
    return _told_anew(found, came, False, tuple(_run_on(frame, runs)), target)


def _same_grid(source: Domain, target: Domain) -> bool:
    if not isinstance(source, PictureDomain) or not isinstance(target, PictureDomain):
        return False
    return (source.grid.columns, source.grid.rows) == (target.grid.columns, target.grid.rows)


def _run_on(pieces: Iterable[Piece], runs: Sequence[FrameRun]) -> Iterator[Piece]:
    for piece in pieces:
        for run in runs:
            start, end = max(piece.start, Fraction(run.known)), min(piece.end, Fraction(run.known + run.count))
            if start < end:
                yield replace(piece, start=start + run.here - run.known, end=end + run.here - run.known)


def shrinks(inherited: Iterable[Print], declared: Extent) -> list[Missing]:
    """Which generative footprints of the ingredients a declaration leaves out, or makes smaller.

    `inherited` is what the ingredients carry, mapped to the child, `declared` what its vendor states of it. A footprint
    is kept when declared operations of its technique on its element cover it, or say that they are as large; one of
    unknown size, when its technique is declared. Empty when nothing is missing.
    """
    missing: list[Missing] = []
    stated = _by_kind(row.found for row in declared.operations)
    for (element, technique), carried in _by_kind(inherited).items():
        domain = domain_of(element, declared.media)
        alike = stated.get((element, technique), [])
        if not alike:
            deed = carried[0].statement.kind.label
            detail = f"An ingredient carries {deed} on its {element}; the declaration does not name it."
            missing += [Missing(one.statement.id, element, technique, detail) for one in carried[:MOST_NAMED]]
            continue
        for one, detail in _smaller(domain, carried, alike):
            missing.append(Missing(one.id, element, technique, detail))
    return missing


def _by_kind(prints: Iterable[Print]) -> dict[tuple[str, str], list[Print]]:
    """The generative ones, by element and technique."""
    kinds: dict[tuple[str, str], list[Print]] = {}
    for one in prints:
        if one.statement.generative:
            kinds.setdefault((one.statement.element, one.statement.technique), []).append(one)
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
    held = "no extent" if stated is None else percent(float(stated))
    for one in larger[:MOST_NAMED]:
        share = together(domain, [one]).share or Fraction(0)
        yield (
            one.statement,
            (
                f"An ingredient carries {one.statement.kind.label} on {percent(float(share))} of the "
                f"{one.statement.element}; "
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
