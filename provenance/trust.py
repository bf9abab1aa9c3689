"""Whom this installation trusts: its own roots, the C2PA trust list, time-stamp authorities; and its readers."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from provenance import keys
from provenance.conclusion import TrustLists
from provenance.models import Asset
from provenance.sandbox import Anchor, Limits, Sandbox

REGISTRY, LISTED, STAMPS, TESTS = "/trust/registry", "/trust/c2pa", "/trust/time-stamps", "/trust/sandbox"


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


def signer_for(asset: Asset, *, at: datetime) -> keys.Signer:
    """The studio's own key for what is real, and for what is of the sandbox never that: one which nobody trusts."""
    studio = asset.production.studio
    if asset.sandbox:
        return keys.signer(f"test:{studio.public_id}", directory=settings.SANDBOX_KEYS_DIR, at=at, name=studio.name)
    if studio.key_reference.startswith("test:"):
        raise keys.KeyUnavailable("A key of the sandbox signs nothing that is real. Name the studio’s own key.")
    return keys.signer(studio.key_reference, directory=key_directory(), at=at, name=studio.name)


def anchors_for(asset: Asset) -> tuple[Anchor, ...]:
    """Those that what was just signed is read back against: for the sandbox its own, which is on no list of the public's."""
    if not asset.sandbox:
        return anchors()
    return (*anchors(), Anchor(_uri(TESTS), keys.root_pem(settings.SANDBOX_KEYS_DIR, scheme="test")))


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
