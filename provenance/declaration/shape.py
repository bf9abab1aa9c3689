"""The shape of a declaration, held against its published JSON Schema, with every fault told in a sentence."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from consent.territories import named
from provenance.declaration.nearest import MOST_LISTED, nearest, told
from registry import strict_json
from registry.errors import Fault, Invalid
from registry.strict_json import pointer

MAX_FAULTS = 50  # told at once; nobody reads more
NOT_BLANK = r"\S"


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema published at its own `$id`, /schemas/declaration-1.json."""
    text = resources.files("provenance").joinpath("schemas", "declaration-1.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def shape_faults(data: Any) -> tuple[Fault, ...]:
    """What in `data` is not of the published shape, at most MAX_FAULTS, hostile text and sizes first."""
    unfit = tuple(Fault(at, "declaration.invalid", detail) for at, detail in strict_json.unfit(data))
    if unfit:
        return unfit[:MAX_FAULTS]
    faults: list[Fault] = []
    for error in _validator().iter_errors(data):
        faults.extend(_told(error))
        if len(faults) >= MAX_FAULTS:
            break
    return tuple(sorted(faults[:MAX_FAULTS], key=lambda fault: fault.pointer))


def refuse(faults: tuple[Fault, ...]) -> None:
    """Raise Invalid for these faults, named by their common code; nothing when there are none."""
    if not faults:
        return
    codes = {fault.code for fault in faults}
    code = codes.pop() if len(codes) == 1 else "declaration.invalid"
    more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
    raise Invalid(code, f"{faults[0].detail}{more}", errors=faults[:MAX_FAULTS])


def _told(error: ValidationError) -> Iterator[Fault]:
    """A schema's complaint as faults: where, which kind, and what to do about it."""
    keyword, at = str(error.validator), tuple(error.absolute_path)
    asked: Any = error.validator_value
    shape: Any = error.schema
    given: Any = error.instance
    if keyword == "required":
        for name in asked:
            if error.message.startswith(f"'{name}' "):
                yield Fault(pointer(*at), "declaration.invalid", _missing(name))
    elif keyword == "additionalProperties":
        known = sorted(shape.get("properties", ()))
        for name in sorted(set(given) - set(known)):
            yield Fault(pointer(*at, name), "declaration.invalid", _stranger(name, known))
    elif keyword in ("enum", "anyOf"):
        yield Fault(pointer(*at), "declaration.unknown_term", _unknown(given, asked if keyword == "enum" else asked[0]["enum"]))
    elif keyword == "type":
        yield Fault(pointer(*at), "declaration.invalid", _of_type(asked, given, shape, at))
    elif keyword == "pattern":
        yield Fault(pointer(*at), "declaration.invalid", _of_form(asked, given))
    else:
        say = _SENTENCES.get(keyword)
        detail = say(asked, given, at) if say else "This is not of the published shape."
        yield Fault(pointer(*at), "declaration.invalid", detail)


def _missing(name: str) -> str:
    hint = _HINTS.get(name)
    return f"{name!r} is missing: {hint}." if hint else f"{name!r} is missing."


def _stranger(name: str, known: list[str]) -> str:
    near = nearest(name, known) or tuple(one for one in known if name and one.startswith(name))[:2]
    if near:
        return f"{name!r} is not known here: did you mean {' or '.join(map(repr, near))}?"
    return f"{name!r} is not known here. Known are {', '.join(known)}."


def _unknown(given: Any, terms: list[str]) -> str:
    if not isinstance(given, str):
        return f"This must be one of {', '.join(terms)}, as text." if len(terms) <= MOST_LISTED else "Text is needed here."
    return told(given, terms, listed=PUBLISHED)


def _of_type(kind: str, given: Any, shape: Any, at: tuple[str | int, ...]) -> str:
    if given is None:
        return f"Nothing (null) cannot stand here: give {_KINDS[kind]}, or leave the name out where that is allowed."
    if kind == "array" and isinstance(given, str | dict):
        return f"A list is needed here: put {'the text' if isinstance(given, str) else 'the object'} in [ ]."
    if kind == "object":
        hint = _HINTS.get(str(at[-1])) if at else None
        needed = shape.get("required", ())
        named = f", such as {hint.split('as in ')[1]}" if hint and "as in {" in hint else ""
        return f"An object is needed here{named or (f' with {_listed(needed)}' if needed else '')}."
    if kind in ("number", "integer") and isinstance(given, str):
        timecode = " Times are seconds, as in 1.04, not a timecode." if ":" in given else ""
        return f"{_KINDS[kind].capitalize()} is needed here, without quotes.{timecode}"
    return f"{_KINDS[kind].capitalize()} is needed here."


def _of_form(pattern: str, given: Any) -> str:
    if pattern == NOT_BLANK:
        return "This may not be empty."
    place = named(str(given)[:MOST_SHOWN]) if pattern.startswith("^(WORLD|") else None
    if place:
        return f"Territories are given by code: did you mean {place}?"
    return next((sentence for begins, sentence in _FORMS if pattern.startswith(begins)), f"This must be of the form {pattern}")


def _listed(names: Iterable[str]) -> str:
    return " and ".join(map(repr, names))


def _most(limit: Any, given: Any, at: tuple[str | int, ...]) -> str:
    if at and str(at[-1]).endswith("share"):
        return f"This may not be more than {limit}: a share is a part of the whole, 0.4 for 40 percent."
    return f"This may not be more than {limit}."


def _constant(value: Any, given: Any, at: tuple[str | int, ...]) -> str:
    if value is True:
        return "Only true may stand here; leave it out where it is not so."
    return f"This must be {json.dumps(value)}{', without quotes' if str(value) == given else ''}."


MOST_SHOWN = 100
PUBLISHED = "/schemas/declaration-1.json"
_KINDS = {
    "array": "a list", "object": "an object", "string": "text", "number": "a number", "integer": "a whole number",
    "boolean": "true or false",
}  # fmt: skip
# What is to stand under a name, as words that follow a colon.
_HINTS = {
    "version": "the version of the declaration's form, as in 1",
    "production": "the id of the production, prd_…, as GET /api/v1/productions lists it",
    "title": "the name the asset goes by",
    "id": "a name of your own for it, by which other parts refer to it",
    "relation": "parentOf for what the asset was made from, componentOf for what is in it, inputTo for what only helped",
    "element": "what it was done to: picture, voice, music, sound or text",
    "technique": "what was done, as in de_aging or cleanup; all are listed in /schemas/declaration-1.json",
    "tool": 'what it was done with, as in {"name": "Nuke", "version": "15.1"}',
    "name": "what it is called",
    "model": 'which model, as in {"name": "facenet-da", "type": "c2pa.types.model.pytorch"}',
    "type": "which kind it is",
    "role": "as what somebody is depicted, as in target_likeness or voice_source",
    "modality": "what of somebody is used: face, voice, body, motion, performance, name or signature_trait",
    "input": "the id of the ingredient to measure by",
    "difference": 'the ingredient the operation began from, as in {"input": "plate"}',
    "matte": 'the ingredient that shows where it was done, as in {"input": "matte"}',
    "basis": "by what right the data were used: licensed, consented, own, public_domain or unknown",
    "source": "the language it was in, as in en", "target": "the language it is in, as in de",
    "unit": "pixel or percent",
    "languages": 'both languages, as in {"source": "en", "target": "de"}',
    "time": 'seconds, as in {"start_s": 1.0, "end_s": 2.5}',
    "frames": 'the first and the last frame, as in {"start": 0, "end": 47}',
}  # fmt: skip
_FORMS = (
    ("^prd_", "Give the production's id, prd_…, as GET /api/v1/productions lists it; not its title."),
    ("^per_", "Give the person's id, per_…, as GET /api/v1/productions/{production} lists it; not a name."),
    ("^ast_", "Give the asset's id, ast_…, as GET /api/v1/assets lists it."),
    ("^(WORLD|", "Territories are ISO 3166 codes in capitals, as in GB or US-CA; or WORLD, EU, EEA."),
    ("^[0-9]{4}-", "Give the day as YYYY-MM-DD, as in 2026-07-14."),
    ("^[A-Za-z0-9][", "A name of letters, digits and . _ : - is needed, without spaces, beginning with a letter or digit."),
    ("^[A-Za-z]{2,8}", "Give a language tag (BCP 47), as in de or en-GB, with hyphens."),
    ("^https?://", "Give an address that begins with https:// or http://."),
)
_SENTENCES: dict[str, Callable[[Any, Any, tuple[str | int, ...]], str]] = {
    "const": _constant,
    "not": lambda *_: "The asset itself is sent under this name, or its declaration: call the part otherwise.",
    "oneOf": lambda *_: "Give exactly one of 'part' (a file sent along) or 'asset' (an asset known here).",
    "maxLength": lambda limit, *_: f"This may have at most {limit} characters.",
    "minItems": lambda limit, given, at: "Leave this out, or list at least one."
    if limit == 1
    else f"At least {limit} are needed here.",
    "maxItems": lambda limit, *_: f"At most {limit} are accepted here.",
    "minProperties": lambda *_: "This says nothing: give its place or its time.",
    "uniqueItems": lambda *_: "Nothing may be listed twice here.",
    "minimum": lambda limit, *_: f"This may not be less than {limit}.",
    "exclusiveMinimum": lambda limit, *_: f"This must be more than {limit}.",
    "maximum": _most,
}
