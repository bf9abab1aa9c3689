"""Countersign for vendors: ask whether a use is covered, deliver shots to be signed, follow and fetch them."""

from countersign.client import Client
from countersign.errors import (
    CountersignError,
    Damaged,
    Misused,
    NotThere,
    NotYet,
    Refused,
    SignedOut,
    Unavailable,
    Unknown,
)
from countersign.sequences import Sequence
from countersign.version import VERSION as __version__

__all__ = [
    "Client", "CountersignError", "Damaged", "Misused", "NotThere", "NotYet", "Refused", "Sequence", "SignedOut",
    "Unavailable", "Unknown", "__version__",
]  # fmt: skip
