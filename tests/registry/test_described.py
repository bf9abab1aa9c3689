"""The interface describes itself whole: every operation with examples that are true, codes that are explained, and no break."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from provenance.public import problem_types
from tests.described import description
from tests.interface import HOW, broken, looked_up, operations, promises

BASELINE = Path(__file__).resolve().parent.parent.parent / "docs" / "openapi-baseline.json"
BINARY = ("application/octet-stream", "application/c2pa", "application/offset+octet-stream")
PROBLEM = "application/problem+json"
NEEDED = {"401": ["WWW-Authenticate"], "429": ["Retry-After"], "503": ["Retry-After"]}
IN_WORDS = "See “The hatch describes itself” in CONTRIBUTING.md."


def every_operation():
    return [(f"{method.upper()} {path} ({name})", one) for path, method, name, one in operations(description())]


def examples(content):
    """The examples of one form of content."""
    yield from ([content["example"]] if "example" in content else ())
    yield from (one["value"] for one in content.get("examples", {}).values())


def contents(operation):
    """Each form in which an operation is asked or answers well: where, media type, and what is said of it."""
    document = description()
    for kind, content in looked_up(document, operation.get("requestBody", {})).get("content", {}).items():
        yield "the request", kind, content
    for status, response in operation["responses"].items():
        for kind, content in looked_up(document, response).get("content", {}).items():
            yield f"the answer {status}", kind, content


def faults_of(schema, example):
    document = description()
    rules = {**looked_up(document, schema), "components": document["components"]}
    validator = Draft202012Validator(rules, format_checker=FormatChecker())
    return [f"/{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in validator.iter_errors(example)]


def told(faults):
    assert not faults, "\n".join(["", *faults, IN_WORDS])


def test_every_operation_says_what_it_is_for():
    told([
        f"{place} has no {what}"
        for place, operation in every_operation()
        for what in ("summary", "description", "tags")
        if not operation.get(what)
    ])  # fmt: skip
    told([
        f"{place}: the summary is a few words without a full stop: “{operation['summary']}”"
        for place, operation in every_operation()
        if len(operation["summary"]) > 80 or operation["summary"].endswith(".")
    ])  # fmt: skip


def test_no_two_operations_have_one_id():
    names = [operation["operationId"] for _, operation in every_operation()]
    assert sorted(names) == sorted(set(names))


def test_every_request_and_every_good_answer_has_an_example():
    told([
        f"{place}: {where} as {kind} has no example"
        for place, operation in every_operation()
        for where, kind, content in contents(operation)
        if where < "the answer 400" or where == "the request"
        if not (kind in BINARY or content.get("schema", {}).get("format") == "binary" or any(True for _ in examples(content)))
    ])  # fmt: skip


def test_every_example_is_of_the_form_described():
    told([
        f"{place}: the example of {where} as {kind} is not so: {fault}"
        for place, operation in every_operation()
        for where, kind, content in contents(operation)
        for example in examples(content)
        for fault in faults_of(content["schema"], example)
    ])  # fmt: skip


def test_every_refusal_is_a_problem_document_and_names_codes_that_are_explained():
    refusals = [
        (f"{place}, {status}", status, looked_up(description(), response))
        for place, operation in every_operation()
        for status, response in operation["responses"].items()
        if status >= "400"
    ]
    with_a_body = [(where, one) for where, _, one in refusals if not where.startswith("HEAD ")]
    told([f"{where} is no problem document" for where, one in with_a_body if PROBLEM not in one.get("content", {})])
    told([f'{where} names no code: refusal({status}, "…")' for where, status, one in refusals if not one.get("x-codes")])
    told([
        f"{where}: provenance/public/problem_types.py does not explain {code}"
        for where, _, one in refusals
        for code in one["x-codes"]
        if not problem_types.explained(code.replace(".*", ".any"))
    ])  # fmt: skip


def test_headers_that_programs_rely_on_are_described():
    faults = []
    for place, operation in every_operation():
        for status, response in operation["responses"].items():
            one = looked_up(description(), response)
            needed = ["X-Request-ID", *NEEDED.get(status, ())]
            if "location" in one["description"].lower():
                needed.append("Location")
            faults += [f"{place}, {status}: {name} is not described" for name in needed if name not in one.get("headers", {})]
    told(faults)


def test_operations_behind_a_token_name_their_scope():
    known = description()["components"]["securitySchemes"]["clientCredentials"]["flows"]["clientCredentials"]["scopes"]
    told([
        f"{place} names no scope, or one that is not given out"
        for place, operation in every_operation()
        for one in operation.get("security", ())
        for scopes in one.values()
        if not scopes or set(scopes) - set(known)
    ])  # fmt: skip


# --- no break -----------------------------------------------------------------------------------------------------


def test_what_was_promised_is_kept():
    found = broken(json.loads(BASELINE.read_text()), promises(description()))
    assert not found, "\n".join(["The interface breaks what docs/openapi-baseline.json promises:", *found, HOW])


FIELD = {"type": "string"}
PLAIN = {"GET /a": {
    "id": "read_a", "scopes": ["assets:read"], "parameters": {"query state": {"required": False, "enum": ["held", "signed"]}},
    "asked": {"application/json": {"type": "object", "fields": {"x": FIELD, "y": {"type": ["string", "null"]}},
                                   "required": ["x"]}},
    "answers": {"200": {"application/json": {"type": "object", "fields": {"id": FIELD, "n": {"type": "integer"}},
                                             "required": ["id"]}}},
}}  # fmt: skip


def changed(change):
    new = json.loads(json.dumps(PLAIN))
    change(new["GET /a"], new)
    return broken(PLAIN, new)


ASKED, ANSWER = ("asked", "application/json"), ("answers", "200", "application/json")


def at(one, way):
    for step in way:
        one = one[step]
    return one


BREAKS = {
    "an operation removed": lambda one, whole: whole.pop("GET /a"),
    "an id renamed": lambda one, whole: one.update(id="get_a"),
    "a scope more": lambda one, whole: one["scopes"].append("webhooks"),
    "a parameter removed": lambda one, whole: one["parameters"].clear(),
    "a parameter made necessary": lambda one, whole: one["parameters"]["query state"].update(required=True),
    "a new necessary parameter": lambda one, whole: one["parameters"].update({"query q": {"required": True}}),
    "a term not taken any more": lambda one, whole: one["parameters"]["query state"]["enum"].remove("held"),
    "a form not taken any more": lambda one, whole: one["asked"].clear(),
    "a field not taken any more": lambda one, whole: at(one, ASKED)["fields"].pop("x"),
    "a field made necessary": lambda one, whole: at(one, ASKED)["required"].append("y"),
    "a type narrowed": lambda one, whole: at(one, ASKED)["fields"]["y"].update(type="string"),
    "a length limited": lambda one, whole: at(one, ASKED)["fields"]["x"].update(maxLength=10),
    "an answer removed": lambda one, whole: one["answers"].pop("200"),
    "a field not told any more": lambda one, whole: at(one, ANSWER)["fields"].pop("n"),
    "a field that may be missing": lambda one, whole: at(one, ANSWER)["required"].clear(),
    "a type widened where it is told": lambda one, whole: at(one, ANSWER)["fields"]["n"].update(type=["integer", "null"]),
}
FITS = {
    "nothing": lambda one, whole: None,
    "an operation more": lambda one, whole: whole.update({"GET /b": one}),
    "a parameter more": lambda one, whole: one["parameters"].update({"query q": {"required": False}}),
    "a term more": lambda one, whole: one["parameters"]["query state"]["enum"].append("dead"),
    "a field more to send": lambda one, whole: at(one, ASKED)["fields"].update(z=FIELD),
    "a field more that is told": lambda one, whole: at(one, ANSWER)["fields"].update(z=FIELD),
    "a field always told": lambda one, whole: at(one, ANSWER)["required"].append("n"),
    "a type widened where it is sent": lambda one, whole: at(one, ASKED)["fields"]["x"].update(type=["string", "null"]),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_break_is_noticed(what):
    found = changed(BREAKS[what])
    assert len(found) == 1 and found[0].startswith("GET /a"), found


@pytest.mark.parametrize("what", FITS)
def test_what_breaks_nothing_is_let_pass(what):
    assert changed(FITS[what]) == []
