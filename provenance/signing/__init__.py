"""Sign one asset, in nine steps, each of which may be the last this process does.

1 claim · 2 examine · 3 confirm · 4 plan · 5 make · 6 read back · 7 store · 8 release · 9 tell. Whatever is cut off is
begun again by another worker, at most five times; what was cut off after the key was used is never released. Consent is
confirmed before the key is used, and decisively at release, under the locks that endings take.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack

from provenance import shelf
from provenance.signing.leases import claim
from provenance.signing.making import make, read_back, store
from provenance.signing.preparing import confirm, examine, plan
from provenance.signing.releasing import release, tell
from provenance.signing.stopping import FIRST_PAUSE, failed, held, held_to_compare, not_released
from provenance.signing.sweeping import CALL_AGAIN, bury, to_call
from provenance.signing.work import (
    Changed,
    Clock,
    Differs,
    NotConfirmed,
    NotTrusted,
    Overtaken,
    Resembles,
    Work,
)

__all__ = [
    "CALL_AGAIN", "FIRST_PAUSE", "Changed", "Clock", "Differs", "NotConfirmed", "NotTrusted", "Overtaken", "Resembles", "Work",
    "bury", "claim", "confirm", "examine", "failed", "held", "held_to_compare", "make", "not_released", "plan", "read_back",
    "release", "sign", "store", "tell", "to_call",
]  # fmt: skip

log = logging.getLogger(__name__)


def sign(asset_id: str, *, clock: Clock) -> None:
    """Sign the asset if its job is due; otherwise step aside. Running it twice, or at once, is harmless."""
    job = claim(asset_id, at=clock())
    if job is None:
        return
    with shelf.scratch() as folder, ExitStack() as lent:
        work = Work(job, folder, lent)
        try:
            _attempt(work, clock)
        except NotConfirmed as stopped:
            not_released(work, stopped.decision, at=clock())
        except Differs as differs:
            held(work, differs.rows, at=clock())
        except Resembles as resembles:
            held_to_compare(work, resembles.rows, at=clock())
        except Overtaken:
            log.warning("asset %s was taken over by another worker; nothing is released here", asset_id)
        # Whatever else stops an attempt is written down with it; the job is tried again, or is buried after five.
        except Exception as error:
            failed(work, error, at=clock())


def _attempt(work: Work, clock: Clock) -> None:
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("examine", lambda: examine(work, clock=clock)),
        ("confirm", lambda: confirm(work, at=clock())),
        ("plan", lambda: plan(work, at=clock())),
        ("make", lambda: make(work)),
        ("read back", lambda: read_back(work)),
        ("store", lambda: store(work)),
        ("release", lambda: release(work, clock=clock)),
        ("tell", lambda: tell(work)),
    )
    for work.step, step in steps:
        step()
