"""The files that are signed and checked: four sizes, and of each as many as are needed, no two with the same bytes."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tests.assets import build

SMALL, MIDDLE, LARGE, FILM = "JPEG 60 KB", "JPEG 2 MB", "JPEG 8 MB", "MP4 50 MB"
MADE = {SMALL: build.small_jpeg, MIDDLE: build.middle_jpeg, LARGE: build.large_jpeg, FILM: build.large_mp4}
ENDING = {SMALL: ".jpg", MIDDLE: ".jpg", LARGE: ".jpg", FILM: ".mp4"}
TYPES = {SMALL: "image/jpeg", MIDDLE: "image/jpeg", LARGE: "image/jpeg", FILM: "video/mp4"}
PIECE = 1024 * 1024


@lru_cache(maxsize=4)
def content(name: str) -> bytes:
    return MADE[name]()


def write(name: str, count: int, folder: Path, *, mark: str) -> list[Path]:
    """`count` files of that size; the registry knows the same bytes again, so each carries a number."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(name, folder / f"{mark}-{number}{ENDING[name]}", f"{mark}{number:08}") for number in range(count)]


def _written(name: str, path: Path, note: str) -> Path:
    path.write_bytes(noted(content(name), note.encode()[-16:].rjust(16)))
    return path


def noted(data: bytes, note: bytes) -> bytes:
    """The file with a note in it: a JPEG's in a comment, a film's in the noise that nothing in it refers to."""
    if data.startswith(b"\xff\xd8"):
        after_app0 = 4 + int.from_bytes(data[4:6], "big")
        return data[:after_app0] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + data[after_app0:]
    half = len(data) // 2
    return data[:half] + note + data[half + len(note) :]


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
