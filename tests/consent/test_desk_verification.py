"""The second lawyer compares the record with the paper at the desk; whoever entered it reads why they cannot."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from consent.models import Evidence, Verification
from registry.models import Event, Membership
from tests import cast as people
from tests.desk import FILES, at_the_desk

pytestmark = pytest.mark.django_db
BECAUSE = {"reason": "Compared with the paper"}


def verify(user, grant, data=BECAUSE):
    return at_the_desk(user).post(f"{FILES}{grant.public_id}/verify/", data)


def test_a_second_lawyer_verifies(cast):
    grant = people.entered(cast)
    assert verify(cast.tobi, grant).status_code == 302
    assert Verification.objects.get().verified_by == cast.tobi
    assert Event.objects.get(tag="grant:verified").reason == BECAUSE["reason"]


def test_whoever_entered_it_reads_why_they_cannot(cast):
    grant = people.entered(cast, by=cast.tobi)
    page = at_the_desk(cast.tobi).get(f"{FILES}{grant.public_id}/verify/").content.decode()
    assert "A second lawyer must compare it with the paper" in page and "verify</button>" not in page
    answer = verify(cast.tobi, grant)
    assert answer.status_code == 403 and not Verification.objects.exists()
    assert not Event.objects.filter(tag="grant:verified").exists()


@pytest.mark.parametrize("who", ["ines", "ada"])
def test_a_role_that_may_not_verify_is_told_and_refused(cast, who):
    user = getattr(cast, who)
    grant = people.entered(cast, by=cast.tobi)
    assert "does not let you verify" in at_the_desk(user).get(f"{FILES}{grant.public_id}/verify/").content.decode()
    assert verify(user, grant).status_code == 403 and not Verification.objects.exists()


@pytest.mark.parametrize("data", [{}, {"reason": ""}, {"reason": " \n "}])
def test_without_a_reason_nothing_is_verified(cast, data):
    grant = people.entered(cast)
    answer = verify(cast.tobi, grant, data)
    assert answer.status_code == 422 and "Say why" in answer.content.decode() and not Verification.objects.exists()


def test_a_second_verification_is_refused(cast):
    grant = people.verified(cast)
    other = people.lawyer("uma", "Reed", cast.northlight, Membership.Role.LEGAL_VERIFY)
    assert verify(other, grant).status_code == 409 and Verification.objects.count() == 1


def test_a_damaged_paper_is_refused(cast):
    grant = people.entered(cast)
    default_storage.delete(Evidence.objects.get().storage_key)
    answer = verify(cast.tobi, grant)
    assert answer.status_code == 503 and "does not match its hash" in answer.content.decode()
    assert not Verification.objects.exists()


# ── The paper beside it ──────────────────────────────────────────────────────────────────────────────────────────


def paper_of(grant):
    return f"{FILES}{grant.public_id}/paper/{Evidence.objects.get(revision__grant=grant).public_id}/"


def test_the_paper_stands_beside_the_record_and_whoever_reads_it_is_on_the_record(cast):
    grant = people.entered(cast)
    page = at_the_desk(cast.tobi).get(f"{FILES}{grant.public_id}/verify/")
    assert f'<iframe src="{paper_of(grant)}' in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    answer = at_the_desk(cast.tobi).get(paper_of(grant))
    said = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "Digital replica rider" in said and "Shown to Tobi Okafor" in said
    assert answer["Content-Type"] == "application/pdf"
    viewed = Event.objects.get(tag="evidence:viewed")
    assert viewed.actor_name == "Tobi Okafor" and viewed.chain == grant.public_id


def test_the_paper_can_do_nothing_in_its_frame_and_stands_in_no_other(cast):
    answer = at_the_desk(cast.tobi).get(paper_of(people.entered(cast)))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy and "script" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Content-Disposition"].startswith("inline; filename=") and "no-store" in answer["Cache-Control"]


def test_the_paper_of_another_file_is_not_found_under_this_one(cast):
    first, second = people.entered(cast), people.entered(cast, number="C-0143")
    astray = paper_of(second).replace(second.public_id, first.public_id)
    assert at_the_desk(cast.tobi).get(astray).status_code == 404
    assert not Event.objects.filter(tag="evidence:viewed").exists()


def test_no_other_page_of_the_desk_may_be_framed(cast):
    answer = at_the_desk(cast.tobi).get("/admin/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"] and answer["X-Frame-Options"] == "DENY"
