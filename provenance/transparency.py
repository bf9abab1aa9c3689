"""The transparency report: months counted from the record, closed once, and never counted again.

Tests of sandboxes are in none of it. What happens to a file later, or is answered later, belongs to the month it happens in.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min

from provenance import monthly
from provenance.models import CheckCount, Concern, ConcernAnswer, Credential, KeptOut, MonthTold
from provenance.monthly import Month
from provenance.reading import listing, mapping
from registry import journal
from registry.models import Organisation

# The day after its last, when what was counted at midnight is written down.
CLOSES_AFTER = timedelta(days=1)
ANSWERED_WITHIN = timedelta(hours=48)


def close(*, at: datetime) -> list[date]:
    """Tell every month that is over and was not told yet. Two at once tell it once."""
    made = []
    for month in _over(at):
        row = MonthTold(
            month=month, rules_version=monthly.RULES_VERSION, told_at=at,
            figures=monthly.told(counted(month, following(month)).get(month, Month())),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save()
                journal.record(
                    actor=journal.by_system("transparency"), tag="transparency:month_told", subject=f"month-{month:%Y-%m}",
                    at=at, details={"month": f"{month:%Y-%m}", "rules_version": monthly.RULES_VERSION},
                )  # fmt: skip
        except IntegrityError:
            continue
        made.append(month)
    return made


def counted(first: date, until: date, *, studio: Organisation | None = None) -> dict[date, Month]:
    """Month by month from `first` to before `until`, both first days; of one studio alone if one is given. Checks are
    counted for the whole house only: nobody notes whose files they were about."""
    months: defaultdict[date, Month] = defaultdict(Month)
    since, before = _midnight(first), _midnight(until)
    signed = Credential.objects.real().filter(signed_at__gte=since, signed_at__lt=before)
    concerns = Concern.objects.filter(recorded_at__gte=since, recorded_at__lt=before)
    answers = ConcernAnswer.objects.filter(recorded_at__gte=since, recorded_at__lt=before)
    kept_out = KeptOut.objects.filter(answer__recorded_at__gte=since, answer__recorded_at__lt=before)
    if studio:
        signed, concerns = signed.filter(producer=studio), concerns.filter(credential__producer=studio)
        answers = answers.filter(concern__credential__producer=studio)
        kept_out = kept_out.filter(answer__concern__credential__producer=studio)
    columns = (
        "signed_at", "asset__production_id", "asset__production__is_public", "extent__headline__band", "extent__elements",
    )  # fmt: skip
    for at, title, public, band, elements in signed.order_by().values_list(*columns).iterator():
        bands = {str(mapping(one).get("element")): str(mapping(one).get("band")) for one in listing(elements)}
        months[_month(at)].add_file(title=title, public=public, band=str(band), elements=bands)
    for at in concerns.values_list("recorded_at", flat=True):
        months[_month(at)].received += 1
    for at, outcome, asked in answers.values_list("recorded_at", "outcome", "concern__recorded_at"):
        month = months[_month(at)]
        month.outcomes[monthly.UPHELD if outcome == ConcernAnswer.Outcome.UPHELD else monthly.NOT_UPHELD] += 1
        month.hours.append((at - asked) / timedelta(hours=1))
        month.in_time += at - asked <= ANSWERED_WITHIN
    for at in kept_out.values_list("answer__recorded_at", flat=True):
        months[_month(at)].kept_out += 1
    if studio is None:
        _count_checks(months, first, until)
    return dict(months)


def _count_checks(months: defaultdict[date, Month], first: date, until: date) -> None:
    began = CheckCount.objects.aggregate(began=Min("day"))["began"]
    month = first
    while began and month < until:
        if month >= began.replace(day=1):
            months[month].checks = Counter()
        month = following(month)
    for day, kind, number in CheckCount.objects.filter(day__gte=first, day__lt=until).values_list("day", "kind", "count"):
        counts = months[day.replace(day=1)].checks
        if counts is not None:
            counts[kind] += number


def report() -> dict[str, Any]:
    """Every month that was told, the newest first, as it was told."""
    rows = MonthTold.objects.order_by("-month")
    months = [
        {"month": f"{row.month:%Y-%m}", "told_at": row.told_at, "rules_version": row.rules_version, "figures": row.figures}
        for row in rows
    ]  # fmt: skip
    return {"version": 1, "small": monthly.SMALL, "titles": monthly.TITLES, "months": months}


def following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _over(at: datetime) -> Iterator[date]:
    found = [
        Credential.objects.real().aggregate(first=Min("signed_at"))["first"],
        Concern.objects.aggregate(first=Min("recorded_at"))["first"],
    ]
    days = [one.astimezone(UTC).date() for one in found if one]
    if began := CheckCount.objects.aggregate(first=Min("day"))["first"]:
        days.append(began)
    known = set(MonthTold.objects.values_list("month", flat=True))
    month = min(days).replace(day=1) if days else None
    while month and at >= _midnight(following(month)) + CLOSES_AFTER:
        if month not in known:
            yield month
        month = following(month)


def _month(at: datetime) -> date:
    return at.astimezone(UTC).date().replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
