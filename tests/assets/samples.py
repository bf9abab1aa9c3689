"""Makes the sandbox's sample files (provenance/samples/files), small and each unlike the others, from seeds.

`python -m tests.assets.samples` writes them anew. What they show is coloured shapes: nobody is in them.
"""

import random
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.assets import build, films, pairs

FOLDER = Path(__file__).resolve().parents[2] / "provenance" / "samples" / "files"
WIDE, TALL = SIZE = (320, 180)
# What the measured samples change: left, top, right, bottom, in pixels; a fifth of the picture.
CHANGED = (96, 36, 224, 126)


def shapes(seed: int) -> Image.Image:
    """A few large shapes in flat colours, so that no two samples look alike and each is a few kilobytes."""
    chance = random.Random(seed)

    def colour() -> tuple[int, int, int]:
        return (chance.randrange(30, 225), chance.randrange(30, 225), chance.randrange(30, 225))

    image = Image.new("RGB", SIZE, colour())
    draw = ImageDraw.Draw(image)
    for _ in range(7):
        x, y = chance.randrange(-40, WIDE - 40), chance.randrange(-40, TALL - 40)
        across, down = chance.randrange(50, 160), chance.randrange(40, 110)
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)((x, y, x + across, y + down), fill=colour())
    return image


def changed(image: Image.Image) -> Image.Image:
    """The same, with something else where CHANGED lies."""
    made = image.copy()
    ImageDraw.Draw(made).rectangle((CHANGED[0], CHANGED[1], CHANGED[2] - 1, CHANGED[3] - 1), fill=(250, 240, 60))
    return made


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def exr() -> bytes:
    """OpenEXR, one scan line block per line, no compression, three half-float channels: 32 × 18."""
    return build.exr(shapes(70).resize((32, 18)))


def film() -> bytes:
    """Two seconds of a picture that moves, with a voice-like hum."""
    still = np.asarray(shapes(40), dtype=np.float32)
    moving = (np.roll(still, 2 * number, axis=1) for number in range(24))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        pairs.film(path, moving, crf=32, rate=12, sound=pairs.voice(4, 2.0))
        return path.read_bytes()


def files() -> dict[str, bytes]:
    picture, plate, other = shapes(1), shapes(10), shapes(20)
    jpeg = saved(picture, "JPEG", quality=88)
    movie = film()
    return {
        "picture.jpg": jpeg,
        "picture-once-more.jpg": saved(picture.resize((300, 169)), "JPEG", quality=70),
        "drawing.png": saved(shapes(2), "PNG", optimize=True),
        "poster.webp": saved(shapes(3), "WEBP", quality=70),
        "frame.exr": exr(),
        "film.mp4": movie,
        "hum.wav": films.wav(films.swell(0.25)),
        "plate.png": saved(plate, "PNG", optimize=True),
        "result.png": saved(changed(plate), "PNG", optimize=True),
        "second-plate.png": saved(other, "PNG", optimize=True),
        "second-result.png": saved(changed(other), "PNG", optimize=True),
        "refused.jpg": saved(shapes(30), "JPEG", quality=80),
        "counsel.jpg": saved(shapes(31), "JPEG", quality=80),
        "faulty.jpg": saved(shapes(32), "JPEG", quality=80),
        "truncated.jpg": saved(shapes(33), "JPEG", quality=80)[:1500],
        "words.jpg": b"These are words, and no picture at all. " * 12,
        "empty.jpg": b"",
        "boxes.mp4": movie + films.box(b"free") * 12_000,
    }  # fmt: skip


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")
