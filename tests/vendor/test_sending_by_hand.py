"""A file sent by hand, with what was done stated in a form: the same act as a program's, in the name of whoever sent it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from provenance.models import Asset, Credential, SigningJob
from registry import clients
from registry.models import ApiClient, Event
from tests import cast as people
from tests import shots
from tests.assets import build, portrait
from tests.vendor.people import page

pytestmark = pytest.mark.django_db
ALWAYS = {"element": "picture", "oversight": "human_validated", "role": "target_likeness", "modality": "face"}


def address(cast):
    return f"/vendor/productions/{cast.harbor.public_id}/send/"


def filled_in(cast, **changes):
    """A still of sh114 with Mira's face made younger, stated in the form; what is None is left out."""
    left, top, wide, tall = portrait.FACE
    said = {f"op{number}-{name}": value for number in (1, 2, 3) for name, value in ALWAYS.items()}
    said |= {
        "file": SimpleUploadedFile("harbor_sh114_v07.jpg", build.result_jpg()), "unit": "sh114", "op1-technique": "de_aging",
        "op1-tool": "AgeShift", "op1-version": "4.2", "op1-model": "facenet-da", "op1-people": [cast.mira.public_id],
        "op1-where": "region", "op1-left": left, "op1-top": top, "op1-width": wide, "op1-height": tall,
    }  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value is not None}


def test_what_consent_covers_is_received_and_signed(studio, board, vera):
    people.verified(studio, at=timezone.now())
    answer = board.post(address(studio), filled_in(studio))
    [asset] = Asset.objects.all()
    assert answer.url == f"/vendor/assets/{asset.public_id}/"
    assert asset.vendor == studio.parallax and asset.declaration["units"] == ["sh114"]
    [operation] = asset.declaration["operations"]
    assert operation["tool"] == {"name": "AgeShift", "version": "4.2"} and operation["attested_by"] == "Vera Lind, Parallax VFX"
    received = Event.objects.get(tag="asset:received")
    assert (received.actor, received.actor_name, received.reason) == (f"user:{vera.pk}", "Vera Lind", "Sent by hand")
    assert "Nothing to do" in page(board, answer.url) and board.get(f"{answer.url}signed").status_code == 404
    shots.work()
    assert Credential.objects.get().asset == asset
    assert "Download the signed file" in page(board, answer.url)
    got = board.get(f"{answer.url}signed")
    assert got["Content-Disposition"].startswith("attachment") and b"".join(got.streaming_content)[:2] == b"\xff\xd8"
    assert board.get(f"{answer.url}sidecar").status_code == 404


def test_what_consent_does_not_cover_is_refused_with_what_would_help_and_nothing_is_kept(studio, board):
    answer = board.post(address(studio), filled_in(studio))
    told = page(board, answer.url)
    assert "Refused: nothing was signed" in told and "What would help" in told and "M. Vale" in told
    assert SigningJob.objects.get().state == "refused" and shots.nothing_released()
    assert not Asset.objects.get().storage_key


@pytest.mark.parametrize(("changes", "words"), [
    ({"file": None}, "This field is required"),
    ({"unit": "sh999"}, "has no scene or shot of the code"),
    ({"op1-tool": ""}, "Say with what it was done."),
    ({"op1-left": ""}, "Say where the rectangle begins"),
    ({"op1-people": "per_unknown"}, "not one of the available choices"),
    ({"op1-technique": "generated_music"}, "is done to music"),
])  # fmt: skip
def test_what_cannot_be_accepted_is_told_on_the_form_and_nothing_is_stored(studio, board, changes, words):
    answer = board.post(address(studio), filled_in(studio, **changes))
    told = answer.content.decode()
    assert answer.status_code == 422 and words in told
    assert shots.nothing_kept() and 'value="AgeShift"' in told or "op1-tool" in changes


def test_a_form_that_is_not_one_of_ours_is_refused(studio, vera):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(vera)
    assert strict.post(address(studio), filled_in(studio)).status_code == 403 and shots.nothing_kept()


def test_nobody_signs_in_with_the_client_that_stands_for_people(studio, board, client):
    board.post(address(studio), filled_in(studio))
    [by_hand] = ApiClient.objects.all()
    asked = {"grant_type": "client_credentials", "client_id": by_hand.client_id, "client_secret": ""}
    assert client.post("/api/v1/oauth/token", asked).status_code == 401
    assert "No program is registered yet" in page(board, "/vendor/programs/")
    assert page(board, f"/vendor/programs/{by_hand.client_id}/", 404)


def test_where_sending_by_hand_was_taken_away_nothing_is_sent(studio, board, vera):
    at = timezone.now()
    clients.revoke(clients.by_hand(studio.parallax, by=vera, at=at), by=vera, at=at, reason="Programs only")
    answer = board.post(address(studio), filled_in(studio))
    assert answer.status_code == 409 and "was revoked" in answer.content.decode() and shots.nothing_kept()
