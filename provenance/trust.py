"""Whom this installation trusts: its own roots, the C2PA trust list, time-stamp authorities; and its readers."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from provenance import keys
from provenance.conclusion import TrustLists
from provenance.sandbox import Anchor, Limits, Sandbox

REGISTRY, LISTED, STAMPS = "/trust/registry", "/trust/c2pa", "/trust/time-stamps"


def anchors() -> tuple[Anchor, ...]:
    """Every list a file is read against, each under an address of ours by which the reader names it."""
    lists = [Anchor(_uri(REGISTRY), own_roots())]
    if settings.C2PA_TRUST_LIST:
        lists.append(Anchor(_uri(LISTED), _pem(settings.C2PA_TRUST_LIST)))
    if settings.TIMESTAMP_ANCHORS:
        lists.append(Anchor(_uri(STAMPS), _pem(settings.TIMESTAMP_ANCHORS), kind="tsa"))
    return tuple(lists)


def lists() -> TrustLists:
    """The same lists, as a report speaks of them."""
    listed_on = settings.C2PA_TRUST_LIST_DATE
    return TrustLists(
        registry_uri=_uri(REGISTRY),
        listed_uri=_uri(LISTED) if settings.C2PA_TRUST_LIST else "",
        listed_on=date.fromisoformat(str(listed_on)) if listed_on else None,
        development=not settings.TRUST_ANCHORS,
    )


def key_directory() -> Path:
    """Where the development authority lives; a production installation has none."""
    return Path(settings.DATA_DIR) / "keys"


@lru_cache(maxsize=1)
def sandbox() -> Sandbox:
    """The readers of this process: warm children, made when first needed."""
    return Sandbox(children=2, limits=Limits(measuring_seconds=settings.MEASURING_SECONDS))


def own_roots() -> str:
    """The roots that issue this registry's signing certificates, as PEM; anyone may have them."""
    if settings.TRUST_ANCHORS:
        return _pem(settings.TRUST_ANCHORS)
    return keys.root_pem(key_directory())


def _uri(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


@lru_cache(maxsize=16)
def _pem(path: str) -> str:
    return Path(path).read_text()
