"""Tell vendors that a consent they stand on has ended, and that a signed asset's standing is another one.

Endings take effect and terms run out without anybody doing anything, so it is looked for every few seconds, and what was
told is remembered. A vendor learns which of its assets are touched, and whose consent by the id it knows them by: never why,
on whose letter, or which paper. Of others' assets it learns nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from consent.forms.locks import COURT_ORDER, DISPUTE
from consent.models import Ending, Statement
from provenance import standing
from provenance.changes import one_writer
from provenance.models import Asset, Credential, EndingTold, SigningJob, StandingTold
from provenance.standing import Standing
from registry.models import Organisation
from registry.webhooks import outbox

ENDED, STANDING = "consent.ended", "credential.standing_changed"
# What is older was told, or there was nobody to be told.
WITHIN = timedelta(days=7)
CLOCKS_DIFFER = timedelta(minutes=1)
AT_ONCE = 500
NAMED = 100


# --- endings ------------------------------------------------------------------------------------------------------


def endings(*, at: datetime) -> int:
    """Endings in effect that nobody was told of yet; gives how many. Each is told once, also by two at once."""
    since = at - WITHIN
    lately = Ending.objects.filter(Q(effective_at__gt=since) | Q(recorded_at__gt=since), effective_at__lte=at)
    told = 0
    for ending in lately.filter(told=None).select_related("grant__person").order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            if EndingTold.objects.get_or_create(ending=ending, defaults={"told_at": at})[1]:
                _tell_of(ending, at)
                told += 1
    return told


def _tell_of(ending: Ending, at: datetime) -> None:
    listening = outbox.listeners(ENDED)
    for (organisation, production, sandbox), assets in _touched(ending, listening).items():
        data = {
            "production": production, "person": ending.grant.person.public_id, "assets": assets[:NAMED],
            "assets_touched": len(assets),
            "links": {
                "production": outbox.link(f"productions/{production}"),
                "assets": outbox.link(f"assets?production={production}"),
            },
        }  # fmt: skip
        outbox.publish(organisation, ENDED, data, at=at, sandbox=sandbox)


def _touched(ending: Ending, listening: set[int]) -> dict[tuple[Organisation, str, bool], list[str]]:
    """Of each organisation that listens and each work: the assets that stand on the consent, the newest first."""
    if not listening:
        return {}
    grant = ending.grant_id
    stands_on = Q(decision__revisions__grant=grant) | Q(credential__decision__revisions__grant=grant)
    assets = Asset.objects.filter(stands_on).exclude(job__state=SigningJob.State.REFUSED).distinct()
    found: dict[tuple[Organisation, str, bool], list[str]] = defaultdict(list)
    for asset in assets.select_related("vendor", "production__studio").order_by("-pk"):
        for organisation in {asset.vendor, asset.production.studio}:
            if organisation.pk in listening:
                found[organisation, asset.production.public_id, asset.sandbox].append(asset.public_id)
    return found


# --- standings ----------------------------------------------------------------------------------------------------


def standings(*, at: datetime) -> int:
    """Signed assets behind which consent stands otherwise than was last told; gives how many. Only those of whom somebody
    wants to know are looked at, and of these only those that something has reached since."""
    listening = outbox.listeners(STANDING)
    told = 0
    while listening and _reached(listening, at).exists():
        with transaction.atomic():
            one_writer()
            rows = list(_reached(listening, at)[:AT_ONCE])
            told += _looked_at(rows, listening, at)
        if len(rows) < AT_ONCE:
            break
    return told


def _reached(listening: set[int], at: datetime) -> QuerySet[Credential]:
    """Those that an ending, the last day of a term or of a run-off, or an order has reached since they were looked at."""
    since, today = at - WITHIN, at.date()
    theirs = Credential.objects.filter(Q(asset__vendor__in=listening) | Q(producer__in=listening))
    theirs = theirs.annotate(looked_at=Coalesce(F("standing_told__looked_at"), F("signed_at"))).annotate(
        looked_on=TruncDate("looked_at"),
        # An ending may bear an earlier time than what was looked at before it was committed.
        looked_for_sure=ExpressionWrapper(F("looked_at") - CLOCKS_DIFFER, output_field=DateTimeField()),
    )
    ended = Ending.objects.filter(grant__revisions__decisions=OuterRef("decision"), effective_at__lte=at).filter(
        Q(effective_at__gt=since, effective_at__gte=OuterRef("looked_at"))
        | Q(recorded_at__gt=since, recorded_at__gte=OuterRef("looked_for_sure"))
        | Q(run_off_to__gte=since.date(), run_off_to__lt=today) & Q(run_off_to__gte=OuterRef("looked_on"))
    )  # fmt: skip
    run_out = Q(
        decision__revisions__term_end__lte=today, decision__revisions__term_end__gt=since.date(),
        looked_on__lt=F("decision__revisions__term_end"),
    )  # fmt: skip
    stopped = Q(pk__in=())
    for subject, moment in _stops(since, at).items():
        concerned = Q(decision__revisions__grant__public_id=subject) | Q(decision__revisions__grant__person__public_id=subject)
        stopped |= (concerned | Q(asset__production__public_id=subject)) & Q(looked_at__lt=moment)
    reached = theirs.filter(Exists(ended) | run_out | stopped)
    return reached.select_related("asset__vendor", "asset__production__studio", "standing_told").distinct().order_by("pk")


def _stops(since: datetime, at: datetime) -> dict[str, datetime]:
    """On whom or what an order or dispute was laid, lifted or has run out lately, each with the last such moment."""
    locks = Statement.objects.filter(kind=Statement.Kind.LOCK, form__in=(COURT_ORDER, DISPUTE))
    lifts = Statement.objects.filter(kind=Statement.Kind.LIFT, refers_to__in=locks)
    moments: dict[str, datetime] = {}

    def note(subject: str, *given: datetime | None) -> None:
        for moment in given:
            if moment is not None and since < moment <= at:
                moments[subject] = max(moment, moments.get(subject, moment))

    for subject, *rest in locks.values_list("subject", "effective_at", "recorded_at", "until"):
        note(subject, *rest)
    for subject, *rest in lifts.values_list("refers_to__subject", "effective_at", "recorded_at"):
        note(subject, *rest)
    return moments


def _looked_at(rows: Iterable[Credential], listening: set[int], at: datetime) -> int:
    """Write down how consent stands behind each, and tell of those where it is another standing than was told."""
    signed = {row.decision_id: row.consent.get("state_at_signing", "not_stated") for row in rows}
    now = standing.of_many(signed, at=at)
    changed = [row for row in rows if _before(row, signed[row.decision_id]) != now[row.decision_id]]
    for row in changed:
        for organisation in {row.asset.vendor, row.asset.production.studio}:
            if organisation.pk in listening:
                told = _data(row, now[row.decision_id])
                outbox.publish(organisation, STANDING, told, at=at, sandbox=row.asset.sandbox)
    StandingTold.objects.bulk_create(
        (
            StandingTold(
                credential=row, state=now[row.decision_id].state, may_continue=now[row.decision_id].may_continue, looked_at=at
            )
            for row in rows
        ),
        update_conflicts=True, unique_fields=["credential"], update_fields=["state", "may_continue", "looked_at"],
    )  # fmt: skip
    return len(changed)


def _before(row: Credential, at_signing: str) -> Standing:
    told = getattr(row, "standing_told", None)
    return Standing(told.state, told.may_continue) if told else Standing(at_signing)


def _data(row: Credential, now: Standing) -> dict[str, Any]:
    return {
        "credential": row.public_id, "asset": row.asset.public_id, "production": row.asset.production.public_id,
        "consent": {"now": now.state, "may_continue": now.may_continue},
        "links": {
            "asset": outbox.link(f"assets/{row.asset.public_id}"), "disclosure": outbox.link(f"disclosures/{row.public_id}"),
        },
    }  # fmt: skip
