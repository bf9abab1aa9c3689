"""The files of the demonstration: made here, tampered with, and stripped of their credentials."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

APP11, START_OF_SCAN = 0xEB, 0xDA
WANTED = ("plate.jpg", "result.jpg", "plate.mp4", "result.mp4", "rider.pdf")


def made(folder: Path) -> None:
    """A plate and its de-aged result, as a picture and as a clip with sound, and a paper to stand for a rider."""
    code = (
        "import sys; from tests.assets import build; build.write(sys.argv[1], sys.argv[2:])"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), *WANTED], cwd=settings.BASE_DIR, check=True)


def tampered(signed: Path, to: Path) -> Path:
    """One bit of the picture changed, near its end."""
    content = bytearray(signed.read_bytes())
    content[-2000] ^= 1
    to.write_bytes(content)
    return to


def stripped(signed: Path, to: Path) -> Path:
    """A JPEG without its APP11 segments, in which Content Credentials lie, as many a website leaves it."""
    content = signed.read_bytes()
    kept, at = bytearray(content[:2]), 2
    while content[at + 1] != START_OF_SCAN:
        length = 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if content[at + 1] != APP11:
            kept += content[at : at + length]
        at += length
    to.write_bytes(kept + content[at:])
    return to
