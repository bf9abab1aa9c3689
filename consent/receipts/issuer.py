"""Who signs papers here: the registry at its public address, with the key that its settings give."""

from datetime import datetime
from typing import Any

from django.conf import settings

from consent.models import ReceiptKey
from consent.receipts import keys
from consent.receipts.credential import Issuer


def key() -> keys.SigningKey:
    """The key that signs now. Embedded, one is made for development; raises `ReceiptKeyUnavailable`."""
    if settings.RECEIPT_KEY or settings.PRODUCTION:
        return keys.given(settings.RECEIPT_KEY, settings.RECEIPT_KEY_PASSWORD)
    return keys.development(settings.DATA_DIR / "keys")


def issuer() -> Issuer:
    return Issuer(settings.SITE_URL, key().development)


def signed(document: dict[str, Any], *, kind: str = keys.CREDENTIAL) -> str:
    return key().sign(document, issuer=issuer().did, kind=kind)


def remembered_key(at: datetime) -> ReceiptKey:
    """The key that signs now, on record from its first paper on: so it stays published when another follows it."""
    current = key()
    row, _ = ReceiptKey.objects.get_or_create(
        thumbprint=current.thumbprint, defaults={"jwk": current.public, "recorded_at": at}
    )
    return row


def published() -> dict[str, dict[str, Any]]:
    """The public keys by their id: the one that signs now, and every one that has signed a paper."""
    current = key()
    jwks = {row.thumbprint: row.jwk for row in ReceiptKey.objects.all()} | {current.thumbprint: current.public}
    return {keys.key_id(issuer().did, thumbprint): jwk for thumbprint, jwk in jwks.items()}


def key_set() -> dict[str, Any]:
    """The same as a JWK set (RFC 7517)."""
    return {"keys": [jwk | {"kid": kid, "use": "sig", "alg": keys.ALGORITHM} for kid, jwk in published().items()]}
