"""The union: what operations on one element cover together, each place counted once, and how surely that is known."""

from collections.abc import Sequence
from fractions import Fraction

from provenance.declaration import OperationStatement
from provenance.footprint import Coverage, Domain, LineDomain, PictureDomain
from provenance.geometry import exact
from provenance.measurement import Measurement
from provenance.quantities import DECLARED, REGIONS, UNKNOWN, WHOLE, Print, Quantity, is_measured, measurer, weakest

NOT_KNOWN = Quantity(None, False, None, None, None, UNKNOWN, None)


def print_of(operation: OperationStatement, domain: Domain | None, measurement: Measurement | None = None) -> Print:
    """Where an operation was: as it was measured, else as it is declared."""
    if measurement is not None:
        found = measurement
        return Print(
            operation, found.method, found.footprint, found.share, found.error, found.time_share, found.area_share
        )
    if operation.whole:
        return Print(operation, WHOLE)
    if operation.share is not None:
        return Print(operation, DECLARED, share=exact(operation.share))
    pieces = domain.pieces(operation.regions) if domain is not None and operation.regions else None
    return Print(operation, UNKNOWN if pieces is None else REGIONS, None if pieces is None else tuple(pieces))


def together(domain: Domain | None, prints: Sequence[Print]) -> Quantity:
    """What operations on one element cover together: between the largest of them and their sum, exact where placed.

    Beside a number without a place, and beside what is unknown, the share is a lower bound. The method is the weakest
    of those that the number stands on, and it is the registry's only where all of it was measured here.
    """
    if domain is None:
        return NOT_KNOWN
    if any(one.method == WHOLE for one in prints):
        return whole(domain)
    known = [one for one in prints if one.method != UNKNOWN]
    if not known:
        return NOT_KNOWN
    method = weakest(*(one.method for one in known))
    placed = [one for one in known if one.pieces is not None]
    numbers = [one for one in known if one.pieces is None]
    shares = [(one.share or Fraction(0), one.error or Fraction(0)) for one in numbers]
    covered = _covered(domain, placed) if placed else None
    share, error = max([*shares, *([(covered.share, covered.error)] if covered else [])])
    at_least = share < 1 and (len(known) < len(prints) or len(numbers) + bool(placed) > 1)
    if method == DECLARED:
        return Quantity(share, at_least, None, None, None, DECLARED, measurer(DECLARED))
    time_share, area_share = _shape(domain, known, share, covered)
    error = min(error, max(share, 1 - share))
    return Quantity(share, at_least, error, time_share, None if at_least else area_share, method, measurer(method))


def whole(domain: Domain) -> Quantity:
    """All of an element, as its producer says."""
    one = Fraction(1)
    area = one if isinstance(domain, PictureDomain) else None
    return Quantity(one, False, Fraction(0), one if _has_time(domain) else None, area, WHOLE, measurer(WHOLE))


def _covered(domain: Domain, placed: Sequence[Print]) -> Coverage:
    """How much of the element the placed footprints cover.

    A measurement counts finer than the grid its footprint is kept on. So the grid says where places meet, and the
    numbers measured keep the union above the largest of them and below the sum. Errors add up.
    """
    met = domain.cover([piece for one in placed for piece in one.pieces or ()])
    measured = [one for one in placed if is_measured(one.method)]
    if not measured:
        return met
    drawn = domain.cover([piece for one in placed if not is_measured(one.method) for piece in one.pieces or ()])
    counted = [one.share or Fraction(0) for one in measured]
    share = min(max([met.share, drawn.share, *counted]), drawn.share + sum(counted))
    error = drawn.error + sum(one.error or Fraction(0) for one in measured)
    return Coverage(share, error, met.time_share)


def _shape(
    domain: Domain, known: Sequence[Print], share: Fraction, covered: Coverage | None
) -> tuple[Fraction | None, Fraction | None]:
    """The share of time with anything touched, and of the frame while it is: where they are known of all."""
    if len(known) == 1 and is_measured(known[0].method):
        return known[0].time_share, known[0].area_share
    if covered is None or any(one.pieces is None for one in known):
        return None, None
    time_share = covered.time_share if _has_time(domain) else None
    if not isinstance(domain, PictureDomain) or not covered.time_share:
        return time_share, None
    return time_share, min(share / covered.time_share, Fraction(1))


def _has_time(domain: Domain) -> bool:
    if isinstance(domain, LineDomain):
        return not domain.text
    return domain.media.moving
