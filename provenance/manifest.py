"""The C2PA 2.4 manifest definition of an asset: what is signed about how it was made.

Rules only; signing is left to `credentials.py`. The library that signs checks none of these vocabularies, so they are
checked here. Nothing personal goes in: a manifest cannot be taken back.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provenance import sequence_index, signals
from provenance.declaration import AuthorshipStatement, Declaration, OperationStatement
from provenance.extent import Extent
from provenance.placement_actions import acts_on_parent, place_identifier, placed
from provenance.quantities import OperationExtent
from provenance.regions_of_interest import changes
from provenance.techniques import (
    COMPOSITE,
    CREATION_SOURCE_TYPES,
    MODEL_TYPES,
    NOT_DISCLOSED,
    OPERATION_SOURCE_TYPES,
    OVERSIGHT,
    SYNTHETIC,
    TECHNIQUES,
    TRAINED,
    WITH_TRAINED,
    action,
)
from registry.errors import Fault, Invalid

SPECIFICATION = "2.4.0"
EXTENT_LABEL, CONSENT_LABEL = "org.countersign.extent", "org.countersign.consent"
RELATIONS = ("parentOf", "componentOf", "inputTo")
CONSENT_STATES = ("confirmed", "not_required")  # nothing else is signed

# Actions C2PA lets go without a digital source type (Conformance Program 0.2, rubric for 2.4).
_WITHOUT_SOURCE_TYPE = frozenset({"c2pa.enhanced", "c2pa.placed"})
_REFERENCE = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TITLE_ID = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:[A-Za-z0-9.:_/-]{1,200}")
_ADDRESS = re.compile(r"https?://[^\s\"<>]{1,500}")
_OWN_TYPE = re.compile(r"(?!c2pa\.|cawg\.)[a-z0-9-]+(\.[A-Za-z0-9_-]+){2,}")
_PERSON_ID = re.compile(r"per_[A-Za-z0-9_-]{16,}")
_PARTS = {"face": "face", "body": "body", "voice": "voice", "motion": "movement", "performance": "performance"}

_CONTEXT = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}
_RELEASES = {  # PLUS model release status: limited where consent is on file, not applicable where none was needed
    "confirmed": "http://ns.useplus.org/ldf/vocab/MR-LMR",
    "not_required": "http://ns.useplus.org/ldf/vocab/MR-NAP",
}
_MINING = ("cawg.ai_training", "cawg.ai_generative_training", "cawg.data_mining", "cawg.ai_inference")


@dataclass(frozen=True, slots=True)
class IngredientFact:
    """An ingredient as it is added at signing: the label actions know it by, and its relation to the asset."""

    label: str
    relation: str


@dataclass(frozen=True, slots=True)
class Reference:
    """An opaque reference to a consent, called a receipt in the assertion: `id` a urn:uuid, `digest` the SHA-256 of the
    record it stands for, in hex. The receipt that a performer is given is another thing (docs/receipts.md)."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """What is signed about consent: its state at signing, by which policy, and where its state now can be asked."""

    state_at_signing: str
    policy_version: str
    references: tuple[Reference, ...] = ()
    status_url: str | None = None


class PersonalData(Invalid):
    """A manifest would name a person; `places` are where, `declared` are the places that say so in the declaration, and
    `lent` those that name an asset whose title does."""

    def __init__(self, places: Sequence[str], declared: Sequence[str], lent: Sequence[str] = (), named: Sequence[str] = ()):
        code, detail = "manifest.personal_data", "This would be published, and names a person: leave the name out."
        whole = f"The credentials would name a person, at {', '.join(places[:5])}. Leave names and ids of people out."
        retitle = "The title of this asset would be published, and names a person: give it another title here."
        rename = "The names of the frames would be published, and name a person: give the files other names."
        said = ((declared, detail), (lent, retitle), (named, rename))
        faults = tuple(Fault(place, code, sentence) for places, sentence in said for place in places)
        super().__init__(code, whole, errors=faults)


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """All that a manifest is made of.

    `titles` are what the ingredients are called, by their labels; they are signed beside the manifest. `organisations`
    are the names an operation may be attested by in public; other names are left out. `withheld` are names, aliases and
    ids of persons: should one turn up in the manifest after all, it is not built. `sequence` is what is stated of a frame
    sequence (sequence_index.py).
    """

    title: str
    generator_version: str
    declaration: Declaration
    extent: Extent
    consent: ConsentFacts
    ingredients: tuple[IngredientFact, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    title_ids: tuple[str, ...] = ()
    organisations: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    sequence: Mapping[str, Any] | None = None

    @property
    def parent(self) -> IngredientFact | None:
        return next((one for one in self.ingredients if one.relation == "parentOf"), None)

    @property
    def intent(self) -> str:
        """The signing library's intent: an edit keeps the parent's history, a creation has none."""
        return "edit" if self.parent else "create"


UPLOAD = "countersign-upload"  # the label of the uploaded file where it is its own parent


def ingredients_of(declaration: Declaration, *, carries_credentials: bool) -> tuple[IngredientFact, ...]:
    """Whose history the asset continues.

    A file that carries credentials is its own parent, and everything declared as one becomes an input: a plate named
    as parent beside it would silently drop the file's history. Otherwise the parent is the one declared, or else the
    plate an operation was made on, by which its extent is measured.
    """
    declared = [IngredientFact(one.id, one.relation) for one in declaration.ingredients]
    if carries_credentials:
        inputs = (
            IngredientFact(one.label, "inputTo" if one.relation == "parentOf" else one.relation) for one in declared
        )
        return (IngredientFact(UPLOAD, "parentOf"), *inputs)
    if declaration.parent is None:
        plates = [
            given.difference.input for one in declaration.operations if (given := one.evidence) and given.difference
        ]
        declared = [
            IngredientFact(one.label, "parentOf") if plates and one.label == plates[0] else one for one in declared
        ]
    return tuple(declared)


def creation_source_type(declaration: Declaration) -> str:
    """How an asset without a parent began: as its vendor states, else what its operations allow to be said of it."""
    if declaration.digital_source_type:
        return declaration.digital_source_type
    made = [one for one in declaration.operations if one.generative]
    if any(one.whole and one.element == "picture" and one.digital_source_type == TRAINED for one in made):
        return TRAINED
    return SYNTHETIC if made else COMPOSITE


def build(facts: ManifestFacts) -> dict[str, Any]:
    """The manifest definition, in the library's JSON form.

    Raises Invalid: `manifest.invalid` for a word outside its vocabulary, `manifest.personal_data` for a name or id of
    a person, `manifest.signals` where the extent says otherwise than everybody will read in the actions.
    """
    _check(facts)
    manifest = {
        "title": facts.title,
        "claim_generator_info": [
            {"name": "Countersign", "version": facts.generator_version, "specVersion": SPECIFICATION}
        ],
        "assertions": [
            _created("c2pa.actions.v2", _actions(facts)),
            *(_created("c2pa.ai-disclosure", disclosed) for disclosed in _disclosures(facts.declaration.operations)),
            _created(EXTENT_LABEL, _extent(facts)),
            _created(CONSENT_LABEL, _consent(facts.consent)),
            *([_created(sequence_index.LABEL, dict(facts.sequence))] if facts.sequence else []),
            {"label": "cawg.training-mining", "created": False, "data": _mining()},
            {"label": "cawg.metadata", "kind": "Json", "created": False, "data": _metadata(facts)},
        ],
    }
    _check_nothing_personal(manifest, facts)
    _check_signals(manifest)
    return manifest


def _created(label: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "created": True, "data": data}


# --- actions ------------------------------------------------------------------------------------------------------


def _actions(facts: ManifestFacts) -> dict[str, Any]:
    declaration = facts.declaration
    agents = list(dict.fromkeys(one.tool for one in declaration.operations))
    acts = [_inception(facts)]
    stated = {one.id: one for one in declaration.ingredients}
    if declaration.parent:
        acts += acts_on_parent(declaration.parent)
    acts += [placed(stated.get(one.label), one.label) for one in facts.ingredients if one.relation == "componentOf"]
    for operation in declaration.operations:
        acts.extend(_acts(operation, agents.index(operation.tool), facts))
    if len(acts) == 1 and facts.parent and not declaration.complete:
        # An asset that was only opened may not be said to leave actions out (2.4 §18.15.3); something was done to it.
        acts.append({"action": "c2pa.unknown", "digitalSourceType": COMPOSITE})
    named = [
        {key: value for key, value in (("name", tool.name), ("version", tool.version)) if value} for tool in agents
    ]
    return {
        "allActionsIncluded": declaration.complete,
        **({"softwareAgents": named} if named else {}),
        "actions": acts,
    }


def _inception(facts: ManifestFacts) -> dict[str, Any]:
    if facts.parent:
        return {"action": "c2pa.opened", "parameters": {"ingredientIds": [facts.parent.label]}}
    return {"action": "c2pa.created", "digitalSourceType": creation_source_type(facts.declaration)}


def _acts(operation: OperationStatement, agent: int, facts: ManifestFacts) -> Iterator[dict[str, Any]]:
    """An operation as C2PA tells it: one action, and a second where dubbing also translated."""
    technique = operation.kind
    label = action(
        technique, digital_source_type=operation.digital_source_type, translated=operation.languages is not None
    )
    languages = {}
    if operation.languages:
        languages = {"sourceLanguage": operation.languages.source, "targetLanguage": operation.languages.target}
    own = {"org.countersign.operation": operation.id, "org.countersign.technique": operation.technique}
    inputs = _inputs(operation, facts)
    act: dict[str, Any] = {"action": label, "softwareAgentIndex": agent}
    if operation.at:
        act["when"] = operation.at.isoformat().replace("+00:00", "Z")
    if label not in _WITHOUT_SOURCE_TYPE:
        act["digitalSourceType"] = operation.digital_source_type
    act["description"] = technique.label[0].upper() + technique.label[1:]
    people = _portrayed(operation, facts.declaration)
    places = changes(
        operation, name=_place_name(operation, people), human=bool(people) and operation.element == "picture"
    )
    if places:
        act["changes"] = places
    said_here = languages if label == "c2pa.translated" else {}
    yield {**act, "parameters": {**own, **said_here, **({"ingredientIds": inputs} if inputs else {})}}
    if languages and not said_here:
        translated = {name: value for name, value in act.items() if name not in ("changes", "description")}
        yield {**translated, "action": "c2pa.translated", "digitalSourceType": operation.digital_source_type,
               "parameters": {**own, **languages}}  # fmt: skip


def _inputs(operation: OperationStatement, facts: ManifestFacts) -> list[str]:
    """The input ingredients an operation worked from."""
    used = {name for _, name in operation.evidence.inputs()} if operation.evidence else set()
    return [one.label for one in facts.ingredients if one.relation == "inputTo" and one.label in used]


def _portrayed(operation: OperationStatement, declaration: Declaration) -> list[str]:
    """The modalities in which performers are seen or heard in what an operation changed."""
    return [one.modality for one in declaration.depictions if one.id in operation.depicts and one.portrayed]


def _place_name(operation: OperationStatement, people: Sequence[str]) -> str:
    """A name for a place in general words: what a vendor calls it may name somebody."""
    part = next((_PARTS[one] for one in people if one in _PARTS), operation.element)
    return f"{'Generated' if operation.digital_source_type == TRAINED else 'Altered'} {part}"


# --- the other assertions -----------------------------------------------------------------------------------------


def _disclosures(operations: Iterable[OperationStatement]) -> list[dict[str, Any]]:
    """One disclosure per model, with the least human oversight any of its operations had."""
    models: dict[Any, list[str | None]] = {}
    for operation in operations:
        if operation.model:
            models.setdefault(operation.model, []).append(operation.oversight)
    found = []
    for model, oversight in models.items():
        told: dict[str, Any] = {"modelType": "c2pa.types.model" if model.type == NOT_DISCLOSED else model.type}
        if model.name:
            told["modelName"] = model.name
        if model.identifier:
            told["modelIdentifier"] = model.identifier
        levels = [OVERSIGHT.index(level) for level in oversight if level is not None]
        if len(levels) == len(oversight):
            told["contentProfile"] = {"humanOversightLevel": OVERSIGHT[min(levels)]}
        found.append(told)
    return found


def _extent(facts: ManifestFacts) -> dict[str, Any]:
    stated = facts.extent.as_dict()
    operations = [_operation(row, facts.organisations) for row in facts.extent.operations]
    authorship = [_authorship(one) for one in facts.declaration.authorship]
    return {"version": 1, **stated, "operations": operations, **({"authorship": authorship} if authorship else {})}


def _authorship(one: AuthorshipStatement) -> dict[str, Any]:
    told = {"element": one.element, "human_share": one.human_share, "ai_share": one.ai_share}
    people = [{"role": each.role, "people": each.people} for each in one.contributors]
    return {**told, "method": one.method, "measured_by": "producer", "contributors": people}


def _operation(row: OperationExtent, organisations: frozenset[str]) -> dict[str, Any]:
    told = row.as_dict()
    # What came along is marked in the actions of whoever made it, and has no identifiers in ours.
    told["regions"] = [] if row.inherited else [region.id for region in row.statement.regions]
    if told["attested_by"] not in organisations:
        told["attested_by"] = None
    return told


def _consent(consent: ConsentFacts) -> dict[str, Any]:
    told: dict[str, Any] = {
        "version": 1,
        "state_at_signing": consent.state_at_signing,
        "policy_version": consent.policy_version,
        "receipts": [{"id": one.id, "digest": {"alg": "sha256", "value": one.digest}} for one in consent.references],
    }
    return {**told, "status": consent.status_url} if consent.status_url else told


def _mining() -> dict[str, Any]:
    return {"entries": {entry: {"use": "notAllowed"} for entry in _MINING}}


def _metadata(facts: ManifestFacts) -> dict[str, Any]:
    """IPTC's properties on AI (Photo Metadata 2025.1, Video Metadata Hub 1.7) and PLUS's on releases.

    No prompts, which are nobody's business, and no names of people: a release is named by an opaque receipt.
    """
    told: dict[str, Any] = {"@context": _CONTEXT}
    if facts.title_ids:
        told["dc:identifier"] = list(facts.title_ids)
    if source := source_type_of(facts):
        told["Iptc4xmpExt:DigitalSourceType"] = source
    tools = list(dict.fromkeys(one.tool for one in facts.declaration.operations if one.generative))
    if tools:
        told["Iptc4xmpExt:AISystemUsed"] = "; ".join(tool.name for tool in tools)
        if all(tool.version for tool in tools):
            told["Iptc4xmpExt:AISystemVersionUsed"] = "; ".join(str(tool.version) for tool in tools)
    told["plus:ModelReleaseStatus"] = _RELEASES[facts.consent.state_at_signing]
    if facts.consent.references:
        told["plus:ModelReleaseID"] = [one.id for one in facts.consent.references]
    if facts.consent.status_url:
        registry, _, credential = facts.consent.status_url.rpartition("/c/")
        told["Iptc4xmpExt:RegistryId"] = [
            {"Iptc4xmpExt:RegOrgId": registry, "Iptc4xmpExt:RegItemId": credential}
        ]  # fmt: skip
    return told


def source_type_of(facts: ManifestFacts) -> str | None:
    """The digital source type of the whole, as IPTC means it; None where the operations allow none to be named."""
    began = None if facts.parent else creation_source_type(facts.declaration)
    made = [row for row in facts.extent.operations if row.statement.generative]
    if made and began != TRAINED:
        return WITH_TRAINED if any(not row.inherited for row in made) else SYNTHETIC
    return began if began in OPERATION_SOURCE_TYPES else None


def metadata_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What of a built manifest also goes into the file's own metadata, by the names of its properties in XMP."""
    told = next(one["data"] for one in manifest["assertions"] if one["label"] == "cawg.metadata")
    return {name: value for name, value in told.items() if name.startswith(("Iptc4xmpExt:", "plus:"))}


# --- what must hold before anything is signed ---------------------------------------------------------------------


def _check(facts: ManifestFacts) -> None:
    for operation in facts.declaration.operations:
        _check_operation(operation)
    began = creation_source_type(facts.declaration)
    _must(facts.parent is not None or began in CREATION_SOURCE_TYPES, f"{began!r} is no digital source type")
    for ingredient in facts.ingredients:
        _must(ingredient.relation in RELATIONS, f"{ingredient.relation!r} is no relation of an ingredient")
    _must(sum(one.relation == "parentOf" for one in facts.ingredients) <= 1, "an asset has one parent")
    _must_differ((one.label for one in facts.ingredients), "ingredient")
    places = [place for one in facts.declaration.operations for place in changes(one, name="", human=False)]
    named = [place_identifier(one.label) for one in facts.ingredients if one.relation == "componentOf"]
    _must_differ((*(place["identifier"] for place in places), *named), "region")
    for name in facts.title_ids:
        _must(_TITLE_ID.fullmatch(name) is not None, f"{name!r} is no title identifier in the form of a URN")
    _check_consent(facts.consent)


def _check_operation(operation: OperationStatement) -> None:
    at = f"operation {operation.id!r}:"
    _must(operation.technique in TECHNIQUES, f"{at} {operation.technique!r} is no technique")
    source, model, oversight = operation.digital_source_type, operation.model, operation.oversight
    _must(source in OPERATION_SOURCE_TYPES, f"{at} {source!r} is no digital source type of an operation")
    _must(oversight is None or oversight in OVERSIGHT, f"{at} {oversight!r} is no level of human oversight")
    _must(operation.at is None or operation.at.tzinfo is not None, f"{at} its moment has no offset")
    if model:
        known = model.type in MODEL_TYPES or model.type == NOT_DISCLOSED or _OWN_TYPE.fullmatch(model.type)
        _must(bool(known), f"{at} {model.type!r} is no type of model")


def _check_consent(consent: ConsentFacts) -> None:
    _must(
        consent.state_at_signing in CONSENT_STATES, f"nothing is signed while consent is {consent.state_at_signing!r}"
    )
    for one in consent.references:
        _must(_REFERENCE.fullmatch(one.id) is not None, "a reference to a consent is a random urn:uuid")
        _must(_SHA256.fullmatch(one.digest) is not None, "the digest of a reference is a SHA-256 in hex")
    refers = bool(consent.references)
    _must(refers == (consent.state_at_signing == "confirmed"), "confirmed consent, and no other, is referred to")
    address = consent.status_url
    _must(address is None or _ADDRESS.fullmatch(address) is not None, f"{address!r} is no address to ask for the state")


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise Invalid("manifest.invalid", f"The manifest was not built: {what}.")


def _must_differ(names: Iterable[str], kind: str) -> None:
    seen: set[str] = set()
    for name in names:
        _must(name not in seen, f"two of its {kind}s are called {name!r}")
        seen.add(name)


def _check_signals(manifest: dict[str, Any]) -> None:
    """Hold the extent against the official signals: readers elsewhere see those, and not our quantities."""
    extent = next(one["data"] for one in manifest["assertions"] if one["label"] == EXTENT_LABEL)
    why = signals.disagreement(extent, signals.of(manifest))
    if why:
        raise Invalid("manifest.signals", f"The credentials would contradict themselves: {why}.")


def _check_nothing_personal(manifest: dict[str, Any], facts: ManifestFacts) -> None:
    """Refuse a manifest in which a person's id, or a withheld name as a word of its own, has found its way.

    The labels and titles of ingredients are published beside it, with their own manifests.
    """
    names = [re.escape(_folded(name)) for name in sorted(facts.withheld) if name.strip()]
    named = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)") if names else None
    beside = tuple(_strings({"ingredients": _ingredients(facts)}, ""))
    found = {
        text: pointer for pointer, text in (*_strings(manifest, ""), *beside)
        if _PERSON_ID.search(text) or (named and named.search(_folded(text)))
    }  # fmt: skip
    if found:
        frames = ("/sequence/pattern",) if facts.sequence and facts.sequence["pattern"] in found else ()
        raise PersonalData(
            tuple(found.values()), _declared_at(facts.declaration, found), _lent_at(facts, found), frames
        )


def _ingredients(facts: ManifestFacts) -> list[dict[str, str]]:
    declared = facts.declaration.ingredients
    return [{"label": one.id, "title": facts.titles.get(one.id) or one.title or ""} for one in declared]


def _declared_at(declaration: Declaration, texts: Container[str]) -> tuple[str, ...]:
    """Where these stand in a declaration, as JSON pointers; who is depicted is said by an id, and not published."""
    said = _strings(declaration.as_dict(), "")
    return tuple(pointer for pointer, text in said if text in texts and not pointer.endswith("/person"))


def _lent_at(facts: ManifestFacts, texts: Container[str]) -> tuple[str, ...]:
    """The known assets that lend an ingredient one of these as its title, where the declaration gives it none."""
    return tuple(
        f"/ingredients/{number}/asset" for number, one in enumerate(facts.declaration.ingredients)
        if one.asset and not one.title and facts.titles.get(one.id) in texts
    )  # fmt: skip


def _folded(text: str) -> str:
    """Text as it is compared: without case, and with the marks between the words of a file name as blanks."""
    return " ".join(re.split(r"[\s_./-]+", unicodedata.normalize("NFKC", text).casefold())).strip()


def _strings(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strings(inner, f"{pointer}/{number}")
