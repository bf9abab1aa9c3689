"""Consents of strangers, as many as are asked for, written past the acts: for questions of size."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from consent.models import Ending, Evidence, Grant, GrantRevision, RevisionOffer, ScopeLine, Signature, Verification
from registry.models import Person
from tests import cast as people
from tests.cast import Cast

BATCH = 5_000
SIGNED_ON = date(2026, 5, 3)
# One in so many: not verified yet, only offered, ended, run out, and running out within a quarter.
UNVERIFIED, OFFERED, ENDED, EXPIRED, SOON = 10, 50, 20, 25, 30


def fill(cast: Cast, numbers: range, *, of_one: int, mixed: bool = False) -> None:
    """As many consents as there are numbers, `of_one` for each stranger, all with the same paper; `mixed`: some in every
    state that a list tells apart, else all in force."""
    for begin in range(numbers.start, numbers.stop, BATCH):
        _add(cast, range(begin, min(begin + BATCH, numbers.stop)), of_one, mixed)


@transaction.atomic
def _add(cast: Cast, numbers: range, of_one: int, mixed: bool) -> None:
    strangers = [
        people.person(cast.northlight, f"Stranger {number}", f"S. {number}", date(1980, 1, 1))
        for number in range(numbers.start, numbers.stop, of_one)
    ]
    grants = Grant.objects.bulk_create(_grant(cast, strangers[at // of_one], number) for at, number in enumerate(numbers))
    revisions = GrantRevision.objects.bulk_create(
        GrantRevision(grant=grant, number=1, effective_from=SIGNED_ON, term_end=_term_end(number) if mixed else None,
                      description="De-aging", entered_by=cast.ines, recorded_at=people.NOON)
        for grant, number in zip(grants, numbers, strict=True)
    )  # fmt: skip
    ScopeLine.objects.bulk_create(
        ScopeLine(revision=one, effect="grant", uses=["de_aging"], modalities=["face"], territories=["WORLD"])
        for one in revisions
    )
    offered = _some(revisions, numbers, OFFERED if mixed else 0)
    RevisionOffer.objects.bulk_create(
        RevisionOffer(revision=one, offered_by=cast.ines, recorded_at=people.NOON) for one in offered
    )
    _sign(cast, [one for one in revisions if one not in offered])
    unverified = {*offered, *_some(revisions, numbers, UNVERIFIED if mixed else 0)}
    Verification.objects.bulk_create(
        Verification(revision=one, entered_by=cast.ines, verified_by=cast.tobi, recorded_at=people.NOON)
        for one in revisions if one not in unverified
    )  # fmt: skip
    Ending.objects.bulk_create(
        Ending(grant=one.grant, kind="withdrawn", mode="prospective_new_use", received_at=people.NOON,
               effective_at=people.NOON, entered_by=cast.ines, recorded_at=people.NOON)
        for one in _some(revisions, numbers, ENDED if mixed else 0)
    )  # fmt: skip


def _sign(cast: Cast, revisions: list[GrantRevision]) -> None:
    papers = Evidence.objects.bulk_create(
        Evidence(revision=one, studio=cast.northlight, sha256="a" * 64, size=1, media_type="application/pdf", name="rider.pdf",
                 storage_key="none", sealed_key=b"", uploaded_by=cast.ines, recorded_at=people.NOON)
        for one in revisions
    )  # fmt: skip
    Signature.objects.bulk_create(
        Signature(revision=one, evidence=paper, method="wet_ink", signed_on=SIGNED_ON, recorded_at=people.NOON)
        for one, paper in zip(revisions, papers, strict=True)
    )


def _grant(cast: Cast, person: Person, number: int) -> Grant:
    return Grant(person=person, studio=cast.northlight, production=cast.harbor, number=f"S-{number}", entered_by=cast.ines,
                 recorded_at=people.NOON)  # fmt: skip


def _term_end(number: int) -> date | None:
    if number % EXPIRED == 0:
        return SIGNED_ON + timedelta(days=30)
    return date.today() + timedelta(days=number % 90 + 1) if number % SOON == 0 else None


def _some(revisions: Iterable[GrantRevision], numbers: range, one_in: int) -> set[GrantRevision]:
    """Every so many-th; none where `one_in` is nought."""
    return {one for one, number in zip(revisions, numbers, strict=True) if one_in and number % one_in == 3}
