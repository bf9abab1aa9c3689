"""Parsing and signing in killable children: a pool of warm processes with limits, replaced when one hangs or dies.

Everything that touches bytes from outside happens in the child's `program`; this side holds the key, the clock and the
axe. `calls` are what may be asked, `pool` keeps the children, `child` talks to one of them, `limits` bound it, and
`values` go in and come out. (The sandbox of vendors who try things out is another one: consent/sandboxes.py.)
"""

from provenance.sandbox.calls import Sandbox
from provenance.sandbox.errors import SandboxBusy, SandboxCrashed, SandboxTimeout, SigningFailed
from provenance.sandbox.limits import Limits
from provenance.sandbox.values import Anchor, Examination, IngredientFile, SignRequest

__all__ = [
    "Anchor", "Examination", "IngredientFile", "Limits", "Sandbox", "SandboxBusy", "SandboxCrashed", "SandboxTimeout",
    "SignRequest", "SigningFailed",
]  # fmt: skip
