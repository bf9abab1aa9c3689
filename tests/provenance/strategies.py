"""Shapes, regions and operations of every kind, for properties that always hold."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from provenance.footprint import PictureDomain
from provenance.geometry import Point, Region, Shape, TimeRange
from provenance.measurement import DIFFERENCE, MATTE, Measurement
from tests.provenance.declared import CLIP, operation, rectangle

tenths = st.integers(0, 90)


@st.composite
def shapes(draw):
    x, y = draw(tenths), draw(tenths)
    kind = draw(st.sampled_from(["rectangle", "circle", "polygon", "none"]))
    if kind == "rectangle":
        return rectangle(x, y, draw(st.integers(1, 100 - x)), draw(st.integers(1, 100 - y)))
    if kind == "circle":
        return Shape("circle", "percent", x, y, diameter=draw(st.integers(1, 40)))
    if kind == "polygon":
        corner = st.tuples(st.integers(0, 100), st.integers(0, 100))
        corners = draw(st.lists(corner, min_size=3, max_size=6, unique=True))
        return Shape("polygon", "percent", vertices=tuple(Point(*one) for one in corners))
    return None


@st.composite
def regions(draw):
    start = draw(st.floats(0, 90, allow_nan=False))
    end = draw(st.floats(start + 0.01, 94, allow_nan=False))
    return Region("r", shape=draw(shapes()), time=draw(st.sampled_from([TimeRange(start, end), None])))


@st.composite
def operations(draw):
    kind = draw(st.sampled_from(["regions"] * 6 + ["whole", "share", "unknown"]))
    if kind == "regions":
        return operation(regions=tuple(draw(st.lists(regions(), min_size=1, max_size=3))))
    return operation(**{"whole": {"whole": True}, "share": {"share": draw(st.floats(0.001, 1))}, "unknown": {}}[kind])


some = st.lists(operations(), min_size=1, max_size=5)
placed = st.lists(
    st.builds(lambda found: operation(regions=tuple(found)), st.lists(regions(), min_size=1)), min_size=1, max_size=5
)


@st.composite
def measurements(draw):
    """What measuring found somewhere in CLIP: counted finer than the grid its footprint is kept on, or without one."""
    domain = PictureDomain(CLIP)
    pieces = tuple(domain.pieces(draw(st.lists(regions(), min_size=1, max_size=3))))
    covered = domain.cover(pieces)
    off = Fraction(draw(st.integers(-50, 50)), 10_000)
    share = min(max(covered.share + off, Fraction(0)), Fraction(1))
    area = covered.share / covered.time_share if covered.time_share else None
    return Measurement(
        "picture", draw(st.sampled_from([DIFFERENCE, MATTE, f"{DIFFERENCE} (fixed floor)"])), share,
        abs(off) + covered.error, covered.time_share, area, footprint=draw(st.sampled_from([pieces, pieces, None])),
    )  # fmt: skip


@st.composite
def evidenced(draw):
    """Operations of which some were measured: (operations, measurements by id)."""
    several = [
        replace(one, id=f"op-{number}") for number, one in enumerate(draw(st.lists(operations(), min_size=1, max_size=4)))
    ]
    found = {one.id: draw(measurements()) for one in several if draw(st.booleans())}
    return several, found
