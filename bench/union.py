"""What the union costs: flat in the number of frames, and near-linear in operations, measured footprints among them."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from bench.tables import at_most, middle, table
from provenance.declaration import OperationStatement
from provenance.extent import measure
from provenance.footprint import domain_of
from provenance.geometry import Media, TimeRange
from provenance.measurement import DIFFERENCE, Measurement
from tests.provenance.declared import operation, rectangle, region

FEW, MANY, MOST = 10, 1_000, 10_000
SHORT, LONG = 1_000, 1_000_000
FLAT, LINEAR = 1.5, 3.0


def run(*, quick: bool) -> None:
    rounds = 3 if quick else 7
    counts = (FEW, MANY) if quick else (FEW, MANY, MOST)
    taken = {count: _taken(_asked(count, LONG), rounds if count < MOST else 1) for count in counts}
    rows = [(f"{count:,} operations", 1000 * spent, 1000 * spent / count) for count, spent in taken.items()]
    table(f"An extent over {LONG:,} frames, every fourth operation measured", ("", "CPU ms", "ms per operation"), rows)
    ratio = taken[MANY] / MANY / (taken[FEW] / FEW)
    table(f"Each of {MANY:,} operations beside each of {FEW}", ("ratio", ""), [(ratio, at_most(ratio, LINEAR))])

    frames = {count: _taken(_asked(100, count), rounds) for count in (SHORT, LONG)}
    table("An extent of 100 operations", ("frames", "CPU ms"), [(f"{one:,}", 1000 * spent) for one, spent in frames.items()])
    ratio = frames[LONG] / frames[SHORT]
    table(f"{LONG:,} frames beside {SHORT:,}", ("ratio", ""), [(ratio, at_most(ratio, FLAT))])


def _asked(count: int, frames: int) -> Callable[[], Any]:
    """Operations on boxes and spans of a film, of which every fourth was measured; the same for any number of frames."""
    chance = random.Random(7)
    media = Media("video", 1920, 1080, frames, 25, frames / 25, ("picture",))
    operations = [_operation(number, media, chance) for number in range(count)]
    domain = domain_of("picture", media)
    measurements = {}
    for one in operations[::4]:
        pieces = tuple(domain.pieces(one.regions) or ())
        covered = domain.cover(pieces)
        measurements[one.id] = Measurement("picture", DIFFERENCE, covered.share, Fraction(1, 1000), footprint=pieces)
    return partial(measure, media, operations, measurements=measurements)


def _operation(number: int, media: Media, chance: random.Random) -> OperationStatement:
    x, y, start = chance.randrange(80), chance.randrange(80), chance.randrange(900) / 1000
    box = rectangle(x, y, chance.randrange(5, 100 - x), chance.randrange(5, 100 - y))
    span = TimeRange(round(start * media.seconds, 3), round((start + 0.05) * media.seconds, 3))
    return operation(f"op-{number}", regions=(replace(region(f"r-{number}", box), time=span),))


def _taken(act: Callable[[], Any], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        before = time.process_time()
        act()
        spent.append(time.process_time() - before)
    return middle(spent)
