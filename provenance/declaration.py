"""The declaration: what a vendor states about an upload – its ingredients, its operations, and who is depicted.

`parse` reads it and refuses what it does not understand; `check_against` holds it against the measured file. Whether
what is declared may be done is asked of `consent/`; how much it is, of `extent.py`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import rfc8785

from provenance.declaration_shape import refuse, shape_faults
from provenance.geometry import FrameRange, Media, Point, Region, Shape, TimeRange, WordRange, exact
from provenance.placement import Placement, lasting
from provenance.techniques import (
    ASSISTIVE,
    GENERATIVE,
    OPERATION_SOURCE_TYPES,
    SOUND_ELEMENTS,
    TECHNIQUES,
    Technique,
    involvement,
    source_type,
)
from registry.errors import Fault

RegionStatement = Region

MAX_REGIONS = 1000  # in one declaration; what moves with every frame belongs in a matte

_GRACE = Fraction(1, 10)  # seconds; containers round what was cut

# In these roles someone is seen or heard in the result; the others lent movement, or were learned from.
PORTRAYED_ROLES = frozenset({"target_likeness", "voice_source", "body_double", "source_performance", "background"})
_SEEN = frozenset({"face", "body", "motion", "performance", "name", "signature_trait"})
_HEARD = frozenset({"voice", "performance", "name", "signature_trait"})


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class TrainingData:
    """On what a model was trained, as its user knows: `basis` says by what right, the rest names the data set.

    The fields are those of the Data Provenance Standards (Data & Trust Alliance 1.0) that can be said in public.
    """

    basis: tuple[str, ...]
    title: str | None = None
    identifier: str | None = None
    issuer: str | None = None
    license: str | None = None
    metadata_location: str | None = None
    consent_documentation: str | None = None

    def as_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = _plain(self)
        return plain


@dataclass(frozen=True, slots=True)
class Model:
    """A model used by a tool; `type` is C2PA's, one in an entity's namespace, or not_disclosed."""

    type: str
    name: str | None = None
    identifier: str | None = None
    training_data: TrainingData | None = None


@dataclass(frozen=True, slots=True)
class IngredientStatement:
    """Something the asset was made from: a file sent along under the name `part`, or an `asset` known here.

    `placement` says what of it was used and where it appears; without one, that is not known.
    """

    id: str
    relation: str
    part: str | None = None
    asset: str | None = None
    title: str | None = None
    digital_source_type: str | None = None
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Languages:
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """The ingredient to measure by; and what the operation gave, where the asset is not that but others followed."""

    input: str
    output: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceStatement:
    """By what the extent can be measured: the ingredient to take the difference from, or one that is a matte."""

    difference: EvidenceInput | None = None
    matte: EvidenceInput | None = None

    def given(self) -> tuple[tuple[str, EvidenceInput], ...]:
        """Each with its kind, the one that says most first."""
        named = (("difference", self.difference), ("matte", self.matte))
        return tuple((kind, given) for kind, given in named if given is not None)

    def inputs(self) -> tuple[tuple[str, str], ...]:
        return tuple((kind, given.input) for kind, given in self.given())


@dataclass(frozen=True, slots=True)
class OperationStatement:
    """One thing done to one element with one tool.

    Its extent is given by `regions`, or is the `whole` element, or a declared `share` in (0, 1], or is not known.
    """

    id: str
    element: str
    technique: str
    tool: Tool
    digital_source_type: str
    model: Model | None = None
    oversight: str | None = None
    attested_by: str | None = None
    at: datetime | None = None
    description: str | None = None
    languages: Languages | None = None
    regions: tuple[Region, ...] = ()
    whole: bool | None = None
    share: float | None = None
    evidence: EvidenceStatement | None = None
    depicts: tuple[str, ...] = ()

    @property
    def kind(self) -> Technique:
        return TECHNIQUES[self.technique]

    @property
    def generative(self) -> bool:
        """Whether a model made new content."""
        return involvement(self.digital_source_type) == GENERATIVE

    @property
    def assistive(self) -> bool:
        """Whether content was processed without new content being made."""
        return involvement(self.digital_source_type) == ASSISTIVE


@dataclass(frozen=True, slots=True)
class DepictionStatement:
    """Someone depicted: a person on file, a real person nobody identified, or (role synthetic) nobody real."""

    id: str
    role: str
    modality: str
    person: str | None = None
    unidentified: bool | None = None
    use: str | None = None
    content_flags: frozenset[str] = frozenset()
    depicted_age: int | None = None
    routine_reason: str | None = None

    @property
    def portrayed(self) -> bool:
        """Whether a real performer is seen or heard in the result."""
        return self.role in PORTRAYED_ROLES


@dataclass(frozen=True, slots=True)
class Contributor:
    """People who worked on an element in one role; how many, where that is said."""

    role: str
    people: int | None = None


@dataclass(frozen=True, slots=True)
class AuthorshipStatement:
    """Who made an element, people or models, as its producer states it; what neither share names is not stated."""

    element: str
    human_share: float | None = None
    ai_share: float | None = None
    method: str = "declared"
    contributors: tuple[Contributor, ...] = ()


@dataclass(frozen=True, slots=True)
class IntendedRelease:
    """Where the asset is meant to appear; what is left out comes from the production. Days half-open."""

    territories: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    from_: date | None = None
    to: date | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    version: int
    production: str
    title: str
    units: tuple[str, ...] = ()
    act: str = "sign"
    digital_source_type: str | None = None
    intended_release: IntendedRelease = IntendedRelease()
    complete: bool = True
    clearance: str | None = None
    ingredients: tuple[IngredientStatement, ...] = ()
    operations: tuple[OperationStatement, ...] = ()
    depictions: tuple[DepictionStatement, ...] = ()
    authorship: tuple[AuthorshipStatement, ...] = ()

    @property
    def parent(self) -> IngredientStatement | None:
        return next((one for one in self.ingredients if one.relation == "parentOf"), None)

    def depicted_uses(self) -> tuple[tuple[DepictionStatement, str], ...]:
        """Each depiction with each use made of it: the techniques of the operations that depict it, and its own."""
        pairs = {(depicted, operation.technique) for operation in self.operations for depicted in operation.depicts}
        pairs |= {(depiction.id, depiction.use) for depiction in self.depictions if depiction.use}
        known = {depiction.id: depiction for depiction in self.depictions}
        return tuple((known[depicted], use) for depicted, use in sorted(pairs))

    def as_dict(self) -> dict[str, Any]:
        """The declaration in its own JSON shape, with every default filled in; `parse` reads it back."""
        plain: dict[str, Any] = _plain(self)
        return plain

    def canonical_hash(self) -> str:
        """SHA-256, in hex, of the RFC 8785 form of what is declared: the same for the same statements."""
        return hashlib.sha256(rfc8785.dumps(self.as_dict())).hexdigest()


def parse(data: Any) -> Declaration:
    """Read a declaration from JSON values.

    Raises Invalid with a JSON pointer per fault: `declaration.invalid`, `declaration.unknown_term`,
    `declaration.depiction_without_person`; the first of them names the whole when they are of one kind.
    """
    refuse(shape_faults(data))
    refuse(tuple(_given_faults(data)))
    declaration = _declaration(data)
    refuse((*_duplicate_faults(declaration), *_statement_faults(declaration)))
    return declaration


def check_against(declaration: Declaration, media: Media) -> None:
    """Hold a declaration against the measured file.

    Raises Invalid: `declaration.region_outside_frame` for a place or time the file does not have, and
    `declaration.invalid` for an element it does not have.
    """
    faults: list[Fault] = []
    for index, operation in enumerate(declaration.operations):
        if operation.element not in media.elements:
            held = ", ".join(media.elements) or "none that is known"
            detail = f"The file has no {operation.element}; its elements are: {held}."
            faults.append(Fault(f"/operations/{index}/element", "declaration.invalid", detail))
            continue
        for number, region in enumerate(operation.regions):
            outside = _outside(region, operation.element, media)
            if outside:
                at = f"/operations/{index}/regions/{number}"
                faults.append(Fault(at, "declaration.region_outside_frame", outside))
    refuse(tuple(faults))


# --- from JSON to values: the shape is known to be right by now ---------------------------------------------------


def _declaration(data: dict[str, Any]) -> Declaration:
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
            from_=_day(release.get("from")),
            to=_day(release.get("to")),
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
    return None if placement is None else _plain(placement)


def _operation(data: dict[str, Any]) -> OperationStatement:
    made = {
        "tool": Tool(**data["tool"]),
        "model": _model(data["model"]) if "model" in data else None,
        "digital_source_type": _source(data) or TECHNIQUES[data["technique"]].digital_source_type,
        "at": _moment(data["at"]) if "at" in data else None,
        "languages": Languages(**data["languages"]) if "languages" in data else None,
        "regions": tuple(_region(one) for one in data.get("regions", ())),
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


def _moment(text: str) -> datetime | None:
    """An RFC 3339 moment with its offset, in UTC; None when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None and "T" in text.upper() else None
    except (ValueError, OverflowError):
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        return None


def _plain(value: Any) -> Any:
    """Values as JSON: what was left out stays out, except what is false."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name.rstrip("_"), _plain(getattr(value, field.name))) for field in fields(value))
        return {name: plain for name, plain in pairs if plain is not None and plain != [] and plain != {}}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


# --- what must hold beyond the shape ------------------------------------------------------------------------------


def _invalid(at: str, detail: str) -> Fault:
    return Fault(at, "declaration.invalid", detail)


def _given_faults(data: dict[str, Any]) -> Iterator[Fault]:
    """Faults in what was written, which the values no longer show: terms, moments and days that are none."""
    if "unit" in data and "units" in data:
        yield _invalid("/units", "Give unit or units, not both.")
    release = data.get("intended_release", {})
    for name in ("from", "to"):
        if name in release and _day(release[name]) is None:
            yield _invalid(f"/intended_release/{name}", "This is not a day of the calendar (YYYY-MM-DD).")
    yield from _source_faults("", data)
    for kind in ("ingredients", "operations"):
        for index, given in enumerate(data.get(kind, ())):
            yield from _source_faults(f"/{kind}/{index}", given)
            if "at" in given and _moment(given["at"]) is None:
                yield _invalid(f"/{kind}/{index}/at", "Give the moment as in 2026-07-14T09:12:00Z, with its offset.")
    if sum(len(given.get("regions", ())) for given in data.get("operations", ())) > MAX_REGIONS:
        yield _invalid("/operations", f"More than {MAX_REGIONS} regions: supply a matte instead.")


def _source_faults(at: str, given: dict[str, Any]) -> Iterator[Fault]:
    term = given.get("digital_source_type")
    if term is not None and source_type(term) is None:
        detail = f"{term!r} is not a digital source type of IPTC or C2PA that may still be used."
        yield Fault(f"{at}/digital_source_type", "declaration.unknown_term", detail)


def _duplicate_faults(declaration: Declaration) -> Iterator[Fault]:
    yield from _repeated("/ingredients", "id", [one.id for one in declaration.ingredients])
    yield from _repeated("/operations", "id", [one.id for one in declaration.operations])
    yield from _repeated("/depictions", "id", [one.id for one in declaration.depictions])
    yield from _repeated("/authorship", "element", [one.element for one in declaration.authorship])
    yield from _repeated("/ingredients", "part", [one.part for one in declaration.ingredients])
    yield from _repeated("/ingredients", "asset", [one.asset for one in declaration.ingredients])
    regions = [
        (f"/operations/{index}/regions/{number}/id", region.id)
        for index, operation in enumerate(declaration.operations)
        for number, region in enumerate(operation.regions)
    ]
    seen = Counter(name for _, name in regions)
    yield from (_invalid(at, f"Two regions are called {name!r}.") for at, name in regions if seen[name] > 1)


def _repeated(at: str, key: str, values: list[str | None]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield _invalid(f"{at}/{index}/{key}", f"{value!r} was given before.")
        if value is not None:
            seen.add(value)


def _statement_faults(declaration: Declaration) -> Iterator[Fault]:
    if sum(one.relation == "parentOf" for one in declaration.ingredients) > 1:
        yield _invalid("/ingredients", "An asset has one parent: only one ingredient can be parentOf.")
    for index, ingredient in enumerate(declaration.ingredients):
        yield from _placement_faults(f"/ingredients/{index}", ingredient)
    release = declaration.intended_release
    if release.from_ and release.to and release.to <= release.from_:
        yield _invalid("/intended_release/to", "The release must end after it begins.")
    depictions = {one.id: one for one in declaration.depictions}
    ingredients = {one.id for one in declaration.ingredients}
    for index, operation in enumerate(declaration.operations):
        at = f"/operations/{index}"
        yield from _operation_faults(at, operation)
        yield from _reference_faults(at, operation, depictions, ingredients)
        for number, region in enumerate(operation.regions):
            yield from _region_faults(f"{at}/regions/{number}", region, operation.element)
    for index, one in enumerate(declaration.authorship):
        if exact(one.human_share or 0) + exact(one.ai_share or 0) > 1:
            yield _invalid(f"/authorship/{index}", "The shares of people and of AI are more than the whole together.")
    depicted = {name for operation in declaration.operations for name in operation.depicts}
    for index, depiction in enumerate(declaration.depictions):
        yield from _depiction_faults(f"/depictions/{index}", depiction, depicted)


def _placement_faults(at: str, ingredient: IngredientStatement) -> Iterator[Fault]:
    placement = ingredient.placement
    if placement is None:
        return
    if ingredient.relation == "inputTo":
        yield _invalid(f"{at}/placement", "What was only an input appears nowhere in the asset: leave its placement out.")
    for name, part in (("trim", placement.trim), ("time", placement.time)):
        if part is not None and part.end_s is not None and part.end_s <= part.start_s:
            yield _invalid(f"{at}/placement/{name}/end_s", "The end must come after the start.")


def _operation_faults(at: str, operation: OperationStatement) -> Iterator[Fault]:
    technique = operation.kind
    if operation.element not in technique.elements:
        fitting = ", ".join(sorted(technique.elements))
        yield _invalid(f"{at}/element", f"{operation.technique} is done to {fitting}, not to {operation.element}.")
    if sum((bool(operation.regions), operation.whole is True, operation.share is not None)) > 1:
        yield _invalid(at, "Say where by regions, or whole, or a share: one of them, or none when it is not known.")
    if operation.technique == "other" and operation.description is None:
        yield _invalid(f"{at}/description", "Say in words what was done: the technique is other.")
    if operation.digital_source_type not in OPERATION_SOURCE_TYPES:
        detail = "This says how an asset may have come about, not what an operation did; name a narrower one."
        yield _invalid(f"{at}/digital_source_type", detail)
    if operation.generative and operation.model is None:
        yield _invalid(f"{at}/model", "Name the model that made the content; its type may be not_disclosed.")
    if technique.generative and not operation.generative:
        yield from _nature_faults(f"{at}/digital_source_type", operation)


def _nature_faults(at: str, operation: OperationStatement) -> Iterator[Fault]:
    if operation.assistive:
        yield _invalid(at, f"{operation.technique} changes content; this source type says that none was changed.")
    elif operation.kind.by_model:
        yield _invalid(at, f"{operation.technique} is done by a model; this source type says that none was used.")
    elif operation.model is not None:
        yield _invalid(at, "A model is named, and this source type says that none was used.")


def _reference_faults(
    at: str, operation: OperationStatement, depictions: dict[str, DepictionStatement], ingredients: set[str]
) -> Iterator[Fault]:
    for number, name in enumerate(operation.depicts):
        if name not in depictions:
            yield _invalid(f"{at}/depicts/{number}", f"No depiction is called {name!r}.")
    for kind, given in operation.evidence.given() if operation.evidence else ():
        for place, named in (("input", given.input), ("output", given.output)):
            if named is not None and named not in ingredients:
                yield _invalid(f"{at}/evidence/{kind}/{place}", f"No ingredient is called {named!r}.")
    shown = [depictions[name] for name in operation.depicts if name in depictions]
    if operation.kind.person and not _someone(operation.element, shown):
        detail = (
            f"{operation.technique} changes somebody's {'look' if operation.element == 'picture' else 'voice'}: name in "
            "depicts whose it is – a person, an unidentified person, or nobody real (role synthetic)."
        )
        yield Fault(f"{at}/depicts", "declaration.depiction_without_person", detail)


def _someone(element: str, shown: Iterable[DepictionStatement]) -> bool:
    fitting = _SEEN if element == "picture" else _HEARD
    return any((one.portrayed or one.role == "synthetic") and one.modality in fitting for one in shown)


def _region_faults(at: str, region: Region, element: str) -> Iterator[Fault]:
    if region.shape is not None and element != "picture":
        yield _invalid(f"{at}/shape", f"A shape is a place in a picture; this operation is on {element}.")
    if region.words is not None and element != "text":
        yield _invalid(f"{at}/words", f"Words are counted in text; this operation is on {element}.")
    if element == "text" and region.words is None:
        yield _invalid(at, "Say which words; or leave the regions out and say whole.")
    if element in SOUND_ELEMENTS and region.time is None and region.frames is None:
        yield _invalid(at, "Say when; or leave the regions out and say whole.")
    if region.time is not None and region.frames is not None:
        yield _invalid(f"{at}/frames", "Give time or frames, not both.")
    if region.time is not None and region.time.end_s is not None and region.time.end_s <= region.time.start_s:
        yield _invalid(f"{at}/time/end_s", "The end must come after the start.")
    if region.frames is not None and region.frames.end is not None and region.frames.end < region.frames.start:
        yield _invalid(f"{at}/frames/end", "The last frame cannot come before the first.")
    if region.words is not None and region.words.end <= region.words.start:
        yield _invalid(f"{at}/words/end", "The end must come after the start.")


def _depiction_faults(at: str, depiction: DepictionStatement, depicted: set[str]) -> Iterator[Fault]:
    answers = (depiction.person is not None, depiction.unidentified is True, depiction.role == "synthetic")
    if sum(answers) != 1:
        detail = "Say who is depicted, in one way: a person, or unidentified true, or the role synthetic where nobody real is."
        yield Fault(at, "declaration.depiction_without_person", detail)
    if depiction.id not in depicted and depiction.use is None:
        yield _invalid(at, "No operation depicts this one: name it in an operation's depicts, or give its use.")


# --- against the file ---------------------------------------------------------------------------------------------


def _outside(region: Region, element: str, media: Media) -> str | None:
    """What of a region lies outside the file, in a sentence; None when nothing does or it cannot be known."""
    if element == "text":
        end = region.words.end if region.words else 0
        return f"The text has {media.words} words." if media.words is not None and end > media.words else None
    if (region.time or region.frames) and media.kind == "image" and not media.moving:
        return "A still picture has no time."
    return _outside_frame(region, media) or _outside_time(region, media)


def _outside_frame(region: Region, media: Media) -> str | None:
    if region.shape is None or not media.width or not media.height:
        return None
    left, top, right, bottom = region.shape.pixels(media.width, media.height).box()
    slack = 1e-6 * max(media.width, media.height)  # percentages are rounded by whoever writes them
    if min(left, top) < -slack or right > media.width + slack or bottom > media.height + slack:
        return (
            f"The region spans {left:.1f}–{right:.1f} by {top:.1f}–{bottom:.1f} pixels; "
            f"the frame is {media.width} by {media.height}."
        )
    return None


def _outside_time(region: Region, media: Media) -> str | None:
    frames, length = media.frame_count, media.duration
    if region.frames is not None and media.kind == "audio":
        return "A recording of sound has no frames: give the time."
    if region.frames is not None and frames and max(region.frames.start, region.frames.end or 0) >= frames:
        return f"The file has {frames} frames, counted from 0."
    if region.time is not None and length is not None:
        grace = 1 / media.rate if media.rate else 0  # containers and editors round a frame differently
        if max(region.time.start_s, region.time.end_s or 0) > length + grace or region.time.start_s >= length:
            return f"The file is {float(length):.3f} seconds long."
    return None


# --- placements against the files ---------------------------------------------------------------------------------


def check_placements(declaration: Declaration, media: Media, made_from: Mapping[str, Media]) -> None:
    """Hold placements against the asset and the files of its ingredients, by their ids.

    Raises Invalid: `declaration.region_outside_frame` for a place or time that a file does not have, and
    `declaration.invalid` for a parent whose kept part does not last as long as the asset.
    """
    faults: list[Fault] = []
    for index, one in enumerate(declaration.ingredients):
        if one.placement is not None and one.id in made_from:
            at = f"/ingredients/{index}/placement"
            faults += _misplaced(at, one.placement, made_from[one.id], media, parent=one.relation == "parentOf")
    refuse(tuple(faults))


def _misplaced(at: str, placement: Placement, theirs: Media, ours: Media, *, parent: bool) -> Iterator[Fault]:
    places = (
        ("crop", theirs, Region("crop", shape=placement.crop)),
        ("trim", theirs, Region("trim", time=placement.trim)),
        ("region", ours, Region("region", shape=placement.region)),
        ("time", ours, Region("time", time=placement.time)),
    )
    for name, media, region in places:
        outside = _outside(region, "picture", media)
        if outside:
            yield Fault(f"{at}/{name}", "declaration.region_outside_frame", outside)
            return
    lasts, whole = lasting(placement, theirs), ours.duration
    if not parent or lasts is None or whole is None:
        return
    begins = exact(placement.time.start_s) if placement.time else Fraction(0)
    grace = max(2 / ours.rate if ours.rate else Fraction(0), _GRACE)
    if abs(begins + lasts - whole) > grace:
        detail = (
            f"What is said to be kept of the parent lasts {float(lasts):.3f} seconds, the asset {float(whole):.3f}: "
            "correct trim and speed, or call it componentOf."
        )
        yield _invalid(at, detail)
