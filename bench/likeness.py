"""How surely a picture is known again by its fingerprint, how seldom another is taken for it, and what a look-up costs.

500 pairs: 125 built scenes, each saved anew at JPEG quality 60, at half its size, a fifth brighter, and with a twentieth of
its width and height cut away. They are built, not photographed: figures on a studio's own frames will differ.
"""

import io
import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from django.core.management import call_command
from django.db import connection, transaction
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from bench.tables import at_least, at_most, middle, table
from provenance.fingerprint import BITS, EXACT, WIDTHS, Code, distance, keys
from provenance.likeness import lookup
from provenance.media import fingerprints
from provenance.models import Fingerprint
from tests.provenance import registered

SCENES, QUICK = 125, 20
SIZE = (1280, 720)
FURTHER = 40
GROWTH, QUICK_GROWTH = (10_000, 100_000), (1_000, 10_000)
QUERIES = 200
BATCH = 20_000
RECALL = 0.95  # of what is saved anew, scaled or brightened


def run(*, quick: bool) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    scenes = [scene(number) for number in range(QUICK if quick else SCENES)]
    codes = [_code(_saved(one, 95)) for one in scenes]
    rows = [_row(kind, change, scenes, codes) for kind, change in CHANGES.items()]
    heads = ("changed", "pairs", "bits p50", "most", f"≤ {EXACT}", f"≤ {FURTHER}", "")
    table("A picture known again", heads, rows)
    apart = [distance(one, other) for one, other in combinations(codes, 2)]
    takes = [distance(code, _code(_saved(scene(number, moved=True), 95))) for number, code in enumerate(codes)]
    false = at_most(sum(bits <= EXACT for bits in apart), 0)
    rows = [
        _false("different scenes", apart, false),
        _false("two takes of one scene", takes, "they look alike, so they wait for a person"),
    ]
    table("Another picture taken for it", ("pairs of", "n", "bits least", "p50", f"≤ {EXACT}", f"≤ {FURTHER}", ""), rows)
    _grow(QUICK_GROWTH if quick else GROWTH)


# --- pictures -----------------------------------------------------------------------------------------------------


def scene(number: int, *, moved: bool = False) -> Image.Image:
    """A built scene: sky, land, houses, figures, light and grain, all by chance; `moved` has its figures elsewhere."""
    chance = random.Random(number)
    wide, tall = SIZE
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    horizon = chance.randrange(tall // 4, 3 * tall // 4)
    above, below = (tuple(chance.randrange(30, 230) for _ in range(3)) for _ in range(2))
    for y in range(tall):
        part = y / tall
        draw.line((0, y, wide, y), fill=tuple(int(a + (b - a) * part) for a, b in zip(above, below, strict=True)))
    for _ in range(chance.randrange(2, 6)):
        points = [(wide * step // 6, horizon + chance.randrange(-tall // 5, tall // 8)) for step in range(7)]
        draw.polygon([*points, (wide, tall), (0, tall)], fill=_colour(chance))
    for _ in range(chance.randrange(3, 14)):
        x, y = chance.randrange(wide), horizon - chance.randrange(tall // 3)
        draw.rectangle((x, y, x + chance.randrange(30, 260), horizon + chance.randrange(tall // 4)), fill=_colour(chance))
    figures = random.Random(-number - 1) if moved else chance
    for _ in range(3):
        x, y, size = figures.randrange(wide), figures.randrange(tall // 3, tall), figures.randrange(30, 160)
        draw.ellipse((x, y, x + size, y + size * 3 // 2), fill=_colour(figures))
    image = image.filter(ImageFilter.GaussianBlur(1.5))
    return Image.blend(image, Image.effect_noise(SIZE, 40).convert("RGB"), 0.06)


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(20, 240), chance.randrange(20, 240), chance.randrange(20, 240)


def _cropped(image: Image.Image) -> Image.Image:
    across, down = image.width // 40, image.height // 40
    return image.crop((across, down, image.width - across, image.height - down))


CHANGES: dict[str, Callable[[Image.Image], bytes]] = {
    "saved anew, quality 60": lambda image: _saved(image, 60),
    "half its size": lambda image: _saved(image.resize((image.width // 2, image.height // 2)), 85),
    "a fifth brighter": lambda image: _saved(ImageEnhance.Brightness(image).enhance(1.2), 85),
    "a twentieth cut away": lambda image: _saved(_cropped(image), 85),
}
CROPPED = "a twentieth cut away"


def _saved(image: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def _code(content: bytes) -> str:
    [found] = fingerprints.codes(io.BytesIO(content))
    return str(found["digits"])


def _row(kind: str, change: Callable[[Image.Image], bytes], scenes: Sequence[Image.Image], codes: Sequence[str]) -> tuple:
    bits = [distance(code, _code(change(image))) for image, code in zip(scenes, codes, strict=True)]
    near, further = (sum(one <= bound for one in bits) / len(bits) for bound in (EXACT, FURTHER))
    said = "crops are not known again" if kind == CROPPED else at_least(near, RECALL)
    return kind, len(bits), middle(bits), max(bits), near, further, said


def _false(kind: str, bits: Sequence[int], said: str) -> tuple:
    near, further = (sum(one <= bound for one in bits) for bound in (EXACT, FURTHER))
    return kind, len(bits), min(bits), middle(bits), near, further, said


# --- the index ----------------------------------------------------------------------------------------------------


def _grow(sizes: Sequence[int]) -> None:
    """Look-ups in an index of random codes, which is the hard case: real ones are fewer and lie apart."""
    chance, asset = random.Random(11), registered.asset()
    held: list[str] = []
    rows = []
    for size in sizes:
        began = time.perf_counter()
        _fill(asset.pk, held, size, chance)
        built = time.perf_counter() - began
        rows.append((f"{size:,}", built, *_asked(held, chance)))
    bounds = (f"found of {QUERIES} at 0–{EXACT} bits", f"of {QUERIES} at {EXACT + 1}–{FURTHER}")
    heads = ("codes", "built in s", "p50 CPU ms", "p99", *bounds)
    table(f"Looked up in the index on {connection.vendor}", heads, rows)


def _fill(asset: int, held: list[str], size: int, chance: random.Random) -> None:
    """More codes, and then their chunks in the order of the index: one by one, a million take an hour."""
    made: list[tuple[int, tuple[int, ...]]] = []
    while len(held) < size:
        some = [f"{chance.getrandbits(BITS):064x}" for _ in range(min(BATCH, size - len(held)))]
        with transaction.atomic():
            rows = Fingerprint.objects.bulk_create(Fingerprint(asset_id=asset, kind="picture", digits=one) for one in some)
        made += [(row.pk, keys(Code("picture", row.digits))) for row in rows]
        held += some
    for place in range(len(WIDTHS)):
        with transaction.atomic():
            _index(sorted((chunks[place], pk) for pk, chunks in made))


def _index(chunks: Sequence[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy("COPY provenance_fingerprintchunk (chunk_key, fingerprint_id) FROM STDIN") as target:
                for chunk in chunks:
                    target.write_row(chunk)
            cursor.execute("ANALYZE provenance_fingerprintchunk")
        else:
            cursor.executemany("INSERT INTO provenance_fingerprintchunk (chunk_key, fingerprint_id) VALUES (%s, %s)", chunks)


def _asked(held: Sequence[str], chance: random.Random) -> Iterator[object]:
    spent: list[float] = []
    found = {EXACT: 0, FURTHER: 0}
    for least, most in ((0, EXACT), (EXACT + 1, FURTHER)):
        for _ in range(QUERIES):
            turned = sum(1 << bit for bit in chance.sample(range(BITS), chance.randrange(least, most + 1)))
            code = Code("picture", f"{int(chance.choice(held), 16) ^ turned:064x}")
            began = time.process_time()
            found[most] += bool(lookup(code, within=most))
            spent.append(time.process_time() - began)
    yield 1000 * middle(spent)
    yield 1000 * middle(spent, 0.99)
    yield found[EXACT]
    yield found[FURTHER]
