"""A check can be kept under an address of its own; what was told then stays, whatever is concluded later."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from provenance.models import Verdict
from registry.append_only import AppendOnlyError
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.provenance.registered import end

pytestmark = pytest.mark.django_db
SEALED = re.compile(r'name="sealed" value="([^"]+)"')


def checked(client, content: bytes, name: str = "a film's <b>name</b>.jpg") -> str:
    """The sealed answer that the page offers to keep."""
    page = client.post("/verify", {"file": SimpleUploadedFile(name, content)})
    assert page.status_code == 200
    return SEALED.search(page.content.decode())[1]


def kept(client, content: bytes) -> str:
    answer = client.post("/v", {"sealed": checked(client, content)})
    assert answer.status_code == 302
    return answer["Location"]


@pytest.fixture
def signed(studio, hatch):
    """Signed bytes, and the consent they stand on."""
    grant = people.verified(studio, at=timezone.now())
    sent = shots.send(hatch, (build.library() / "result.jpg").read_bytes(), shots.declaration(studio, ingredients=[]))
    shots.work()
    content = hatch.get(f"/api/v1/assets/{sent.json()['id']}/content")
    return b"".join(content.streaming_content), grant


def test_nothing_is_kept_of_a_check_that_nobody_asks_to_keep(client):
    checked(client, (build.library() / "plate.jpg").read_bytes())
    assert not Verdict.objects.exists()


def test_a_kept_check_says_the_same_later_and_holds_neither_file_nor_name(client, signed):
    address = kept(client, signed[0])
    page = client.get(address).content.decode()
    assert "What was concluded then stands as it was told." in page and "Signed by Northlight Pictures" in page
    row = Verdict.objects.get()
    assert "name" not in str(row.reports["en"]["file"]) and "film" not in str(row.reports) and "film" not in page
    assert row.reports["es"]["signature"]["text"] != row.reports["en"]["signature"]["text"]


def test_after_an_ending_the_old_answer_stands_beside_the_new_one(client, signed):
    content, grant = signed
    address = kept(client, content)
    end(grant, at=timezone.now() - timedelta(seconds=1))
    page = client.get(address).content.decode()
    assert "Today another answer would be given." in page and "when this was signed and today" in page
    assert "it has since ended" in page
    told = client.get(f"{address}.json").json()
    assert (told["then"]["consent"]["details"]["now"], told["today"]["consent"]["details"]["now"]) == ("confirmed", "ended")


def test_the_same_file_is_read_again_and_another_one_is_not_compared(client, signed):
    content, _ = signed
    address = kept(client, content)
    again = client.post(address, {"file": SimpleUploadedFile("again.jpg", content)})
    assert again.status_code == 200 and "Read again today, the answer is the same." in again.content.decode()
    other = client.post(address, {"file": SimpleUploadedFile("other.jpg", content + b"\n")})
    assert other.status_code == 422 and "This is another file" in other.content.decode()
    assert Verdict.objects.count() == 1


def test_kept_twice_it_is_one_check(client):
    sealed = checked(client, (build.library() / "plate.jpg").read_bytes())
    first, second = (client.post("/v", {"sealed": sealed})["Location"] for _ in range(2))
    assert first == second and Verdict.objects.count() == 1


@pytest.mark.parametrize("sealed", ["", "made up", "eyJhIjoxfQ:1abcde:xyz"])
def test_what_this_registry_did_not_tell_is_not_kept(client, sealed):
    answer = client.post("/v", {"sealed": sealed})
    assert answer.status_code == 422 and "cannot be kept any more" in answer.content.decode()
    assert not Verdict.objects.exists()


def test_after_an_hour_it_is_checked_anew(client, monkeypatch):
    sealed = checked(client, (build.library() / "plate.jpg").read_bytes())
    monkeypatch.setattr("provenance.verdicts.OFFERED_FOR", timedelta(seconds=-1))
    assert client.post("/v", {"sealed": sealed}).status_code == 422 and not Verdict.objects.exists()


def test_a_kept_check_is_never_changed(client):
    kept(client, (build.library() / "plate.jpg").read_bytes())
    with pytest.raises(AppendOnlyError):
        Verdict.objects.update(sha256="0" * 64)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM provenance_verdict")
    assert Verdict.objects.count() == 1


@pytest.mark.parametrize("address", ["/v/vrd_none", "/v/vrd_none.json"])
def test_an_unknown_one_is_not_there(client, address):
    assert client.get(address).status_code == 404


def test_in_spanish_it_is_told_in_spanish(client, signed):
    page = client.get(f"{kept(client, signed[0])}?lang=es").content.decode()
    assert "Una comprobación guardada" in page and "Firmado por" in page and "Then" not in page


def test_as_data_it_has_an_etag_that_holds_until_something_changes(client, signed):
    content, grant = signed
    address = f"{kept(client, content)}.json"
    first = client.get(address)
    assert first["Cache-Control"] == "public, no-cache" and client.head(address)["ETag"] == first["ETag"]
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.get(address, {"lang": "es"}, headers={"if-none-match": first["ETag"]}).status_code == 200
    end(grant, at=timezone.now() - timedelta(seconds=1))
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200
