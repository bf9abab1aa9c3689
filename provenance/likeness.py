"""What looks like something known here: fingerprints kept of all that is taken in, and what a new file is near to.

Near is possible, never proof: two takes of one shot look alike too. So nothing is refused by it. Where a file is near to
a known asset that carries AI which the declaration leaves out, the asset waits until a person has compared the two
(`intake/`); which contents bind whom is the same as for their bytes (docs/adr/0005).
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from provenance import heritage, inheritance, measured, trust
from provenance.declaration import Declaration, remembered
from provenance.extent import measure
from provenance.fingerprint import Code, keys, near_keys
from provenance.geometry import Media
from provenance.heritage import Carrier, Heritage
from provenance.media.refusal import MediaRefused
from provenance.models import Asset, Fingerprint, FingerprintChunk, Ingredient, KnownContent, Likeness, Measured
from provenance.placement import ALL
from provenance.sandbox import Sandbox
from registry.models import Organisation
from registry.prepared import NOBODY, Prepared

CODE = "provenance.possible_likeness"
ASPECTS = Fraction(1, 50)  # by how much the shapes of two frames may differ and still show all of the same
FRAMES = 2  # of a film that have to be near; one may be a title that many films have
MOST_FOUND = 5  # known assets, told for one file; the nearest
MOST_JUDGED = 200  # known assets that a file is held against; the nearest

# Two questions, not one within the other: PostgreSQL expects as many candidates as there are keys, and would read the table.
SHARING = "SELECT DISTINCT fingerprint_id FROM provenance_fingerprintchunk WHERE chunk_key IN ({keys})"
CANDIDATES = "SELECT digits, asset_id, at_s FROM provenance_fingerprint WHERE id IN ({keys})"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that was sent: its fingerprints and hash, and which ingredient it is, if it is not the asset itself."""

    codes: tuple[Code, ...]
    sha256: str
    media: Media
    ingredient: str = ""
    relation: str = "parentOf"


@dataclass(frozen=True, slots=True)
class Near:
    """A known asset that a file is near to, and what it carries that the declaration does not name."""

    shown: Shown
    known: Asset
    distance: int
    frames: int
    at_s: float | None
    known_at_s: float | None
    carries: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.shown.codes[0].kind


def codes_of(path: Path, *, readers: Sandbox | None = None) -> tuple[Code, ...]:
    """The fingerprints of a file; none where it has none, or where reading it was given up."""
    try:
        return (readers or trust.sandbox()).fingerprint(path)
    except MediaRefused as refusal:
        log.warning("no fingerprint could be taken: %s", refusal.code)
        return ()


def keep(asset: Asset, codes: Iterable[Code]) -> None:
    """Write down an asset's fingerprints, so that whatever is near to it is found."""
    for code in codes:
        row = Fingerprint.objects.create(asset=asset, kind=code.kind, digits=code.digits, at_s=code.at_s)
        FingerprintChunk.objects.bulk_create(FingerprintChunk(chunk_key=key, fingerprint=row) for key in keys(code))


# --- what is near -------------------------------------------------------------------------------------------------


def resembling(
    files: Sequence[Shown], declaration: Declaration, media: Media, came: Heritage, *, studio: Organisation,
    vendor: Organisation,
) -> list[Near]:  # fmt: skip
    """The known assets that files are near to and that carry AI which the declaration leaves out, nearest first.

    Only those are looked at that bind what is sent by this vendor to this studio (`heritage.binding`). What is known by
    its bytes, or named as an ingredient, was held against the declaration already; and what a known asset was itself made
    from is not a copy of it.
    """
    known_already = {carrier.asset.pk for carrier in came.carriers}
    found = []
    for shown in files:
        matches = _near(shown, studio, vendor)
        if not matches:
            continue
        declared = measure(media, declaration.operations)
        passed_over = known_already | _made_from(shown)
        measured_ones = _measured_among([one.known.pk for one in matches])
        used = _used_in([one.known.pk for one in matches])
        judged: dict[tuple[Any, ...], tuple[str, ...]] = {}
        for one in matches:
            if one.known.pk in passed_over:
                continue
            # Versions of one shot state the same; where none was measured, what they carry is the same as well.
            alike = (one.known.pk,) if one.known.pk in measured_ones else _stating(one.known, used)
            if alike not in judged:
                missing = inheritance.shrinks(heritage.brought(_carrier(one.known, shown), media), declared)
                judged[alike] = tuple(dict.fromkeys(each.detail for each in missing[:5]))
            if carries := judged[alike]:
                found.append(Near(shown, one.known, one.distance, one.frames, one.at_s, one.known_at_s, carries))
    return sorted(found, key=lambda one: one.distance)[:MOST_FOUND]


def _stating(known: Asset, used: Mapping[int, Sequence[tuple[str, str]]]) -> tuple[Any, ...]:
    """All that what an asset carries depends on, where nothing of it was measured."""
    said = {name: value for name, value in known.declaration.items() if name != "title"}
    return json.dumps(said, sort_keys=True), json.dumps(known.media, sort_keys=True), tuple(sorted(used.get(known.pk, ())))


def _used_in(assets: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """The ingredients of assets, each by its label and hash."""
    found: dict[int, list[tuple[str, str]]] = {}
    for asset, *ingredient in INGREDIENTS(assets):
        found.setdefault(asset, []).append(tuple(ingredient))
    return found


INGREDIENTS = Prepared(
    lambda assets: Ingredient.objects.filter(asset__in=assets).order_by().values_list("asset_id", "label", "sha256")
)


def _measured_among(assets: Sequence[int]) -> set[int]:
    return {asset for (asset,) in MEASURED(assets)}


MEASURED = Prepared(
    lambda assets: Measured.objects.filter(operation__asset__in=assets).order_by().values_list("operation__asset")
)


@dataclass(slots=True)
class _Match:
    """How near a file comes to one known asset: of the nearest pair the distance and moments, and which codes are near."""

    known: Asset
    distance: int
    at_s: float | None
    known_at_s: float | None
    near: set[int]

    @property
    def frames(self) -> int:
        return len(self.near)


def _near(shown: Shown, studio: Organisation, vendor: Organisation) -> list[_Match]:
    pairs: list[tuple[int, int, Code, int, float | None]] = []
    for number, code in enumerate(shown.codes):
        pairs += [(bits, number, code, asset, at_s) for bits, asset, at_s in lookup(code, within=settings.LIKENESS_BITS)]
    pairs.sort(key=lambda one: one[0])
    assets = _nearest(list(dict.fromkeys(one[3] for one in pairs)), studio, vendor)
    matches: dict[int, _Match] = {}
    for bits, number, code, asset, at_s in pairs:
        if asset in assets:
            match = matches.setdefault(asset, _Match(assets[asset], bits, code.at_s, at_s, set()))
            match.near.add(number)
    enough = min(FRAMES, len(shown.codes))
    return [match for match in matches.values() if match.frames >= enough]


def _nearest(near: Sequence[int], studio: Organisation, vendor: Organisation) -> dict[int, Asset]:
    """Of the assets, given nearest first, those that bind: of a shot with thousands of versions, the nearest only."""
    binding: list[int] = []
    for start in range(0, len(near), MOST_JUDGED):
        some = near[start : start + MOST_JUDGED]
        found = {pk for (pk,) in BINDING[heritage.is_sandbox(studio)](studio.pk, vendor.pk, some)}
        binding += [asset for asset in some if asset in found]
        if len(binding) >= MOST_JUDGED:
            break
    return {one.pk: one for one in KNOWN(binding[:MOST_JUDGED])}


KNOWN = Prepared(lambda pks: Asset.objects.filter(pk__in=pks).order_by())
# By whether a studio is a sandbox.
BINDING = {
    sandbox: Prepared(
        lambda studio, vendor, pks, sandbox=sandbox: heritage.bound_by(studio, vendor, sandbox=sandbox, pk__in=pks)
        .order_by()
        .values_list("pk")
    )
    for sandbox in (False, True)
}


def lookup(code: Code, *, within: int) -> list[tuple[int, int, float | None]]:
    """Every kept fingerprint that differs in at most so many bits: (bits, asset, moment). Beyond 31 bits nearly every."""
    sharing = [pk for (pk,) in ask(SHARING, near_keys(code))]
    return [(bits, asset, at_s) for bits, (asset, at_s) in nearer_than(within, code, ask(CANDIDATES, [NOBODY, *sharing]))]


def ask(question: str, keys: Iterable[int]) -> list[tuple[Any, ...]]:
    """The rows that a question finds for these keys. They are numbers of our own making, and stand in it as they are: passed one
    by one they cost more than the search does, and a database takes only so many."""
    with connection.cursor() as cursor:
        cursor.execute(question.format(keys=",".join(map(str, keys))))
        return cursor.fetchall()


def nearer_than(within: int, code: Code, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Of rows that begin with digits, the rest of those that differ in at most so many bits, each after how many."""
    mine = code.bits
    for digits, *rest in rows:
        if (bits := (int(digits, 16) ^ mine).bit_count()) <= within:
            yield bits, tuple(rest)


def _made_from(shown: Shown) -> set[int]:
    """The assets that the file was itself an ingredient of."""
    return {asset for (asset,) in MADE_FROM(shown.sha256)}


MADE_FROM = Prepared(
    lambda sha256: KnownContent.objects.filter(sha256=sha256, kind=KnownContent.Kind.INGREDIENT)
    .order_by()
    .values_list("asset_id")
)


def _carrier(known: Asset, shown: Shown) -> Carrier:
    """A near asset as if it were the file: where the frame and the length are those of the known one, its places are
    those of the known one too; else it is only known what was done."""
    theirs = measured.media(known.media, remembered(known.declaration))
    same = shown.relation == "parentOf" and _alike(theirs, shown.media)
    return Carrier(known, shown.relation, ALL if same else None)


def _alike(one: Media, other: Media) -> bool:
    if one.moving != other.moving or None in (one.width, one.height, other.width, other.height):
        return False
    shapes = [Fraction(media.width or 1, media.height or 1) for media in (one, other)]
    if abs(shapes[0] / shapes[1] - 1) > ASPECTS:
        return False
    lengths = [media.duration for media in (one, other)]
    return not one.moving or (None not in lengths and abs((lengths[0] or 0) - (lengths[1] or 0)) <= Fraction(1, 10))


# --- what waits for an answer -------------------------------------------------------------------------------------


def write_down(asset: Asset, found: Iterable[Near], *, at: datetime) -> list[Likeness]:
    found = list(found)
    ingredients: Mapping[str, Ingredient] = {one.label: one for one in asset.ingredients.all()} if found else {}
    return [
        Likeness.objects.create(
            asset=asset, ingredient=ingredients.get(one.shown.ingredient), known=one.known, kind=one.kind,
            distance=one.distance, near=one.frames, compared=len(one.shown.codes), at_s=one.at_s,
            known_at_s=one.known_at_s, carries=list(one.carries), recorded_at=at,
        )
        for one in found
    ]  # fmt: skip


def of(asset: Asset) -> list[Likeness]:
    related = ("known__production__studio", "known__credential", "known__job", "ingredient", "answer__by")
    return list(asset.likenesses.select_related(*related))


def unanswered(asset: Asset) -> list[Likeness]:
    """What a person has to compare before anything is signed."""
    return [one for one in of(asset) if not hasattr(one, "answer")] if WAITING(asset.pk) else []


WAITING = Prepared(lambda asset: Likeness.objects.filter(asset=asset, answer=None).order_by().values_list("pk")[:1])


def problem(rows: Sequence[Likeness], decision: str) -> dict[str, Any]:
    """Why an asset waits, as its vendor is told: not what it is near to, which may be somebody else's."""
    errors = [{"pointer": place, "code": CODE, "detail": SAID} for place in dict.fromkeys(_places(rows))]
    return {"code": CODE, "detail": SAID, "errors": errors, "decision": decision, "to_clear": [REMEDY]}


def _places(rows: Iterable[Likeness]) -> Iterator[str]:
    for row in rows:
        labels = list(row.asset.ingredients.values_list("label", flat=True))
        yield f"/ingredients/{labels.index(row.ingredient.label)}" if row.ingredient else ""


SAID = (
    "This may show the same as an asset known here that carries AI which the declaration does not name. Likeness is no "
    "proof: the studio’s legal desk compares the two."
)
REMEDY = "Wait for the legal desk; or, if it is the same, send it anew and declare what was done to it."


def waits(problem: Mapping[str, Any] | None) -> bool:
    """Whether it is for a comparison that an asset waits."""
    return bool(problem) and problem["code"] == CODE
