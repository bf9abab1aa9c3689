"""What a description of the interface (OpenAPI) promises to programs, and whether a newer one still keeps it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SHAPES = "type", "format", "enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"
LIMITS = {"minimum": 1, "minLength": 1, "minItems": 1, "maximum": -1, "maxLength": -1, "maxItems": -1}
HOW = (
    "If a program of a vendor's could notice, keep the old way beside the new, or version the address. If none could, "
    "or the break is wanted and told in CHANGELOG.md: `make baseline`, and commit what it writes with the reason."
)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Each operation: path, method, id, and what is said of it."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation["operationId"], operation


def looked_up(document: dict[str, Any], value: Any) -> Any:
    """What a reference leads to."""
    while isinstance(value, dict) and "$ref" in value:
        found: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


# --- what is promised, without the words --------------------------------------------------------------------------


def promises(document: dict[str, Any]) -> dict[str, Any]:
    """A description reduced to what a program depends on: operations, parameters, bodies and answers with their fields."""
    return {
        f"{method.upper()} {path}": {
            "id": name,
            "scopes": sorted(scope for one in operation.get("security", ()) for scopes in one.values() for scope in scopes),
            "parameters": {f"{one['in']} {one['name']}": _parameter(document, one) for one in _parameters(document, operation)},
            "asked": _bodies(document, looked_up(document, operation.get("requestBody", {})).get("content", {})),
            "answers": {
                status: _bodies(document, looked_up(document, response).get("content", {}))
                for status, response in operation["responses"].items()
                if status < "400"  # how a refusal is told is one promise, and problem documents may gain members
            },
        }
        for path, method, name, operation in operations(document)
    }


def _parameters(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (looked_up(document, one) for one in operation.get("parameters", ()))


def _parameter(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    shape = _shape(document, one.get("schema", {}))
    if one["in"] == "query" and one.get("explode") is False and "items" in shape:
        # Parted by commas: one term is sent as it was before there could be several.
        shape = shape["items"] | {"several": True}
    return {"required": bool(one.get("required"))} | shape


def _bodies(document: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    return {kind: _shape(document, one.get("schema", {})) for kind, one in content.items()}


def _shape(document: dict[str, Any], schema: Any, above: tuple[str, ...] = ()) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    if reference in above:
        return {"again": reference.rpartition("/")[2]}
    above, schema = (*above, reference) if reference else above, looked_up(document, schema)
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return _shape(document, schema["allOf"][0], above)
    told = {name: schema[name] for name in SHAPES if name in schema}
    if "properties" in schema:
        told["fields"] = {name: _shape(document, inner, above) for name, inner in schema["properties"].items()}
        told["required"] = sorted(schema.get("required", ()))
    if "items" in schema:
        told["items"] = _shape(document, schema["items"], above)
    for one in ("oneOf", "anyOf"):
        if one in schema:
            told["ways"] = [_shape(document, inner, above) for inner in schema[one]]
    return told


# --- whether they are kept ----------------------------------------------------------------------------------------


def broken(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Each promise of `before` that `now` breaks, in a sentence; what is only added breaks none."""
    return [sentence for name, old in before.items() for sentence in _operation(name, old, now.get(name))]


def _operation(name: str, old: dict[str, Any], new: dict[str, Any] | None) -> Iterator[str]:
    if new is None:
        yield f"{name}: the operation is gone."
        return
    if old["id"] != new["id"]:
        yield f"{name}: its id was {old['id']} and is {new['id']}; generated clients call it by that."
    if added := set(new["scopes"]) - set(old["scopes"]):
        yield f"{name}: it asks for more scopes than before: {', '.join(sorted(added))}."
    for parameter, was in old["parameters"].items():
        if parameter not in new["parameters"]:
            yield f"{name}: the parameter “{parameter}” is gone."
        else:
            yield from _asked(f"{name}, parameter “{parameter}”", was, new["parameters"][parameter])
    for parameter, is_now in new["parameters"].items():
        if is_now["required"] is True and not old["parameters"].get(parameter, {}).get("required"):
            yield f"{name}: the parameter “{parameter}” must be given now."
    for kind, was in old["asked"].items():
        if kind not in new["asked"]:
            yield f"{name}: {kind} is not taken any more."
        else:
            yield from _asked(f"{name}, sent as {kind}", was, new["asked"][kind])
    for status, answers in old["answers"].items():
        if status not in new["answers"]:
            yield f"{name}: it does not answer {status} any more."
            continue
        for kind, was in answers.items():
            if kind not in new["answers"][status]:
                yield f"{name}: {status} is not answered as {kind} any more."
            else:
                yield from _answered(f"{name}, answer {status}", was, new["answers"][status][kind])


def _asked(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What could be sent must still be taken."""
    yield from _type(where, _types(old) - _types(new), "may not be")
    if "enum" in new and (gone := [term for term in old.get("enum", ()) if term not in new["enum"]]):
        yield f"{where}: {', '.join(map(str, gone))} may not be sent any more."
    if "enum" in new and "enum" not in old:
        yield f"{where}: any value could be sent, and now only some."
    for limit, tighter in LIMITS.items():
        was, is_now = old.get(limit), new.get(limit)
        if is_now is not None and (was is None or (is_now - was) * tighter > 0):
            yield f"{where}: {limit} was {'not set' if was is None else was} and is {is_now}."
    if new.get("pattern") not in (None, old.get("pattern")):
        yield f"{where}: it must be of another form now ({new['pattern']})."
    for name, was in old.get("fields", {}).items():
        if name not in new.get("fields", {}):
            yield f"{where}: the field “{name}” is not taken any more."
        else:
            yield from _asked(f"{where}, “{name}”", was, new["fields"][name])
    if isinstance(new.get("required"), list):
        for name in sorted(set(new["required"]) - set(old.get("required", ()))):
            yield f"{where}: the field “{name}” must be sent now."
    if "items" in old and "items" in new:
        yield from _asked(f"{where}, each", old["items"], new["items"])


def _answered(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What was told must still be told, in a form that was announced; further terms of a list may be told, as announced."""
    yield from _type(where, _types(new) - _types(old) if _types(old) else set(), "may now be")
    for name, was in old.get("fields", {}).items():
        if name not in new.get("fields", {}):
            yield f"{where}: the field “{name}” is not told any more."
            continue
        if name in old["required"] and name not in new["required"]:
            yield f"{where}: the field “{name}” may be missing now."
        yield from _answered(f"{where}, “{name}”", was, new["fields"][name])
    if "items" in old and "items" in new:
        yield from _answered(f"{where}, each", old["items"], new["items"])


def _type(where: str, types: set[str], how: str) -> Iterator[str]:
    if types:
        yield f"{where}: it {how} of type {', '.join(sorted(types))}."


def _types(shape: dict[str, Any]) -> set[str]:
    kind = shape.get("type")
    types = {kind} if isinstance(kind, str) else set(kind or ())
    for way in shape.get("ways", ()):
        types |= _types(way)
    return types | ({"integer"} if "number" in types else set())


if __name__ == "__main__":
    # For `make baseline`.
    whole = yaml.safe_load(Path("docs/openapi.yaml").read_text())
    Path("docs/openapi-baseline.json").write_text(json.dumps(promises(whole), indent=1, sort_keys=True) + "\n")
