"""Who is signed in where: named profiles in one file (0600), the secret in the system's keyring where there is one.

The environment comes first, as farms have it: COUNTERSIGN_SITE, COUNTERSIGN_CLIENT_ID and COUNTERSIGN_CLIENT_SECRET, or
COUNTERSIGN_CLIENT_SECRET_FILE with the path of a file that holds it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from countersign import places
from countersign.errors import Misused, SignedOut
from countersign.line import Tokens

SERVICE = "countersign"
FIRST = "default"


@dataclass(frozen=True)
class Profile:
    name: str
    site: str
    client_id: str
    kept_secret: str = ""
    in_keyring: bool = False
    allow_http: bool = False

    def secret(self) -> str:
        """Raises SignedOut where the keyring has it no more."""
        if not self.in_keyring:
            return self.kept_secret
        ring = _keyring()
        found = ring.get_password(SERVICE, self.slug) if ring else None
        if not found:
            raise SignedOut(f"The keyring has no secret for profile “{self.name}”. Run “countersign login” again.")
        return str(found)

    def tokens(self) -> Tokens:
        return KeptTokens(places.cache() / f"token-{self.slug}.json", self.client_id)

    @property
    def slug(self) -> str:
        """Other for another registry or client, and good as a file's name."""
        return hashlib.sha256(f"{self.site}\n{self.client_id}".encode()).hexdigest()[:16]

    @property
    def state(self) -> Path:
        return places.state() / self.slug


class KeptTokens(Tokens):
    """A token in a file of its own (0600), so that the next command needs fetch none."""

    def __init__(self, path: Path, client_id: str) -> None:
        super().__init__()
        self._path, self._client = path, client_id

    def read(self) -> tuple[str, float] | None:
        if self.kept is None:
            with suppress(OSError, ValueError, KeyError, TypeError):
                told = json.loads(self._path.read_text())
                if told["client_id"] == self._client:
                    self.kept = str(told["token"]), float(told["until"])
        return self.kept

    def keep(self, token: str, until: float) -> None:
        super().keep(token, until)
        # A farm's machine may have no place of its own to write; then it fetches one for each command.
        with suppress(OSError):
            places.keep(self._path, json.dumps({"client_id": self._client, "token": token, "until": until}))

    def forget(self) -> None:
        super().forget()
        with suppress(OSError):
            self._path.unlink()


def chosen(name: str = "") -> Profile:
    """The profile named, else what the environment says, else the default one. Raises SignedOut where there is none."""
    name = name or os.environ.get("COUNTERSIGN_PROFILE", "")
    known = every()
    if not name:
        by_environment = _environment()
        if by_environment:
            return by_environment
        name = str(_document().get("default") or FIRST)
    if name not in known:
        there = f" There are {', '.join(sorted(known))}." if known else ""
        raise SignedOut(f"There is no profile “{name}”: nobody is signed in. Run “countersign login”.{there}")
    return known[name]


def every() -> dict[str, Profile]:
    found = _document().get("profiles")
    return {name: _profile(name, told) for name, told in found.items()} if isinstance(found, dict) else {}


def default() -> str:
    return str(_document().get("default") or FIRST)


def keep(profile: Profile, secret: str, *, keyring: bool) -> Profile:
    """Remember a profile, its secret in the keyring where that is wanted and there is one; the first is the default."""
    ring = _keyring() if keyring else None
    if ring:
        try:
            ring.set_password(SERVICE, profile.slug, secret)
        except Exception:  # whatever the many back ends raise: the file does as well
            ring = None
    told: dict[str, Any] = {"site": profile.site, "client_id": profile.client_id}
    told.update({"secret_in": "keyring"} if ring else {"client_secret": secret})
    if profile.allow_http:
        told["allow_http"] = True
    document = _document()
    document.setdefault("profiles", {})[profile.name] = told
    document.setdefault("default", profile.name)
    _write(document)
    return _profile(profile.name, told)


def forget(name: str) -> None:
    """Remove a profile, its secret and its token."""
    document, known = _document(), every()
    if name not in known:
        raise Misused(f"There is no profile “{name}”.")
    profile = known[name]
    profile.tokens().forget()
    if profile.in_keyring and (ring := _keyring()):
        with suppress(Exception):
            ring.delete_password(SERVICE, profile.slug)
    del document["profiles"][name]
    if document.get("default") == name:
        document.pop("default")
        if document["profiles"]:
            document["default"] = next(iter(document["profiles"]))
    _write(document)


def use(name: str) -> None:
    """Make a profile the default."""
    if name not in every():
        raise Misused(f"There is no profile “{name}”.")
    _write({**_document(), "default": name})


def secret_in_environment() -> str:
    value = os.environ.get("COUNTERSIGN_CLIENT_SECRET", "")
    path = os.environ.get("COUNTERSIGN_CLIENT_SECRET_FILE", "")
    return value or (secret_in_file(Path(path)) if path else "")


def secret_in_file(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise Misused(f"The secret cannot be read from {path}: {error.strerror}.") from error


def _environment() -> Profile | None:
    site, client_id = os.environ.get("COUNTERSIGN_SITE", ""), os.environ.get("COUNTERSIGN_CLIENT_ID", "")
    if not (site and client_id):
        return None
    allowed = os.environ.get("COUNTERSIGN_ALLOW_HTTP", "") not in ("", "0")
    return Profile("environment", site.rstrip("/"), client_id, secret_in_environment(), allow_http=allowed)


def _path() -> Path:
    return places.config() / "profiles.json"


def _document() -> dict[str, Any]:
    try:
        told = json.loads(_path().read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misused(f"{_path()} cannot be read: {error}. Mend or remove it.") from error
    return told if isinstance(told, dict) else {}


def _write(document: Mapping[str, Any]) -> None:
    try:
        places.keep(_path(), json.dumps(document, indent=2) + "\n")
    except OSError as error:
        raise Misused(f"{_path()} cannot be written: {error.strerror}. Name another place in COUNTERSIGN_CONFIG.") from error


def _profile(name: str, told: Mapping[str, Any]) -> Profile:
    return Profile(name, str(told.get("site", "")), str(told.get("client_id", "")), str(told.get("client_secret", "")),
                   told.get("secret_in") == "keyring", bool(told.get("allow_http")))  # fmt: skip


def _keyring() -> Any:
    """The keyring library with a back end that keeps things; None where there is none."""
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), fail.Keyring) else keyring
