"""The places that generative AI altered in a picture, as shapes in its own pixels, for drawing over it.

Pure. Only what the declaration marks; nothing is drawn for what was done elsewhere or nowhere in particular.
"""

from dataclasses import dataclass

from provenance.declaration import Declaration
from provenance.geometry import Shape

MOST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """`kind` is rect, circle or polygon; the rest its attributes as SVG has them."""

    kind: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    radius: float = 0
    points: str = ""


def places(declaration: Declaration, width: int, height: int) -> list[Place]:
    shapes = [
        region.shape.pixels(width, height)
        for one in declaration.operations
        if one.generative and one.element == "picture"
        for region in one.regions
        if region.shape is not None and region.shape.inside
    ]
    return [_place(shape) for shape in shapes[:MOST]]


def _place(shape: Shape) -> Place:
    if shape.type == "polygon":
        return Place("polygon", points=" ".join(f"{point.x:.1f},{point.y:.1f}" for point in shape.vertices))
    x, y = round(shape.x or 0, 1), round(shape.y or 0, 1)
    if shape.type == "circle":
        return Place("circle", x, y, radius=round((shape.diameter or 0) / 2, 1))
    return Place("rect", x, y, round(shape.width or 0, 1), round(shape.height or 0, 1))
