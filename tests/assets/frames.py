"""Frames of sequences, built on the spot: OpenEXR and DPX of a few pixels, each with bytes of its own."""

import struct
from io import BytesIO

from PIL import Image

SIZE = (64, 36)


def exr(number: int, *, size: tuple[int, int] = SIZE, half: bool = True, compression: int = 0) -> bytes:
    """One frame: a grey that is its number, uncompressed unless its header is to say otherwise."""
    wide, tall = size
    box = struct.pack("<4i", 0, 0, wide - 1, tall - 1)
    kind, width = (1, 2) if half else (2, 4)
    channels = b"Y\0" + struct.pack("<iB3xii", kind, 0, 1, 1) + b"\0"
    attributes = (
        (b"channels", b"chlist", channels), (b"compression", b"compression", bytes([compression])),
        (b"dataWindow", b"box2i", box), (b"displayWindow", b"box2i", box), (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)), (b"screenWindowCenter", b"v2f", bytes(8)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    )  # fmt: skip
    header = b"\x76\x2f\x31\x01\x02\0\0\0"
    for name, typed, value in attributes:
        header += name + b"\0" + typed + b"\0" + struct.pack("<i", len(value)) + value
    header += b"\0"
    line = struct.pack("<e" if half else "<f", (number % 997) / 997) * wide
    place = len(header) + 8 * tall
    places = [place + y * (8 + len(line)) for y in range(tall)]
    body = b"".join(struct.pack("<ii", y, wide * width) + line for y in range(tall))
    return header + struct.pack(f"<{tall}Q", *places) + body


def dpx(number: int, *, size: tuple[int, int] = SIZE) -> bytes:
    wide, tall = size
    total = 2_048 + wide * tall * 3
    header = bytearray(2_048)
    struct.pack_into(">4sI8sIIIII", header, 0, b"SDPX", 2_048, b"V1.0", total, 1, 1_664, 384, 0)
    struct.pack_into(">HHII", header, 768, 0, 1, wide, tall)
    struct.pack_into(">IIfIfBBBBHHI", header, 780, 0, 0, 0, 255, 0, 50, 2, 2, 8, 0, 0, 2_048)
    return bytes(header) + bytes([number % 256]) * (total - 2_048)


def png(number: int, *, size: tuple[int, int] = SIZE) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, (number % 256, number // 256 % 256, 80)).save(target, "PNG")
    return target.getvalue()
