"""What the vendor does: fetches a token, asks, sends, waits, and takes the signed file home."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

SIGNED_WITHIN = 120
WAITS = ("received", "signing")


class Refused(Exception):
    """A problem document (RFC 9457), as it came."""

    def __init__(self, document: Mapping[str, Any]):
        super().__init__(document.get("detail", "refused"))
        self.document = document


class Hatch:
    def __init__(self, site: str, client_id: str, client_secret: str):
        self._api = f"{site}/api/v1"
        self._session = requests.Session()
        asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        token = _told(self._session.post(f"{self._api}/oauth/token", data=asked, timeout=30))["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def production(self, production: str) -> dict[str, Any]:
        return _told(self._session.get(f"{self._api}/productions/{production}", timeout=30))

    def ask(self, **question: Any) -> dict[str, Any]:
        return _told(self._session.post(f"{self._api}/clearances", json=question, timeout=30))

    def send(self, file: Path, declaration: Mapping[str, Any], **parts: Path) -> dict[str, Any]:
        """Raises Refused."""
        with file.open("rb") as content:
            files: dict[str, Any] = {"file": (file.name, content), "declaration": (None, json.dumps(declaration))}
            files |= {name: (path.name, path.read_bytes()) for name, path in parts.items()}
            return _told(self._session.post(f"{self._api}/assets", files=files, timeout=300))

    def wait(self, asset: Mapping[str, Any], *, waiting: Callable[[str], None]) -> dict[str, Any]:
        """Until the asset is signed, or will not be."""
        began = time.monotonic()
        while asset["state"] in WAITS and time.monotonic() - began < SIGNED_WITHIN:
            waiting(asset["state"])
            time.sleep(0.2)
            asset = _told(self._session.get(f"{self._api}/assets/{asset['id']}", timeout=30))
        return dict(asset)

    def fetch(self, asset: Mapping[str, Any], to: Path) -> Path:
        answer = self._session.get(asset["links"]["content"], timeout=300)
        if answer.status_code != 200:
            raise Refused(answer.json())
        to.write_bytes(answer.content)
        return to


def _told(answer: requests.Response) -> dict[str, Any]:
    document = answer.json()
    if answer.status_code >= 400:
        raise Refused(document)
    return document
