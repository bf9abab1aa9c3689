"""A PNG with credentials of C2PA 1.x, written by hand: the library of today writes no actions of the first version.

Boxes after ISO/IEC 19566-5, the claim and its assertions after C2PA 1.3 (sections 10 to 13), the signature a COSE_Sign1.
"""

import hashlib
import struct
import uuid
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

TAIL = bytes.fromhex("00110010800000aa00389b71")
ES256 = -7


def png(picture: bytes, assertions: Mapping[str, Any], *, title: str, generator: str, chain_pem: str,
        sign: Callable[[bytes], bytes]) -> bytes:
    """The picture with a claim of version 1; `sign` gives r and s one after the other (ES256), or DER."""
    name = f"urn:uuid:{uuid.uuid4()}"
    told = (picture, name, assertions, title, generator, chain_pem)
    # The claim says how long the chunk is that it stands in, so it is written once to learn that.
    length = len(_chunk(_store(0, *told, None)))
    store = _store(length, *told, sign)
    assert len(_chunk(store)) == length
    return picture[:33] + _chunk(store) + picture[33:]


def _store(length: int, picture: bytes, name: str, assertions: Mapping[str, Any], title: str, generator: str,
           chain_pem: str, sign: Callable[[bytes], bytes] | None) -> bytes:
    binding = {
        "exclusions": [{"start": 33, "length": Wide(length)}], "name": "jumbf manifest", "alg": "sha256",
        "hash": hashlib.sha256(picture).digest(), "pad": b"",
    }  # fmt: skip
    stated = {**assertions, "c2pa.hash.data": binding}
    boxes = {label: _assertion(label, data) for label, data in stated.items()}
    claim = cbor({
        "alg": "sha256",
        "claim_generator": generator,
        "dc:format": "image/png",
        "dc:title": title,
        "instanceID": f"xmp:iid:{name[9:]}",
        "signature": f"self#jumbf=/c2pa/{name}/c2pa.signature",
        "assertions": [
            {"url": f"self#jumbf=c2pa.assertions/{label}", "hash": hashlib.sha256(box[8:]).digest()}
            for label, box in boxes.items()
        ],
    })  # fmt: skip
    signature = _signature(claim, chain_pem, sign)
    manifest = (
        _super(b"c2as" + TAIL, "c2pa.assertions", b"".join(boxes.values()))
        + _super(b"c2cl" + TAIL, "c2pa.claim", _box(b"cbor", claim))
        + _super(b"c2cs" + TAIL, "c2pa.signature", _box(b"cbor", signature))
    )
    return _super(b"c2pa" + TAIL, "c2pa", _super(b"c2ma" + TAIL, name, manifest))


def _assertion(label: str, data: Any) -> bytes:
    return _super(b"cbor" + TAIL, label, _box(b"cbor", cbor(data)))


def _signature(claim: bytes, chain_pem: str, sign: Callable[[bytes], bytes] | None) -> bytes:
    chain = [one.public_bytes(serialization.Encoding.DER) for one in x509.load_pem_x509_certificates(chain_pem.encode())]
    protected = cbor({1: ES256})
    given = sign(cbor(["Signature1", protected, b"", claim])) if sign else bytes(64)
    assert len(given) == 64, "r and s, one after the other"
    return b"\xd2" + cbor([protected, {"x5chain": chain, "pad": b""}, None, given])


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def _super(kind: bytes, label: str, body: bytes) -> bytes:
    return _box(b"jumb", _box(b"jumd", kind + b"\x03" + label.encode() + b"\0") + body)


def _chunk(store: bytes) -> bytes:
    body = b"caBX" + store
    return struct.pack(">I", len(store)) + body + struct.pack(">I", zlib.crc32(body))


class Wide(int):
    """A number written with four bytes, however small, so that a box keeps its length."""


def cbor(value: Any) -> bytes:
    """RFC 8949, of definite length."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, Wide):
        return b"\x1a" + struct.pack(">I", value)
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, Mapping):
        return _head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())
    return _head(4, len(value)) + b"".join(map(cbor, value))


def _head(major: int, number: int) -> bytes:
    for width, code, form in ((24, None, ""), (256, 24, ">B"), (65_536, 25, ">H"), (1 << 32, 26, ">I")):
        if number < width:
            return bytes([major << 5 | (number if code is None else code)]) + (struct.pack(form, number) if form else b"")
    raise ValueError(number)
