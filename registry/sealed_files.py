"""Files too large for memory, sealed piece by piece: AES-256-GCM, each piece bound to its place and to being the last.

A piece is nonce ‖ ciphertext ‖ tag. One left out, put elsewhere or cut off does not open; a key seals one file.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE = 1024 * 1024
NONCE, TAG = 12, 16


class Damaged(Exception):
    """The file is not the one that was sealed, or the key is another."""


def seal(key: bytes, source: BinaryIO, into: BinaryIO) -> None:
    """Write all of `source` into another file, sealed."""
    cipher = AESGCM(key)
    for number, piece, last in _pieces(source, PIECE):
        nonce = os.urandom(NONCE)
        into.write(nonce + cipher.encrypt(nonce, piece, _place(number, last)))


def opened(key: bytes, sealed: BinaryIO) -> Iterator[bytes]:
    """What was sealed, a piece at a time. Raises `Damaged` at the first piece that does not open."""
    cipher = AESGCM(key)
    for number, piece, last in _pieces(sealed, NONCE + PIECE + TAG):
        try:
            yield cipher.decrypt(piece[:NONCE], piece[NONCE:], _place(number, last))
        except (InvalidTag, ValueError) as error:
            raise Damaged from error


def _pieces(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """The file in pieces of a size, each with its number and whether it is the last; an empty file is one empty piece."""
    number, piece = 0, file.read(size)
    while True:
        after = file.read(size)
        yield number, piece, not after
        if not after:
            return
        number, piece = number + 1, after


def _place(number: int, last: bool) -> bytes:
    return number.to_bytes(8, "big") + bytes([last])
