"""What is said of an extent in numbers: a share with its bound, its method and who stands for it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from provenance.declaration import OperationStatement
from provenance.footprint import Piece

DIFFERENCE, MATTE = "measured:difference", "measured:matte"
REGIONS, WHOLE, DECLARED, UNKNOWN = "derived:regions", "derived:whole", "declared", "unknown"
METHODS = (DIFFERENCE, MATTE, REGIONS, WHOLE, DECLARED, UNKNOWN)  # best first; a measured one may add how in brackets


def is_measured(method: str) -> bool:
    return method.startswith("measured:")


def measurer(method: str) -> str | None:
    """Who stands for a number obtained in this way."""
    if method == UNKNOWN:
        return None
    return "registry" if is_measured(method) else "producer"


def weakest(*methods: str) -> str:
    """The method that several numbers joined into one are no better than."""
    return max(methods, key=lambda method: (METHODS.index(method.split(" (")[0]), method))


@dataclass(frozen=True, slots=True)
class Print:
    """What is known of where one operation was at work, and how it is known.

    `pieces` are places of the element's own domain; None where only a number is known, or nothing. `share`, `error`,
    `time_share` and `area_share` are numbers that somebody else counted: a producer's, or the hands' that measured.
    """

    statement: OperationStatement
    method: str
    pieces: tuple[Piece, ...] | None = None
    share: Fraction | None = None
    error: Fraction | None = None
    time_share: Fraction | None = None
    area_share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A share of an element with its unit-free details; None is not known, which is never 0.

    `error` bounds the share's error in both directions; `at_least` says that the share is a lower bound.
    """

    share: Fraction | None
    at_least: bool
    error: Fraction | None
    time_share: Fraction | None
    area_share: Fraction | None
    method: str
    measured_by: str | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "share": number(self.share),
            "at_least": self.at_least,
            "error": number(self.error),
            "time_share": number(self.time_share),
            "area_share": number(self.area_share),
            "method": self.method,
            "measured_by": self.measured_by,
        }


@dataclass(frozen=True, slots=True)
class ElementExtent:
    """One element: its band and what its generative operations cover together."""

    element: str
    band: str
    quantity: Quantity
    touched: dict[str, int | float] | None
    total: dict[str, int | float]
    operations: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        own = {"element": self.element, "band": self.band}
        measures = {"touched": self.touched, "total": self.total, "operations": list(self.operations)}
        return {**own, **self.quantity.as_dict(), **measures}


@dataclass(frozen=True, slots=True)
class OperationExtent:
    """One operation in full, whatever else touched the same places; `inherited` ones came with an ingredient."""

    found: Print
    quantity: Quantity
    ranges: tuple[dict[str, Any], ...]
    inherited: bool = False

    @property
    def statement(self) -> OperationStatement:
        return self.found.statement

    def as_dict(self) -> dict[str, Any]:
        one = self.statement
        trained = one.model.training_data.as_dict() if one.model and one.model.training_data else None
        tool = {
            "name": one.tool.name, "version": one.tool.version, "model": one.model.name if one.model else None,
            "training_data": trained,
        }  # fmt: skip
        return {
            "id": one.id,
            "element": one.element,
            "technique": one.technique,
            "generative": one.generative,
            "inherited": self.inherited,
            "digital_source_type": one.digital_source_type,
            "tool": {name: value for name, value in tool.items() if value is not None},
            "oversight": one.oversight,
            "ranges": list(self.ranges),
            **self.quantity.as_dict(),
            "attested_by": one.attested_by,
        }


@dataclass(frozen=True, slots=True)
class AssistiveExtent:
    """What processing without new content touched of an element, by technique; kept apart from the generative sum."""

    element: str
    technique: str
    quantity: Quantity

    def as_dict(self) -> dict[str, Any]:
        return {"element": self.element, "technique": self.technique, **self.quantity.as_dict()}


def number(value: Fraction | float | None) -> float | None:
    """A number of six decimals, except where that would turn something into nothing, or nearly all into all."""
    if value is None:
        return None
    rounded = round(float(value), 6)
    misleading = (rounded == 0) != (value == 0) or (rounded == 1) != (value == 1)
    return float(value) if misleading else rounded
