"""Frame sequences: many files that are one asset, such as sh010.1001.exr … sh010.1240.exr, and which frames are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# What film is delivered in, frame by frame; pictures of other kinds are works of their own unless it is said otherwise.
FILM = frozenset({".exr", ".dpx", ".cin"})
FRAME = re.compile(r"^(?P<name>.*?[._-]|)(?P<number>[0-9]{1,9})(?P<ending>\.[A-Za-z0-9]+)$")


@dataclass(frozen=True)
class Sequence:
    """`pattern` is the file name with the number as %04d; `frames` are in order, each with its number."""

    folder: Path
    pattern: str
    frames: tuple[tuple[int, Path], ...]
    # Frames per second, as 24 or 24000/1001; not stated where it is "".
    rate: str = ""

    @property
    def name(self) -> str:
        """What it is called without its numbers: sh010.exr."""
        before, _, after = re.split(r"(%\d*d)", self.pattern, maxsplit=1)
        return (before.rstrip("._-") or self.folder.name) + after

    @property
    def path(self) -> Path:
        return self.folder / self.pattern

    @property
    def missing(self) -> tuple[int, ...]:
        numbers = {number for number, _ in self.frames}
        return tuple(one for one in range(min(numbers), max(numbers) + 1) if one not in numbers)

    @property
    def doubled(self) -> tuple[int, ...]:
        """Numbers that two files have, such as 7 and 0007."""
        numbers = [number for number, _ in self.frames]
        return tuple(sorted({one for one in numbers if numbers.count(one) > 1})) if len(set(numbers)) < len(numbers) else ()


def grouped(files: Iterable[Path], endings: frozenset[str] = FILM) -> tuple[list[Sequence], list[Path]]:
    """The sequences among files, and what is left; a single frame is left."""
    found: dict[tuple[Path, str, str], list[tuple[int, Path]]] = {}
    left: list[Path] = []
    for file in files:
        match = FRAME.match(file.name) if file.suffix.lower() in endings else None
        if match is None:
            left.append(file)
            continue
        found.setdefault((file.parent, match["name"], match["ending"]), []).append((int(match["number"]), file))
    sequences = []
    for (folder, name, ending), frames in found.items():
        if len(frames) == 1:
            left.append(frames[0][1])
            continue
        frames.sort()
        width = min(len(_number(file)) for _, file in frames)
        pattern = f"{name.replace('%', '%%')}{f'%0{width}d' if width > 1 else '%d'}{ending}"
        sequences.append(Sequence(folder, pattern, tuple(frames)))
    return sequences, left


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as ranges, first and last both included."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def ranges(numbers: Iterable[int]) -> str:
    """1001-1004, 1009"""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans(numbers))


def _number(file: Path) -> str:
    match = FRAME.match(file.name)
    return match["number"] if match else ""
