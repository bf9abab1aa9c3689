"""Disclosures of released credentials: one by its id, many by the hashes of files; read afresh, never kept.

A fixed number of queries, whatever is asked. What was not released is unknown, like what was never seen.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from consent import on_record
from consent.models import Decision
from provenance import concerns, disclosure, standing
from provenance.conclusion import RegistryFacts
from provenance.disclosure import Review, Work
from provenance.models import Credential, Depiction, KnownContent
from provenance.printable import printable
from provenance.reading import listing, mapping
from provenance.standing import Standing
from provenance.verification import SHA256, NoSuchCredential
from registry.models import Production

REVIEW = "production.cultural_review"
SYNTHETIC = "synthetic"
MOST = 1000


class Row(NamedTuple):
    """What is read of a credential for its disclosure, and no more."""

    pk: int
    public_id: str
    title: str
    media_type: str
    sha256: str
    producer__name: str
    asset_id: int
    asset__public_id: str
    asset__sha256: str
    asset__vendor__name: str
    asset__production_id: int
    asset__production__kind: str
    signed_at: datetime
    development_key: bool
    time_stamped: bool
    consent: dict[str, Any]
    decision_id: int


def of_credential(public_id: str, *, at: datetime) -> dict[str, Any]:
    """The disclosure of one released credential; raises NoSuchCredential."""
    found = Credential.objects.real().filter(public_id=public_id).values_list(*Row._fields, "extent").first()
    if found is None:
        raise NoSuchCredential("credential.unknown", "There is no credential of that id.")
    *columns, extent = found
    row = Row(*columns)
    return disclosure.disclosure(facts(row, extent, _stands([row], at)), work(row, extent, at), site=settings.SITE_URL)


def of_hashes(hashes: Sequence[str], *, at: datetime) -> list[dict[str, Any]]:
    """An answer to each hash in turn: known with its disclosure in brief, unknown, or not a hash. Seven queries at most."""
    given = [one.strip().lower().removeprefix("sha256:") for one in hashes]
    asked = {one for one in given if SHA256.fullmatch(one)}
    found = _received(asked) | _signed(asked)
    stands = _stands([row for row, _, _ in found.values()], at)
    withdrawn = concerns.kept_out_on([row.sha256 for row, _, _ in found.values()])
    told = []
    for one, digest in zip(hashes, given, strict=True):
        if digest not in asked:
            told.append({"sha256": printable(one, 80), "state": "not_a_hash"})
        elif digest not in found:
            told.append({"sha256": digest, "state": "unknown"})
        else:
            row, extent, found_as = found[digest]
            about_work = Work(sha256=row.sha256, withdrawn_on=withdrawn.get(row.sha256))
            about = disclosure.brief(facts(row, extent, stands), about_work, site=settings.SITE_URL)
            told.append({"sha256": digest, "state": "known", "found_as": found_as, "disclosure": about})
    return told


def _signed(asked: Collection[str]) -> dict[str, tuple[Row, dict[str, Any], str]]:
    """The newest released credential of each of these signed files."""
    rows = Credential.objects.real().filter(sha256__in=asked).order_by("pk")
    return {row.sha256: (row, extent, "signed") for row, extent in in_brief(rows)}


def _received(asked: Collection[str]) -> dict[str, tuple[Row, dict[str, Any], str]]:
    """The same of files as they were received, without this registry's credentials."""
    of = {"asset__contents__sha256__in": asked, "asset__contents__kind": KnownContent.Kind.UPLOADED}
    rows = Credential.objects.real().filter(**of).order_by("pk")
    return {row.asset__sha256: (row, extent, "received") for row, extent in in_brief(rows)}


def in_brief(rows: Iterable) -> Iterable[tuple[Row, dict[str, Any]]]:
    """Only what a brief tells is read of an extent, which may hold ten thousand operations."""
    for *columns, headline, elements in rows.values_list(*Row._fields, "extent__headline", "extent__elements"):
        used = any(listing(mapping(row).get("operations")) for row in listing(elements))
        operations = [{"generative": True}] if used else []
        yield Row(*columns), {"headline": headline, "elements": elements, "operations": operations}


def facts(row: Row, extent: dict[str, Any], stands: dict[int, Standing]) -> RegistryFacts:
    return RegistryFacts(
        found_by="record", credential=row.public_id, asset=row.asset__public_id, title=row.title,
        producer=row.producer__name, made_by=row.asset__vendor__name, signed_at=row.signed_at,
        development=row.development_key, time_stamped=row.time_stamped, extent=extent,
        consent_at_signing=signed_with(row), consent_now=stands[row.decision_id].state,
        may_continue=stands[row.decision_id].may_continue,
    )  # fmt: skip


def signed_with(row: Row) -> str:
    return str(row.consent.get("state_at_signing", "not_stated"))


def _stands(rows: Iterable[Row], at: datetime) -> dict[int, Standing]:
    return standing.of_many({row.decision_id: signed_with(row) for row in rows}, at=at)


def work(row: Row, extent: dict[str, Any], at: datetime) -> Work:
    shown = list(Depiction.objects.filter(asset=row.asset_id).values_list("role", "person"))
    later = Credential.objects.real().filter(
        asset__sha256=row.asset__sha256, asset__production=row.asset__production_id, pk__gt=row.pk
    )
    return Work(
        advertisement=row.asset__production__kind == Production.Kind.COMMERCIAL,
        synthetic_performer=any(role == SYNTHETIC for role, _ in shown),
        all_confirmed=_all_confirmed(shown, row.decision_id, extent),
        reviews=reviews(Production.objects.select_related("studio").get(pk=row.asset__production_id), at=at),
        superseded_by=later.order_by("-pk").values_list("public_id", flat=True).first() or "",
        sha256=row.sha256, media_type=row.media_type, withdrawn_on=concerns.kept_out_on([row.sha256]).get(row.sha256),
    )  # fmt: skip


def _all_confirmed(shown: list[tuple[str, int | None]], decision: int, extent: dict[str, Any]) -> bool:
    """Whether the decision stood on a consent of everyone real who is depicted. Of what came with an ingredient nobody
    here says who is depicted."""
    real = {person for role, person in shown if role != SYNTHETIC}
    inherited = any(mapping(one).get("inherited") is True for one in listing(extent.get("operations")))
    if not real or None in real or inherited:
        return False
    return real <= set(Decision.objects.filter(pk=decision).values_list("revisions__grant__person", flat=True))


def reviews(production: Production, *, at: datetime) -> list[Review]:
    """The cultural reviews on record of a work, or of what it is part of, as far as they may be told."""
    subjects = {one.public_id for one in production.line()}
    held = on_record.holding_about(subjects, studio=production.studio, at=at)
    values = [one.record.values for one in held if one.record.form == REVIEW]
    return [Review(str(one["community"]) if one.get("may_be_named") else "") for one in values]
