"""What the desk says when the worker is silent: since when nothing has been signed, and how much waits."""

from datetime import datetime

from django.db.models import QuerySet

from provenance.models import Credential, SigningJob
from registry import heartbeats
from registry.models import Organisation

WAITING = (SigningJob.State.RECEIVED, SigningJob.State.SIGNING)


def sentence(studios: QuerySet[Organisation], *, operates: bool, at: datetime) -> str:
    """For whoever keeps these studios' assets, and whether they run the worker; empty as long as one is heard of."""
    beat = heartbeats.freshest()
    if beat is not None and not heartbeats.is_silent(beat, at=at):
        return ""
    waiting = SigningJob.objects.filter(asset__production__studio__in=studios, state__in=WAITING).count()
    what = "No asset waits yet" if not waiting else "1 asset waits" if waiting == 1 else f"{waiting} assets wait"
    then = "start the worker again; /health/ready says how it stands." if operates else "tell an operator."
    # A worker whose clock alone has died may go on signing, so its last word is not the last signature.
    signed = Credential.objects.filter(producer__in=studios).order_by("-signed_at").first()
    since = max(filter(None, (beat and beat.seen_at, signed and signed.signed_at)), default=None)
    said = f"Nothing has been signed since {_moment(since, at)}" if since else "No worker has been heard of yet"
    return f"{said}. {what}; {then}"


def _moment(moment: datetime, at: datetime) -> str:
    return f"{moment:%H:%M}" if moment.date() == at.date() else f"{moment:%H:%M} on {moment:%-d %B %Y}"
