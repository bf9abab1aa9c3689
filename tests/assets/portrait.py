"""Draws the plate of the demonstration: a performer before a harbour at dusk, and the same shot with a young face.

Only the face differs between the two, inside `FACE`; everything else is the same to the last grain.
"""

import random
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
# Left, top, width and height of the altered region in percent of the frame.
FACE = (42.0, 10.0, 20.0, 56.0)
SCALE = 2


def plate() -> Image.Image:
    return _frame().copy()


def result() -> Image.Image:
    """The plate with the young face laid in through a soft mask that ends inside `FACE`."""
    picture = _frame().copy()
    young = _graded(_shot(young=True))
    picture.paste(young, (0, 0), _face_mask())
    return picture


def face_box(width: int = WIDTH, height: int = HEIGHT) -> tuple[int, int, int, int]:
    """The altered region in pixels of a frame of that size: left, top, right, bottom."""
    left, top, wide, tall = FACE
    return (round(left * width / 100), round(top * height / 100),
            round((left + wide) * width / 100), round((top + tall) * height / 100))


@lru_cache(maxsize=1)
def _frame() -> Image.Image:
    return _graded(_shot(young=False))


@lru_cache(maxsize=1)
def _face_mask() -> Image.Image:
    left, top, right, bottom = face_box()
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(mask).ellipse((left + 12, top + 12, right - 12, bottom - 12), fill=255)
    inside = Image.new("L", (WIDTH, HEIGHT), 0)
    inside.paste(255, (left, top, right, bottom))
    return ImageChops.multiply(mask.filter(ImageFilter.GaussianBlur(5)), inside)


def _shot(*, young: bool) -> Image.Image:
    picture = _harbour().copy()
    _coat(picture)
    _head(picture, young=young)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


# ── The harbour ──────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def _harbour() -> Image.Image:
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    picture = _down([(0.0, (24, 42, 66)), (0.32, (66, 86, 108)), (0.52, (196, 138, 104)), (0.58, (232, 170, 116)),
                     (0.585, (70, 74, 86)), (0.75, (38, 48, 62)), (1.0, (16, 22, 32))], size)
    draw = ImageDraw.Draw(picture)
    horizon = int(size[1] * 0.58)
    chance = random.Random(4)
    for left in range(0, size[0], 90):
        tall = chance.randint(14, 120)
        draw.rectangle((left, horizon - tall, left + chance.randint(50, 110), horizon), fill=(44, 46, 58))
    for left in (260, 520, 1960, 2260):
        _crane(draw, left, horizon)
    picture = picture.filter(ImageFilter.GaussianBlur(14))
    for _ in range(70):
        _light(picture, chance, horizon)
    return picture


def _crane(draw: ImageDraw.ImageDraw, left: int, horizon: int) -> None:
    dark = (34, 36, 48)
    draw.line((left, horizon, left, horizon - 330), fill=dark, width=22)
    draw.line((left + 70, horizon, left + 30, horizon - 330), fill=dark, width=16)
    draw.line((left - 90, horizon - 300, left + 330, horizon - 390), fill=dark, width=18)
    draw.line((left, horizon - 420, left + 200, horizon - 350), fill=dark, width=7)


def _light(picture: Image.Image, chance: random.Random, horizon: int) -> None:
    """A lamp out of focus, and its longer, weaker trace on the water."""
    radius = chance.randint(8, 30)
    colour = chance.choice([(255, 196, 120), (255, 224, 170), (255, 150, 96), (170, 210, 235)])
    left, top = chance.randint(0, picture.width), horizon - chance.randint(-20, 150)
    strength = chance.randint(60, 170)
    half, shore = radius // 2, horizon + 20
    _soft(picture, (left - radius, top - radius, left + radius, top + radius), colour, strength, 3)
    _soft(picture, (left - half, shore, left + half, shore + radius * 9), colour, strength // 4, 3)


# ── The performer ────────────────────────────────────────────────────────────────────────────────────────────────────

CENTRE = (WIDTH * 52 // 100 * SCALE, 276 * SCALE)


def _at(*numbers: float) -> list[tuple[float, float]]:
    """Points given beside the middle of the face, in pixels of the finished frame."""
    return [(CENTRE[0] + x * SCALE, CENTRE[1] + y * SCALE) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def _coat(picture: Image.Image) -> None:
    draw = ImageDraw.Draw(picture)
    left = (-64, 140, -120, 190, -250, 236, -330, 330, -360, 460)
    right = (360, 460, 330, 330, 250, 236, 120, 190, 64, 140)
    draw.polygon(_at(*left, *right), fill=(30, 36, 48))
    _soft(picture, _box(110, 230, 250, 470), (70, 64, 68), 90, 30)
    _soft(picture, _box(-240, 230, -120, 470), (16, 20, 30), 140, 30)
    draw = ImageDraw.Draw(picture)
    # A thick collar, rib by rib.
    draw.polygon(_at(-84, 118, -104, 196, -40, 236, 40, 236, 104, 196, 84, 118), fill=(52, 58, 70))
    for x in range(-92, 96, 9):
        draw.line(_at(x * 0.86, 130, x, 226), fill=(38, 43, 54), width=5)
    for left, dark in ((-38, 236), (38, 236)):
        draw.line(_at(0, dark, left * 3, 460), fill=(20, 24, 34), width=8)


def _head(picture: Image.Image, *, young: bool) -> None:
    skin = (206, 156, 128) if young else (196, 146, 122)
    hair = (56, 42, 36) if young else (156, 154, 152)
    draw = ImageDraw.Draw(picture)
    draw.polygon(_at(-52, 70, -60, 150, -30, 186, 30, 186, 60, 150, 52, 70), fill=tuple(c * 7 // 10 for c in skin))
    _soft(picture, _box(-70, 84, 70, 150), (70, 44, 38), 190, 16)
    _hair_behind(picture, hair)
    for side in (-1, 1):
        _ellipse(picture, side * 88, 6, 13, 27, tuple(c * 8 // 10 for c in skin), 3)
        _ellipse(picture, side * 89, 6, 6, 17, tuple(c * 6 // 10 for c in skin), 4)
    jaw = (-86, -40, -88, 14, -76, 74, -50, 116, -22, 138, 0, 142, 22, 138, 50, 116, 76, 74, 88, 14, 86, -40)
    brow = (66, -96, 30, -120, 0, -124, -30, -120, -66, -96)
    _shape(picture, _at(*jaw, *brow), skin, 4)
    _modelling(picture, young)
    _features(picture, young, hair)
    _hair_in_front(picture, hair)
    if not young:
        _years(picture)


def _hair_behind(picture: Image.Image, hair: tuple[int, ...]) -> None:
    outside = (-96, 10, -102, -50, -86, -112, -44, -146, 4, -154, 52, -144, 90, -108, 102, -48, 96, 10)
    _shape(picture, _at(*outside, 84, 14, 84, -60, -84, -60, -84, 14), tuple(c * 7 // 10 for c in hair), 3)


def _hair_in_front(picture: Image.Image, hair: tuple[int, ...]) -> None:
    crown = (-90, -34, -94, -84, -64, -128, -14, -146, 40, -138, 80, -104, 93, -44)
    fringe = (82, -72, 54, -96, 8, -98, -34, -88, -66, -76, -82, -58)
    _shape(picture, _at(*crown, *fringe), hair, 3)
    chance, draw = random.Random(9), ImageDraw.Draw(picture)
    for _ in range(240):
        x, light = chance.uniform(-84, 84), chance.randint(-26, 34)
        y = -140 + (x / 84) ** 2 * 46 + chance.uniform(0, 30)
        lean = chance.uniform(-4, 10) + x * 0.10
        shade = tuple(min(255, max(0, c + light)) for c in hair)
        draw.line(_at(x, y, x + lean, y + chance.uniform(10, 26)), fill=shade, width=2)


def _modelling(picture: Image.Image, young: bool) -> None:
    """Light from the right, where the sun went down; shadow on the left, under brow, nose, lip and chin."""
    for box, colour, amount, blur in (
        (_box(-96, -120, -36, 130), (74, 46, 46), 150, 20), (_box(26, -60, 92, 80), (255, 206, 160), 90, 20),
        (_box(-34, -116, 50, -62), (248, 204, 170), 70, 16), (_box(-60, 104, 60, 150), (92, 56, 48), 150, 14),
        (_box(-62, -36, -12, -4), (82, 50, 46), 120, 8), (_box(12, -36, 62, -4), (110, 68, 56), 100, 8),
        (_box(-62, 22, -28, 60), (226, 128, 108) if young else (176, 110, 98), 60, 10),
        (_box(30, 20, 66, 58), (240, 150, 124) if young else (210, 140, 116), 60, 10),
        (_box(-20, 74, 20, 88), (104, 62, 54), 110, 6),
    ):
        _soft(picture, box, colour, amount, blur)
    if not young:
        _soft(picture, _box(-70, 34, -42, 110), (96, 62, 56), 120, 9)
        _soft(picture, _box(44, 36, 70, 108), (132, 88, 74), 90, 9)


def _features(picture: Image.Image, young: bool, hair: tuple[int, ...]) -> None:
    for side in (-1, 1):
        x, lid = side * 36, 0 if young else 3
        _ellipse(picture, x, -12, 20, 8.5 - lid * 0.6, (224, 214, 204), 1.2)
        _ellipse(picture, x - 1, -12, 8.2, 8.2, (62, 84, 96), 0.8)
        _ellipse(picture, x - 1, -12, 3.8, 3.8, (14, 14, 18), 0.5)
        _ellipse(picture, x + 2.4, -15, 1.9, 1.9, (250, 246, 238), 0.4)
        lash = _at(x - 21, -10, x - 12, -18 + lid, x, -21 + lid, x + 12, -18 + lid, x + 21, -10)
        _stroke(picture, lash, (66, 42, 38), 4, 0.9)
        _stroke(picture, _at(x - 18, -7, x, -3, x + 18, -7), (150, 100, 86), 2, 1.0)
        brow = tuple(c * 8 // 10 for c in hair)
        arch = _at(x - side * 22, -34, x, -44 if young else -42, x + side * 24, -33)
        _stroke(picture, arch, brow, 11 if young else 9, 1.6)
    _stroke(picture, _at(-8, -8, -12, 26, -17, 42), (150, 100, 84), 4, 3.0)
    _soft(picture, _box(-4, -24, 10, 42), (252, 212, 178), 100, 6)
    _ellipse(picture, 0, 44, 19, 11, (204, 150, 122) if young else (196, 138, 118), 5)
    for side in (-1, 1):
        _ellipse(picture, side * 9, 49, 5.2, 2.8, (94, 54, 48), 1.3)
    lips = (176, 108, 98) if young else (164, 108, 98)
    full = 1.0 if young else 0.62
    above = [(-32, 0), (-16, -8), (-5, -10), (0, -7), (5, -10), (16, -8), (32, 0)]
    below = [(14, 12), (0, 14), (-14, 12)]
    _shape(picture, _at(*(number for x, y in above + below for number in (x, 82 + y * full))), lips, 1.8)
    _stroke(picture, _at(-33, 82, -12, 84, 0, 82, 12, 84, 33, 82), (96, 50, 48), 3, 0.9)


def _years(picture: Image.Image) -> None:
    """What the de-aging takes away: lines, bags, stubble and blotches."""
    dark, light = (122, 80, 70), (226, 182, 154)
    for y, wide in ((-84, 44), (-74, 52), (-64, 48)):
        _stroke(picture, _at(-wide, y + 4, -wide / 2, y - 1, 0, y + 2, wide / 2, y - 1, wide, y + 4), dark, 2, 1.1)
        _stroke(picture, _at(-wide, y + 7, 0, y + 5, wide, y + 7), light, 2, 1.6)
    for side in (-1, 1):
        x = side * 36
        _stroke(picture, _at(x - 17, 2, x, 9, x + 17, 2), dark, 3, 1.4)
        _stroke(picture, _at(x - 14, 11, x, 16, x + 16, 9), light, 3, 2.0)
        for at in (-6, 0, 6):
            _stroke(picture, _at(side * 60, -10 + at * 0.5, side * 76, -14 + at * 1.9), dark, 2, 0.9)
        _stroke(picture, _at(side * 20, 44, side * 36, 62, side * 42, 86, side * 38, 98), dark, 4, 1.6)
        _stroke(picture, _at(side * 6, -44, side * 5, -30), dark, 3, 1.2)
        _stroke(picture, _at(side * 34, 84, side * 36, 104), dark, 2, 1.4)
    chance, draw = random.Random(11), ImageDraw.Draw(picture)
    for _ in range(1500):
        x, y = chance.uniform(-72, 72), chance.uniform(58, 136)
        if abs(x) > 74 - max(0.0, y - 60) * 0.62 or (abs(x) < 34 and 72 < y < 96) or (abs(x) < 20 and y < 64):
            continue
        shade = chance.choice([(96, 74, 68), (188, 182, 176), (150, 128, 120)])
        draw.line(_at(x, y, x + chance.uniform(-1, 1), y + 2.4), fill=shade, width=1)
    for _ in range(26):
        _ellipse(picture, chance.uniform(-64, 70), chance.uniform(-100, 60), 2.6, 2.0, (158, 104, 86), 1.6)


# ── Brushes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return (*_at(left, top)[0], *_at(right, bottom)[0])


def _soft(picture: Image.Image, box, colour, amount: int, blur: float) -> None:
    """An ellipse of colour with soft edges, `amount` of 255 strong."""
    def paint(draw: ImageDraw.ImageDraw, move) -> None:
        draw.ellipse([value - shift for value, shift in zip(box, move, strict=True)], amount)

    _through(picture, box, blur, colour, paint)


def _ellipse(picture: Image.Image, x: float, y: float, wide: float, tall: float, colour, blur: float) -> None:
    _soft(picture, _box(x - wide, y - tall, x + wide, y + tall), colour, 255, blur / 2)


def _shape(picture: Image.Image, points, colour, blur: float) -> None:
    _points(picture, points, colour, blur, lambda draw, moved: draw.polygon(moved, fill=255), 0)


def _stroke(picture: Image.Image, points, colour, width: int, blur: float) -> None:
    smooth = _curve(points)

    def paint(draw: ImageDraw.ImageDraw, moved) -> None:
        draw.line(moved, fill=230, width=width, joint="curve")

    _points(picture, smooth, colour, blur, paint, width)


def _curve(points, steps: int = 8):
    """A smooth line through the points (Catmull-Rom)."""
    ends = [points[0], *points, points[-1]]
    line = []
    for before, start, stop, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(steps):
            t = step / steps
            line.append(tuple(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t ** 3)
                for a, b, c, d in zip(before, start, stop, after, strict=True)))
    return [*line, points[-1]]


def _points(picture: Image.Image, points, colour, blur: float, paint, margin: int) -> None:
    across, down = [x for x, _ in points], [y for _, y in points]
    box = (min(across) - margin, min(down) - margin, max(across) + margin, max(down) + margin)

    def moved(draw: ImageDraw.ImageDraw, move) -> None:
        paint(draw, [(x - move[0], y - move[1]) for x, y in points])

    _through(picture, box, blur, colour, moved)


def _through(picture: Image.Image, box, blur: float, colour, paint) -> None:
    """Paint a mask no larger than it must be, soften it, and lay the colour in through it."""
    pad = int(blur * SCALE * 3) + 2
    left, top = int(box[0]) - pad, int(box[1]) - pad
    mask = Image.new("L", (int(box[2]) + pad - left, int(box[3]) + pad - top), 0)
    paint(ImageDraw.Draw(mask), (left, top, left, top))
    mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE / 2))
    picture.paste(Image.new("RGB", mask.size, tuple(colour)), (left, top), mask)


def _down(stops, size: tuple[int, int]) -> Image.Image:
    """A gradient from top to bottom through the given colours."""
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        place = y / size[1]
        (start, first), (stop, second) = next(
            pair for pair in pairwise(stops) if pair[0][0] <= place <= pair[1][0])
        part = (place - start) / (stop - start)
        column.putpixel((0, y), tuple(round(a + (b - a) * part) for a, b in zip(first, second, strict=True)))
    return column.resize(size)


# ── The finish ───────────────────────────────────────────────────────────────────────────────────────────────────


def _graded(picture: Image.Image) -> Image.Image:
    """Vignette and grain, the same for every shot."""
    dark = ImageChops.multiply(picture, Image.new("RGB", picture.size, (120, 126, 140)))
    edge = Image.radial_gradient("L").resize(picture.size).point(lambda value: min(255, max(0, value - 70)))
    picture = Image.composite(dark, picture, edge)
    grain = _grain()
    return ImageChops.subtract(ImageChops.add(picture, grain), Image.new("RGB", picture.size, (12, 12, 12)))


@lru_cache(maxsize=1)
def _grain() -> Image.Image:
    noise = Image.frombytes("L", (WIDTH, HEIGHT), random.Random(2).randbytes(WIDTH * HEIGHT))
    noise = noise.filter(ImageFilter.GaussianBlur(0.8)).point(lambda value: min(24, max(0, (value - 128) // 9 + 12)))
    return Image.merge("RGB", (noise, noise, noise))
