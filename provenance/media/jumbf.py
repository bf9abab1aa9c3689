"""Just enough of JUMBF and CBOR to name the manifests of a store and to find the certificate that signed one.

The library tells a certificate's serial number but not its bytes, and two certificates may share a number.
Layout: ISO/IEC 19566-5 boxes; C2PA 2.4, sections 11 (manifests) and 13 (signatures: COSE_Sign1, RFC 9052).
"""

from collections.abc import Iterator
from typing import Any

MOST_BOXES = 4_096
X5CHAIN = 33


def active_label(store: bytes) -> str:
    """The label of the last manifest in the store, which is the active one; empty when there is none."""
    labels = [label for label, _ in _manifests(store)]
    return labels[-1] if labels else ""


def alone(store: bytes, manifest: str) -> bytes:
    """A store that holds the manifest of that label and no other; empty where there is none."""
    for kind, content in _boxes(store):
        if kind == b"jumb" and len(content) >= 25:
            description = content[: int.from_bytes(content[:4], "big")]
            for label, box in _manifest_boxes(content[len(description) :]):
                if label == manifest:
                    return _boxed(b"jumb", description + box)
    return b""


def _manifest_boxes(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each manifest's label and its whole box."""
    for kind, inside in _boxes(content):
        box = _boxed(kind, inside)
        yield from ((label, box) for label, _ in _superboxes(box))


def _boxed(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def signing_certificate(store: bytes, manifest: str) -> bytes | None:
    """The DER of the leaf that signed the manifest of that label, or None where it is not plain to see."""
    for label, content in _manifests(store):
        if label == manifest:
            for name, inside in _superboxes(content):
                if name == "c2pa.signature":
                    return _leaf(inside)
    return None


def _manifests(store: bytes) -> Iterator[tuple[str, bytes]]:
    for _, content in _superboxes(store):
        yield from _superboxes(content)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    for _ in range(MOST_BOXES):
        if position + 8 > len(data):
            return
        length, kind, start = (
            int.from_bytes(data[position : position + 4], "big"),
            data[position + 4 : position + 8],
            position + 8,
        )
        if length == 1:
            length, start = int.from_bytes(data[position + 8:position + 16], "big"), position + 16
        end = len(data) if length == 0 else position + length
        if end < start or end > len(data):
            return
        yield kind, data[start:end]
        position = end


def _superboxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each superbox with its label and what follows its description."""
    for kind, content in _boxes(data):
        if kind != b"jumb" or len(content) < 25:
            continue
        description = int.from_bytes(content[:4], "big")
        label = content[25:description].split(b"\0")[0] if content[24] & 2 else b""
        yield label.decode("utf-8", "replace"), content[description:]


def _leaf(content: bytes) -> bytes | None:
    cbor = next((inside for kind, inside in _boxes(content) if kind == b"cbor"), b"")
    try:
        sign1, _ = _decode(cbor, 0, 0)
        protected, unprotected = sign1[0], sign1[1]
        headers, _ = _decode(protected, 0, 0)
        chain = headers.get(X5CHAIN) or headers.get("x5chain") or unprotected.get(X5CHAIN) or unprotected.get("x5chain")
        leaf = chain[0] if isinstance(chain, list) else chain
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return None
    return leaf if isinstance(leaf, bytes) else None


def _decode(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    """One CBOR item (RFC 8949) of definite length, and where it ends. Tags are dropped, fractions not read."""
    if depth > 12:
        raise ValueError("nested too deeply")
    major, small = data[position] >> 5, data[position] & 31
    position += 1
    if small < 24:
        number = small
    elif small < 28:
        width = 1 << (small - 24)
        number, position = int.from_bytes(data[position:position + width], "big"), position + width
    else:
        raise ValueError("indefinite length")
    if major in (2, 3):
        if position + number > len(data):
            raise ValueError("cut short")
        piece = data[position:position + number]
        return (piece if major == 2 else piece.decode("utf-8", "replace")), position + number
    if major == 4:
        items = []
        for _ in range(min(number, MOST_BOXES)):
            item, position = _decode(data, position, depth + 1)
            items.append(item)
        return items, position
    if major == 5:
        pairs = {}
        for _ in range(min(number, MOST_BOXES)):
            key, position = _decode(data, position, depth + 1)
            value, position = _decode(data, position, depth + 1)
            pairs[key if isinstance(key, int | str) else repr(key)] = value
        return pairs, position
    if major == 6:
        return _decode(data, position, depth + 1)
    return (number if major == 0 else -1 - number if major == 1 else None), position
