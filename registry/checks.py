"""System checks: what must not be true of a production installation, each with a hint. Embedded, none is asked.

`manage.py check` reports them, and the web and the worker refuse to open while there is an error.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

Finding = tuple[str, str]
NOT_PUBLIC = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "")


def _debug() -> Iterator[Finding]:
    if settings.DEBUG:
        yield "DEBUG is on: pages would show source and settings to anyone.", "Remove DEBUG from the environment."


def _secret_key() -> Iterator[Finding]:
    if settings.SECRET_KEY.startswith("django-insecure-") or len(settings.SECRET_KEY) < 50:
        yield (
            "SECRET_KEY is missing or too short: sessions could be forged.",
            "Set SECRET_KEY_FILE to a file with at least 50 random characters, such as from: openssl rand -base64 48",
        )


def _person_keys() -> Iterator[Finding]:
    if len(settings.PERSON_KEYS) < 32:
        yield (
            "PERSON_KEYS is missing or too short: birth dates and legal names could not be kept secret.",
            "Set PERSON_KEYS_FILE to a file with at least 32 random characters; keep a copy apart from the database.",
        )


def _receipt_key() -> Iterator[Finding]:
    hint = "Make one with docker/make_secrets.sh; set RECEIPT_KEY_FILE to it, and RECEIPT_KEY_PASSWORD_FILE to its password."
    if "ENCRYPTED PRIVATE KEY" not in settings.RECEIPT_KEY:
        yield "RECEIPT_KEY is missing or not encrypted: receipts could not be signed, or by whoever finds the file.", hint
        return
    try:
        key = load_pem_private_key(settings.RECEIPT_KEY.encode(), settings.RECEIPT_KEY_PASSWORD.encode() or None)
    except (ValueError, TypeError):
        yield "RECEIPT_KEY does not open with RECEIPT_KEY_PASSWORD: receipts could not be signed.", hint
        return
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        yield "RECEIPT_KEY is of another kind than P-256, which alone signs receipts (ES256).", hint


def _database() -> Iterator[Finding]:
    if settings.DATABASE_URL.startswith("sqlite:"):
        yield "The database is SQLite, which serves one machine only.", "Set DATABASE_URL to postgres://user:password@host/name."


def _broker() -> Iterator[Finding]:
    if settings.BROKER_URL.startswith(("filesystem:", "memory:")):
        yield "The broker is a local file, which serves one machine only.", "Set BROKER_URL to redis://… or amqp://…."


def _cache() -> Iterator[Finding]:
    if not settings.CACHE_URL.startswith(("redis:", "rediss:")):
        yield "The cache is local, so each machine would count requests for itself.", "Set CACHE_URL to redis://…."


def _storage() -> Iterator[Finding]:
    if "STORAGE_URL" not in settings.GIVEN:
        yield (
            "Files would be kept under the default folder, which other web and worker machines cannot see.",
            "Set STORAGE_URL to s3://bucket?endpoint=…, or to a folder that every machine mounts.",
        )


def _time_stamps() -> Iterator[Finding]:
    if not settings.TIMESTAMP_URL:
        yield (
            "TIMESTAMP_URL is missing: signatures would stop being trusted on the day their certificate expires.",
            "Set TIMESTAMP_URL to an RFC 3161 time-stamp authority, and TIMESTAMP_ANCHORS to its roots.",
        )
    if settings.TIMESTAMP_URL and not settings.TIMESTAMP_ANCHORS:
        yield (
            "TIMESTAMP_ANCHORS is missing: no reader could trust the time-stamps made here.",
            "Set TIMESTAMP_ANCHORS to a PEM file with the roots of the time-stamp authority.",
        )


def _trust() -> Iterator[Finding]:
    if not settings.TRUST_ANCHORS:
        yield (
            "TRUST_ANCHORS is missing: this installation would trust a development authority.",
            "Set TRUST_ANCHORS to a PEM file with the roots that issue this registry's signing certificates.",
        )
    for name in ("TRUST_ANCHORS", "TIMESTAMP_ANCHORS", "C2PA_TRUST_LIST"):
        path = getattr(settings, name)
        if path and not Path(path).is_file():
            yield f"{name} names {path}, which is not a file.", "Mount the PEM file there, or correct the path."


def _site() -> Iterator[Finding]:
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or site.hostname in NOT_PUBLIC:
        yield (
            f"SITE_URL is {settings.SITE_URL}: credentials would lead readers to an address not safe or not public.",
            "Set SITE_URL to the public https:// address of this registry.",
        )
    if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS is missing or allows any name.", "Set ALLOWED_HOSTS to the names this registry answers to."


def _second_factor() -> Iterator[Finding]:
    if not settings.MFA_REQUIRED:
        yield "MFA_REQUIRED is off: a stolen password would open the desk.", "Remove MFA_REQUIRED from the environment."


SETTINGS: dict[str, Callable[[], Iterator[Finding]]] = {
    "registry.E001": _debug,
    "registry.E002": _secret_key,
    "registry.E003": _person_keys,
    "registry.E004": _database,
    "registry.E005": _broker,
    "registry.E006": _cache,
    "registry.E007": _storage,
    "registry.E008": _time_stamps,
    "registry.E009": _trust,
    "registry.E010": _site,
    "registry.E011": _second_factor,
    "registry.E013": _receipt_key,
}


@checks.register(checks.Tags.security)
def production_settings(app_configs: object = None, **_: object) -> list[checks.CheckMessage]:
    if not settings.PRODUCTION:
        return []
    return [
        checks.Error(sentence, hint=hint, id=name)
        for name, findings in SETTINGS.items()
        for sentence, hint in findings()
    ]


@checks.register(checks.Tags.database)
def development_keys(app_configs: object, databases: list[str] | None = None, **_: object) -> list[checks.CheckMessage]:
    """Asked where the database is (`check --database default`, `migrate`), of every organisation that signs."""
    if not settings.PRODUCTION or "default" not in (databases or ()):
        return []
    from registry.models import Organisation

    if Organisation._meta.db_table not in _tables():
        return []
    return [
        checks.Error(
            f"{organisation} signs with a development key ({organisation.key_reference}).",
            hint="Give the organisation a key reference such as file:/run/secrets/studio.pem at the desk.",
            id="registry.E012",
        )
        for organisation in Organisation.objects.filter(key_reference__startswith="dev:")
    ]


def _tables() -> list[str]:
    try:
        return connection.introspection.table_names()
    except DatabaseError:
        return []


def refuse_when_unsafe() -> None:
    """Web and worker call this as they open: an unsafe production installation stays shut, and says every reason."""
    errors = [found for found in production_settings() if found.level >= checks.ERROR]
    if errors:
        raise ImproperlyConfigured("\n".join(["This production installation is not safe to open:", *map(str, errors)]))
