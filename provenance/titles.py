"""A title's page: every shot signed for a work whose producer made it public, and the sums over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from provenance import disclosures, standing
from provenance.disclosure import Review
from provenance.models import Credential
from provenance.printable import printable
from provenance.reading import listing, mapping
from provenance.said import joined, said
from provenance.statements import extent_text
from provenance.tally import NAMES, Shot, Sum, sums
from registry import productions
from registry.errors import NotFound
from registry.models import Production

HEADINGS = (
    "shot", "work", "credential", "element", "band", "share", "at_least", "time_share", "of_seconds", "method",
    "measured_by", "consent_at_signing", "consent_now",
)  # fmt: skip


class NoSuchTitle(NotFound):
    """No title of that id is public."""


@dataclass(frozen=True, slots=True)
class Title:
    production: Production
    shots: tuple[Shot, ...]
    sums: tuple[Sum, ...]
    reviews: tuple[Review, ...]

    def as_dict(self) -> dict[str, Any]:
        work = self.production
        return {
            "title": printable(work.title), "kind": work.kind, "producer": printable(work.studio.name), "eidr": work.eidr,
            "isan": work.isan, "page": f"{settings.SITE_URL}/t/{work.public_id}", "sums": [one.as_dict() for one in self.sums],
            "cultural_review": [{"community": printable(one.community) or None} for one in self.reviews],
            "shots": [_shot(one) for one in self.shots],
        }  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One line for each element of each shot, under HEADINGS."""
        for shot in self.shots:
            for row in map(mapping, listing(shot.extent.get("elements"))):
                seconds = mapping(row.get("total")).get("seconds")
                told = (row.get("element"), row.get("band"), row.get("share"), row.get("at_least"), row.get("time_share"))
                cells = (*told, seconds, row.get("method"), row.get("measured_by"))
                yield (
                    shot.title, shot.work, shot.credential, *(_cell(one) for one in cells),
                    shot.consent_at_signing, shot.consent_now,
                )  # fmt: skip


def read(public_id: str, *, at: datetime) -> Title:
    """A public title with its parts that are public too; raises NoSuchTitle for what is private as for what is not."""
    production = Production.objects.real().select_related("studio").filter(public_id=public_id, is_public=True).first()
    if production is None:
        raise NoSuchTitle("title.unknown", "There is no title of that id.")
    parts = productions.with_parts(Production.objects.filter(pk=production.pk)).filter(is_public=True)
    shots = tuple(_shots(Credential.objects.real().filter(asset__production__in=parts), at))
    return Title(production, shots, tuple(sums(shots)), tuple(disclosures.reviews(production, at=at)))


def _shots(rows: QuerySet[Credential], at: datetime) -> Iterator[Shot]:
    """The newest signature of each file of each work."""
    columns = ("public_id", "title", "asset__production__title", "extent", "consent", "decision_id")
    files = rows.order_by("pk").values_list("asset__production", "asset__sha256", *columns)
    newest = {(work, file): told for work, file, *told in files}
    found = sorted(newest.values(), key=lambda told: (told[1], told[0]))
    signed = {decision: consent.get("state_at_signing", "not_stated") for *_, consent, decision in found}
    stands = standing.of_many(signed, at=at)
    for public_id, title, work, extent, _, decision in found:
        yield Shot(public_id, printable(title), printable(work), extent, signed[decision], stands[decision].state)


def _shot(shot: Shot) -> dict[str, Any]:
    band = printable(mapping(shot.extent.get("headline")).get("band")) or "unknown"
    return {
        "title": shot.title, "credential": shot.credential, "band": band, "text": extent_text(shot.extent),
        "consent": {"at_signing": shot.consent_at_signing, "now": shot.consent_now},
    }  # fmt: skip


def _cell(value: Any) -> str:
    """Unknown is an empty cell, which is never 0."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else printable(value)


def headline(title: Title) -> str:
    """The page's one sentence: performers first, and what is not stated as such."""
    if not title.shots:
        return said("Nothing is signed for this title.")
    if not any(one.shots for one in title.sums):
        return said("For every shot signed here, the producer states that no generative AI was used.")
    seen, heard, *_ = title.sums
    if not seen.shots and not heard.shots:
        return said("AI was used in what is signed here, and in no performer as they are seen or heard.")
    return joined([
        said("AI altered or made performers as they are seen: {amount}.", amount=seen.text),
        said("As they are heard: {amount}.", amount=heard.text),
    ])  # fmt: skip


def named(title: Title) -> list[tuple[str, Sum]]:
    return [(NAMES[one.name], one) for one in title.sums]
