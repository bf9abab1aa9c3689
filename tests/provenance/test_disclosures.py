"""What platforms are told: one disclosure by its credential, many by hash, in the language asked for, and never more."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from django.utils import timezone

from consent import records
from provenance import disclosures
from tests import cast as people
from tests.provenance import registered, signed
from tests.provenance.registered import sha256

pytestmark = pytest.mark.django_db
SCHEMA = json.loads((Path(disclosures.__file__).parent / "schemas" / "disclosure-1.json").read_text())
DE_AGED = {
    "element": "picture", "band": "minor", "share": 0.0312, "at_least": False, "method": "derived:regions",
    "measured_by": "producer", "error": 0.0004, "time_share": 0.1277, "area_share": 0.244, "operations": ["op-1"],
    "total": {"frames": 2256, "seconds": 94.0, "width": 1920, "height": 1080},
    "done": [{"act": "altered", "part": "face", "performers": 1, "techniques": ["de_aging"]}],
}  # fmt: skip
SENTENCE = (
    "AI altered the face of one performer (de-aging) in 12.0 of 94.0 seconds, covering 3.1 % of the picture. "
    "Worked out from the regions its producer stated."
)
EXTENT = registered.EXTENT | {"elements": [DE_AGED], "headline": {"band": "minor", "text": SENTENCE}}


def told(client, credential, **asked):
    answer = client.get(f"/api/v1/disclosures/{credential.public_id}", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def fitting(document):
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    return document


def test_one_disclosure_says_how_much_how_that_is_known_and_how_consent_stands(client, cast):
    made = signed.with_mira(cast, extent=EXTENT)
    document = fitting(told(client, made))
    assert document["extent"]["text"] == SENTENCE
    assert document["extent"]["elements"][0]["method"] == "derived:regions"
    assert document["consent"]["now"] == "confirmed" and document["sha256"] == made.sha256
    (credit,) = [one for one in document["labels"]["texts"] if one["code"] == "eu-credit"]
    assert credit["text"].endswith("with the consent of the performers (or their representatives).")
    assert document["labels"]["icons"]["eu"] == "partially_ai_modified"
    for private in (cast.mira.alias, cast.mira.public_id, "C-0142", made.decision.public_id, cast.harbor.public_id):
        assert private not in json.dumps(document)


def test_the_same_in_spanish_with_its_numbers(client, cast):
    document = fitting(told(client, signed.with_mira(cast, extent=EXTENT), lang="es"))
    assert document["extent"]["text"] == (
        "La IA alteró el rostro de un intérprete (rejuvenecimiento) en 12,0 de 94,0 segundos; abarcó 3,1 % de la imagen. "
        "Calculado a partir de las zonas que indicó su productor."
    )
    assert document["consent"]["text"].startswith("Consta el de todas las personas")
    (credit,) = [one for one in document["labels"]["texts"] if one["code"] == "eu-credit"]
    assert credit["language"] == "es" and "consentimiento de los intérpretes" in credit["text"]


def test_a_record_that_can_only_be_told_as_signed_keeps_its_words(client):
    made = registered.credential()
    assert told(client, made, lang="es")["extent"]["text"] == registered.EXTENT["headline"]["text"]
    page = client.get(f"/c/{made.public_id}", {"lang": "es"}, headers={"accept": "text/html"}).content.decode()
    assert '<html lang="es">' in page and '<h1 lang="en">AI altered' in page


def test_an_etag_is_kept_until_something_changes(client, cast):
    grant = people.verified(cast)
    made = signed.with_mira(cast, grant)
    address = f"/api/v1/disclosures/{made.public_id}"
    first = client.get(address)
    assert first["ETag"].startswith('"') and first["Access-Control-Allow-Origin"] == "*"
    assert first["Cache-Control"] == "public, no-cache"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, {"lang": "es"}, headers={"if-none-match": first["ETag"]}).status_code == 200
    people.ended(cast, grant, at=timezone.now())
    ended = client.get(address, headers={"if-none-match": first["ETag"]})
    assert ended.status_code == 200 and ended.json()["consent"]["now"] == "ended"
    (credit,) = [one for one in ended.json()["labels"]["texts"] if one["code"] == "eu-credit"]
    assert credit["states_consent"] is False and "consent" not in credit["text"]


def test_a_credit_speaks_of_consent_only_where_everyone_real_is_on_file(client, cast):
    made = signed.with_mira(cast)
    made.asset.depictions.create(label="dep-2", role="background", modality="face")
    (credit,) = [one for one in told(client, made)["labels"]["texts"] if one["code"] == "eu-credit"]
    assert not credit["states_consent"] and "consent" not in credit["text"]


def test_no_label_is_offered_where_no_ai_is_stated(client):
    none = {"bands_version": "1", "headline": {"band": "none_stated", "text": "…"}, "operations": [], "assistive": [],
            "elements": [{"element": "picture", "band": "none_stated", "share": 0, "operations": [], "done": []}]}  # fmt: skip
    labels = told(client, registered.credential(extent=none))["labels"]
    assert labels["texts"] == [] and labels["icons"]["eu"] == "none"


def test_an_advertisement_with_a_synthetic_performer_is_told_the_words_of_new_york(client, cast):
    made = registered.credential()
    codes = lambda: [one["code"] for one in told(client, made)["labels"]["texts"]]  # noqa: E731
    made.asset.depictions.create(label="dep-1", role="synthetic", modality="face")
    assert "ny-advertisement" not in codes()
    type(made.asset.production).objects.update(kind="commercial")
    assert "ny-advertisement" in codes()


@pytest.mark.parametrize("name", ["crd_nobody", "..", "ast_x"])
def test_what_is_not_released_is_unknown(client, name):
    answer = client.get(f"/api/v1/disclosures/{name}")
    assert answer.status_code == 404 and answer["Access-Control-Allow-Origin"] == "*"


def test_hashes_are_answered_each_in_its_turn(client, django_assert_num_queries):
    made = registered.credential(b"signed", b"received")
    registered.asset(b"an upload that waits")
    given = [sha256(b"never seen"), "nonsense", sha256(b"received"), sha256(b"an upload that waits"), f"SHA256:{made.sha256}",
             made.sha256.upper()]  # fmt: skip
    with django_assert_num_queries(5):
        answer = client.post("/api/v1/disclosures/by-hash", {"sha256": given}, content_type="application/json")
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    results = answer.json()["results"]
    assert [one["state"] for one in results] == ["unknown", "not_a_hash", "known", "unknown", "known", "known"]
    assert [one.get("found_as") for one in results] == [None, None, "received", None, "signed", "signed"]
    assert results[2]["disclosure"] == results[5]["disclosure"]
    unknown, waiting = results[0] | {"sha256": ""}, results[3] | {"sha256": ""}
    assert unknown == waiting


def test_a_thousand_hashes_take_as_many_queries_as_one(client, django_assert_num_queries):
    registered.credential(b"signed")
    given = [sha256(str(number).encode()) for number in range(999)] + [sha256(b"signed")]
    with django_assert_num_queries(5):
        answer = client.post("/api/v1/disclosures/by-hash", {"sha256": given}, content_type="application/json")
    assert [one["state"] for one in answer.json()["results"][-2:]] == ["unknown", "known"]
    more = client.post("/api/v1/disclosures/by-hash", {"sha256": [*given, "x"]}, content_type="application/json")
    assert more.status_code == 422 and more.json()["errors"][0]["pointer"] == "/sha256"


def test_a_browser_may_ask_from_any_page(client):
    answer = client.options("/api/v1/disclosures/by-hash", headers={"origin": "https://platform.example"})
    assert answer.status_code == 204 and "POST" in answer["Access-Control-Allow-Methods"]
    assert answer["Access-Control-Allow-Origin"] == "*" and "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("asked", [{"lang": "xx"}, {"language": "es"}, {"lang": ""}])
def test_a_parameter_that_is_not_known_is_refused(client, asked):
    answer = client.get(f"/api/v1/disclosures/{registered.credential().public_id}", asked)
    assert answer.status_code == 400 and answer.json()["code"] == "request.parameter"


def test_a_file_signed_again_names_its_successor(client):
    first = registered.credential(b"one")
    second = registered.again(first, b"two")
    assert told(client, first)["superseded_by"] == second.public_id
    assert told(client, second)["superseded_by"] is None


def reviewed(cast, **more):
    """A cultural review of Harbor, with the consultant's opinion, confirmed by the second lawyer."""
    details = {"community": "Wampanoag of Aquinnah", "consultant": "Dr. L. Hoar", "scope": "Scenes 40 to 44",
               "result": "approved", "conditions_met": True, "signed_on": date(2026, 6, 1), **more}  # fmt: skip
    row = records.state("production.cultural_review", studio=cast.northlight, subject=cast.harbor.public_id, details=details,
                        by=cast.ines, at=people.NOON, reason="Her opinion came in", evidence=people.RIDER)  # fmt: skip
    records.confirm(row, by=cast.tobi, at=people.NOON, reason="Read it")


@pytest.mark.parametrize(("agreed", "community"), [(False, None), (True, "Wampanoag of Aquinnah")])
def test_a_review_is_told_and_its_community_only_where_that_was_agreed(client, cast, agreed, community):
    reviewed(cast, may_be_named=agreed)
    document = fitting(told(client, signed.with_mira(cast)))
    assert document["cultural_review"] == [{"text": "A cultural review took place.", "community": community}]
    for private in ("Hoar", "Scenes 40", "pproved", *([] if agreed else ["Wampanoag"])):
        assert private not in json.dumps(document)
