"""The picture on a public report: only where its producer shows it, and never of a minor, a stranger or what is flagged."""

import io
from datetime import date

import pytest
from django.utils import timezone
from PIL import Image

from provenance.models import Asset
from registry.models import Production
from tests import cast as people
from tests import shots
from tests.assets import build

MARK = '<rect class="place"'


@pytest.fixture
def shown(studio):
    people.verified(studio, at=timezone.now())
    Production.objects.update(shows_places=True)
    return studio


def signed(hatch, told, content=None, **how):
    answer = shots.send(hatch, content or build.result_jpg(), told, plate=build.plate_jpg(), **how)
    assert answer.status_code == 202, answer.content
    shots.work()
    return Asset.objects.get(public_id=answer.json()["id"])


def page(client, asset):
    return client.get(f"/c/{asset.credential.public_id}", headers={"accept": "text/html"}).content.decode()


def picture(client, asset):
    return client.get(f"/c/{asset.credential.public_id}/picture.jpg")


def test_the_altered_face_is_marked_in_a_small_picture(shown, hatch, client):
    asset = signed(hatch, shots.declaration(shown))
    for _ in range(2):
        answer = picture(client, asset)
        assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg" and len(answer.content) < 60_000
        assert max(Image.open(io.BytesIO(answer.content)).size) <= 480
    assert page(client, asset).count(MARK) == 1


def test_nothing_is_shown_unless_its_producer_shows_it(shown, hatch, client):
    asset = signed(hatch, shots.declaration(shown))
    Production.objects.update(shows_places=False)
    assert picture(client, asset).status_code == 404 and MARK not in page(client, asset)


@pytest.mark.parametrize("born", [date(2010, 1, 1), None])
def test_a_minor_and_somebody_of_unknown_age_are_never_shown(shown, hatch, client, born):
    asset = signed(hatch, shots.declaration(shown))
    shown.mira.birth_date = born
    shown.mira.save()
    assert picture(client, asset).status_code == 404 and MARK not in page(client, asset)


def test_somebody_nobody_identified_is_not_shown(shown, hatch, client):
    asset = signed(hatch, shots.declaration(shown))
    asset.depictions.create(label="dep-2", role="background", modality="face")
    assert picture(client, asset).status_code == 404


def test_what_was_never_released_has_no_picture(client, db):
    assert client.get("/c/crd_nobody/picture.jpg").status_code == 404


def test_a_frame_is_drawn_of_a_film(shown, hatch, client):
    told = shots.bare(shown, "clip.mp4")
    answer = shots.send(hatch, build.plate_mp4(), told, name="clip.mp4")
    shots.work()
    asset = Asset.objects.get(public_id=answer.json()["id"])
    answer = picture(client, asset)
    assert answer.status_code == 200 and Image.open(io.BytesIO(answer.content)).format == "JPEG"
