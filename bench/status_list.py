"""How large the status list is and how long it takes: made whole, fetched again, and what changed in it."""

import os
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from bench.tables import table
from bench.world import _copy
from provenance import status_list
from provenance.models import Asset, Change, Credential, SigningPlan
from registry.models import Production
from tests.provenance import registered

SIZES, QUICK = (10_000, 100_000), (1_000,)
CHANGED = 100
BATCH = 5_000


def run(*, quick: bool) -> None:
    call_command("migrate", verbosity=0)
    like = registered.credential()
    Production.objects.update(is_public=True)
    rows = []
    for held in QUICK if quick else SIZES:
        _fill(like, held)
        rows.append(_row(held))
    heads = ("files", "JWS kB", "gzip kB", "made s", "read from cache ms", f"delta of {CHANGED} kB", "delta ms")
    table("The status list", heads, rows)


def _row(held: int) -> tuple[Any, ...]:
    at, now = timezone.now(), held
    made, taken = _timed(lambda: status_list.full(now, at=at))
    _, again = _timed(lambda: status_list.full(now, at=at))
    delta, moved = _timed(lambda: status_list.delta(now - CHANGED, now, at=at))
    kilobytes = [len(body) / 1000 for body in (made.body, made.gzipped, delta.body)]
    return f"{held:,}", *kilobytes[:2], taken, 1000 * again, kilobytes[2], 1000 * moved


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return act(), time.perf_counter() - began


def _fill(like: Credential, count: int) -> None:
    """Rows like those of one released file, with hashes as they are: at random, so that nothing can be made small."""
    at = timezone.now()
    while (there := Change.objects.count()) < count:
        numbers = range(there, min(count, there + BATCH))
        hashes = [os.urandom(32).hex() for _ in numbers]
        assets = [_copy(like.asset, public_id=f"ast_filled{n:016}") for n in numbers]
        Asset.objects.bulk_create(assets)
        plans = [_copy(like.plan, asset=asset, token=f"filled{n}", credential_id=f"crd_filled{n:016}")
                 for n, asset in zip(numbers, assets, strict=True)]  # fmt: skip
        SigningPlan.objects.bulk_create(plans)
        credentials = [
            _copy(like, asset=asset, plan=plan, public_id=plan.credential_id, sha256=one, manifest_label=f"urn:c2pa:filled-{n}")
            for n, asset, plan, one in zip(numbers, assets, plans, hashes, strict=True)
        ]
        Credential.objects.bulk_create(credentials)
        Change.objects.bulk_create(
            Change(position=n + 1, credential=one, kind="signed", standing="confirmed", may_continue=True, recorded_at=at)
            for n, one in zip(numbers, credentials, strict=True)
        )
