"""One attempt at one asset: what its steps have found so far, and how it may end otherwise than signed."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from consent.models import Decision
from provenance import announcing, keys
from provenance.declaration import Declaration, remembered
from provenance.measurement import Measurement
from provenance.models import Asset, Ingredient, Likeness, Measured, SigningJob, SigningPlan
from provenance.sandbox import IngredientFile
from registry import journal
from registry.errors import Unavailable

Clock = Callable[[], datetime]

WORKER = "signing"


@dataclass
class Work:
    """One attempt at one asset, and what its steps have found so far."""

    job: SigningJob
    folder: Path
    lent: ExitStack
    step: str = "claim"
    source: Path | None = None
    to_sign: Path | None = None
    used: dict[str, Ingredient] = field(default_factory=dict)
    ingredients: list[IngredientFile] = field(default_factory=list)
    measurements: dict[str, Measurement] = field(default_factory=dict)
    decision: Decision | None = None
    signer: keys.Signer | None = None
    plan: SigningPlan | None = None
    intent: str = "edit"
    result: Path | None = None
    made: dict[str, Any] = field(default_factory=dict)
    time_stamped: bool = False
    key: str = ""
    sidecar_key: str = ""

    @property
    def asset(self) -> Asset:
        return self.job.asset

    @cached_property
    def declaration(self) -> Declaration:
        return remembered(self.asset.declaration)

    @property
    def sidecar(self) -> bool:
        return not self.asset.media["embed"]


class NotConfirmed(Exception):
    """Consent no longer permits what was asked: nothing is released, and the decision that says so is kept."""

    def __init__(self, decision: Decision):
        super().__init__(decision.public_id)
        self.decision = decision


class Differs(Exception):
    """What was measured is not what was declared, or could not be measured: it waits for a person's answer."""

    def __init__(self, rows: list[Measured]):
        super().__init__(*(row.public_id for row in rows))
        self.rows = rows


class Resembles(Exception):
    """It looks like a known asset with more AI, and nobody has compared the two: it waits for a person's answer."""

    def __init__(self, rows: list[Likeness]):
        super().__init__(*(row.public_id for row in rows))
        self.rows = rows


class Changed(Unavailable):
    def __init__(self) -> None:
        super().__init__("consent.changed", "Consent changed while this was signed; it is asked and signed again.")


class Overtaken(Exception):
    """The lease ran out and another worker holds the job: this attempt's result is not released."""


class NotTrusted(Unavailable):
    """What was just signed does not read back as it should, so it is not released."""

    def __init__(self, why: str):
        super().__init__("signing.not_trusted", f"The signed file did not read back as it should: {why}.")


def planned(row: SigningPlan, label: str) -> dict[str, Any]:
    return next(one["data"] for one in row.manifest["assertions"] if one["label"] == label)


def note(work: Work, tag: str, *, at: datetime, **details: Any) -> None:
    journal.record(
        actor=journal.by_system(WORKER), tag=tag, subject=work.asset.public_id,
        organisation=work.asset.production.studio, at=at, details=details,
    )  # fmt: skip
    announcing.noted(work.asset, tag, at=at, credential=details.get("credential", ""))
