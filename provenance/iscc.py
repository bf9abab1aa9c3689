"""The value of a soft binding by `io.iscc.v0`: base64 of one or more ISCC units of 256 bits, header and body each (IEP-0020).

Pure. A unit is 34 bytes: four nibbles – main type, subtype, version 0, length 7 for (7 + 1) × 32 bits – and the body
(ISO 24138). Of those that a value holds, pictures and texts can be looked up; the others are passed over.
"""

import base64
import binascii
from collections.abc import Iterator

from provenance.fingerprint import BITS, PICTURE, TEXT, Code

ALGORITHM = "io.iscc.v0"
HEADER, BODY = 2, BITS // 8
UNIT = HEADER + BODY
MOST_UNITS = 16
WHOLE = 0x07  # version 0, 256 bits
MAIN_TYPES = range(5)  # meta, semantic, content, data, instance; a composite code holds cut ones
# Content codes by subtype. What is kept of a film is the picture code of some of its frames.
HEADS = {0x20: TEXT, 0x21: PICTURE}
BY_KIND = {kind: head for head, kind in HEADS.items()}
WRITTEN = "ISCC:"


class NotAValue(ValueError):
    """It is not what the algorithm says a value is, or holds nothing that can be looked up."""


def value(code: Code) -> str:
    """The value of a binding to that code."""
    return base64.b64encode(_unit(code)).decode()


def written(code: Code) -> str:
    """The same as people and catalogues write it: ISCC: and base32 without padding."""
    return WRITTEN + base64.b32encode(_unit(code)).decode().rstrip("=")


def codes(value: str) -> tuple[Code, ...]:
    """The codes of a value that can be looked up; raises NotAValue. A code in its written form is taken as well."""
    return tuple(Code(HEADS[head], body.hex()) for head, body in _units(_bytes(value)) if head in HEADS)


def _unit(code: Code) -> bytes:
    return bytes((BY_KIND[code.kind], WHOLE)) + bytes.fromhex(code.digits)


def _bytes(value: str) -> bytes:
    try:
        if value.upper().startswith(WRITTEN):
            text = value[len(WRITTEN) :].upper()
            return base64.b32decode(text + "=" * (-len(text) % 8))
        # A plus sign that was not encoded in an address arrives as a space; both alphabets of base64 are in use.
        text = value.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAValue("It is not base64 of ISCC units.") from error


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    if not data or len(data) % UNIT or len(data) > MOST_UNITS * UNIT:
        raise NotAValue(f"It is not 1 to {MOST_UNITS} ISCC units of {BITS} bits: {UNIT} bytes each, header and body.")
    for start in range(0, len(data), UNIT):
        head, rest = data[start], data[start + 1]
        if rest != WHOLE or head >> 4 not in MAIN_TYPES:
            raise NotAValue(f"It holds what is no ISCC unit of version 0 with {BITS} bits.")
        yield head, data[start + HEADER : start + UNIT]
