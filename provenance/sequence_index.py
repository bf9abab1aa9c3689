"""The index of a frame sequence: which frames there are, by number, hash and size, and the Merkle root over them.

Pure. Its canonical form (RFC 8785) is the document that is signed in the frames' place; its shape is published as
/schemas/sequence-index-1.json, and docs/hatch.md has a complete example. How a leaf is made is decided in docs/adr/0017.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import rfc8785

from provenance import frame_numbers, merkle
from provenance.frame_numbers import HIGHEST, NoPattern, Pattern, Range
from registry.errors import Fault, Invalid

MEDIA_TYPE = "application/vnd.countersign.frame-sequence+json"
LABEL = "org.countersign.sequence"
MOST_FRAMES = 100_000
MOST_GAPS = 1_000
LARGEST_DOCUMENT = 32 * 1024 * 1024
MOST_FAULTS = 50
LARGEST_FRAME = 2**53 - 1  # RFC 8785 writes numbers as JavaScript does

_SHA256 = re.compile(r"[0-9a-f]{64}")
_RATE = re.compile(r"([1-9][0-9]{0,6})(?:/([1-9][0-9]{0,6}))?")
_NAMES = {"version", "pattern", "rate", "missing", "frames", "merkle_root"}
_FRAME_NAMES = {"number", "sha256", "size", "upload", "name"}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its number, the SHA-256 of its file in hex, and the file's size in bytes."""

    number: int
    sha256: str
    size: int

    @property
    def leaf(self) -> bytes:
        """The leaf hash: of the number in eight bytes, most significant first, and the 32 bytes of the SHA-256."""
        return merkle.leaf_hash(self.number.to_bytes(8, "big") + bytes.fromhex(self.sha256))


@dataclass(frozen=True)
class Index:
    """A sequence as it is signed: frames by number, gaps as stated, rate as "24" or "24000/1001" where it is stated."""

    pattern: Pattern
    frames: tuple[Frame, ...]
    missing: tuple[Range, ...] = ()
    rate: str | None = None

    @property
    def first(self) -> int:
        return self.frames[0].number

    @property
    def last(self) -> int:
        return self.frames[-1].number

    @property
    def size(self) -> int:
        """All frames together, in bytes."""
        return sum(frame.size for frame in self.frames)

    @property
    def fps(self) -> Fraction | None:
        return Fraction(self.rate) if self.rate else None

    @cached_property
    def leaves(self) -> tuple[bytes, ...]:
        return tuple(frame.leaf for frame in self.frames)

    @cached_property
    def root(self) -> str:
        return merkle.root(self.leaves).hex()

    def name(self, frame: Frame) -> str:
        return self.pattern.name(frame.number)

    def as_dict(self) -> dict[str, Any]:
        return {
            "version": 1,
            "pattern": str(self.pattern),
            **({"rate": self.rate} if self.rate else {}),
            "missing": told_ranges(self.missing),
            "frames": [{"number": one.number, "sha256": one.sha256, "size": one.size} for one in self.frames],
            "merkle_root": self.root,
        }

    def document(self) -> bytes:
        """The index in its canonical form: the bytes that are signed."""
        canonical: bytes = rfc8785.dumps(self.as_dict())
        return canonical


@dataclass(frozen=True, slots=True)
class ListedFrame:
    """A frame as its sender lists it: what is not said is None. `upload` quotes a finished upload by its id."""

    number: int
    sha256: str | None = None
    size: int | None = None
    upload: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a sender says of a sequence, before anybody has seen a frame of it."""

    pattern: Pattern | None = None
    span: Range | None = None
    missing: tuple[Range, ...] = ()
    rate: str | None = None
    frames: tuple[ListedFrame, ...] = ()
    merkle_root: str | None = None


class Unlisted(Invalid):
    """The index, or what came with it, is not a sequence; `errors` point into the request, where it is `sequence`."""

    def __init__(self, faults: Sequence[Fault]):
        within = (Fault(f"/sequence{one.pointer}", one.code, one.detail) for one in faults[:MOST_FAULTS])
        super().__init__(faults[0].code, faults[0].detail, errors=tuple(within))


def told_ranges(some: Iterable[Range]) -> list[dict[str, int]]:
    return [{"first": first, "last": last} for first, last in some]


# --- what a sender lists ------------------------------------------------------------------------------------------


def read(data: Any) -> Listed:
    """An index as a sender writes it, from JSON values. Raises Unlisted, with a JSON pointer for each fault."""
    if not isinstance(data, Mapping):
        raise Unlisted([Fault("", "sequence.invalid", "An index is a JSON object with the pattern and the frames.")])
    faults: list[Fault] = []
    for name in sorted(set(data) - _NAMES)[:5]:
        faults.append(Fault(f"/{name[:60]}", "sequence.invalid", "This name is not known here."))
    if data.get("version", 1) != 1:
        faults.append(Fault("/version", "sequence.invalid", "The version of the index is 1."))
    pattern, span = _pattern(data.get("pattern"), faults)
    rate = data.get("rate")
    if rate is not None and not (isinstance(rate, str) and _RATE.fullmatch(rate)):
        detail = "The rate is frames per second as text: 24, 25 or 24000/1001."
        faults.append(Fault("/rate", "sequence.invalid", detail))
    root = data.get("merkle_root")
    if root is not None and not (isinstance(root, str) and _SHA256.fullmatch(root)):
        faults.append(Fault("/merkle_root", "sequence.invalid", "A Merkle root has 64 hexadecimal digits, in lower case."))
    missing = tuple(_missing(data.get("missing", []), faults))
    frames = tuple(_frames(data.get("frames", []), pattern, faults))
    if faults:
        raise Unlisted(faults)
    return Listed(pattern, span, missing, rate, frames, root)


def read_document(data: Any) -> Index:
    """An index as it was signed, from JSON values. Raises Unlisted, also where its root is not that of its frames."""
    listed = read(data)
    if listed.pattern is None or not listed.frames or any(None in (one.sha256, one.size) for one in listed.frames):
        raise Unlisted([Fault("", "sequence.invalid", "This index lacks its pattern, or frames with their hashes and sizes.")])
    frames = tuple(Frame(one.number, one.sha256 or "", one.size or 0) for one in listed.frames)
    return _of_its_root(Index(listed.pattern, frames, listed.missing, listed.rate), listed.merkle_root or "")


def _pattern(text: Any, faults: list[Fault]) -> tuple[Pattern | None, Range | None]:
    if text is None:
        return None, None
    try:
        return frame_numbers.read_pattern(text if isinstance(text, str) else "")
    except NoPattern as error:
        faults.append(Fault("/pattern", "sequence.pattern", str(error)))
        return None, None


def _missing(data: Any, faults: list[Fault]) -> Iterable[Range]:
    if not isinstance(data, list) or len(data) > MOST_GAPS:
        faults.append(Fault("/missing", "sequence.invalid", f"Missing frames are a list of at most {MOST_GAPS} ranges."))
        return
    before = -1
    for place, one in enumerate(data):
        ends: list[int] = []
        if isinstance(one, Mapping) and set(one) == {"first", "last"}:
            ends = [one[end] for end in ("first", "last") if _whole(one[end], HIGHEST)]
        if len(ends) != 2 or not before < ends[0] <= ends[1]:
            detail = 'Missing frames are ranges in order: [{"first": 1012, "last": 1015}].'
            faults.append(Fault(f"/missing/{place}", "sequence.invalid", detail))
            return
        before = ends[1]
        yield ends[0], ends[1]


def _frames(data: Any, pattern: Pattern | None, faults: list[Fault]) -> Iterable[ListedFrame]:
    if not isinstance(data, list) or len(data) > MOST_FRAMES:
        faults.append(Fault("/frames", "sequence.too_long", f"A sequence has at most {MOST_FRAMES:,} frames."))
        return
    for place, one in enumerate(data):
        if detail := _frame_fault(one, pattern):
            faults.append(Fault(f"/frames/{place}", "sequence.invalid", detail))
            if len(faults) >= MOST_FAULTS:
                return
        else:
            named = pattern.number(one["name"]) if pattern and "name" in one else None
            yield ListedFrame(one.get("number", named), one.get("sha256"), one.get("size"), one.get("upload"))


def _frame_fault(one: Any, pattern: Pattern | None) -> str | None:
    if not isinstance(one, Mapping) or set(one) - _FRAME_NAMES:
        return "A frame is an object with number (or name), sha256, size and, where it was sent before, upload."
    named = one.get("name")
    known = pattern.number(named) if pattern and isinstance(named, str) else None
    if named is not None and known is None:
        return "This name is none of the pattern."
    if "number" not in one and known is None or "number" in one and not _whole(one["number"], HIGHEST):
        return f"A frame has a number from 0 to {HIGHEST}."
    if known is not None and one.get("number", known) != known:
        return f"By its name this is frame {known}."
    if "sha256" in one and not (isinstance(one["sha256"], str) and _SHA256.fullmatch(one["sha256"])):
        return "A SHA-256 fingerprint has 64 hexadecimal digits, in lower case."
    if "size" in one and not (_whole(one["size"], LARGEST_FRAME) and one["size"]):
        return "The size of a frame is its number of bytes, and not 0."
    if "upload" in one and not isinstance(one["upload"], str):
        return "An upload is quoted by its id."
    return None


def _whole(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


# --- held against what is there -----------------------------------------------------------------------------------


def of_files(listed: Listed, files: Mapping[str, tuple[str, int]]) -> Index:
    """The index of frames that came as files, by their names: each with its SHA-256 and its size.

    Raises Unlisted: `sequence.names` where the names are of no one pattern, `sequence.differs` where a frame is not the
    one listed, `sequence.missing` for gaps nobody stated, `sequence.unexpected` for a frame that is listed as missing.
    """
    pattern = listed.pattern or _derived(tuple(files))
    frames = []
    strange: list[str] = []
    for name, (sha256, size) in files.items():
        number = pattern.number(name)
        if number is None:
            strange.append(name)
        else:
            frames.append(Frame(number, sha256, size))
    if strange:
        few = ", ".join(f"“{name}”" for name in sorted(strange)[:3])
        detail = f"{few} {'is' if len(strange) == 1 else 'are'} not called like {pattern}."
        raise Unlisted([Fault("/pattern", "sequence.names", detail)])
    return of_frames(listed, pattern, frames)


def of_frames(listed: Listed, pattern: Pattern, frames: Iterable[Frame]) -> Index:
    """The index of frames by their numbers, held against what is listed. Raises Unlisted, as `of_files` does."""
    found = tuple(sorted(frames, key=lambda one: one.number))
    numbers = [one.number for one in found]
    if not found:
        raise Unlisted([Fault("/frames", "sequence.empty", "There is no frame: send each as a file, or quote its upload.")])
    if len(found) > MOST_FRAMES:
        raise Unlisted([Fault("/frames", "sequence.too_long", f"A sequence has at most {MOST_FRAMES:,} frames.")])
    faults = [*_doubled([one.number for one in listed.frames] or numbers), *_doubled(numbers)][:1]
    faults += _differing(listed, found)
    faults += _not_there(listed, numbers)
    if faults:
        raise Unlisted(faults)
    return _of_its_root(Index(pattern, found, listed.missing, listed.rate), listed.merkle_root)


def _of_its_root(index: Index, said: str | None) -> Index:
    if said not in (None, index.root):
        detail = "The Merkle root is not that of the frames: another frame, number or hash went into it."
        raise Unlisted([Fault("/merkle_root", "sequence.differs", detail)])
    return index


def _derived(names: Sequence[str]) -> Pattern:
    try:
        return frame_numbers.pattern_of(sorted(names))
    except NoPattern as error:
        raise Unlisted([Fault("/pattern", "sequence.names", str(error))]) from error


def _doubled(numbers: Iterable[int]) -> list[Fault]:
    twice = frame_numbers.doubled(numbers)
    if not twice:
        return []
    told = frame_numbers.in_words(frame_numbers.ranges(twice))
    begins, be = ("Frame", "is") if len(twice) == 1 else ("Frames", "are")
    detail = f"{begins} {told} {be} given twice: number each once."
    return [Fault("/frames", "sequence.doubled", detail)]


def _differing(listed: Listed, found: Sequence[Frame]) -> list[Fault]:
    there = {one.number: one for one in found}
    faults = []
    for place, one in enumerate(listed.frames):
        came = there.get(one.number)
        if came and ((one.sha256 and one.sha256 != came.sha256) or (one.size and one.size != came.size)):
            detail = f"Frame {one.number} did not arrive as it is listed: its bytes are others. Send it again."
            faults.append(Fault(f"/frames/{place}", "sequence.differs", detail))
    return faults


def _not_there(listed: Listed, numbers: Sequence[int]) -> list[Fault]:
    """Gaps that nobody stated, and frames that are there although they are listed as missing."""
    present = frame_numbers.ranges(numbers)
    expected = frame_numbers.ranges(one.number for one in listed.frames) or None
    first, last = listed.span or (present[0][0], present[-1][1])
    faults = []
    absent = frame_numbers.without(expected, present) if expected else []
    if unstated := frame_numbers.without(frame_numbers.gaps(present, first, last), listed.missing):
        absent = sorted({*absent, *unstated})
    if absent:
        one = len(absent) == 1 and absent[0][0] == absent[0][1]
        told = frame_numbers.frames_in_words(absent)
        be, them = ("is", "it") if one else ("are", "them")
        detail = f"{_begun(told)} {be} missing. Send {them}, or state the gap in the index (missing)."
        faults.append(Fault("/frames", "sequence.missing", detail))
    outside = frame_numbers.without(present, [(first, last)])
    if outside:
        detail = f"{frame_numbers.frames_in_words(outside)} stand outside {first}–{last}, as the pattern names them."
        faults.append(Fault("/pattern", "sequence.unexpected", _begun(detail)))
    there = [gap for gap in listed.missing if frame_numbers.without([gap], present) != [gap]]
    beyond = [gap for gap in listed.missing if gap[0] < first or gap[1] > last]
    if there:
        detail = f"{frame_numbers.frames_in_words(there)} were to be missing, and are there."
        faults.append(Fault("/missing", "sequence.unexpected", _begun(detail)))
    elif beyond:
        detail = "A gap lies between the first and the last frame. If it is at an end, name both: sh010.[1001-1240].exr."
        faults.append(Fault("/missing", "sequence.invalid", detail))
    if expected and not faults and (more := frame_numbers.without(present, expected)):
        detail = f"{frame_numbers.frames_in_words(more)} came, and the index does not list it."
        faults.append(Fault("/frames", "sequence.unexpected", _begun(detail)))
    return faults


def alike(frames: Iterable[Frame]) -> list[list[int]]:
    """The numbers of frames that are the same bytes, first come first; held frames are, and that is no fault."""
    by_bytes: dict[str, list[int]] = {}
    for one in frames:
        by_bytes.setdefault(one.sha256, []).append(one.number)
    return [numbers for numbers in by_bytes.values() if len(numbers) > 1]


def notes(frames: Iterable[Frame]) -> list[str]:
    """What is worth knowing of a sequence and no fault, in sentences."""
    same = (frame_numbers.frames_in_words(frame_numbers.ranges(numbers)) for numbers in alike(frames)[:MOST_FAULTS])
    return [f"{_begun(told)} are the same bytes." for told in same]


# --- what is signed of it -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picture:
    """What every frame of a sequence is: its media type, its size in pixels, and how its pixels are kept."""

    media_type: str
    width: int | None = None
    height: int | None = None
    pixels: str = ""


def assertion(index: Index, picture: Picture, document_sha256: str) -> dict[str, Any]:
    """What the credentials say of a sequence (org.countersign.sequence); its shape is at /schemas/sequence-1.json."""
    return stated(
        str(index.pattern), (index.first, index.last), len(index.frames), told_ranges(index.missing), index.size,
        index.rate or "", picture, document_sha256, index.root,
    )  # fmt: skip


def stated(
    pattern: str, span: Range, count: int, missing: Sequence[Mapping[str, int]], size: int, rate: str, picture: Picture,
    document_sha256: str, root: str,
) -> dict[str, Any]:
    """The same from what is remembered of a sequence."""
    frame = {"width": picture.width, "height": picture.height} if picture.width and picture.height else {}
    return {
        "version": 1,
        "pattern": pattern,
        "first": span[0],
        "last": span[1],
        "frames": count,
        "missing": [dict(one) for one in missing],
        "bytes": size,
        **({"rate": rate} if rate else {}),
        "media_type": picture.media_type,
        **frame,
        **({"pixels": picture.pixels} if picture.pixels else {}),
        "index": {"alg": "sha256", "value": document_sha256},
        "merkle": {"alg": "sha256", "tree": "rfc6962", "root": root},
    }


# --- compared -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """How frames that are there differ from those that were signed, by their numbers, and files of other names."""

    missing: tuple[Range, ...] = ()
    altered: tuple[Range, ...] = ()
    extra: tuple[Range, ...] = ()
    strange: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.missing or self.altered or self.extra)

    def sentences(self) -> list[str]:
        named = ((self.missing, "missing"), (self.altered, "altered"), (self.extra, "not of the sequence"))
        told = [f"{frame_numbers.frames_in_words(some)} – {how}" for some, how in named if some]
        return [f"{_begun(sentence)}." for sentence in told]


def compared(index: Index, files: Mapping[str, str]) -> Difference:
    """Hold files, each with its SHA-256 by its name, against a signed index."""
    signed = {one.number: one.sha256 for one in index.frames}
    there = {number: sha256 for name, sha256 in files.items() if (number := index.pattern.number(name)) is not None}
    return Difference(
        missing=tuple(frame_numbers.ranges(signed.keys() - there.keys())),
        altered=tuple(frame_numbers.ranges(one for one in signed.keys() & there.keys() if signed[one] != there[one])),
        extra=tuple(frame_numbers.ranges(there.keys() - signed.keys())),
        strange=tuple(sorted(name for name in files if index.pattern.number(name) is None)),
    )


def _begun(words: str) -> str:
    """Words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]
