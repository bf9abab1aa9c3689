"""Checks kept under an address of their own: what was concluded then, and what is concluded today.

A check is forgotten with the page that shows it. Whoever wants to cite it has it kept: the answer comes back from them
under this registry's seal, so that nothing is kept of all the others. An engine that is brought up to date rewrites none.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import translation
from django.utils.dateparse import parse_datetime

from provenance import verification
from provenance.conclusion import STATES
from provenance.models import Verdict
from provenance.report import Report
from provenance.spoken import spoken
from registry.errors import Invalid, NotFound

SALT = "provenance.verdicts"
OFFERED_FOR = timedelta(hours=1)
LARGEST = 200_000  # characters of a sealed answer


class NotOffered(Invalid):
    """What was sent is no answer of this registry, or one of long ago."""

    def __init__(self) -> None:
        super().__init__("verdict.not_offered", "This check cannot be kept any more. Check the file again, and keep that.")


class NoSuchVerdict(NotFound):
    def __init__(self) -> None:
        super().__init__("verdict.unknown", "There is no kept check of that id.")


def offered(report: Report, *, sha256: str) -> str:
    """The answer sealed, to be kept within an hour by whoever was given it; empty where it is too long for that."""
    told = {}
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            told[language] = spoken(report.as_dict()) | {"file": f"sha256:{sha256}"}
            # What is near is no conclusion, and its producer may make it private tomorrow.
            told[language].pop("possible", None)
    sealed = signing.dumps({"sha256": sha256, "reports": told}, salt=SALT, compress=True)
    return sealed if len(sealed) <= LARGEST else ""


def keep(sealed: str, *, at: datetime) -> Verdict:
    """Keep what was offered. Raises NotOffered. Of the same check there is one verdict."""
    try:
        found = signing.loads(sealed[: LARGEST + 1], salt=SALT, max_age=OFFERED_FOR)
    except signing.BadSignature as error:
        raise NotOffered from error
    mark = hashlib.sha256(sealed.encode()).hexdigest()
    checked_at = parse_datetime(found["reports"]["en"]["engine"]["checked_at"])
    told = {"sha256": found["sha256"], "reports": found["reports"], "checked_at": checked_at, "kept_at": at}
    return Verdict.objects.get_or_create(offered=mark, defaults=told)[0]


def kept(verdict: str) -> Verdict:
    found = Verdict.objects.filter(public_id=verdict).first()
    if found is None:
        raise NoSuchVerdict
    return found


def today(verdict: Verdict, *, at: datetime) -> Report:
    """What the registry remembers of the same bytes today, without reading them again."""
    return verification.by_hash(sha256=verdict.sha256, at=at)


def as_told(verdict: Verdict) -> dict[str, Any]:
    """The report as it was told, in the language that is active, or in English."""
    reports: dict[str, dict[str, Any]] = verdict.reports
    return reports.get(translation.get_language() or "en") or reports["en"]


def changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The conclusions that have another state now. Consent has two: when it was signed, and on the day it was read."""
    return [name for name in STATES if _state(then[name]) != _state(now[name])]


def _state(conclusion: Mapping[str, Any]) -> tuple[Any, Any]:
    details = conclusion.get("details")
    return conclusion["state"], details.get("now") if isinstance(details, Mapping) else None
