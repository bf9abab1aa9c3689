"""The numbers of frames: read from file names and patterns, counted, and told in words.

Pure. A pattern is what a studio's tools write: `sh010.%04d.exr`, `sh010.####.exr`, `sh010.[1001-1240].exr`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Range = tuple[int, int]  # first and last, both included

HIGHEST = 2**31 - 1
LONGEST_NAME = 200  # bytes
WIDEST = 10
MOST_TOLD = 12  # ranges in one sentence

_DIGITS = re.compile(r"([0-9]+)")
_PRINTF = re.compile(r"%(?:0([1-9][0-9]?))?d")
_HASHES = re.compile(r"#+")
_SPAN = re.compile(r"\[([0-9]{1,10})-([0-9]{1,10})\]")
HIDDEN = "\0\0"  # a percent sign that is one, while a pattern is read; no name holds it
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")


class NoPattern(ValueError):
    """What stands in the way of reading it, as a sentence."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How the frames are called: what stands before and after the number, and how many digits it has at least."""

    before: str
    after: str
    width: int = 1

    def name(self, number: int) -> str:
        return f"{self.before}{number:0{self.width}d}{self.after}"

    def number(self, name: str) -> int | None:
        """The number of the frame that is called so; None where none of this pattern is."""
        end = len(name) - len(self.after)
        digits = name[len(self.before) : end]
        if not (name.startswith(self.before) and name.endswith(self.after) and digits.isascii() and digits.isdigit()):
            return None
        number = int(digits) if len(digits) <= WIDEST else HIGHEST + 1
        return number if number <= HIGHEST and self.name(number) == name else None

    def __str__(self) -> str:
        """The one form in which patterns are kept and signed: `sh010.%04d.exr`."""
        written = f"%0{self.width}d" if self.width > 1 else "%d"
        return self.before.replace("%", "%%") + written + self.after.replace("%", "%%")


def read_pattern(text: str) -> tuple[Pattern, Range | None]:
    """A pattern, and the first and last number where it names them. Raises NoPattern."""
    if fault := name_fault(text):
        raise NoPattern(fault)
    escaped = text.replace("%%", HIDDEN)
    kinds = ((_PRINTF, escaped), (_SPAN, text), (_HASHES, text))
    found = next((found for kind, written in kinds if (found := list(kind.finditer(written)))), [])
    if len(found) != 1:
        raise NoPattern("A pattern says once where the number stands: sh010.%04d.exr, sh010.####.exr or sh010.[1001-1240].exr.")
    where, span = found[0], None
    written = escaped if where.re is _PRINTF else text
    before, after = (part.replace(HIDDEN, "%") for part in (written[: where.start()], written[where.end() :]))
    if where.re is _SPAN:
        span = int(where[1]), int(where[2])
    width = len(where[0]) if where.re is _HASHES else len(where[1]) if span else int(where[1] or 1)
    if width > WIDEST or (span and (span[0] > span[1] or span[1] > HIGHEST)):
        raise NoPattern(f"Frames are numbered from 0 to {HIGHEST}, the first before the last, with at most {WIDEST} digits.")
    return Pattern(before, after, width), span


def name_fault(name: str) -> str | None:
    """Why a file cannot be called so; None where it can."""
    if not name.strip() or name.startswith(".") or name != name.strip() or _UNSAFE.search(name):
        return "Frames are called by plain file names: no folders, no control marks, no dot or blank at the beginning."
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        return f"The name of a frame has more than {LONGEST_NAME} bytes."
    return None


def pattern_of(names: Sequence[str]) -> Pattern:
    """The pattern of file names that differ in one number alone; of a single file, the last number before its ending.

    Raises NoPattern, naming two files that do not belong together.
    """
    if not names:
        raise NoPattern("There are no frames.")
    split = [_DIGITS.split(name) for name in names]
    first = split[0]
    for name, tokens in zip(names, split, strict=True):
        if tokens[::2] != first[::2]:
            raise NoPattern(f"“{names[0]}” and “{name}” are not called alike: in a sequence only the number differs.")
    places = [place for place in range(1, len(first), 2) if any(tokens[place] != first[place] for tokens in split)]
    if len(places) > 1:
        name = next(name for name, tokens in zip(names, split, strict=True) if tokens[places[1]] != first[places[1]])
        raise NoPattern(f"“{names[0]}” and “{name}” differ in two numbers: in a sequence only the number of the frame does.")
    place = places[0] if places else _last_number(first)
    if place is None:
        raise NoPattern(f"“{names[0]}” has no number.")
    width = min(len(tokens[place]) for tokens in split)
    pattern = Pattern("".join(first[:place]), "".join(first[place + 1 :]), min(width, WIDEST))
    for name in names:
        if pattern.number(name) is None:
            raise NoPattern(f"“{name}” is not numbered like “{names[0]}”: write every number with as many digits.")
    return pattern


def _last_number(tokens: Sequence[str]) -> int | None:
    """Where the last number before the ending stands: that of an ending, as in .jp2, counts no frames."""
    for place in range(len(tokens) - 2, 0, -2):
        if "." in "".join(tokens[place + 1 :]):
            return place
    return len(tokens) - 2 if len(tokens) > 1 else None


# --- counted ------------------------------------------------------------------------------------------------------


def ranges(numbers: Iterable[int]) -> list[Range]:
    """Numbers, sorted, as ranges without gaps; a number given twice counts once."""
    found: list[Range] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def gaps(present: Sequence[Range], first: int, last: int) -> list[Range]:
    """The ranges between `first` and `last` in which nothing is present; `present` is sorted."""
    found, expected = [], first
    for start, end in present:
        if start > expected:
            found.append((expected, min(start - 1, last)))
        expected = max(expected, end + 1)
    if expected <= last:
        found.append((expected, last))
    return [one for one in found if one[0] <= one[1]]


def without(some: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    """What of some ranges lies in none of the others; both are sorted."""
    return [gap for first, last in some for gap in gaps(_within(others, first, last), first, last)]


def doubled(numbers: Iterable[int]) -> list[int]:
    """The numbers given more than once, sorted."""
    seen: set[int] = set()
    twice: set[int] = set()
    for number in numbers:
        (twice if number in seen else seen).add(number)
    return sorted(twice)


def _within(some: Sequence[Range], first: int, last: int) -> list[Range]:
    return [(max(start, first), min(end, last)) for start, end in some if start <= last and end >= first]


# --- in words -----------------------------------------------------------------------------------------------------


def in_words(some: Sequence[Range]) -> str:
    """`1001–1003, 1010 and 1012–1015`; of very many, the first dozen."""
    words = [f"{first}–{last}" if last > first else f"{first}" for first, last in some[:MOST_TOLD]]
    if len(some) > MOST_TOLD:
        return f"{', '.join(words)} and {len(some) - MOST_TOLD} more"
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def frames_in_words(some: Sequence[Range]) -> str:
    """`frame 1010`, or `frames 1012–1015 and 1020`."""
    single = len(some) == 1 and some[0][0] == some[0][1]
    return f"{'frame' if single else 'frames'} {in_words(some)}"
