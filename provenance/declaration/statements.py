"""What a vendor states about an upload, as values: its ingredients, its operations, who is depicted, who made what."""

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any

import rfc8785

from provenance.geometry import Region
from provenance.placement import Placement
from provenance.techniques import ASSISTIVE, GENERATIVE, TECHNIQUES, Technique, involvement

# In these roles someone is seen or heard in the result; the others lent movement, or were learned from.
PORTRAYED_ROLES = frozenset({"target_likeness", "voice_source", "body_double", "source_performance", "background"})


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
        told: dict[str, Any] = plain(self)
        return told


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
        told: dict[str, Any] = plain(self)
        return told

    def canonical_hash(self) -> str:
        """SHA-256, in hex, of the RFC 8785 form of what is declared: the same for the same statements."""
        return hashlib.sha256(rfc8785.dumps(self.as_dict())).hexdigest()


def plain(value: Any) -> Any:
    """Values as JSON: what was left out stays out, except what is false."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name.rstrip("_"), plain(getattr(value, field.name))) for field in fields(value))
        return {name: told for name, told in pairs if told is not None and told != [] and told != {}}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
