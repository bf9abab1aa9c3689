"""How a webhook is signed: Standard Webhooks 1.0, HMAC-SHA256 over its id, its time and its bytes."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
BYTES = 32


def written(key: bytes) -> str:
    """A secret as it is shown: `whsec_` and base64."""
    return PREFIX + base64.b64encode(key).decode()


def headers(message: str, body: bytes, *, secrets: Iterable[str], at: datetime) -> dict[str, str]:
    """The three headers; a signature by each secret, so that whoever still holds the former one verifies it, too."""
    moment = str(int(at.timestamp()))
    signed = f"{message}.{moment}.".encode() + body
    signatures = " ".join(_signature(secret, signed) for secret in secrets)
    return {"webhook-id": message, "webhook-timestamp": moment, "webhook-signature": signatures}


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
