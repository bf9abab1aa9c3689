"""The delivery board: shots by state with whose turn it is, the works they belong to, and everything that was sent."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from provenance import deliveries
from provenance.deliveries import BY_CODE, BY_STATE, PLACES
from provenance.models import Asset, SigningJob
from provenance.printable import printable
from provenance.vendor.entrance import for_vendors, page, paged
from registry.models import Organisation, Production

NEXT = 8
NEWEST = 6
LONGEST_SEARCH = 100
ON_SHOT = 5


@for_vendors()
def board(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    """What needs somebody, soonest first; then every shot, to be searched and narrowed."""
    works = list(deliveries.works(vendor))
    counts = deliveries.counted(vendor)
    whole = deliveries.total(counts.values())
    said = _asked(request, works)
    rows = _shots(request, vendor, said)
    troubles = list(deliveries.troubles(vendor)[: NEXT + 1])
    first, rest = deliveries.summary(whole)
    return page(
        request, "board.html", title="Delivery board", first=first, rest=rest,
        cards=[_card(one, whole.get(one.code, 0), said) for one in PLACES],
        troubles=[step(one) for one in troubles[:NEXT]], more_troubles=len(troubles) > NEXT,
        newest=[step(one) for one in deliveries.sent_by(vendor).prefetch_related("deliveries__unit")[:NEWEST]],
        works=[{"work": one, "counts": [counts.get(one.pk, {}).get(place.code, 0) for place in PLACES]} for one in works],
        places=PLACES, said=said, rows=rows, turned=turned(request), narrowed=any(said.values()),
    )  # fmt: skip


def _asked(request: HttpRequest, works: list[Production]) -> dict[str, str]:
    """By what the list is narrowed; what is unknown narrows nothing."""
    given = request.GET
    state, production = given.get("state", ""), given.get("production", "")
    return {
        "q": searched(given), "state": state if state in BY_CODE else "",
        "production": production if production in {one.public_id for one in works} else "",
    }  # fmt: skip


def searched(given: QueryDict) -> str:
    return given.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]


def _shots(request: HttpRequest, vendor: Organisation, said: dict[str, str]):
    rows = deliveries.shots(vendor)
    if said["q"]:
        rows = deliveries.in_search(rows, said["q"])
    if said["state"]:
        rows = rows.filter(state__in=BY_CODE[said["state"]].states)
    if said["production"]:
        rows = rows.filter(production__public_id=said["production"])
    found = paged(request, rows)
    newest = deliveries.newest_of(found)
    found.told = [_shot(one, newest.get(one.newest)) for one in found]
    return found


def _shot(unit, asset: Asset | None) -> dict:
    problem = asset.job.problem if asset else None
    # The shot's state and its newest asset are asked one after the other: what is shown is the asset's.
    state = asset.job.state if asset else unit.state
    return {
        "unit": unit, "asset": asset, "place": BY_STATE[state], "next": deliveries.next_step(state, problem),
        "title": named(asset) if asset else "",
    }  # fmt: skip


def step(asset: Asset) -> dict:
    """An asset as a line of a list: where it stands, why, and what to do next."""
    problem = asset.job.problem or {}
    return {
        "asset": asset, "title": named(asset), "place": BY_STATE[asset.job.state], "shots": deliveries.shot_codes(asset),
        "why": printable(problem.get("detail", "")), "next": deliveries.next_step(asset.job.state, problem),
    }  # fmt: skip


def named(asset: Asset) -> str:
    return printable(asset.title) or "untitled"


def _card(place: deliveries.Place, count: int, said: dict[str, str]) -> dict:
    to = QueryDict(mutable=True)
    to["state"] = place.code
    if said["production"]:
        to["production"] = said["production"]
    return {"place": place, "count": count, "address": f"{reverse('vendor-board')}?{to.urlencode()}#shots",
            "here": said["state"] == place.code}  # fmt: skip


def turned(request: HttpRequest) -> str:
    """The address of this list without its page, to be followed by `page=…`."""
    said = request.GET.copy()
    said.pop("page", None)
    return f"?{said.urlencode()}&" if said else "?"


# ── One production ───────────────────────────────────────────────────────────────────────────────────────────────


def work_of(vendor: Organisation, key: str) -> Production:
    found = deliveries.works(vendor).filter(public_id=key).first()
    if found is None:
        raise Http404
    return found


# ── Everything sent ──────────────────────────────────────────────────────────────────────────────────────────────


@for_vendors()
def sent(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    """Every file that was sent, the newest first."""
    works = list(deliveries.works(vendor))
    said = _asked(request, works) | {"state": _state(request.GET.get("state", ""))}
    rows = deliveries.sent_by(vendor).prefetch_related("deliveries__unit")
    if said["q"]:
        rows = deliveries.sent_as(rows, said["q"])
    if said["state"]:
        rows = rows.filter(job__state=said["state"])
    if said["production"]:
        rows = rows.filter(production__public_id=said["production"])
    found = paged(request, rows)
    found.told = [step(one) for one in found]
    return page(
        request, "sent.html", title="Everything sent", rows=found, said=said, works=works, states=SigningJob.State.choices,
        turned=turned(request), narrowed=any(said.values()),
    )  # fmt: skip


def _state(given: str) -> str:
    return given if given in SigningJob.State.values else ""
