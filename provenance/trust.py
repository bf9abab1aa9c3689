"""Whom this installation trusts: its own roots, the C2PA trust lists, time-stamp authorities; and its readers."""

import time
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from provenance import keys
from provenance.conclusion import TrustLists
from provenance.models import Asset, TrustList
from provenance.sandbox import Anchor, Limits, Sandbox

REGISTRY, LISTED, INTERIM, STAMPS = "/trust/registry", "/trust/c2pa", "/trust/c2pa-interim", "/trust/time-stamps"
TESTS = "/trust/sandbox"
# For so long a process uses the lists it last read; after a refresh all of them follow within it, without a restart.
REMEMBERED = 30.0

WINDOW_MEMORY = 512 * 1024**2

Kind = TrustList.Kind
LISTS = ((Kind.SIGNERS, LISTED, "manifest"), (Kind.INTERIM, INTERIM, "manifest"), (Kind.STAMPS, STAMPS, "tsa"))


def anchors() -> tuple[Anchor, ...]:
    """Every list a file is read against, each under an address of ours by which the reader names it."""
    lists = [Anchor(_uri(REGISTRY), own_roots())]
    for kind, where, use in LISTS:
        if pem := _pem_of(kind):
            lists.append(Anchor(_uri(where), pem, kind=use))
    return tuple(lists)


def lists() -> TrustLists:
    """The same lists, as a report speaks of them."""
    kept = latest()
    signers, interim = kept.get(Kind.SIGNERS), kept.get(Kind.INTERIM)
    dated = signers.listed_on if signers else settings.C2PA_TRUST_LIST_DATE
    return TrustLists(
        registry_uri=_uri(REGISTRY),
        listed_uri=_uri(LISTED) if _pem_of(Kind.SIGNERS) else "",
        listed_on=date.fromisoformat(str(dated)) if dated else None,
        interim_uri=_uri(INTERIM) if interim and interim.pem else "",
        interim_on=interim.listed_on if interim else None,
        development=not settings.TRUST_ANCHORS,
    )


def latest() -> dict[str, TrustList]:
    """The lists on record that are in use, by kind; what no record speaks of is as the settings have it."""
    global _remembered
    until, kept = _remembered
    if time.monotonic() >= until:
        newest = TrustList.objects.order_by().values("kind").annotate(newest=Max("pk")).values("newest")
        kept = {row.kind: row for row in TrustList.objects.filter(pk__in=newest)}
        _remembered = (time.monotonic() + REMEMBERED, kept)
    return kept


def forget() -> None:
    """Read the lists anew when they are next asked for."""
    remember({}, seconds=0.0)


def remember(kept: dict[str, TrustList], *, seconds: float = REMEMBERED) -> None:
    """Take these for the lists on record, for so long."""
    global _remembered
    _remembered = (time.monotonic() + seconds, kept)


_remembered: tuple[float, dict[str, TrustList]] = (0.0, {})


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
    """The readers of this process for what vendors and the house itself bring: warm children, made when first needed."""
    return Sandbox(children=2, limits=Limits(measuring_seconds=settings.MEASURING_SECONDS))


@lru_cache(maxsize=1)
def window() -> Sandbox:
    """The readers of what anybody sends, apart from those: however many files come at once, and however they are built, what
    vendors send is read and signed meanwhile. They give way to everything else, and few requests wait for one."""
    limits = Limits(seconds=settings.WINDOW_SECONDS, memory_bytes=WINDOW_MEMORY, wait_seconds=10.0, niceness=10)
    return Sandbox(children=2, waiting=settings.WINDOW_WAITING, limits=limits)


def own_roots() -> str:
    """The roots that issue this registry's signing certificates, as PEM; anyone may have them."""
    if settings.TRUST_ANCHORS:
        return _pem(settings.TRUST_ANCHORS)
    return keys.root_pem(key_directory())


def published() -> list[str]:
    """The addresses at which the lists of signers that are in use may be fetched."""
    return [where for kind, where, use in LISTS if use == "manifest" and _pem_of(kind)]


def list_at(where: str) -> str:
    """The list in use at one of our addresses, as PEM; empty where none is loaded."""
    return next((_pem_of(kind) for kind, address, _ in LISTS if address == where), "")


def _pem_of(kind: str) -> str:
    """A list on record is used as it is, an empty one too; else the file that the settings name. The authority that stamps
    for this registry itself is trusted beside those on record."""
    row = latest().get(kind)
    if kind == Kind.STAMPS:
        return (_pem(settings.TIMESTAMP_ANCHORS) if settings.TIMESTAMP_ANCHORS else "") + (row.pem if row else "")
    if row is None and kind == Kind.SIGNERS and settings.C2PA_TRUST_LIST:
        return _pem(settings.C2PA_TRUST_LIST)
    return row.pem if row else ""


def _uri(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


@lru_cache(maxsize=16)
def _pem(path: str) -> str:
    return Path(path).read_text()
