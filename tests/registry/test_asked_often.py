"""The doors that platforms ask a million times a day: without a session, and otherwise as every door is."""

import pytest

from provenance import iscc
from provenance.fingerprint import Code
from registry.middleware import ASKED_OFTEN

VALUE = iscc.value(Code("picture", "7" * 64))
OFTEN = {
    "/api/v1/verifications/by-hash/" + "ab" * 32: {},
    "/api/v1/status-list": {},
    "/api/softbinding/v1/matches/byBinding": {"alg": iscc.ALGORITHM, "value": VALUE},
    "/api/softbinding/v1/services/status": {},
}
EVERYWHERE = ("X-Request-ID", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
              "RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin", "Content-Length")  # fmt: skip


@pytest.mark.parametrize("address", OFTEN)
def test_an_answer_has_all_that_answers_have_and_starts_no_session(client, db, address):
    assert address.startswith(ASKED_OFTEN)
    answer = client.get(address, OFTEN[address])
    assert answer.status_code == 200
    assert [name for name in EVERYWHERE if name not in answer.headers] == []
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")


def test_a_refusal_there_is_a_problem_document_as_everywhere(client, db):
    for address, status, code in (
        ("/api/v1/verifications/by-hash/none", 422, "verification.fingerprint"),
        ("/api/softbinding/v1/matches/byBinding", 400, "request.parameter"),
        ("/api/softbinding/v1/services/none", 404, "request.not_found"),
        ("/api/v1/verifications/by-hash/a\0b", 404, "request.not_found"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (status, code), address
        assert answer["Content-Type"] == "application/problem+json"


def test_a_program_that_asks_there_is_counted_for_itself(cast, program):
    api = program(cast.parallax)
    answer = api.get("/api/v1/verifications/by-hash/" + "ab" * 32)
    assert answer.status_code == 200 and "client" in answer["RateLimit-Policy"] and answer["ETag"]
    api.credentials(HTTP_AUTHORIZATION="Bearer wrong")
    assert api.get("/api/v1/verifications/by-hash/" + "ab" * 32).status_code == 401
