"""One production as its vendor sees it: whom it may depict, where the work is to appear, and what was sent for each shot."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from consent import clearance, wording
from consent.answer_in_words import COLOURS
from consent.vocabulary import MEDIA, MODALITIES, OUTCOMES, USES
from provenance import deliveries
from provenance.deliveries import PLACES
from provenance.printable import printable
from provenance.vendor.board import ON_SHOT, searched, step, turned, work_of
from provenance.vendor.entrance import for_vendors, page, paged
from registry.models import Organisation, Person, Production

ANSWERS = 30


@for_vendors()
def production(request: HttpRequest, vendor: Organisation, production: str) -> HttpResponse:
    work = work_of(vendor, production)
    counts = deliveries.counted(vendor).get(work.pk, {})
    query = searched(request.GET)
    shots = deliveries.shots(vendor, production=work)
    rows = paged(request, deliveries.in_search(shots, query) if query else shots)
    sent = deliveries.latest(vendor, rows, most=ON_SHOT + 1)
    rows.told = [
        {"unit": one, "place": deliveries.BY_STATE[one.state], "more": len(sent[one.pk]) > ON_SHOT,
         "sent": [{**_brief(asset)} for asset in sent[one.pk][:ON_SHOT]],
         "next": deliveries.next_step(one.state, sent[one.pk][0].job.problem if sent[one.pk] else None)}
        for one in rows
    ]  # fmt: skip
    first, rest = deliveries.summary(counts)
    return page(
        request, "production.html", title=printable(work.title), work=work, first=first, rest=rest, rows=rows,
        turned=turned(request), q=query, people=_people(vendor, work),
        cards=[(place, counts.get(place.code, 0)) for place in PLACES],
        release=release(work),
    )  # fmt: skip


def _brief(asset) -> dict:
    told = step_without_shots(asset)
    return {name: told[name] for name in ("asset", "title", "place", "why")}


def step_without_shots(asset) -> dict:
    """A line for an asset that already stands under its shot."""
    asset._prefetched_objects_cache = {"deliveries": []}
    return step(asset)


def release(work: Production) -> list[tuple[str, str]]:
    """What a declaration means where it says nothing of where the work is to appear."""
    return [
        ("Where", _upper(wording.places_in_words(work.default_territories)) if work.default_territories else ""),
        ("Media", ", ".join(MEDIA.get(one, one) for one in work.default_media)),
        ("Languages", ", ".join(work.default_languages)),
    ]


def _people(vendor: Organisation, work: Production) -> list[dict]:
    """Whom one may depict, each with what was asked about them and what it is answered today."""
    asked = clearance.asked_by(vendor, production=work, most=ANSWERS)
    today = clearance.answered_now(asked, studio=work.studio, at=timezone.now())
    found: dict[str, list[dict]] = {}
    for stored, now in zip(asked, today, strict=True):
        for one in stored.request["depictions"]:
            of = found.setdefault(one["person"], [])
            line = {"clearance": stored, "words": _use(one), "units": ", ".join(stored.request["units"]),
                    "outcome": OUTCOMES[now.outcome], "colour": COLOURS[now.outcome]}  # fmt: skip
            if (line["words"], line["units"]) not in {(known["words"], known["units"]) for known in of}:
                of.append(line)
    cast = Person.objects.filter(productions__in=[one.pk for one in work.line()]).distinct()
    return [{"person": one, "asked": found.get(one.public_id, [])} for one in cast]


def _use(depiction: dict) -> str:
    return f"{USES.get(depiction['use'], depiction['use'])}, {MODALITIES.get(depiction['modality'], '').lower()}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
