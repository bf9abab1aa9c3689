"""The one family of errors that may leave this house: a code, a sentence, and where in the request the fault lies.

It knows nothing of HTTP: `registry/problems.py` gives each family its status.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: `pointer` is a JSON pointer (RFC 6901) into it, "" for the whole."""

    pointer: str
    code: str
    detail: str


class RegistryError(Exception):
    """Refused for the reason named by `code` (stable, e.g. "consent.no_grant") and told in `detail` (a sentence)."""

    # Whether it is logged as a failure of the house, where it is told as one that may be tried again.
    operators_care = True

    def __init__(self, code: str, detail: str, *, errors: tuple[Fault, ...] = (), **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class Unreadable(RegistryError):
    """What was asked cannot be made out from the address."""


class Invalid(RegistryError):
    """The request was understood and says something that cannot be accepted."""


class NotAllowed(RegistryError):
    """The visitor is known, and may not do this."""


class NotFound(RegistryError):
    """There is no such thing, or it is another tenant's."""


class Conflict(RegistryError):
    """It cannot be done in the state things are in now."""


class Gone(RegistryError):
    """It was here, and is no more."""


class Unmet(RegistryError):
    """The visitor made a condition that does not hold."""


class Occupied(RegistryError):
    """Somebody else is at it; it may be tried again."""


class Altered(RegistryError):
    """What arrived is not what was sent, by the hash that was sent with it."""


class Unavailable(RegistryError):
    """It cannot be done at the moment; it may be tried again."""


class TooLarge(RegistryError):
    """More was sent than is accepted."""


class AddressTooLong(RegistryError):
    """More was said in the address than is read there; it can be said in a body."""


class NotFetched(RegistryError):
    """What lies elsewhere, and was to be read for the visitor, did not come."""

    operators_care = False


class Unsupported(RegistryError):
    """A kind of file or representation this registry does not handle."""


class TooMany(RegistryError):
    """The visitor asks more often than is allowed; `retry_after` says for how many seconds to wait."""
