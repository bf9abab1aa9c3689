"""Signed files whose credentials carry pictures of the assets used: the library's own, or anything in their place."""

import io
from collections.abc import Mapping

import c2pa

from tests.assets.studio import Studio, manifest

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/composite"


def signed(
    studio: Studio, content: bytes, used: Mapping[str, bytes], *, carried: Mapping[str, tuple[str, bytes]] | None = None
) -> bytes:
    """A JPEG in which the JPEGs of `used`, by their titles, are placed. Each is shown by the picture that the library makes
    of it, or by what `carried` holds for it: a media type, and any bytes."""
    told = {
        "trust": {"trust_anchors": studio.anchors[0].pem}, "verify": {"verify_after_sign": False},
        "core": {"allowed_network_hosts": []}, "builder": {"thumbnail": {"enabled": True}},
    }  # fmt: skip
    signer = c2pa.Signer.from_callback(studio.signer.sign, c2pa.C2paSigningAlg.ES256, studio.signer.chain_pem, None)
    created = {"action": "c2pa.created", "digitalSourceType": COMPOSITE}
    says = manifest("harbor_sh114", created, *({"action": "c2pa.placed", "parameters": {"ingredientIds": [one]}} for one in used))
    target = io.BytesIO()
    with c2pa.Context.from_dict(told, signer=signer) as context, c2pa.Builder(says, context=context) as builder:
        for title, plate in used.items():
            described = {"title": title, "relationship": "componentOf", "label": title}
            if title in (carried or {}):
                kind, bytes_of_it = carried[title]
                builder.add_resource(title, io.BytesIO(bytes_of_it))
                described |= {"thumbnail": {"format": kind, "identifier": title}}
            builder.add_ingredient(described, "image/jpeg", io.BytesIO(plate))
        builder.sign("image/jpeg", io.BytesIO(content), target)
    return target.getvalue()
