"""Receipts handed out to the cast, and a stranger's way of checking them: over HTTP, by joserfc and the standard library."""

import base64
import gzip
import json

from joserfc import jws
from joserfc.jwk import KeySet

from consent.receipts import issuing
from tests import cast as people

WHY = "Asked for by the performer"


def given(cast, grant, *, at=people.NOON, number=1):
    """The receipt of a revision, as the performer holds it."""
    return issuing.issue(grant.revisions.get(number=number), by=cast.ines, at=at, reason=WHY)


def unpacked(token):
    """Header and document of a compact JWS, whoever signed it."""
    header, payload, _ = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
    return json.loads(header), json.loads(payload)


def believed(client, token):
    """What a stranger reads in it, having fetched the issuer's keys."""
    keys = KeySet.import_key_set(client.get("/.well-known/jwks.json").json())
    signed = jws.deserialize_compact(token, keys, algorithms=["ES256"])
    return json.loads(signed.payload)


def bit(client, document, purpose):
    """The bit of a receipt as Bitstring Status List v1.0 has it read."""
    [entry] = [one for one in document["credentialStatus"] if one["statusPurpose"] == purpose]
    path = "/" + entry["statusListCredential"].split("/", 3)[3]
    listed = believed(client, client.get(path).content.decode())
    assert listed["id"] == entry["statusListCredential"] and listed["credentialSubject"]["statusPurpose"] == purpose
    text = listed["credentialSubject"]["encodedList"]
    assert text[0] == "u"
    bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    assert len(bits) * 8 >= 131_072
    index = int(entry["statusListIndex"])
    return bits[index // 8] >> (7 - index % 8) & 1
