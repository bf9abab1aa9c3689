"""How a call can fail: out of time, the child dead over the file, no child free, or nothing signed."""

from provenance.media.refusal import MediaRefused
from registry.errors import Unavailable


class SandboxTimeout(MediaRefused):
    """The child was killed because it took longer than the limits allow."""


class SandboxCrashed(MediaRefused):
    """The child died over this file: no memory, no processor time, or a fault in a parser. `trace` is for logs."""

    def __init__(self, code: str, detail: str, *, trace: str = ""):
        super().__init__(code, detail)
        self.trace = trace


class SandboxBusy(Unavailable):
    """Every child is at work and none came free in time."""


class SigningFailed(Unavailable):
    """Nothing was signed. Codes: signing.failed .time_stamp .history."""
