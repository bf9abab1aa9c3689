"""Anything that the description lets a program send is answered as described: no server error, no undocumented answer.

Schemathesis makes the requests from what is served at /api/v1/openapi.json, fit and unfit ones, and holds the answers against
it. A few for each operation here; `make faults` sends FAULTS_REQUESTS, and of an operation no more than there is time for.
"""

import os
import time
from fnmatch import fnmatch
from itertools import count

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import cast as people
from tests import shots
from tests.assets import build
from tests.described import description
from tests.interface import looked_up

pytestmark = pytest.mark.django_db

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schemathesis.serializer.alias("application/c2pa", "application/octet-stream")
schemathesis.serializer.alias("text/csv", "text/plain")
schemathesis.serializer.alias("application/vnd.opentimelineio+json", "application/json")

# Requests of each kind, fit and unfit, for each operation (two are one of names that there
# are and one of others); after so many seconds no further one is sent.
FEW, MANY, SECONDS = 2, int(os.environ.get("FAULTS_REQUESTS", 40)), 20
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance]
UNHURRIED = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "phases": [Phase.generate]}
IN_WORDS = "Describe it (responses, refusal(status, “code”)), or mend the answer. `pytest -k fuzzed -x` shows the request."


@pytest.fixture
def interface(hatch, studio, program, settings):
    """The description with the application behind it, and a token that may do everything; and things there are, by name."""
    settings.RATES = dict.fromkeys(settings.RATES, 0)
    settings.WEBHOOK_TEST_SECONDS = 0
    people.verified(studio, at=timezone.now())
    api = program(studio.parallax)
    asset = shots.send(api, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg()).json()
    known = {"asset": asset["id"], "production": studio.harbor.public_id, "clearance": asset["decision"], "number": "1001"}
    known["upload"] = begun(api)
    known["webhook"] = webhook = api.post("/api/v1/webhooks", {"address": "https://hooks.example"}, format="json").json()["id"]
    known["delivery"] = api.post(f"/api/v1/webhooks/{webhook}/test").json()["id"]
    loaded = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    return loaded, {"Authorization": api._credentials["HTTP_AUTHORIZATION"]}, known


def test_fuzzed_requests_are_answered_as_described(interface):
    fuzz(*interface, requests=FEW)


@pytest.mark.faults
def test_many_fuzzed_requests_are_answered_as_described(interface):
    fuzz(*interface, requests=MANY)


def begun(api):
    """An upload that has begun, by its id."""
    answer = api.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1000000"})
    assert answer.status_code == 201, answer.content
    return answer["Location"].rpartition("/")[2]


def fuzz(loaded, token, known, *, requests):
    faults = []
    for found in loaded.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:
            if mode == GenerationMode.POSITIVE or takes_more_than_names(operation):
                faults += sent(operation, mode, token, known, requests)
    assert not faults, "\n".join(["", *dict.fromkeys(faults), IN_WORDS])


def takes_more_than_names(operation):
    """Whether anything unfit can be sent: in an address, any name is fit to be asked for."""
    return any(operation.query) or any(operation.headers) or any(operation.body)


def sent(operation, mode, token, known, requests):
    """Send what schemathesis makes of an operation; every second request names a thing there is."""
    faults, numbers, ends = [], count(), time.monotonic() + SECONDS

    @seed(20260714)
    @settings(max_examples=requests, **UNHURRIED)
    @given(case=operation.as_strategy(mode))
    def each(case):
        if time.monotonic() > ends:
            return
        if next(numbers) % 2:
            case.path_parameters = {**(case.path_parameters or {}), **named(case, known)}
        answer = case.call(headers=token)
        # Where something else is away, that is described as an answer; 500 never is.
        checks = CHECKS if answer.status_code in (502, 503) else [not_a_server_error, *CHECKS]
        try:
            case.validate_response(answer, checks=checks)
        except (FailureGroup, AssertionError) as group:
            faults.extend(f"{operation.label}: {told(one)}" for one in getattr(group, "exceptions", (group,)))
        faults.extend(undocumented_code(operation, answer))

    try:
        each()
    except Exception as nothing:  # an operation for which nothing unfit can be made
        if type(nothing).__name__ not in ("Unsatisfiable", "SkipTest"):
            raise
    print(f"{operation.label}, {mode.value}: {next(numbers)} in {time.monotonic() - ends + SECONDS:.1f} s")
    return faults


def named(case, known):
    return {name: known[name] for name in case.path_parameters or {} if name in known}


def told(failure):
    return " ".join(str(failure).split())[:400]


def undocumented_code(operation, answer):
    if answer.status_code < 400 or "problem" not in answer.headers.get("content-type", [""])[0]:
        return
    document, code = description(), answer.json()["code"]
    responses = document["paths"][operation.path][operation.method]["responses"]
    codes = looked_up(document, responses.get(str(answer.status_code), {})).get("x-codes", ())
    if codes and not any(fnmatch(code, one) for one in codes):
        yield f"{operation.label}: {answer.status_code} {code} is not among its codes ({', '.join(codes)})"
