"""What a vendor delivers, shot by shot: where each stands, whose turn it is, and what to do next, in sentences.

It is read for the vendor's own page, without what its sandbox holds, and tells no more than the vendors' interface does:
never why a lawyer decided, nor who.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from provenance import findings, likeness
from provenance.models import Asset, Delivery, SigningJob
from provenance.printable import printable
from registry.models import Organisation, Production, Unit

State = SigningJob.State
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shot can stand on the board: `words` for its tag, `waits` for its count; `colour` only where one has to act
    or wait. `states` are those of the newest asset sent for it."""

    code: str
    words: str
    waits: str
    colour: str
    states: tuple[str, ...]


# In the order in which somebody has to act: the vendor, the operators, the desk, a worker; then what is not begun or done.
PLACES = (
    Place("refused", "Refused", "refused: yours to mend", "stop", (State.REFUSED,)),
    Place("dead", "Could not be signed", "could not be signed: operators look into it", "stop", (State.DEAD,)),
    Place("held", "Waits for the studio", "wait for the studio’s desk", "hold", (State.HELD,)),
    Place("way", "On its way", "on their way to be signed", "", (State.RECEIVED, State.SIGNING)),
    Place(NOTHING, "Nothing sent", "with nothing sent yet", "", (NOTHING,)),
    Place("signed", "Signed", "signed", "", (State.SIGNED,)),
)
BY_CODE = {one.code: one for one in PLACES}
BY_STATE = {state: one for one in PLACES for state in one.states}
TROUBLE = (State.REFUSED, State.DEAD, State.HELD)
UNDER_WAY = (State.RECEIVED, State.SIGNING)


def works(vendor: Organisation) -> QuerySet[Production]:
    return Production.objects.real().filter(vendors=vendor).select_related("studio").order_by("title", "pk")


def shots(vendor: Organisation, *, production: Production | None = None) -> QuerySet[Unit]:
    """The shots of the productions a vendor works on, and the scenes it sent something for. Each with `newest`, the newest
    asset the vendor sent for it (its key), with `state`, that asset's or NOTHING, and with `turn`, by which trouble comes first.
    """
    sent = Delivery.objects.filter(unit=OuterRef("pk"), asset__vendor=vendor).order_by("-asset_id")
    where = Q(production=production) if production else Q(production__in=works(vendor).order_by().values("pk"))
    turns = [When(state__in=one.states, then=number) for number, one in enumerate(PLACES)]
    return (
        Unit.objects.filter(where)
        .annotate(newest=Subquery(sent.values("asset_id")[:1]))
        .filter(Q(kind=Unit.Kind.SHOT) | Q(newest__isnull=False))
        .annotate(state=Coalesce(Subquery(sent.values("asset__job__state")[:1]), Value(NOTHING)))
        .annotate(turn=Case(*turns, default=len(PLACES), output_field=IntegerField()))
        .select_related("production")
        .order_by("turn", "production__title", "code", "pk")
    )


def counted(vendor: Organisation) -> dict[int, dict[str, int]]:
    """How many shots of each production, by its key, stand at each place, by its code."""
    found: dict[int, dict[str, int]] = {}
    rows = shots(vendor).order_by().values_list("production_id", "state").annotate(count=Count("pk"))
    for production, state, count in rows:
        of = found.setdefault(production, {})
        code = BY_STATE[state].code
        of[code] = of.get(code, 0) + count
    return found


def sent_by(vendor: Organisation) -> QuerySet[Asset]:
    """Everything a vendor sent, the newest first."""
    return Asset.objects.real().filter(vendor=vendor).select_related("production", "job").order_by("-pk")


def troubles(vendor: Organisation) -> QuerySet[Asset]:
    """What is refused, failed or held and was not sent anew for the same shot: by whose turn it is, the longest waiting first."""
    later = Delivery.objects.filter(
        unit__deliveries__asset=OuterRef("pk"), asset__vendor=vendor, asset_id__gt=OuterRef("pk")
    )
    turns = [When(job__state=state, then=number) for number, state in enumerate(TROUBLE)]
    return (
        Asset.objects.real().filter(vendor=vendor, job__vendor=vendor, job__state__in=TROUBLE)
        .filter(~Exists(later))
        .annotate(turn=Case(*turns, default=len(TROUBLE), output_field=IntegerField()))
        .select_related("production", "job")
        .prefetch_related("deliveries__unit")
        .order_by("turn", "job__changed_at", "pk")
    )


def newest_of(units: Iterable[Any]) -> dict[int, Asset]:
    """The newest assets of shots as `shots` gives them, by their keys."""
    keys = [one.newest for one in units if one.newest]
    return {one.pk: one for one in Asset.objects.filter(pk__in=keys).select_related("job", "production")}


def shot_codes(asset: Asset) -> str:
    """For which scenes and shots an asset was sent."""
    return ", ".join(printable(one.unit.code, 60) for one in asset.deliveries.all())


def latest(vendor: Organisation, units: Iterable[Any], *, most: int) -> dict[int, list[Asset]]:
    """The newest `most` assets the vendor sent for each of these shots, by the shot's key."""
    found: dict[int, list[Asset]] = {one.pk: [] for one in units}
    place = Window(RowNumber(), partition_by=F("unit_id"), order_by=F("asset_id").desc())
    rows = (
        Delivery.objects.filter(unit__in=found, asset__vendor=vendor)
        .annotate(place=place)
        .filter(place__lte=most)
        .select_related("asset__job", "asset__production")
        .order_by("-asset_id")
    )
    for row in rows:
        found[row.unit_id].append(row.asset)
    return found


# --- in words -----------------------------------------------------------------------------------------------------


def next_step(state: str, problem: Mapping[str, Any] | None) -> str:
    """What the vendor may do about a shot or an asset that stands there, or that there is nothing to do."""
    return {
        State.REFUSED: _of_refused(problem or {}),
        State.DEAD: "Nothing to do: the registry’s operators see it on their list and queue it again once the cause is mended.",
        State.HELD: _of_held(problem or {}),
        State.RECEIVED: "Nothing to do: it is signed as soon as a worker is free.",
        State.SIGNING: "Nothing to do: it is being examined and signed now.",
        State.SIGNED: "Done. Download the signed file.",
        NOTHING: "Ask whether what you plan is covered, then send the file.",
    }[state]


def _of_refused(problem: Mapping[str, Any]) -> str:
    if problem.get("code") == "consent.refused_by_desk":
        return "The studio’s legal desk decided against it. Talk to the studio before you send it again."
    needed = [printable(one) for one in problem.get("to_clear", ()) if isinstance(one, str)]
    if needed:
        return f"Ask the studio for what is needed, then send it again: {needed[0]}"
    return "Correct what was found, then send it again."


def _of_held(problem: Mapping[str, Any]) -> str:
    if findings.waits(problem):
        needed = [printable(one) for one in problem.get("to_clear", ()) if isinstance(one, str)]
        return needed[0] if needed else "Send evidence of the operation, or wait for the studio’s legal desk."
    if likeness.waits(problem):
        return "Nothing to do: a person at the studio compares it with a file that it resembles."
    return "Nothing to do: a lawyer of the studio decides, and it goes on by itself."


def summary(counts: Mapping[str, int]) -> tuple[str, str]:
    """The board's first sentence, and what follows it: what needs the vendor first, and how much is done."""
    refused, dead, held = (counts.get(code, 0) for code in ("refused", "dead", "held"))
    whole = sum(counts.values())
    if not whole:
        return "No shot is entrusted to you yet", "A studio adds its shots to a production you work on; they then stand here."
    if refused:
        first = f"{_shots(refused)} {'needs' if refused == 1 else 'need'} something from you"
    elif held:
        first = f"{_shots(held)} {'waits' if held == 1 else 'wait'} for the studio"
    elif counts.get("way"):
        first = f"{_shots(counts['way'])} {'is' if counts['way'] == 1 else 'are'} on the way to a signature"
    elif counts.get("signed") == whole:
        first = "Everything is signed"
    else:
        first = "Nothing waits for you"
    rest = []
    if held and refused:
        rest.append(f"{held} {'waits' if held == 1 else 'wait'} for the studio’s legal desk")
    if dead:
        rest.append(f"{dead} could not be signed, which the registry’s operators look into")
    rest.append(f"{counts.get('signed', 0)} of {whole} {'is' if counts.get('signed') == 1 else 'are'} signed")
    return first, f"{'; '.join(rest)}."


def _shots(count: int) -> str:
    return "One shot" if count == 1 else f"{count} shots"


def total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The counts of several productions in one."""
    found: dict[str, int] = {}
    for of in counts:
        for code, count in of.items():
            found[code] = found.get(code, 0) + count
    return found


def in_search(units: QuerySet[Unit], text: str) -> QuerySet[Unit]:
    """The shots whose code, description or production says `text`."""
    said = Q(code__icontains=text) | Q(description__icontains=text) | Q(production__title__icontains=text)
    return units.filter(said)


def sent_as(assets: QuerySet[Asset], text: str) -> QuerySet[Asset]:
    """The assets whose title has `text` in it, or that were sent for a shot so called, or whose id or SHA-256 it is."""
    for_shot = Delivery.objects.filter(asset=OuterRef("pk"), unit__code__iexact=text)
    whole = Q(public_id=text) | Q(sha256=text.lower()) | Q(credential__sha256=text.lower())
    return assets.filter(Q(title__icontains=text) | whole | Exists(for_shot))
