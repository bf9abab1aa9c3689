"""Processor time of each step of one signature, measured in this process and the sandbox children it keeps."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from unittest import mock

from django.utils import timezone

from bench import spent, world
from provenance import intake, signing

NINE = ("claim", "examine", "confirm", "plan", "make", "read_back", "store", "release", "tell")


def measured(here: world.World, paths: Sequence[Path]) -> dict[str, float]:
    """Milliseconds per asset: intake as the door calls it (without HTTP), and the nine steps of signing."""
    used = dict.fromkeys(("intake", *NINE), 0.0)
    world.signed_here(here, paths[0])
    with _counted(used):
        for path in paths[1:]:
            asset = _timed("intake", intake.receive, used)(
                world.sent(path), here.declaration, {}, client=here.client, at=timezone.now()
            )
            signing.sign(asset.public_id, clock=timezone.now)
    return {step: 1000 * seconds / (len(paths) - 1) for step, seconds in used.items()}


@contextmanager
def _counted(used: dict[str, float]):
    steps = {name: _timed(name, getattr(signing, name), used) for name in NINE}
    with mock.patch.multiple(signing, **steps):
        yield


def _timed(name: str, act: Callable[..., Any], used: dict[str, float]) -> Callable[..., Any]:
    @wraps(act)
    def counted(*args: Any, **kwargs: Any) -> Any:
        before = spent.here()
        try:
            return act(*args, **kwargs)
        finally:
            used[name] += spent.here() - before

    return counted
