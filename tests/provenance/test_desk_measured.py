"""What was measured otherwise than declared is a worklist at the desk: both numbers, a private picture, and an answer."""

import pytest
from django.urls import reverse
from django.utils import timezone

from provenance import findings
from provenance.admin import measured
from provenance.models import Asset, Measured, MeasuredAnswer, SigningJob
from registry.models import Event
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.desk import at_the_desk
from tests.provenance import otherwise
from tests.provenance.test_evidence import offer

pytestmark = pytest.mark.django_db
WHY = "Looked at the picture and asked the vendor"


@pytest.fixture
def held(studio, hatch):
    """Fourteen percent were measured by a plate, three declared."""
    people.verified(studio, at=timezone.now())
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(studio), plate=build.plate_jpg())
    asset = Asset.objects.get(public_id=answer.json()["id"])
    assert offer(hatch, asset, file=build.plate_jpg()).status_code == 201
    sent = asset.operations.get().evidence.get()
    found(asset, evidence_sha256=sent.sha256)
    return asset


def found(asset, **changes):
    row = otherwise.measured(asset.operations.get(), **changes)
    SigningJob.objects.filter(asset=asset).update(state="held", problem=findings.problem([row], asset))
    return row


def address(asset, act=""):
    return reverse("admin:provenance_asset_change", args=[asset.public_id]) + act


def text(answer):
    return answer.content.decode()


def test_it_waits_on_the_front_page_and_leads_to_a_list(held, studio):
    ines = at_the_desk(studio.ines)
    front = text(ines.get("/admin/"))
    assert "<b>1</b>asset measured otherwise than declared" in front and "measured 14.0 %" in front
    listed = text(ines.get("/admin/provenance/asset/?measuring=waits"))
    assert "harbor_sh114_v07.jpg" in listed and "1 asset" in listed
    SigningJob.objects.update(problem={"code": "consent.authority", "detail": "Who signed?", "errors": []})
    assert "<b>0</b>assets measured otherwise" in text(ines.get("/admin/"))
    assert "harbor_sh114_v07.jpg" not in text(ines.get("/admin/provenance/asset/?measuring=waits"))


def test_its_page_tells_both_numbers_how_they_are_known_and_how_surely(held, studio):
    page = text(at_the_desk(studio.ines).get(address(held)))
    for said in ("op-1 (de-aging): measured 14.0 % of the picture", "declared 3.0 %", "no more than 0.3 % of the whole",
                 "2.00 of 255 levels", "More than was declared",
                 "Answer for what was measured"):  # fmt: skip
        assert said in page, said
    assert "Decide about it" not in page
    assert "Answer for what was measured" not in text(at_the_desk(studio.ada).get(address(held)))


def test_ranges_are_drawn_on_a_strip_and_listed(held, studio):
    spans = [{"start_s": 1.0, "end_s": 3.0, "start_frame": 24, "end_frame": 72}] * 60
    row = Measured.objects.get()
    found(held, evidence_sha256="cd" * 32, numbers=row.numbers | {"ranges": spans})
    held.media["seconds"] = 4.0
    (told,) = [measured._told(one, held.media) for one in Measured.objects.filter(evidence_sha256="cd" * 32)]
    assert told["spans"][0] == (25.0, 50.0) and told["end"] == "0:04"
    assert told["ranges"][0] == {"from": "1.000 s", "to": "3.000 s", "frames": "24 – 71"}
    assert (len(told["ranges"]), told["more"]) == (50, 10)


def test_the_picture_is_for_the_studio_s_lawyers_alone(held, studio, client, hatch):
    row = Measured.objects.get()
    picture = reverse("asset-measured-picture", args=[held.public_id, row.public_id])
    assert picture in text(at_the_desk(studio.ines).get(address(held)))
    answer = at_the_desk(studio.ines).get(picture)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png") and "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    operator = people.lawyer("olu", "Adeyemi", studio.northlight, "operator")
    assert picture not in text(at_the_desk(operator).get(address(held)))
    for who, status in ((operator, 403), (studio.sol, 404)):
        assert at_the_desk(who).get(picture).status_code == status
    assert client.get(picture).status_code == 302 and hatch.get(picture).status_code in (302, 403)
    other = reverse("asset-measured-picture", args=[held.public_id, "msd_another"])
    assert at_the_desk(studio.ines).get(other).status_code == 404


@pytest.mark.parametrize(("stands", "said"), [("measured", "14.0 %"), ("declared", "3.0 %")])
def test_a_lawyer_lets_one_of_the_numbers_stand_with_a_reason(held, studio, stands, said):
    row = Measured.objects.get()
    ines, act = at_the_desk(studio.ines), address(held, "answer-measured/")
    assert f"stands: {said}" in text(ines.get(act))
    answer = ines.post(act, {row.public_id: stands, "reason": WHY}, follow=True)
    assert "goes on to be signed" in text(answer)
    kept = MeasuredAnswer.objects.get()
    assert (kept.stands, kept.by, SigningJob.objects.get().state) == (stands, studio.ines, "received")
    assert "answered by Ines Roth" in text(ines.get(address(held)))


def test_a_refusal_is_told_to_the_vendor_without_its_reason(held, studio, hatch):
    row = Measured.objects.get()
    at_the_desk(studio.ines).post(address(held, "answer-measured/"), {row.public_id: "refuse", "reason": WHY})
    told = hatch.get(f"/api/v1/assets/{held.public_id}").json()
    assert (told["state"], told["problem"]["code"]) == ("refused", "consent.refused_by_desk") and WHY not in str(told)
    assert not MeasuredAnswer.objects.exists() and shots.nothing_released()


def test_what_could_not_be_measured_has_no_number_to_let_stand(held, studio):
    sent = held.operations.get()
    why = {"code": "media.mismatch", "detail": "The plate is 640 by 360, the shot 1920 by 1080."}
    row = Measured.objects.get()
    found(held, evidence_sha256="cd" * 32, numbers=None, problem=why, finding="failed", picture_key="")
    sent.evidence.create(kind="difference", sha256="cd" * 32, size=1, media_type="image/jpeg", storage_key="plates/x",
                         client=held.client, received_at=timezone.now())  # fmt: skip
    ines, act = at_the_desk(studio.ines), address(held, "answer-measured/")
    page = text(ines.get(address(held)))
    assert "640 by 360" in page and "14.0 %" not in page and "Could not be measured" in page
    failed = Measured.objects.exclude(pk=row.pk).get()
    asked = text(ines.get(act))
    assert f'name="{failed.public_id}"' in asked and 'value="measured"' not in asked
    assert ines.post(act, {failed.public_id: "measured", "reason": WHY}).status_code == 422
    assert not MeasuredAnswer.objects.exists()


def test_nothing_is_answered_without_a_reason_by_another_role_or_too_late(held, studio):
    row = Measured.objects.get()
    act, since = address(held, "answer-measured/"), Event.objects.count()
    said = {row.public_id: "measured", "reason": WHY}
    assert at_the_desk(studio.ines).post(act, said | {"reason": " "}).status_code == 422
    assert at_the_desk(studio.ines).post(act, {"reason": WHY}).status_code == 422
    assert at_the_desk(studio.ada).post(act, said).status_code == 403
    assert at_the_desk(studio.sol).post(act, said).status_code == 404
    SigningJob.objects.update(state="refused")
    assert at_the_desk(studio.ines).post(act, said).status_code == 409
    assert not MeasuredAnswer.objects.exists() and Event.objects.count() == since
