"""The window without a file: a record by its address, id or fingerprint; the lists in use; crJSON; assets as a tree."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from provenance import trust
from provenance.conclusion import RegistryFacts
from provenance.models import TrustList
from provenance.public import browser, story
from provenance.reading import Reading
from provenance.report import conclude
from tests.assets import build
from tests.provenance import test_trust_lists as lists
from tests.provenance.registered import credential

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["{id}", " https://registry.example/c/{id}?lang=es ", "/c/{id}", "/c/{id}.json"])
def test_a_record_is_found_by_its_id_or_address(client, asked):
    made = credential()
    answer = client.post("/look-up?lang=es", {"record": asked.format(id=made.public_id)})
    assert (answer.status_code, answer["Location"]) == (302, f"/c/{made.public_id}?lang=es")


def test_a_fingerprint_is_answered_on_the_spot_and_stands_in_no_address(client):
    made = credential()
    known, unknown = (client.post("/look-up", {"record": digest}) for digest in (made.sha256.upper(), "0" * 64))
    assert known.status_code == unknown.status_code == 200
    assert 'data-engine="registry ' in known.content.decode() and f"/c/{made.public_id}" in known.content.decode()
    assert "Not known" in unknown.content.decode()
    assert client.get("/look-up", {"record": made.sha256})["Location"] == "/verify"


@pytest.mark.parametrize(("asked", "status"), [
    ("crd_nobody", 404), ("", 422), ("https://elsewhere.example/", 422), ("a" * 63, 422), ("<script>", 422), ("\0" * 9, 422),
])  # fmt: skip
def test_what_cannot_be_looked_up_is_said_beside_the_field(client, asked, status):
    answer = client.post("/look-up", {"record": asked})
    assert answer.status_code == status and 'id="unknown"' in answer.content.decode()
    assert "<script>" not in answer.content.decode()


def test_the_lists_in_use_may_be_fetched_and_others_are_not_there(client, settings):
    settings.C2PA_TRUST_LIST = ""
    trust.forget()
    assert client.get("/trust/c2pa").status_code == 404 and trust.published() == []
    lists.refreshed(lists.root("Camera maker"))
    trust.forget()
    assert client.get("/trust/c2pa").content.decode() == TrustList.objects.get().pem
    assert trust.published() == ["/trust/c2pa"] and client.get("/trust/sandbox").status_code == 404
    trust.forget()


def test_only_pages_that_read_files_may_compile_and_only_where_the_reader_is(client, monkeypatch):
    policies = {address: client.get(address)["Content-Security-Policy"] for address in ("/", "/verify", "/how-to-read")}
    assert ["'wasm-unsafe-eval'" in policy and "worker-src 'self' blob:" in policy for policy in policies.values()] == [
        True, True, False,
    ]  # fmt: skip
    monkeypatch.setattr(browser.finders, "find", lambda path: None)
    page = client.get("/verify").content.decode()
    assert "data-reader" not in page and "data-words" not in page and "Your own browser" not in page


def test_crjson_is_a_download_and_a_file_without_credentials_has_none(client):
    plain = SimpleUploadedFile("plate.jpg", build.plate_jpg())
    answer = client.post("/verify", {"file": plain, "as": "crjson"})
    assert answer.status_code == 422 and "there is no crJSON of them" in answer.content.decode()


def test_assets_used_are_a_tree_that_ends_where_one_was_altered_or_comes_round_again():
    def ingredient(title, manifest="", **more):
        return {"title": title, "relationship": "componentOf", "active_manifest": manifest, **more}

    altered = {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}}
    manifests = {
        "top": {"ingredients": [ingredient("plate", "plate"), ingredient("swapped", "bad", validation_results=altered)]},
        "plate": {"ingredients": [ingredient("scan", "top")]}, "bad": {"ingredients": [ingredient("hidden")]},
    }  # fmt: skip
    success = ["assertion.dataHash.match", "claimSignature.validated", "signingCredential.trusted"]
    found = {"active": "top", "manifests": manifests, "codes": {"success": success}, "state": "Trusted",
             "trust_list_uri": trust.lists().registry_uri}  # fmt: skip
    at = lists.AT
    report = conclude(Reading.of(found), RegistryFacts(), trust.lists(), file="work.jpg", at=at)
    assert report.relied_on
    plate, swapped = story.used(report)
    assert [one["title"] for one in plate["made_from"]] == ["scan"] and plate["made_from"][0]["made_from"] == []
    assert swapped["altered"] and swapped["made_from"] == []
