"""What can go wrong, each kind with the exit code of the command line: a sentence says what to do.

Exit codes are a promise to scripts (README.md): they are added to, never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

DONE = 0
FAILED = 1
USAGE = 2
REFUSED = 3
HELD = 4
UNAVAILABLE = 5
SIGNED_OUT = 6
DAMAGED = 7
NOT_YET = 8
INTERRUPTED = 130
# Of several, the one that has to be dealt with first.
GRAVEST_FIRST = (INTERRUPTED, SIGNED_OUT, UNAVAILABLE, DAMAGED, REFUSED, USAGE, FAILED, NOT_YET, HELD, DONE)


def gravest(codes: Iterable[int]) -> int:
    """The exit code that stands for several."""
    return min(codes, key=GRAVEST_FIRST.index, default=DONE)


class CountersignError(Exception):
    """The one family that this package raises on purpose."""

    exit_code = FAILED
    code = "client.failed"

    def told(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {"code": self.code, "detail": str(self)}


class Misused(CountersignError):
    """What was asked for cannot be meant: a file that is not there, a declaration that cannot be read."""

    exit_code = USAGE
    code = "client.usage"


class SignedOut(CountersignError):
    """Nobody is signed in, or the client id and its secret are not accepted (any more)."""

    exit_code = SIGNED_OUT
    code = "client.signed_out"


class Unavailable(CountersignError):
    """The registry could not be reached, or could not answer, for as long as was waited."""

    exit_code = UNAVAILABLE
    code = "client.unavailable"


class Damaged(CountersignError):
    """What arrived is not what was signed."""

    exit_code = DAMAGED
    code = "client.damaged"


class NotYet(CountersignError):
    """It is still going on, and was waited for long enough."""

    exit_code = NOT_YET
    code = "client.not_yet"


class Interrupted(CountersignError):
    """Somebody, or the system, asked this program to stop."""

    exit_code = INTERRUPTED
    code = "client.interrupted"


class Unknown(CountersignError):
    """This registry has no such operation: it is older than this client."""

    code = "client.operation_unknown"


class Refused(CountersignError):
    """The registry said no, in a problem document (RFC 9457)."""

    exit_code = REFUSED

    def __init__(self, document: Mapping[str, Any], status: int) -> None:
        self.document = document
        self.status = status
        self.code = str(document.get("code") or f"http.{status}")
        self.detail = str(document.get("detail") or document.get("title") or f"The registry answered {status}.")
        self.to_clear = [str(one) for one in document.get("to_clear") or ()]
        self.faults = [one for one in document.get("errors") or () if isinstance(one, Mapping)]
        self.request_id = str(document.get("request_id") or "")
        super().__init__(self.detail)

    def told(self) -> dict[str, Any]:
        found = {"code": self.code, "detail": self.detail, "status": self.status, "to_clear": self.to_clear,
                 "errors": [dict(one) for one in self.faults], "request_id": self.request_id}  # fmt: skip
        return found | {name: self.document[name] for name in ("decision",) if name in self.document}


class NotPermitted(Refused):
    """The client is known, and lacks the scope for this."""

    exit_code = SIGNED_OUT


class NotThere(Refused):
    """What was named does not exist, or is somebody else's."""

    exit_code = USAGE
