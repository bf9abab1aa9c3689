"""What goes into a call and comes out of it: anchors, what a file was found to be, and what is to be signed."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO

File = str | os.PathLike[str] | BinaryIO
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Certificates that are trusted, for signers (`manifest`) or for time-stamps (`tsa`), under a name of ours."""

    uri: str
    pem: str
    kind: str = "manifest"


@dataclass(frozen=True, slots=True)
class Examination:
    """What a file is, by its bytes. `problems` is empty unless the file was examined with `strict=False`.

    `kind`: image, video, audio, text or other. `elements`: what a viewer perceives apart, as far as a container tells.
    `orientation` is EXIF's (1 upright); width and height are as stored. `remote_url` names credentials kept elsewhere.
    `metadata` is what the file's XMP says of AI and of rights. `display` is the size of the frame where the picture kept
    is a part of it; `pixels` tells how they are kept, to compare frames of one sequence by.
    """

    media_type: str
    kind: str
    extension: str
    embed: bool
    size: int
    width: int | None = None
    height: int | None = None
    orientation: int = 1
    frames: int | None = None
    fps: Fraction | None = None
    seconds: float | None = None
    audio_tracks: int = 0
    words: int | None = None
    elements: tuple[str, ...] = ()
    has_credentials: bool = False
    active_manifest: str | None = None
    remote_url: str | None = None
    unreadable: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    display: tuple[int, int] | None = None
    pixels: str = ""
    problems: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Examination":
        fps = Fraction(*found["fps"]) if found.get("fps") else None
        display = tuple(found["display"]) if found.get("display") else None
        tuples = {"elements": tuple(found["elements"]), "problems": tuple(found["problems"]), "display": display}
        return cls(**{**found, "fps": fps, **tuples})


@dataclass(frozen=True, slots=True)
class IngredientFile:
    """A file that went into the asset. `label` is the id by which the manifest's actions name it."""

    path: File
    media_type: str
    title: str
    relationship: str
    label: str


@dataclass(frozen=True, slots=True)
class SignRequest:
    """One signing, file to file. With `sidecar_destination` the credentials go there and `destination` is not written.

    `intent`: "edit" keeps the source's own history as parent; "create" says it has none; "" leaves it to the manifest.
    """

    source: File
    media_type: str
    manifest: Mapping[str, Any]
    chain_pem: str
    alg: str
    destination: File | None = None
    sidecar_destination: File | None = None
    ingredients: Sequence[IngredientFile | Mapping[str, Any]] = ()
    intent: str = "edit"
    tsa_url: str | None = None
    anchors: Sequence[Anchor] | None = None
