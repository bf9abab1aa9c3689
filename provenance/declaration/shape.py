"""The shape of a declaration, held against its published JSON Schema, with every fault told in a sentence."""

import difflib
import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from registry import strict_json
from registry.errors import Fault, Invalid
from registry.strict_json import pointer

MAX_FAULTS = 50  # told at once; nobody reads more
NOT_BLANK = r"\S"


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema published at /schemas/declaration-1.json."""
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
                yield Fault(pointer(*at), "declaration.invalid", f"{name!r} is missing.")
    elif keyword == "additionalProperties":
        for name in sorted(set(given) - set(shape.get("properties", ()))):
            yield Fault(pointer(*at, name), "declaration.invalid", f"{name!r} is not known here.")
    elif keyword in ("enum", "anyOf"):
        yield Fault(pointer(*at), "declaration.unknown_term", _unknown(error))
    else:
        say = _SENTENCES.get(keyword, lambda value: "This is not of the published shape.")
        yield Fault(pointer(*at), "declaration.invalid", say(asked))


def _unknown(error: ValidationError) -> str:
    asked: Any = error.validator_value
    terms: list[str] = asked if error.validator == "enum" else asked[0]["enum"]
    given = str(error.instance)[:100]
    near = difflib.get_close_matches(given, terms, n=3) or terms[:8]
    more = "" if len(near) == len(terms) else " and others in /schemas/declaration-1.json"
    return f"{given!r} is not a known term. Known are {', '.join(near)}{more}."


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "type": lambda kind: f"This must be of type {kind}.",
    "const": lambda value: f"This must be {json.dumps(value)}.",
    "pattern": lambda pattern: "This may not be empty." if pattern == NOT_BLANK else f"This must be of the form {pattern}",
    "not": lambda _: "The asset itself is sent under this name, or its declaration: call the part otherwise.",
    "oneOf": lambda _: "Give exactly one of 'part' (a file sent along) or 'asset' (an asset known here).",
    "maxLength": lambda limit: f"This may have at most {limit} characters.",
    "minItems": lambda limit: f"At least {limit} needed here.",
    "maxItems": lambda limit: f"At most {limit} are accepted here.",
    "minProperties": lambda _: "This says nothing: give its place or its time.",
    "uniqueItems": lambda _: "Nothing may be listed twice here.",
    "minimum": lambda limit: f"This may not be less than {limit}.",
    "exclusiveMinimum": lambda limit: f"This must be more than {limit}.",
    "maximum": lambda limit: f"This may not be more than {limit}.",
}
