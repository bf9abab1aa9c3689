"""What must hold of a declaration beyond its shape: terms, names that refer to each other, places and people."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from provenance.declaration.nearest import meant, nearest
from provenance.declaration.statements import Declaration, DepictionStatement, IngredientStatement, OperationStatement
from provenance.declaration.values import day, moment
from provenance.geometry import Region, exact
from provenance.techniques import CREATION_SOURCE_TYPES, OPERATION_SOURCE_TYPES, SOUND_ELEMENTS, source_type
from registry.errors import Fault

MAX_REGIONS = 1000  # in one declaration; what moves with every frame belongs in a matte

_SOURCE_TYPES = sorted(term.rpartition("/")[2] for term in CREATION_SOURCE_TYPES)
_SEEN = frozenset({"face", "body", "motion", "performance", "name", "signature_trait"})
_HEARD = frozenset({"voice", "performance", "name", "signature_trait"})


def invalid(at: str, detail: str) -> Fault:
    return Fault(at, "declaration.invalid", detail)


def given_faults(data: dict[str, Any]) -> Iterator[Fault]:
    """Faults in what was written, which the values no longer show: terms, moments and days that are none."""
    if "unit" in data and "units" in data:
        yield invalid("/units", "Give unit or units, not both.")
    release = data.get("intended_release", {})
    for name in ("from", "to"):
        if name in release and day(release[name]) is None:
            yield invalid(f"/intended_release/{name}", "This is not a day of the calendar (YYYY-MM-DD).")
    yield from _source_faults("", data)
    for kind in ("ingredients", "operations"):
        for index, given in enumerate(data.get(kind, ())):
            yield from _source_faults(f"/{kind}/{index}", given)
            if "at" in given and moment(given["at"]) is None:
                yield invalid(f"/{kind}/{index}/at", "Give the moment as in 2026-07-14T09:12:00Z, with its offset.")
    if sum(len(given.get("regions", ())) for given in data.get("operations", ())) > MAX_REGIONS:
        yield invalid("/operations", f"More than {MAX_REGIONS} regions: supply a matte instead.")


def _source_faults(at: str, given: dict[str, Any]) -> Iterator[Fault]:
    term = given.get("digital_source_type")
    if term is not None and source_type(term) is None:
        near = nearest(term, _SOURCE_TYPES)
        meant_is = f" Did you mean {' or '.join(near)}?" if near else f" Those are {', '.join(_SOURCE_TYPES)}."
        detail = f"{term!r} is not a digital source type of IPTC or C2PA that may still be used.{meant_is}"
        yield Fault(f"{at}/digital_source_type", "declaration.unknown_term", detail)


def duplicate_faults(declaration: Declaration) -> Iterator[Fault]:
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
    yield from (invalid(at, f"Two regions are called {name!r}.") for at, name in regions if seen[name] > 1)


def _repeated(at: str, key: str, values: list[str | None]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield invalid(f"{at}/{index}/{key}", f"{value!r} was given before.")
        if value is not None:
            seen.add(value)


def statement_faults(declaration: Declaration) -> Iterator[Fault]:
    if sum(one.relation == "parentOf" for one in declaration.ingredients) > 1:
        yield invalid("/ingredients", "An asset has one parent: only one ingredient can be parentOf.")
    for index, ingredient in enumerate(declaration.ingredients):
        yield from _placement_faults(f"/ingredients/{index}", ingredient)
    release = declaration.intended_release
    if release.from_ and release.to and release.to <= release.from_:
        yield invalid("/intended_release/to", "The release must end after it begins.")
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
            yield invalid(f"/authorship/{index}", "The shares of people and of AI are more than the whole together.")
    depicted = {name for operation in declaration.operations for name in operation.depicts}
    for index, depiction in enumerate(declaration.depictions):
        yield from _depiction_faults(f"/depictions/{index}", depiction, depicted)


def _placement_faults(at: str, ingredient: IngredientStatement) -> Iterator[Fault]:
    placement = ingredient.placement
    if placement is None:
        return
    if ingredient.relation == "inputTo":
        yield invalid(f"{at}/placement", "What was only an input appears nowhere in the asset: leave its placement out.")
    for name, part in (("trim", placement.trim), ("time", placement.time)):
        if part is not None and part.end_s is not None and part.end_s <= part.start_s:
            yield invalid(f"{at}/placement/{name}/end_s", "The end must come after the start.")


def _operation_faults(at: str, operation: OperationStatement) -> Iterator[Fault]:
    technique = operation.kind
    if operation.element not in technique.elements:
        fitting = ", ".join(sorted(technique.elements))
        yield invalid(f"{at}/element", f"{operation.technique} is done to {fitting}, not to {operation.element}.")
    if sum((bool(operation.regions), operation.whole is True, operation.share is not None)) > 1:
        yield invalid(at, "Say where by regions, or whole, or a share: one of them, or none when it is not known.")
    if operation.technique == "other" and operation.description is None:
        yield invalid(f"{at}/description", "Say in words what was done: the technique is other.")
    if operation.digital_source_type not in OPERATION_SOURCE_TYPES:
        detail = "This says how an asset may have come about, not what an operation did; name a narrower one."
        yield invalid(f"{at}/digital_source_type", detail)
    if operation.generative and operation.model is None:
        yield invalid(f"{at}/model", "Name the model that made the content; its type may be not_disclosed.")
    if technique.generative and not operation.generative:
        yield from _nature_faults(f"{at}/digital_source_type", operation)


def _nature_faults(at: str, operation: OperationStatement) -> Iterator[Fault]:
    if operation.assistive:
        yield invalid(at, f"{operation.technique} changes content; this source type says that none was changed.")
    elif operation.kind.by_model:
        yield invalid(at, f"{operation.technique} is done by a model; this source type says that none was used.")
    elif operation.model is not None:
        yield invalid(at, "A model is named, and this source type says that none was used.")


def _reference_faults(
    at: str, operation: OperationStatement, depictions: dict[str, DepictionStatement], ingredients: set[str]
) -> Iterator[Fault]:
    for number, name in enumerate(operation.depicts):
        if name not in depictions:
            yield invalid(f"{at}/depicts/{number}", f"No depiction is called {name!r}.{meant(name, depictions)}")
    for kind, given in operation.evidence.given() if operation.evidence else ():
        for place, named in (("input", given.input), ("output", given.output)):
            if named is not None and named not in ingredients:
                detail = f"No ingredient is called {named!r}.{meant(named, ingredients)}"
                yield invalid(f"{at}/evidence/{kind}/{place}", detail)
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
        yield invalid(f"{at}/shape", f"A shape is a place in a picture; this operation is on {element}.")
    if region.words is not None and element != "text":
        yield invalid(f"{at}/words", f"Words are counted in text; this operation is on {element}.")
    if element == "text" and region.words is None:
        yield invalid(at, "Say which words; or leave the regions out and say whole.")
    if element in SOUND_ELEMENTS and region.time is None and region.frames is None:
        yield invalid(at, "Say when; or leave the regions out and say whole.")
    if region.time is not None and region.frames is not None:
        yield invalid(f"{at}/frames", "Give time or frames, not both.")
    if region.time is not None and region.time.end_s is not None and region.time.end_s <= region.time.start_s:
        yield invalid(f"{at}/time/end_s", "The end must come after the start.")
    if region.frames is not None and region.frames.end is not None and region.frames.end < region.frames.start:
        yield invalid(f"{at}/frames/end", "The last frame cannot come before the first.")
    if region.words is not None and region.words.end <= region.words.start:
        yield invalid(f"{at}/words/end", "The end must come after the start.")


def _depiction_faults(at: str, depiction: DepictionStatement, depicted: set[str]) -> Iterator[Fault]:
    answers = (depiction.person is not None, depiction.unidentified is True, depiction.role == "synthetic")
    if sum(answers) != 1:
        detail = "Say who is depicted, in one way: a person, or unidentified true, or the role synthetic where nobody real is."
        yield Fault(at, "declaration.depiction_without_person", detail)
    if depiction.id not in depicted and depiction.use is None:
        yield invalid(at, "No operation depicts this one: name it in an operation's depicts, or give its use.")
