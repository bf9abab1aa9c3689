"""What a pre-scan may meet, what it learned, and what it found wrong: shared by the scans of all formats.

A *refusal* protects whoever reads the file next and is raised at once. A *fault* says that a file is not what it
should be: it must not be signed, but somebody may still want to know what its credentials say.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO

from provenance.media.refusal import MediaRefused


@dataclass(frozen=True, slots=True)
class Bounds:
    """At most this many parts in a row, this deep within each other, this many pixels, and this many seconds to measure."""

    parts: int = 4_096
    depth: int = 16
    picture_pixels: int = 100_000_000
    measured_seconds: int = 5_400

    @classmethod
    def of(cls, limits: Mapping[str, Any]) -> "Bounds":
        return cls(**{name: limits[name] for name in ("parts", "depth", "picture_pixels", "measured_seconds")})


@dataclass(slots=True)
class Facts:
    """What the container says of its content. None is "not said".

    `display` is the size of the frame where the picture kept is a part of it, or more (OpenEXR); `pixels` says how they
    are kept, in words of the format's own, to tell frames of one sequence that differ.
    """

    width: int | None = None
    height: int | None = None
    orientation: int = 1
    frames: int | None = None
    fps: Fraction | None = None
    seconds: float | None = None
    audio_tracks: int = 0
    video_tracks: int = 0
    words: int | None = None
    display: tuple[int, int] | None = None
    pixels: str = ""


class Fault(Exception):
    """The scan cannot go on: what was read makes no sense from here."""

    def __init__(self, code: str, detail: str):
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass(slots=True)
class Scan:
    """One pass over one file. `deep` also looks inside, for facts and faults; without it only parts are counted."""

    file: BinaryIO
    bounds: Bounds
    kind: Any = None
    deep: bool = True
    size: int = 0
    facts: Facts = field(default_factory=Facts)
    faults: list[Fault] = field(default_factory=list)
    parts: int = 0

    @property
    def name(self) -> str:
        return self.kind.name if self.kind else "file"

    def __post_init__(self) -> None:
        self.size = self.file.seek(0, os.SEEK_END)

    def at(self, offset: int, length: int) -> bytes:
        """Exactly these bytes; a file that ends before them is truncated."""
        if offset + length > self.size:
            raise self.truncated(offset + length)
        self.file.seek(offset)
        return self.file.read(length)

    def upto(self, offset: int, length: int) -> bytes:
        """These bytes or as many as there are."""
        self.file.seek(max(0, offset))
        return self.file.read(length)

    def part(self) -> None:
        """One more part at the top level; raises when there are too many."""
        self.parts += 1
        if self.parts > self.bounds.parts:
            raise MediaRefused(
                "media.too_many_parts",
                f"This {self.name} is built from more than {self.bounds.parts:,} parts; "
                "files that programs write have far fewer. Export it afresh.",
            )

    def deeper(self, depth: int) -> None:
        if depth > self.bounds.depth:
            raise MediaRefused(
                "media.too_deep",
                f"This {self.name} holds parts within parts more than {self.bounds.depth} deep. Export it afresh.",
            )

    def picture(self, width: int, height: int) -> None:
        """Keep the size of the picture, and refuse one that nobody could decode within reason."""
        if width <= 0 or height <= 0:
            raise self.malformed(f"it says its picture is {width} × {height} pixels")
        if width * height > self.bounds.picture_pixels:
            raise MediaRefused(
                "media.too_large_picture",
                f"This {self.name} is {width:,} × {height:,} pixels, {width * height / 1e6:,.0f} million in all; "
                f"at most {self.bounds.picture_pixels / 1e6:,.0f} million are accepted. Send it smaller or in tiles.")
        self.facts.width, self.facts.height = width, height

    def ends(self, end: int, *, tolerated: int = 0) -> None:
        """The container ends at `end`: nothing may come after it, and it may not come after the file's own end."""
        if end > self.size:
            raise self.truncated(end)
        if self.size - end > tolerated:
            self.trailing(self.size - end)

    def trailing(self, amount: int) -> None:
        self.faults.append(
            Fault(
                "media.trailing_data",
                f"After the end of this {self.name} follow {amount:,} more bytes. They would be signed with it, "
                "and could be another file in disguise; export it without them.",
            )
        )

    def truncated(self, wanted: int) -> Fault:
        return Fault("media.truncated", f"This {self.name} ends at byte {self.size:,}, before all of it is there "
                     f"(it should reach byte {wanted:,}). Upload it again.")

    def malformed(self, what: str) -> Fault:
        return Fault("media.malformed", f"This {self.name} is damaged: {what}. Export it afresh.")

    def active(self, what: str) -> None:
        self.faults.append(
            Fault(
                "media.active_content",
                f"This {self.name} holds {what}, which could act on whoever opens it. Export it as a plain picture.",
            )
        )
