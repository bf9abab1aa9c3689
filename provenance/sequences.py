"""Frame sequences as one asset: frames gathered into an index, examined together, kept, found again one by one.

What an index is, is said in sequence_index.py; how an asset is taken in, in intake/, which calls what is here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from provenance import frame_numbers, heritage, likeness, merkle, shelf, trust
from provenance.fingerprint import Code
from provenance.heritage import Source
from provenance.media import sniff
from provenance.media.refusal import MediaRefused
from provenance.models import Asset, FrameSequence, KnownContent, SequenceFrame
from provenance.printable import printable
from provenance.sandbox import Examination
from provenance.sent_files import SentFile
from provenance.sequence_index import (
    MEDIA_TYPE,
    MOST_FAULTS,
    Frame,
    Index,
    Listed,
    Picture,
    Unlisted,
    assertion,
    notes,
    of_files,
    stated,
    told_ranges,
)
from provenance.testimony import metadata_states_ai
from registry.errors import Fault, Invalid
from registry.models import Organisation

# Kinds of files that frames are; each holds one picture.
KINDS = (sniff.EXR, sniff.DPX, sniff.TIFF, sniff.PNG, sniff.JPEG, sniff.DNG)
BY_TYPE = {kind.media_type: kind for kind in KINDS}
# Of these no picture can be drawn here, and no fingerprint taken.
NOT_DRAWN = {sniff.EXR.media_type, sniff.DPX.media_type}
MOST_FINGERPRINTS = 16
MOST_PLACES = 10
AT_ONCE = 4
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """A sequence as it arrived: its index, the index's own document, and the frames' files in the index's order."""

    index: Index
    files: tuple[SentFile, ...]
    document: Path
    sha256: str
    size: int

    @property
    def name(self) -> str:
        return str(self.index.pattern)


@dataclass(frozen=True, slots=True)
class Looked:
    """A sequence whose frames were examined: what each is, alike, and what some of them bring along."""

    gathered: Gathered
    picture: Picture
    notes: tuple[str, ...]
    with_credentials: tuple[SentFile, ...]
    ai_metadata: Mapping[str, str]

    @property
    def index(self) -> Index:
        return self.gathered.index


class FramesRefused(Invalid):
    """Frames that cannot be accepted, each by its number; the code is that of the first."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__(faults[0].code, faults[0].detail, errors=tuple(faults[:MOST_FAULTS]))


def gathered(listed: Listed, files: Iterable[SentFile], *, folder: Path) -> Gathered:
    """Frames put in order and written down as an index in `folder`. Raises Unlisted where they are no sequence.

    `listed` is what their sender says of them; each file is called as its frame is.
    """
    by_name = {file.name: file for file in files}
    if fault := next(filter(None, map(frame_numbers.name_fault, by_name)), None):
        raise Unlisted([Fault("/pattern", "sequence.names", fault)])
    index = of_files(listed, {name: (file.sha256, file.size) for name, file in by_name.items()})
    document = index.document()
    path = folder / "index"
    path.write_bytes(document)
    ordered = tuple(by_name[index.name(frame)] for frame in index.frames)
    return Gathered(index, ordered, path, hashlib.sha256(document).hexdigest(), len(document))


def numbered(listed: Listed, files: Mapping[int, SentFile]) -> list[SentFile]:
    """Files that were sent before, called as the frames they are; raises Unlisted without a pattern."""
    if listed.pattern is None:
        detail = "Say how the frames are called, in the index: sh010.%04d.exr."
        raise Unlisted([Fault("/pattern", "sequence.pattern", detail)])
    return [replace(file, name=listed.pattern.name(number)) for number, file in files.items()]


# --- examined -----------------------------------------------------------------------------------------------------


def examined(found: Gathered) -> Looked:
    """Each frame by its header, in the killable child. Raises FramesRefused: for what is no frame, and where frames
    differ in kind or size."""
    frames = list(zip(found.index.frames, found.files, strict=True))
    faults: list[Fault] = []
    kinds: dict[tuple[str, int | None, int | None], list[int]] = {}
    pixels: dict[str, list[int]] = {}
    carrying: list[SentFile] = []
    ai_metadata: Mapping[str, str] = {}
    results = trust.sandbox().examine_frames([(file.path, file.name) for _, file in frames])
    for place, ((frame, file), told) in enumerate(zip(frames, results, strict=True)):
        if isinstance(told, MediaRefused):
            faults.append(_at(place, told.code, f"Frame {frame.number}: {told.detail}"))
        elif told.media_type not in BY_TYPE or (told.frames or 1) != 1:
            several = told.media_type in BY_TYPE
            what = f"holds {told.frames} pictures, and a frame is one" if several else f"is {printable(told.media_type)}"
            accepted = ", ".join(kind.name for kind in KINDS)
            detail = f"Frame {frame.number} {what}. Frames are {accepted}; send anything else as a file of its own."
            faults.append(_at(place, "sequence.not_a_frame", detail))
        else:
            width, height = told.display or (told.width, told.height)
            kinds.setdefault((told.media_type, width, height), []).append(frame.number)
            pixels.setdefault(told.pixels, []).append(frame.number)
            if told.has_credentials:
                carrying.append(file)
            if not ai_metadata and metadata_states_ai(told.metadata):
                ai_metadata = told.metadata
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise FramesRefused(faults)
    if len(kinds) > 1:
        which = _mixed({_kind(*one): numbers for one, numbers in kinds.items()})
        detail = f"The frames are not alike: {which}. Send one sequence for each."
        raise FramesRefused([Fault("/sequence/frames", "sequence.mixed", detail)])
    media_type, width, height = next(iter(kinds))
    told_notes = notes(found.index.frames)
    if len(pixels) > 1:
        told_notes.append(f"Pixels are not kept alike: {_mixed(pixels)}.")
    most = max(pixels, key=lambda one: len(pixels[one]))
    return Looked(
        found, Picture(media_type, width, height, printable(most)[:200]), tuple(told_notes), tuple(carrying), ai_metadata
    )


def _at(place: int, code: str, detail: str) -> Fault:
    return Fault(f"/sequence/frames/{place}", code, detail)


def _kind(media_type: str, width: int | None, height: int | None) -> str:
    return f"{BY_TYPE[media_type].name} of {width} × {height} pixels"


def _mixed(groups: Mapping[str, Sequence[int]]) -> str:
    """Which frames are what, the most first."""
    most = sorted(groups.items(), key=lambda one: -len(one[1]))[:5]
    return "; ".join(
        f"{frame_numbers.frames_in_words(frame_numbers.ranges(numbers))} {printable(what)}" for what, numbers in most
    )


def as_a_film(looked: Looked) -> Examination:
    """A sequence as the one file it stands for: a film without sound, in frames."""
    return Examination(
        media_type=MEDIA_TYPE, kind="video", extension="json", embed=False, size=looked.gathered.size,
        width=looked.picture.width, height=looked.picture.height, frames=len(looked.index.frames), fps=looked.index.fps,
        elements=("picture",),
    )  # fmt: skip


def to_state(looked: Looked) -> dict[str, Any]:
    """What its credentials will state of it."""
    return assertion(looked.index, looked.picture, looked.gathered.sha256)


def codes(looked: Looked) -> tuple[Code, ...]:
    """Fingerprints of some frames, evenly spread, with when they are shown where the rate is stated."""
    if looked.picture.media_type in NOT_DRAWN:
        return ()
    count, fps = len(looked.gathered.files), looked.index.fps
    places = sorted({place * count // MOST_FINGERPRINTS for place in range(MOST_FINGERPRINTS)})
    return tuple(
        Code(code.kind, code.digits, round(float(place / fps), 3) if fps else None)
        for place in places
        for code in likeness.codes_of(looked.gathered.files[place].path)
    )


def sources(looked: Looked, *, studio: Organisation, vendor: Organisation) -> list[Source]:
    """What the frames bring along: known assets that have some of them, credentials of their own, what metadata says."""
    found = heritage.of_frames(_places(looked.index.frames), studio=studio, vendor=vendor)
    found += [Source("", "parentOf", file.path, file.sha256, True) for file in looked.with_credentials]
    if looked.ai_metadata:
        found.append(Source("", "parentOf", None, "", False, metadata=looked.ai_metadata))
    return found


def _places(frames: Iterable[Frame]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, frame in enumerate(frames):
        found.setdefault(frame.sha256, []).append(place)
    return found


# --- kept ---------------------------------------------------------------------------------------------------------


def keep(looked: Looked, folder: str, kept: list[str]) -> dict[str, str]:
    """Put the frames into storage, each under its hash and once where several are the same; gives the keys by hash.

    Every key is put into `kept` as soon as its file is there, for whoever has to let them go again.
    """
    paths = {file.sha256: file.path for file in looked.gathered.files}

    def keep_one(sha256: str) -> tuple[str, str]:
        key = shelf.keep(paths[sha256], f"{folder}/{sha256}")
        kept.append(key)
        return sha256, key

    with ThreadPoolExecutor(max_workers=AT_ONCE) as several:
        return dict(several.map(keep_one, paths))


def write_down(asset: Asset, looked: Looked, keys: Mapping[str, str]) -> FrameSequence:
    """The rows of a sequence: one for it, one for each frame, and its hashes as known contents; a few inserts in all."""
    index, picture = looked.index, looked.picture
    row = FrameSequence.objects.create(
        asset=asset, pattern=str(index.pattern), first=index.first, last=index.last, count=len(index.frames),
        missing=told_ranges(index.missing), rate=index.rate or "", size=index.size, media_type=picture.media_type,
        width=picture.width, height=picture.height, pixels=picture.pixels, notes=list(looked.notes),
        merkle_root=index.root, blocks=[one.hex() for one in merkle.block_roots(index.leaves)],
    )  # fmt: skip
    SequenceFrame.objects.bulk_create(
        (
            SequenceFrame(sequence=row, place=place, number=one.number, sha256=one.sha256, size=one.size,
                          storage_key=keys.get(one.sha256, ""))
            for place, one in enumerate(index.frames)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    KnownContent.objects.bulk_create(
        (KnownContent(sha256=one, asset=asset, kind=KnownContent.Kind.FRAME) for one in dict.fromkeys(
            frame.sha256 for frame in index.frames)),
        batch_size=BATCH,
    )  # fmt: skip
    return row


def of(asset: Asset) -> FrameSequence | None:
    """The sequence that an asset is; None for a file."""
    return getattr(asset, "sequence", None) if asset.media_type == MEDIA_TYPE else None


def statement(asset: Asset) -> dict[str, Any] | None:
    """What the credentials of a sequence state of its frames; None for a file."""
    row = of(asset)
    if row is None:
        return None
    return stated(
        row.pattern, (row.first, row.last), row.count, row.missing, row.size, row.rate, row.picture, asset.sha256,
        row.merkle_root,
    )  # fmt: skip


# --- found again --------------------------------------------------------------------------------------------------


def told(row: FrameSequence) -> dict[str, Any]:
    """A sequence in brief, as anyone may be told it."""
    return {
        "pattern": row.pattern, "first": row.first, "last": row.last, "frames": row.count, "missing": row.missing,
        "merkle_root": row.merkle_root,
    }  # fmt: skip


def proofs(row: FrameSequence, sha256: str) -> list[dict[str, Any]]:
    """Which frames of a sequence have that hash, each with its inclusion proof (RFC 6962): the first ten of them."""
    found = row.frames.filter(sha256=sha256).order_by("place").values_list("number", "place")[:MOST_PLACES]
    return [_proof(row, number, place) for number, place in found]


def _proof(row: FrameSequence, number: int, place: int) -> dict[str, Any]:
    start = place // merkle.BLOCK * merkle.BLOCK
    block = row.frames.filter(place__gte=start, place__lt=start + merkle.BLOCK).order_by("place")
    leaves = [Frame(*one, 0).leaf for one in block.values_list("number", "sha256")]
    path = merkle.path_through_blocks(leaves, [bytes.fromhex(one) for one in row.blocks], place)
    return {
        "number": number, "place": place, "leaf": leaves[place - start].hex(), "tree_size": row.count,
        "path": [one.hex() for one in path],
    }  # fmt: skip


# --- hashed -------------------------------------------------------------------------------------------------------


def hashed(folder: Path) -> dict[str, tuple[str, int]]:
    """The files of a folder by their names, each with its SHA-256 and size; folders and hidden files are passed over."""
    paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    with ThreadPoolExecutor(max_workers=AT_ONCE) as several:
        return dict(zip((path.name for path in paths), several.map(_hashed, paths), strict=True))


def _hashed(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


def know_again(row: FrameSequence) -> None:
    """Every frame kept is still the one that was received. Raises FileDamaged and StorageAway."""
    kept = row.frames.order_by().values_list("storage_key", "sha256").distinct()

    def check(one: tuple[str, str]) -> None:
        with shelf.answering_for(one[0]) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != one[1]:
                raise shelf.FileDamaged(one[0])

    with ThreadPoolExecutor(max_workers=AT_ONCE) as several:
        for _ in several.map(check, list(kept)):
            pass


def picture_key(asset: Asset, seconds: float | None) -> tuple[str, str] | None:
    """Where the frame shown at a moment is kept, with its hash; None where no picture can be drawn of it."""
    row = of(asset)
    if row is None or row.media_type in NOT_DRAWN:
        return None
    place = min(int((seconds or 0.0) * float(row.fps or 0)), row.count - 1)
    return row.frames.filter(place=place).values_list("storage_key", "sha256").first()


def walked(row: FrameSequence) -> Iterator[tuple[str, SequenceFrame]]:
    """Every frame with its file's name, some at a time."""
    pattern = frame_numbers.read_pattern(row.pattern)[0]
    for frame in row.frames.order_by("place").iterator(chunk_size=BATCH):
        yield pattern.name(frame.number), frame
