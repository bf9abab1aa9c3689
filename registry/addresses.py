"""Turn the addresses of services (DATABASE_URL, CACHE_URL, STORAGE_URL, EMAIL_URL) into Django's settings; contacts nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

# Writers wait for each other at BEGIN, readers never. FULL: a commit that was answered outlasts a power cut.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


class AddressMistaken(Exception):
    """An address of a scheme or form that is not known here; the sentence says which are."""


def database(url: str, *, patience: float) -> dict[str, Any]:
    """`sqlite:///path`, or `postgres://user:password@host:port/name?sslmode=require`. For `patience` seconds a writer of
    SQLite waits for another."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # As long as its thread: opening one anew for every request would cost more than most questions do.
        kept = {"CONN_MAX_AGE": None}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": _file(parts), "OPTIONS": SQLITE | {"timeout": patience}, **kept}
    if parts.scheme in ("postgres", "postgresql"):
        # A database that cannot be reached is told at once, and no statement holds a visitor for longer than this.
        options = {"connect_timeout": 2, "options": "-c statement_timeout=15000"} | dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql", "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "", "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options,
        }
    raise AddressMistaken(f"DATABASE_URL begins with {parts.scheme}:; sqlite: and postgres: are known here.")


def cache(url: str) -> dict[str, Any]:
    """`file:///folder` (one machine), or `redis://…` / `rediss://…` (any number of them)."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": _file(parts),
            "OPTIONS": {"MAX_ENTRIES": 5000},
        }
    if parts.scheme in ("redis", "rediss"):
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "KEY_PREFIX": "countersign",
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    raise AddressMistaken(f"CACHE_URL begins with {parts.scheme}:; file: and redis: are known here.")


def storage(url: str) -> dict[str, Any]:
    """A folder (`/path` or `file:///path`), or `s3://[key:secret@]bucket[/prefix]?endpoint=…&public=…&region=…&timeout=…`.

    `public` is the endpoint as vendors reach it, where that is another than the house's own way.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": _file(parts), "base_url": None,
                "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700,
            },
        }
    if parts.scheme == "s3":
        return {"BACKEND": "registry.buckets.Bucket", "OPTIONS": _bucket(parts)}
    raise AddressMistaken(f"STORAGE_URL begins with {parts.scheme}:; a folder and s3: are known here.")


def folder_in(url: str, name: str) -> str:
    """A folder of that name in a storage that is a folder; "" in any other."""
    parts = urlsplit(url)
    return str(Path(_file(parts)) / name) if parts.scheme in ("", "file") else ""


def _bucket(parts: SplitResult) -> dict[str, Any]:
    asked = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {
        "bucket_name": parts.hostname, "location": parts.path.strip("/"), "file_overwrite": False,
        "default_acl": None, "querystring_auth": True, "signature_version": "s3v4",
        "endpoint_url": asked.get("endpoint"), "public_endpoint_url": asked.get("public"), "region_name": asked.get("region"),
        "addressing_style": asked.get("addressing", "path" if asked.get("endpoint") else "auto"),
    }
    if parts.username:
        options["access_key"], options["secret_key"] = unquote(parts.username), unquote(parts.password or "")
    if "timeout" in asked:
        options["timeout"] = float(asked["timeout"])
    return options


@dataclass(frozen=True, slots=True)
class Mail:
    """Where mail goes: a folder, or a mail server."""

    backend: str
    folder: str | None = None
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    # TLS from the first byte, and TLS that a plain connection changes to.
    ssl: bool = False
    tls: bool = False


def mail(url: str) -> Mail:
    """`file:///folder` (each mail a file), or `smtp://[user:password@]host:port`, with `smtps:` or `?tls=yes` for TLS."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Mail("django.core.mail.backends.filebased.EmailBackend", folder=_file(parts))
    if parts.scheme in ("smtp", "smtps"):
        ssl = parts.scheme == "smtps"
        return Mail(
            "django.core.mail.backends.smtp.EmailBackend", host=parts.hostname or "localhost",
            port=parts.port or (465 if ssl else 587), user=unquote(parts.username or ""),
            password=unquote(parts.password or ""), ssl=ssl, tls=dict(parse_qsl(parts.query)).get("tls") == "yes",
        )
    raise AddressMistaken(f"EMAIL_URL begins with {parts.scheme}:; file:, smtp: and smtps: are known here.")


def _file(parts: SplitResult) -> str:
    """`sqlite:///data/x` is below the working directory, `sqlite:////var/x` is absolute; a bare path is itself."""
    path = unquote(parts.path)
    return str(Path(path[1:] if parts.scheme and path.startswith("//") else path))
