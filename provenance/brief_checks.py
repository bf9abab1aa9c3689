"""Checks of many files by their fingerprints at once: each report in brief, in a fixed number of queries.

What is told of each is what `verification.by_hash` tells of it: the same conclusions, by the same rules, without sentences.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings

from provenance import concerns, disclosure, disclosures, standing, trust
from provenance.conclusion import STATES, RegistryFacts
from provenance.disclosure import Work
from provenance.disclosures import Row
from provenance.models import Credential, KnownContent
from provenance.printable import printable
from provenance.report import recall
from provenance.verification import FRAME, SHA256, WITHOUT_CREDENTIALS

MOST = 1000
ANSWERS = ("known", "unknown", "not_a_hash")
Found = tuple[Row, dict[str, Any], str]
NOTHING = dict.fromkeys(("credential", "page", "signed_by", "signed_at", "extent", "consent", "withdrawn_on"))


def of_hashes(hashes: Sequence[str], *, at: datetime) -> list[dict[str, Any]]:
    """The report in brief on each, in turn; what is not known here has the same shape. Six queries at most."""
    given = [one.strip().lower().removeprefix("sha256:") for one in hashes]
    asked = {one for one in given if SHA256.fullmatch(one)}
    found = _without_credentials(asked) | _signed(asked) if asked else {}
    rows = [row for row, _, _ in found.values()]
    stands = standing.of_many({row.decision_id: disclosures.signed_with(row) for row in rows}, at=at)
    withdrawn = concerns.kept_out_on([*{row.sha256 for row in rows}])
    lists, unknown = trust.lists(), _states(RegistryFacts(), trust.lists(), at)
    told: dict[str, dict[str, Any]] = {}
    for digest, (row, extent, found_by) in found.items():
        facts = replace(disclosures.facts(row, extent, stands), found_by=found_by)
        about = disclosure.brief(facts, Work(sha256=row.sha256, withdrawn_on=withdrawn.get(row.sha256)), site=settings.SITE_URL)
        brief = {name: about[name] for name in NOTHING}
        told[digest] = {"sha256": digest, "state": "known", **_states(facts, lists, at), **brief}
    nothing = {"conclusions": unknown["conclusions"], **NOTHING}
    return [
        told[digest] if digest in told
        else {"sha256": digest, "state": "unknown", **nothing} if digest in asked
        else {"sha256": printable(one, 80), "state": "not_a_hash", **nothing}
        for one, digest in zip(hashes, given, strict=True)
    ]  # fmt: skip


def _states(facts: RegistryFacts, lists: Any, at: datetime) -> dict[str, Any]:
    report = recall(facts, lists, file="", at=at)
    return {"conclusions": {name: getattr(report, name).state for name in STATES}}


def _signed(asked: Collection[str]) -> dict[str, Found]:
    rows = Credential.objects.real().filter(sha256__in=asked).order_by("pk")
    return {row.sha256: (row, extent, "signed_bytes") for row, extent in disclosures.in_brief(rows)}


def _without_credentials(asked: Collection[str]) -> dict[str, Found]:
    """Of files as they were received, or before credentials were written into them, and of single frames."""
    known = KnownContent.objects.filter(sha256__in=asked, kind__in=WITHOUT_CREDENTIALS, asset__credential__isnull=False)
    of = list(known.values_list("asset", "sha256", "kind"))
    rows = Credential.objects.real().filter(asset__in={asset for asset, _, _ in of}).order_by("pk")
    credentials = {row.asset_id: (row, extent) for row, extent in disclosures.in_brief(rows)}
    newest = sorted((one for one in of if one[0] in credentials), key=lambda one: credentials[one[0]][0].pk)
    return {
        sha256: (*credentials[asset], FRAME if kind == KnownContent.Kind.FRAME else "received_bytes")
        for asset, sha256, kind in newest
    }
