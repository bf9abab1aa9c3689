"""A file as it is handed on inside: complete on this machine's disk, and hashed."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it arrived: complete at `path`, hashed on the way. Whoever keeps it may take it from there."""

    name: str
    path: Path
    sha256: str
    size: int
