"""The switch for strikes and holds: what holds is listed, and a lock is shown with what it touches before it is set."""

import pytest

from consent import records
from consent.forms.catalogue import FORMS
from consent.models import Statement
from provenance import affected
from provenance.models import Depiction, SigningJob
from registry.models import CollectiveAgreement, Event, Organisation, Person, Production
from tests import cast as people
from tests.desk import at_the_desk, rider
from tests.provenance import registered

pytestmark = pytest.mark.django_db
HOLDS = "/admin/holds/"
STRIKE = {"union": "SAG-AFTRA", "called_on": "2026-07-14", "reason": "Strike called at midnight"}


def address(cast, subject, code="lock.strike"):
    return f"{HOLDS}{cast.northlight.public_id}/{getattr(subject, 'public_id', subject)}/{code}/"


def asset_of(title="harbor_sh114_v07.jpg", *, signed=False):
    asset = registered.credential(title=title).asset if signed else registered.asset(title=title)
    SigningJob.objects.create(
        asset=asset, intake_key=title[:64], state="signed" if signed else "received", not_before=people.NOON,
        called_at=people.NOON, changed_at=people.NOON,
    )  # fmt: skip
    return asset


def text(answer):
    return answer.content.decode()


def test_the_preview_shows_what_a_strike_touches_and_locks_nothing(cast):
    asset_of("harbor_sh115_v01.jpg")
    asset_of(signed=True)
    answer = at_the_desk(cast.ines).post(address(cast, cast.harbor), STRIKE)
    page = text(answer)
    assert answer.status_code == 200 and "harbor_sh114_v07.jpg" in page and "harbor_sh115_v01.jpg" in page
    assert "It stops every act" in page and "1 asset under way is not signed" in page and "1 signed asset stays signed" in page
    assert not Statement.objects.exists() and not Event.objects.filter(tag="lock:set").exists()


def test_confirmed_it_is_set_with_its_reason_and_listed(cast):
    desk = at_the_desk(cast.ines)
    answer = desk.post(address(cast, cast.harbor), STRIKE | {"confirm": "1", "acts": ["generate", "dub"]})
    lock = Statement.objects.get()
    assert answer.status_code == 302 and answer.url == f"/admin/consent/statement/{lock.public_id}/"
    assert (lock.kind, lock.subject, lock.acts) == ("lock", cast.harbor.public_id, ["dub", "generate"])
    assert Event.objects.get(tag="lock:set").reason == "Strike called at midnight"
    page = text(desk.get(HOLDS))
    assert "1 lock holds" in page and "Strike" in page and "dubbing, generating new material" in page and "/lift/" not in page
    assert "/lift/" in text(at_the_desk(cast.tobi).get(HOLDS))


def test_the_document_is_asked_for_where_the_lock_is_set_for_a_page_cannot_keep_a_chosen_file(cast):
    desk = at_the_desk(cast.ines)
    assert 'name="document"' not in text(desk.get(address(cast, cast.harbor)))
    assert 'name="document"' in text(desk.post(address(cast, cast.harbor), STRIKE))
    desk.post(address(cast, cast.harbor), STRIKE | {"confirm": "1", "document": rider()})
    assert Statement.objects.get().evidence.sha256 == people.RIDER.sha256


def test_the_switch_leads_to_the_form_for_the_scope_and_refuses_what_does_not_fit(cast):
    desk = at_the_desk(cast.ines)
    chosen = {"studio": cast.northlight.public_id, "code": "lock.strike", "subject": cast.harbor.public_id}
    assert desk.get(HOLDS, chosen).url == address(cast, cast.harbor)
    grant = people.verified(cast)
    for wrong in ({"called": grant.number}, {"subject": "prd_nobody"}, {"code": "lock.resolution"}, {"subject": ""},
                  {"called": "Nobody"}):  # fmt: skip
        answer = desk.get(HOLDS, chosen | wrong)
        assert answer.status_code == 422 and not Statement.objects.exists()
    assert "is not set on that" in text(desk.get(HOLDS, chosen | {"called": grant.number}))
    assert "Nobody and nothing on file is called" in text(desk.get(HOLDS, chosen | {"called": "Nobody"}))
    dispute = chosen | {"code": "lock.dispute", "subject": "", "called": "m. vale"}
    assert desk.get(HOLDS, dispute).url == address(cast, cast.mira, "lock.dispute")
    Person.objects.create(studio=cast.northlight, alias="M. Vale")
    assert "More than one on file is called" in text(desk.get(HOLDS, dispute))


@pytest.mark.parametrize("step", [{}, {"confirm": "1"}])
@pytest.mark.parametrize("wrong", [{"reason": " "}, {"union": ""}, {"called_on": "soon"}, {"acts": ["fly"]}])
def test_what_is_missing_is_refused_before_and_after_the_preview(cast, step, wrong):
    answer = at_the_desk(cast.ines).post(address(cast, cast.harbor), STRIKE | wrong | step)
    assert answer.status_code == 422 and not Statement.objects.exists()


def test_going_back_keeps_what_was_typed(cast):
    answer = at_the_desk(cast.ines).post(address(cast, cast.harbor), STRIKE | {"back": "1"})
    assert "Strike called at midnight" in text(answer) and not Statement.objects.exists()


def test_a_reader_sets_nothing_and_another_studio_finds_nothing(cast):
    for user, status in ((cast.ada, 403), (cast.sol, 404)):
        assert at_the_desk(user).get(address(cast, cast.harbor)).status_code == status
        assert at_the_desk(user).post(address(cast, cast.harbor), STRIKE | {"confirm": "1"}).status_code == status
    for code in ("person.encumbrance", "lock.resolution", "nothing"):
        assert at_the_desk(cast.ines).get(address(cast, cast.harbor, code)).status_code == 404
    assert not Statement.objects.exists()
    page = text(at_the_desk(cast.ada).get(HOLDS))
    assert "Set a lock" not in page and "nothing is locked" in page


def test_each_scope_reaches_what_is_its_own():
    from consent import subjects

    asset = registered.asset(title="harbor_sh114_v07.jpg")
    studio, work = asset.production.studio, asset.production
    person = Person.objects.create(studio=studio, alias="M.")
    Depiction.objects.create(asset=asset, label="m", person=person, role="target_likeness", modality="face")
    series = Production.objects.create(studio=studio, title="Harbor, the series")
    work.parent = series
    work.save()
    series.agreements.add(CollectiveAgreement.objects.create(code="SAG-TV", version="2026", title="SAG"))
    other = Production.objects.create(studio=studio, title="Fog")
    for subject, reached in (
        ("global", True), (series.public_id, True), (work.public_id, True), ("agreement:SAG-TV", True), (other.public_id, False),
        (person.public_id, True),
    ):  # fmt: skip
        found = affected.under_lock(subjects.found(studio, subject))
        assert (found.assets, found.more) == ([asset] if reached else [], 0)
        assert (work in found.productions) == reached
    elsewhere = Organisation.objects.create(kind="studio", name="Elsewhere")
    assert affected.under_lock(subjects.found(elsewhere, "global")).assets == []


def test_a_dispute_is_told_as_what_it_is_and_leaves_what_is_out_alone_unless_that_is_ticked(cast):
    said = {"claimant": "A niece", "position": "Forged", "opened_on": "2026-07-14", "reason": "Letter received"}
    where = address(cast, people.verified(cast), "lock.dispute")
    desk = at_the_desk(cast.ines)
    ticked = list(FORMS["lock.dispute"].acts)
    assert "continue_distribution" not in ticked and 'value="release" id' in text(desk.get(where))
    page = text(desk.post(where, said | {"acts": ticked}))
    assert "It puts before lawyers" in page and "Put the dispute on record" in page and "is held" in page
    assert not Statement.objects.exists()
    answer = desk.post(where, said | {"acts": ticked, "confirm": "1"}, follow=True)
    assert "waits for lawyers from its moment on" in text(answer)
    assert sorted(Statement.objects.get().acts) == sorted(ticked)


def test_a_lock_that_is_lifted_is_listed_no_longer(cast):
    lock = records.state(
        "lock.strike", studio=cast.northlight, subject=cast.harbor.public_id, by=cast.ines, at=people.NOON, reason="Strike",
        details={"union": "SAG-AFTRA", "called_on": "2026-07-14"},
    )  # fmt: skip
    said = {"outcome": "over", "resolved_on": "2026-07-20", "reason": "Ratified"}
    assert at_the_desk(cast.tobi).post(f"/admin/consent/statement/{lock.public_id}/lift/", said).status_code == 302
    assert "nothing is locked" in text(at_the_desk(cast.tobi).get(HOLDS))
