"""What looks like a known asset with AI waits for a person, is compared, and is never signed before.

Every no leaves nothing signed; and what merely looks alike is never refused by a machine.
"""

import io
import json

import pytest
from django.utils import timezone
from PIL import Image, ImageEnhance

from provenance import likeness, tasks
from provenance.fingerprint import Code
from provenance.models import Asset, Credential, Fingerprint, Likeness, LikenessAnswer, SigningJob
from registry import journal
from registry.models import Event, Organisation, Production
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db


def asset(name: str) -> bytes:
    return (build.library() / name).read_bytes()


def saved(image: Image.Image, quality: int = 60) -> bytes:
    target = io.BytesIO()
    image.convert("RGB").save(target, "JPEG", quality=quality)
    return target.getvalue()


def result() -> Image.Image:
    return Image.open(io.BytesIO(asset("result.jpg")))


@pytest.fixture
def studio(studio):
    people.verified(studio, at=timezone.now())
    return studio


@pytest.fixture
def shot(studio, hatch):
    """sh114, signed with its de-aged face: its id."""
    return shots.signed(hatch, asset("result.jpg"), shots.declaration(studio), plate=asset("plate.jpg"))["id"]


def held(hatch, answer) -> Asset:
    """The asset that was sent waits to be compared, is not signed by a worker, and its vendor is told no more than that."""
    assert (answer.status_code, answer.json()["state"]) == (202, "held"), answer.json()
    asset_id, before = answer.json()["id"], Credential.objects.count()
    tasks.sign_asset(asset_id)
    shots.work()
    found = hatch.get(f"/api/v1/assets/{asset_id}").json()
    assert found["state"] == "held" and found["problem"]["code"] == "provenance.possible_likeness"
    assert "no proof" in found["problem"]["detail"] and Credential.objects.count() == before
    return Asset.objects.get(public_id=asset_id)


CHANGES = {
    "saved anew at quality 60": lambda image: saved(image),
    "half its size": lambda image: saved(image.resize((image.width // 2, image.height // 2)), 85),
    "a little brighter": lambda image: saved(ImageEnhance.Brightness(image).enhance(1.1), 85),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_known_picture_declared_with_less_ai_waits_for_the_desk(studio, hatch, shot, change):
    waiting = held(hatch, shots.send(hatch, CHANGES[change](result()), shots.bare(studio, "clean.jpg"), name="clean.jpg"))
    row = waiting.likenesses.get()
    assert row.known.public_id == shot and row.distance <= 31 and row.ingredient is None
    assert "de-aging" in row.carries[0]


def test_with_as_much_declared_it_is_signed(studio, hatch, shot):
    told = shots.declaration(studio, ingredients=[], title="smaller.jpg")
    found = shots.signed(hatch, CHANGES["half its size"](result()), told, "smaller.jpg")
    assert found["extent"]["elements"][0]["share"] > 0 and not Likeness.objects.exists()


def test_a_smaller_place_than_the_known_one_carries_waits_too(studio, hatch, shot):
    told = shots.declaration(studio, ingredients=[])
    told["operations"][0]["regions"][0]["shape"] |= {"width": 2, "height": 2}
    held(hatch, shots.send(hatch, CHANGES["half its size"](result()), told))


def test_the_very_bytes_are_refused_and_not_held(studio, hatch, shot):
    before = Asset.objects.count()
    answer = shots.send(hatch, asset("result.jpg"), shots.bare(studio, "clean.jpg"))
    assert (answer.status_code, answer.json()["code"]) == (403, "provenance.laundering")
    assert Asset.objects.count() == before and not Likeness.objects.exists()


def test_another_picture_is_near_to_nothing(studio, hatch, shot):
    other = saved(Image.radial_gradient("L").resize((640, 360)))
    found = shots.signed(hatch, other, shots.bare(studio, "other.jpg"), "other.jpg")
    assert found["extent"]["headline"]["band"] == "none_stated" and not Likeness.objects.exists()


def test_what_the_known_one_was_made_from_is_no_copy_of_it(studio, hatch):
    """The plate of a film is, but for the altered seconds, the film."""
    plate = {"id": "plate", "relation": "inputTo", "part": "plate"}
    told = shots.declaration(studio, title="shot.mp4", ingredients=[plate], operations=[
        shots.de_aging(regions=[shots.face(time={"start_s": 1, "end_s": 3})])])  # fmt: skip
    shots.signed(hatch, asset("result.mp4"), told, "shot.mp4", plate=asset("plate.mp4"))
    shots.signed(hatch, asset("plate.mp4"), shots.bare(studio, "plate.mp4"), "plate.mp4")
    assert not Likeness.objects.exists()


def test_a_film_is_known_by_its_frames(studio, hatch):
    told = shots.declaration(studio, title="shot.mp4", ingredients=[], operations=[
        shots.de_aging(regions=[shots.face(time={"start_s": 1, "end_s": 3})])])  # fmt: skip
    shots.signed(hatch, asset("result.mp4"), told, "shot.mp4")
    row = held(hatch, shots.send(hatch, asset("result.avi"), shots.bare(studio, "a.avi"), name="a.avi")).likenesses.get()
    assert row.near >= 2 and row.compared == 8 and row.at_s is not None


def test_an_ingredient_that_looks_like_a_known_asset_is_compared_as_well(studio, hatch, shot):
    used = {"id": "part", "relation": "componentOf", "part": "part"}
    told = shots.bare(studio, "made.png", ingredients=[used])
    answer = shots.send(hatch, asset("plate.jpg"), told, name="made.jpg", part=CHANGES["half its size"](result()))
    row = held(hatch, answer).likenesses.get()
    assert row.ingredient.label == "part"
    found = hatch.get(f"/api/v1/assets/{row.asset.public_id}").json()
    assert found["problem"]["errors"][0]["pointer"] == "/ingredients/0"


# --- whose contents bind whom ------------------------------------------------------------------------------------


@pytest.fixture
def strangers(studio, program):
    """Umbra's program, and a declaration of its own in a production of Southgate's."""
    Organisation.objects.filter(pk=studio.southgate.pk).update(key_reference=f"dev:{studio.southgate.public_id}")
    mist = Production.objects.create(studio=studio.southgate, title="Mist", default_territories=["WORLD"])
    mist.vendors.add(studio.umbra)
    painted = {"id": "op-9", "element": "picture", "technique": "inpaint", "tool": {"name": "Fill"},
               "model": {"type": "not_disclosed"}, "share": 0.01}  # fmt: skip
    return program(studio.umbra), {"version": 1, "production": mist.public_id, "title": "mist.jpg", "operations": [painted]}


def test_what_another_studio_was_only_sent_holds_nobody_here(studio, hatch, strangers):
    umbra, told = strangers
    assert shots.send(umbra, asset("plate.jpg"), told).status_code == 202
    alike = saved(Image.open(io.BytesIO(asset("plate.jpg"))))
    shots.signed(hatch, alike, shots.bare(studio, "plate.jpg"), "plate.jpg")
    assert not Likeness.objects.exists()


def test_what_another_studio_signed_here_holds_everybody_and_its_picture_stays_its_own(studio, hatch, strangers):
    umbra, told = strangers
    assert shots.send(umbra, asset("plate.jpg"), told).status_code == 202
    shots.work()
    alike = saved(Image.open(io.BytesIO(asset("plate.jpg"))))
    row = held(hatch, shots.send(hatch, alike, shots.bare(studio, "plate.jpg"))).likenesses.get()
    desk = at_the_desk(studio.ines)
    told = desk.get(f"/admin/provenance/asset/{row.asset.public_id}/compare/").content.decode()
    assert "another studio’s" in told and "its public report" in told
    address = f"/admin/provenance/asset/{row.asset.public_id}/likeness/{row.public_id}"
    assert desk.get(f"{address}/known.jpg").status_code == 404 and desk.get(f"{address}/sent.jpg").status_code == 200


# --- at the desk --------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(studio, hatch, shot):
    sent = shots.send(hatch, CHANGES["half its size"](result()), shots.bare(studio, "clean.jpg"), name="clean.jpg")
    return held(hatch, sent)


def address(waiting: Asset, page: str = "compare/") -> str:
    return f"/admin/provenance/asset/{waiting.public_id}/{page}"


def answer(cast, waiting: Asset, found: str, reason: str = "Looked at both", by=None):
    row = waiting.likenesses.get()
    return at_the_desk(by or cast.ines).post(address(waiting), {row.public_id: found, "reason": reason})


def test_both_pictures_are_shown_side_by_side_and_to_nobody_else(studio, waiting):
    row = waiting.likenesses.get()
    desk = at_the_desk(studio.ines)
    told = desk.get(address(waiting)).content.decode()
    assert f"{row.distance} of 256 bits differ" in told and "Only you can tell" in told and "de-aging" in told
    for which in ("sent", "known"):
        path = address(waiting, f"likeness/{row.public_id}/{which}.jpg")
        assert path in told
        picture = desk.get(path)
        assert Image.open(io.BytesIO(picture.content)).width > 100 and "no-store" in picture["Cache-Control"]
        assert at_the_desk(studio.sol).get(path).status_code == 404
    assert desk.get(address(waiting, f"likeness/{row.public_id}/other.jpg")).status_code == 404
    whole = desk.get(f"/admin/provenance/asset/{waiting.public_id}/").content.decode()
    assert "What it looks like" in whole and "Compare the two" in whole


@pytest.mark.parametrize("found", ["different", "rightly"])
def test_once_a_lawyer_has_compared_them_it_is_signed_as_declared(studio, hatch, waiting, found):
    assert answer(studio, waiting, found).status_code == 302
    shots.work()
    told = hatch.get(f"/api/v1/assets/{waiting.public_id}").json()
    assert told["state"] == "signed" and told["extent"]["headline"]["band"] == "none_stated"
    event = Event.objects.get(chain=waiting.public_id, tag="asset:compared")
    assert json.loads(event.body)["details"]["found"][0]["finding"] == found and journal.broken_links() == []


def test_a_refusal_is_told_without_its_reason_and_nothing_is_signed(studio, hatch, waiting):
    before = Credential.objects.count()
    assert answer(studio, waiting, "refuse", "It is our shot").status_code == 302
    shots.work()
    told = hatch.get(f"/api/v1/assets/{waiting.public_id}")
    assert told.json()["state"] == "refused" and "our shot" not in told.content.decode()
    assert Credential.objects.count() == before and not LikenessAnswer.objects.exists()


def test_nobody_else_answers_and_nothing_is_answered_without_a_reason_or_by_half(studio, waiting):
    assert answer(studio, waiting, "different", by=studio.sol).status_code == 404
    assert answer(studio, waiting, "different", by=studio.ada).status_code == 403
    assert answer(studio, waiting, "different", reason=" ").status_code == 422
    assert answer(studio, waiting, "").status_code == 422 and answer(studio, waiting, "maybe").status_code == 422
    assert SigningJob.objects.get(asset=waiting).state == "held" and not LikenessAnswer.objects.exists()


def test_asking_consent_again_does_not_pass_it_by(studio, hatch, waiting):
    """Consent was never the question: the worker still finds nobody's answer, and holds it again."""
    before = Credential.objects.count()
    at_the_desk(studio.ines).post(address(waiting, "decide/"), {"answer": "again", "reason": "Try"})
    shots.work()
    assert SigningJob.objects.get(asset=waiting).state == "held" and Credential.objects.count() == before


def test_an_answer_that_comes_too_late_is_told_so(studio, waiting):
    SigningJob.objects.filter(asset=waiting).update(state="refused", changed_at=timezone.now())
    assert answer(studio, waiting, "different").status_code == 409 and not LikenessAnswer.objects.exists()


# --- the index ----------------------------------------------------------------------------------------------------


def test_a_code_is_found_up_to_thirty_one_bits_away_and_no_further(studio, hatch, shot):
    row = Fingerprint.objects.get(asset__public_id=shot)
    whole = int(row.digits, 16)
    for bits in (0, 1, 31, 32, 40):
        turned = sum(1 << place for place in range(0, 256, 6)[:bits])
        code = Code("picture", f"{whole ^ turned:064x}")
        assert likeness.lookup(code, within=31) == ([(bits, row.asset_id, None)] if bits <= 31 else [])
    assert likeness.lookup(Code("picture", f"{whole ^ ((1 << 256) - 1):064x}"), within=31) == []
    assert likeness.lookup(Code("text", row.digits), within=31) == []


@pytest.mark.parametrize("name", ["result.svg", "result.exr", "voice.wav", "scene.usda", "script.pdf"])
def test_what_has_no_fingerprint_is_taken_in_without_one(studio, hatch, name):
    shots.signed(hatch, asset(name), shots.bare(studio, name), name)
    assert not Fingerprint.objects.exists()


def test_a_picture_that_shows_nothing_is_near_to_nothing(studio, hatch):
    black = saved(Image.new("RGB", (640, 360)))
    made = {"id": "op-1", "element": "picture", "technique": "inpaint", "tool": {"name": "Fill"},
            "model": {"type": "not_disclosed"}, "whole": True}  # fmt: skip
    shots.signed(hatch, black, shots.bare(studio, "a.jpg", operations=[made]), "a.jpg")
    shots.signed(hatch, saved(Image.new("RGB", (320, 180))), shots.bare(studio, "b.jpg"), "b.jpg")
    assert not Fingerprint.objects.exists() and not Likeness.objects.exists()


def test_a_text_is_known_by_its_words(studio, hatch):
    words = " ".join(f"line {number} of the harbour and the tide that comes and goes" for number in range(60))
    made = {"id": "op-1", "element": "text", "technique": "generated_text", "tool": {"name": "Pen"},
            "model": {"type": "not_disclosed"}, "whole": True}  # fmt: skip
    shots.signed(hatch, words.encode(), shots.bare(studio, "a.txt", operations=[made]), "a.txt")
    again = words.replace("line 7 of", "line seven of").upper()
    row = held(hatch, shots.send(hatch, again.encode(), shots.bare(studio, "b.txt"), name="b.txt")).likenesses.get()
    assert row.kind == "text"


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_text_is_known_as_a_document_and_in_another_kind(studio, hatch, kind):
    words = "\n".join(build.RIDER)
    document = build.rider_pdf() if kind == "pdf" else build.docx(words)
    made = {"id": "op-1", "element": "text", "technique": "generated_text", "tool": {"name": "Pen"},
            "model": {"type": "not_disclosed"}, "whole": True}  # fmt: skip
    shots.signed(hatch, words.encode(), shots.bare(studio, "a.txt", operations=[made]), "a.txt")
    sent = shots.send(hatch, document, shots.bare(studio, f"b.{kind}"), name=f"b.{kind}")
    assert held(hatch, sent).likenesses.get().kind == "text"


def test_of_a_shot_with_many_versions_only_the_nearest_are_held_against_a_file(studio, hatch, shot, monkeypatch):
    """Two signed versions of one picture, room for one: the same bytes saved anew still find the nearer."""
    far = saved(ImageEnhance.Brightness(result()).enhance(1.15), 85)
    other = shots.signed(hatch, far, shots.declaration(studio, title="bright.jpg", ingredients=[]), name="bright.jpg")["id"]
    monkeypatch.setattr(likeness, "MOST_JUDGED", 1)
    sent = shots.send(hatch, saved(result(), 90), shots.bare(studio, "again.jpg"), name="again.jpg")
    [found] = likeness.of(held(hatch, sent))
    assert found.known.public_id == shot != other
