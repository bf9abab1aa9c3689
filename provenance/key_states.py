"""How the signing keys stand, told by the worker that holds them: how many can sign, until when; never whose."""

from datetime import datetime
from typing import Any

from provenance import keys, trust
from registry.models import Organisation


def told(at: datetime) -> dict[str, Any]:
    """`state` is the worst of: usable, expiring (within thirty days), unusable; absent when no organisation signs."""
    counts, ends, development = {"usable": 0, "expiring": 0, "unusable": 0}, [], False
    for organisation in Organisation.objects.exclude(key_reference=""):
        try:
            signer = keys.signer(
                organisation.key_reference, directory=trust.key_directory(), at=at, name=organisation.name
            )
        except keys.KeyUnavailable:
            counts["unusable"] += 1
            continue
        counts["expiring" if signer.expires_soon(at) else "usable"] += 1
        ends.append(signer.not_after)
        development |= signer.development
    state = next((state for state in ("unusable", "expiring", "usable") if counts[state]), "absent")
    return {"state": state, **counts, "not_after": min(ends).isoformat() if ends else None, "development": development}
