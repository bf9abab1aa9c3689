"""Shapes, regions and operations of every kind, for properties that always hold."""

from hypothesis import strategies as st

from provenance.geometry import Point, Region, Shape, TimeRange
from tests.provenance.declared import operation, rectangle

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
