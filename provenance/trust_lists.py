"""Bring the lists of whom to trust up to date: read, compared with the one in use, and kept beside it; never emptied in silence.

The C2PA trust list, its interim list (frozen since 2026-01-01) and the time-stamp authorities are three lists: a certificate
on one vouches for nothing on another. Whom this registry's own studios are certified by is not decided here (`TRUST_ANCHORS`).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from provenance import trust
from provenance.models import TrustList
from provenance.printable import printable
from registry import journal
from registry.errors import Invalid

LARGEST = 5 * 1024 * 1024
MOST_CERTIFICATES = 2000
SHRINKS = 2  # a list that loses every second of its certificates at once is looked at by a person
NEAR = timedelta(days=60)
Kind = TrustList.Kind


class NotAList(Invalid):
    """What was given cannot be a list of certificates to trust, and nothing was changed."""

    def __init__(self, why: str) -> None:
        super().__init__("trust.not_a_list", f"{why} The list in use was not changed.")


class Shrinks(Invalid):
    """It lacks many of those on the list in use, which may be a mistake of whoever published it."""

    def __init__(self, gone: int, were: int) -> None:
        super().__init__(
            "trust.shrinks",
            f"It lacks {gone} of the {were} certificates in use. If that is meant, say so (--fewer). "
            "The list in use was not changed.",
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a refresh did: the list now in use, and the subjects that came and went; both empty where it is the same."""

    now: TrustList
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()


def in_use(kind: str) -> TrustList | None:
    return TrustList.objects.filter(kind=kind).first()


@transaction.atomic
def refresh(
    kind: str, content: bytes, *, source: str, listed_on: date | None, at: datetime, fewer: bool = False
) -> Change:
    """Put a list into use. `content` is PEM. Raises NotAList and Shrinks; the same certificates again change nothing."""
    found = certificates(content)
    before = in_use(kind)
    known = _by_print(certificates(before.pem.encode())) if before and before.pem else {}
    given = _by_print(found)
    if before and given.keys() == known.keys():
        return Change(before)
    gone = known.keys() - given.keys()
    if known and len(gone) * SHRINKS > len(known) and not fewer:
        raise Shrinks(len(gone), len(known))
    ordered = sorted(given.items())
    row = TrustList.objects.create(
        kind=kind, pem="".join(_pem(one) for _, one in ordered), certificates=len(given), source=source[:300],
        sha256=hashlib.sha256("".join(print for print, _ in ordered).encode()).hexdigest(),
        listed_on=listed_on or at.date(), recorded_at=at,
    )  # fmt: skip
    change = Change(
        row, came=_names(given[one] for one in given.keys() - known.keys()), went=_names(known[one] for one in gone),
        expired=_names(one for one in found if one.not_valid_after_utc <= at),
    )  # fmt: skip
    _journal(row, at, came=list(change.came), went=list(change.went))
    transaction.on_commit(trust.forget)
    return change


@transaction.atomic
def give_up(kind: str, *, at: datetime, reason: str) -> TrustList:
    """Use no list of this kind from now on: said aloud, by a row of its own."""
    row = TrustList.objects.create(
        kind=kind, pem="", certificates=0, sha256=hashlib.sha256(b"").hexdigest(), source="given up", listed_on=at.date(),
        recorded_at=at,
    )  # fmt: skip
    _journal(row, at, reason=reason)
    transaction.on_commit(trust.forget)
    return row


def ending(at: datetime, *, within: timedelta = NEAR) -> list[tuple[TrustList, str, date]]:
    """Certificates on the lists in use that end soon, or have ended: the list, whose, and their last day."""
    found = []
    for kind in Kind.values:
        row = in_use(kind)
        for one in certificates(row.pem.encode()) if row and row.pem else ():
            if one.not_valid_after_utc <= at + within:
                found.append((row, one.subject.rfc4514_string(), one.not_valid_after_utc.date()))
    return sorted(found, key=lambda one: one[2])


def sentences(at: datetime) -> list[str]:
    """What the desk says of each list in use on which certificates end soon: how many, the first of them, and what helps.
    Those that have ended are no news; whoever publishes a list may leave them on it."""
    soon: dict[int, list[tuple[TrustList, str, date]]] = {}
    for row, name, last in ending(at):
        if last >= at.date():
            soon.setdefault(row.pk, []).append((row, name, last))
    said = []
    for some in soon.values():
        row, name, last = some[0]
        first = f"{printable(name)} ends on {last:%-d %B %Y}"
        what = f"{len(some)} certificates end soon, the first: {first}" if len(some) > 1 else first
        said.append(f"{row.get_kind_display()} of {row.listed_on:%-d %B %Y}: {what}. An operator brings the list up to date.")
    return said


def certificates(content: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file, each once. Raises NotAList."""
    if len(content) > LARGEST:
        raise NotAList("It is larger than 5 MB, which no list of certificates is.")
    if b"PRIVATE KEY" in content:
        raise NotAList("There is a private key in it, which belongs on no list. Whoever published it must know.")
    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise NotAList("It cannot be read as certificates in PEM (-----BEGIN CERTIFICATE-----).") from error
    if not found:
        raise NotAList("There is no certificate in it.")
    if len(found) > MOST_CERTIFICATES:
        raise NotAList(f"There are more than {MOST_CERTIFICATES} certificates in it.")
    return list(_by_print(found).values())


def _by_print(found: Iterable[x509.Certificate]) -> dict[str, x509.Certificate]:
    return {hashlib.sha256(one.public_bytes(Encoding.DER)).hexdigest(): one for one in found}


def _pem(one: x509.Certificate) -> str:
    return f"# {one.subject.rfc4514_string()}\n".replace("\r", " ") + one.public_bytes(Encoding.PEM).decode()


def _names(found: Iterable[x509.Certificate]) -> tuple[str, ...]:
    return tuple(sorted(one.subject.rfc4514_string() for one in found))


def _journal(row: TrustList, at: datetime, *, reason: str = "", **details: list[str]) -> None:
    told = {"list": row.public_id, "sha256": row.sha256, "certificates": row.certificates, "source": row.source}
    journal.record(
        actor=journal.by_system("set-up"), tag="trust:refreshed", subject=f"trust:{row.kind}", at=at, reason=reason,
        details=told | {"listed_on": row.listed_on.isoformat()} | {name: some[:100] for name, some in details.items()},
    )  # fmt: skip
