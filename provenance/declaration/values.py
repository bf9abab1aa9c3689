"""A declaration's JSON values read into statements, once their shape is known to be right, and placements told back."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from provenance.declaration.statements import (
    AuthorshipStatement,
    Contributor,
    Declaration,
    DepictionStatement,
    EvidenceInput,
    EvidenceStatement,
    IngredientStatement,
    IntendedRelease,
    Languages,
    Model,
    OperationStatement,
    Tool,
    TrainingData,
    plain,
)
from provenance.geometry import FrameRange, Point, Region, Shape, TimeRange, WordRange
from provenance.placement import Placement
from provenance.techniques import TECHNIQUES, source_type


def declared(data: dict[str, Any]) -> Declaration:
    units = (data["unit"],) if "unit" in data else tuple(data.get("units", ()))
    release = data.get("intended_release", {})
    return Declaration(
        version=data["version"],
        production=data["production"],
        title=data["title"],
        units=units,
        act=data.get("act", "sign"),
        digital_source_type=_source(data),
        intended_release=IntendedRelease(
            territories=tuple(release.get("territories", ())),
            media=tuple(release.get("media", ())),
            languages=tuple(release.get("languages", ())),
            from_=day(release.get("from")),
            to=day(release.get("to")),
        ),
        complete=data.get("complete", True),
        clearance=data.get("clearance"),
        ingredients=tuple(_ingredient(one) for one in data.get("ingredients", ())),
        operations=tuple(_operation(one) for one in data.get("operations", ())),
        depictions=tuple(_depiction(one) for one in data.get("depictions", ())),
        authorship=tuple(_authorship(one) for one in data.get("authorship", ())),
    )


def _ingredient(data: dict[str, Any]) -> IngredientStatement:
    made = {"placement": placement_of(data.get("placement"))}
    return IngredientStatement(**{**data, "digital_source_type": _source(data), **made})


def placement_of(data: dict[str, Any] | None) -> Placement | None:
    """A placement from its own JSON shape, which `placement_told` gives."""
    if data is None:
        return None
    crop, region = (_shape(data[name]) if name in data else None for name in ("crop", "region"))
    trim, time = (TimeRange(**data[name]) if name in data else None for name in ("trim", "time"))
    return Placement(crop, trim, data.get("speed"), region, time)


def placement_told(placement: Placement | None) -> dict[str, Any] | None:
    return None if placement is None else plain(placement)


def regions_of(data: Iterable[dict[str, Any]]) -> tuple[Region, ...]:
    """Regions from their own JSON shape, which `regions_told` gives."""
    return tuple(map(_region, data))


def regions_told(regions: Iterable[Region]) -> list[dict[str, Any]]:
    return [plain(one) for one in regions]


def _operation(data: dict[str, Any]) -> OperationStatement:
    made = {
        "tool": Tool(**data["tool"]),
        "model": _model(data["model"]) if "model" in data else None,
        "digital_source_type": _source(data) or TECHNIQUES[data["technique"]].digital_source_type,
        "at": moment(data["at"]) if "at" in data else None,
        "languages": Languages(**data["languages"]) if "languages" in data else None,
        "regions": regions_of(data.get("regions", ())),
        "evidence": _evidence(data["evidence"]) if "evidence" in data else None,
        "depicts": tuple(data.get("depicts", ())),
    }
    return OperationStatement(**{**data, **made})


def _model(data: dict[str, Any]) -> Model:
    trained = data.get("training_data")
    told = TrainingData(**{**trained, "basis": tuple(sorted(trained["basis"]))}) if trained else None
    return Model(**{**data, "training_data": told})


def _evidence(data: dict[str, Any]) -> EvidenceStatement:
    return EvidenceStatement(**{kind: EvidenceInput(**given) for kind, given in data.items()})


def _region(data: dict[str, Any]) -> Region:
    made = {
        "shape": _shape(data["shape"]) if "shape" in data else None,
        "time": TimeRange(**data["time"]) if "time" in data else None,
        "frames": FrameRange(**data["frames"]) if "frames" in data else None,
        "words": WordRange(**data["words"]) if "words" in data else None,
    }
    return Region(**{**data, **made})


def _shape(data: dict[str, Any]) -> Shape:
    return Shape(**{**data, "vertices": tuple(Point(**vertex) for vertex in data.get("vertices", ()))})


def _depiction(data: dict[str, Any]) -> DepictionStatement:
    return DepictionStatement(**{**data, "content_flags": frozenset(data.get("content_flags", ()))})


def _authorship(data: dict[str, Any]) -> AuthorshipStatement:
    return AuthorshipStatement(**{**data, "contributors": tuple(Contributor(**one) for one in data.get("contributors", ()))})


def _source(data: dict[str, Any]) -> str | None:
    return source_type(data["digital_source_type"]) if "digital_source_type" in data else None


def moment(text: str) -> datetime | None:
    """An RFC 3339 moment with its offset, in UTC; None when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None and "T" in text.upper() else None
    except (ValueError, OverflowError):
        return None


def day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        return None
