"""What one child may use for one file: seconds, memory, processor time, parts and pixels."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use for one file. Time grows with the file; the rest is the same for all."""

    seconds: float = 30.0
    bytes_per_second: int = 10_000_000
    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 16 * 1024**3
    open_files: int = 320
    recycle_after: int = 200
    wait_seconds: float = 30.0
    # 8-bit RGB of this size is 300 MB once somebody decodes it; 8K film frames are a third of it.
    picture_pixels: int = 100_000_000
    parts: int = 4_096
    depth: int = 16
    # A pair is decoded whole: about as long as both files play, on two processors, at 1080p.
    measuring_seconds: float = 7_200.0
    # The longest film or recording that is measured at once, in seconds; a reel is twenty minutes.
    measured_seconds: int = 5_400
    # How far a child gives way to the processes around it (nice(2)).
    niceness: int = 0

    def wall(self, size: int) -> float:
        return self.seconds + size / self.bytes_per_second

    def as_dict(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "memory_bytes": self.memory_bytes,
            "file_bytes": self.file_bytes,
            "open_files": self.open_files,
            "picture_pixels": self.picture_pixels,
            "parts": self.parts,
            "depth": self.depth,
            "measured_seconds": self.measured_seconds,
            "recycle_after": self.recycle_after,
            "niceness": self.niceness,
        }
