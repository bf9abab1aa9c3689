"""Copies for the performer at the desk: chosen on a page, saved with a reason, and on the record."""

import io
import zipfile

import pytest

from consent.models import Receipt
from registry import journal
from registry.models import Event, Membership
from tests import cast as people
from tests.desk import FILES, at_the_desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def copies(grant):
    return f"{FILES}{grant.public_id}/copies/"


def saved(client, grant, what, **changes):
    said = {"form": what, "revision": grant.revisions.get().public_id, "reason": "Asked for by the agent"} | changes
    return client.post(copies(grant), said)


@pytest.mark.parametrize(("form", "media_type", "ending"), [
    ("receipt", "application/vc+jwt", ".vc.jwt"),
    ("record", "application/ld+json", ".jsonld"),
    ("policy", "application/ld+json", ".odrl.jsonld"),
])  # fmt: skip
def test_a_copy_is_saved_as_a_file(cast, form, media_type, ending):
    grant = people.verified(cast)
    answer = saved(at_the_desk(cast.ines), grant, form)
    assert answer.status_code == 200 and answer["Content-Type"] == media_type
    assert answer["Content-Disposition"].endswith(f'{ending}"') and "no-store" in answer["Cache-Control"]
    assert journal.chain(grant.public_id).last().reason == "Asked for by the agent"


def test_a_consent_file_leads_to_its_copies_for_those_who_may(cast):
    grant = people.verified(cast)
    assert copies(grant) in at_the_desk(cast.ines).get(f"{FILES}{grant.public_id}/").content.decode()
    assert copies(grant) not in at_the_desk(cast.ada).get(f"{FILES}{grant.public_id}/").content.decode()
    page = at_the_desk(cast.ines).get(copies(grant)).content.decode()
    assert "not for production" in page and "Revision 1" in page


def test_what_is_refused_is_said_on_the_page_and_nothing_is_made(cast):
    grant, before = people.entered(cast), Event.objects.count()
    client = at_the_desk(cast.ines)
    refused = saved(client, grant, "receipt")
    assert refused.status_code == 409 and "second lawyer" in refused.content.decode()
    other = people.verified(cast, number="C-2").revisions.get().public_id
    before += 2
    for changes in ({"reason": ""}, {"form": "passport"}, {"revision": "rev_unknown"}, {"revision": other}):
        assert saved(client, grant, "record", **changes).status_code == 422
    assert not Receipt.objects.exists() and Event.objects.count() == before


def test_readers_and_other_studios_get_none(cast):
    grant = people.verified(cast)
    before = Event.objects.count()
    assert saved(at_the_desk(cast.ada), grant, "record").status_code == 403
    assert saved(at_the_desk(cast.sol), grant, "record").status_code == 404
    assert Event.objects.count() == before


def test_the_data_protection_officer_answers_an_access_request(cast):
    people.verified(cast)
    officer = people.lawyer("dana", "Pike", cast.northlight, Membership.Role.DPO)
    client, address = at_the_desk(officer), f"/admin/registry/person/{cast.mira.public_id}/access-request/"
    assert address in client.get(f"/admin/registry/person/{cast.mira.public_id}/").content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    answer = client.post(address, {"reason": "Letter of 3 July"})
    assert answer["Content-Type"] == "application/zip"
    assert "index.html" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert journal.chain(cast.mira.public_id).last().tag == "person:access_answered"
