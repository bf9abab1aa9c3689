"""What consent alone does not decide is held: the desk asks again, refuses, or queues again, and nothing is signed before."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from consent import determinations, grants
from consent.models import Decision
from provenance import audit, intake, leftovers, signing, tasks
from provenance.models import Asset, Credential, SigningJob, SigningPlan
from registry import journal
from registry.errors import Conflict
from registry.journal import ReasonRequired
from registry.models import Authority, Event, User
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.faults import acts

pytestmark = pytest.mark.django_db
STATES = SigningJob.State.values
WHY = "Read the rider again with her agent"


def sent(api, declared, *, content=None, status=202):
    answer = shots.send(api, content or build.result_jpg(), declared, plate=build.plate_jpg())
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture
def held(studio, hatch):
    """Mira's consent is on file, signed by an agent whose authority nobody has verified: a lawyer has to look at it."""
    agent = Authority.objects.create(
        person=studio.mira, kind="agent", party="Otto Vale", recorded_by=studio.ines, recorded_at=people.NOON
    )
    people.verified(studio, at=timezone.now(), authority=agent, capacity="agent")
    told = sent(hatch, shots.declaration(studio))
    assert told["state"] == "held" and told["problem"]["code"] == "consent.authority"
    return Asset.objects.get(public_id=told["id"])


def state(asset):
    return SigningJob.objects.get(asset=asset).state


def at_the_desk(cast, asset, act=intake.reconsider, **told):
    return act(asset, **({"by": cast.ines, "at": timezone.now(), "reason": WHY} | told))


def colleague(cast, role, organisation=None):
    return people.lawyer(f"{role}-colleague", "Ames", organisation or cast.northlight, role)


def own_signature(cast):
    """A new consent, signed by Mira herself."""
    return people.verified(cast, number="C-0143", at=timezone.now())


def determined(cast, subject):
    proposal = determinations.propose(
        studio=cast.northlight, subject=subject, question="no_consent_needed", answer="yes", by=cast.ines,
        at=timezone.now(), reason="Fleeting, in the background",
    )  # fmt: skip
    return determinations.second(proposal, by=cast.tobi, at=timezone.now(), reason="Agreed")


# --- what is held -------------------------------------------------------------------------------------------------


def another_use(cast):
    line = replace(people.FACE_WORLD, uses=("de_aging", "other"))
    people.verified(cast, at=timezone.now(), lines=(line,))
    freckles = {"description": "Freckles added", "digital_source_type": "compositeWithTrainedAlgorithmicMedia"}
    return shots.declaration(cast, operations=[shots.de_aging(technique="other", **freckles)])


def somebody(cast):
    unknown = {"id": "mira", "unidentified": True, "role": "target_likeness", "modality": "face"}
    return shots.declaration(cast, depictions=[unknown])


@pytest.mark.parametrize(("declared", "code"), [
    (another_use, "consent.needs_counsel"), (somebody, "consent.unidentified"),
])  # fmt: skip
def test_another_use_and_somebody_unidentified_are_held_and_told_why(studio, hatch, declared, code):
    told = sent(hatch, declared(studio))
    assert told["state"] == "held" and told["problem"]["code"] == code
    assert [(one["pointer"], one["code"]) for one in told["problem"]["errors"]] == [("/depictions/0", code)]
    assert told["problem"]["to_clear"] and told["problem"]["decision"] == told["decision"]
    assert [step["event"] for step in told["history"]] == ["held"]
    assert Decision.objects.get(public_id=told["decision"]).outcome == "review"


def test_the_same_sent_again_is_the_same_held_asset(studio, hatch):
    first, second = (sent(hatch, somebody(studio)) for _ in range(2))
    assert first["id"] == second["id"] and Asset.objects.count() == 1


def test_no_worker_and_no_sweep_signs_what_is_held(studio, hatch, held):
    much_later = timezone.now() + timedelta(days=365)
    shots.work()
    tasks.sweep()
    tasks.sign_asset(held.public_id)
    shots.sign_at(held.public_id, much_later)
    assert signing.to_call(at=much_later) == [] and signing.claim(held.public_id, at=much_later) is None
    assert state(held) == "held" and shots.nothing_released() and not SigningPlan.objects.exists()
    for what in ("content", "sidecar"):
        assert hatch.get(f"/api/v1/assets/{held.public_id}/{what}").status_code == 409


def test_the_window_knows_nothing_of_what_is_held_or_was_refused(studio, held, client):
    report = shots.checked(client, build.result_jpg())
    at_the_desk(studio, held, intake.refuse)
    for told in (report, shots.checked(client, build.result_jpg())):
        assert told["registry"] == {"state": "unknown", "text": told["registry"]["text"]}
        assert held.public_id not in json.dumps(told)


# --- who answers, and with which words ----------------------------------------------------------------------------

ACTS = [intake.reconsider, intake.refuse, intake.try_again]


@pytest.mark.parametrize("act", ACTS)
def test_only_those_who_enter_consents_answer_for_their_studio(studio, held, act):
    own_signature(studio)
    SigningJob.objects.update(state="dead" if act is intake.try_again else "held")
    before, since, decisions = state(held), Event.objects.count(), Decision.objects.count()
    strangers = [colleague(studio, role) for role in ("auditor", "business_affairs", "dpo", "vendor", "performer")]
    strangers += [studio.sol, colleague(studio, "legal_verify", studio.southgate), User.objects.create_user("nobody")]
    studio.ines.is_active = False
    studio.ines.save()
    for who in (*strangers, studio.ines):
        with pytest.raises(intake.NotAtThisDesk):
            at_the_desk(studio, held, act, by=who)
        assert (state(held), Event.objects.count(), Decision.objects.count()) == (before, since, decisions)
    assert shots.nothing_released()


def test_an_operator_queues_again_and_decides_nothing(studio, held):
    operator = colleague(studio, "operator")
    for act in (intake.reconsider, intake.refuse):
        with pytest.raises(intake.NotAtThisDesk):
            at_the_desk(studio, held, act, by=operator)
    assert state(held) == "held"
    SigningJob.objects.update(state="dead", attempt=5)
    at_the_desk(studio, held, intake.try_again, by=operator)
    assert state(held) == "received"


@pytest.mark.parametrize("act", ACTS)
def test_no_answer_is_given_without_a_reason(studio, held, act):
    own_signature(studio)
    SigningJob.objects.update(state="dead" if act is intake.try_again else "held")
    before, since = state(held), Event.objects.count()
    for reason in ("", "  ", "\n\t"):
        with pytest.raises(ReasonRequired):
            at_the_desk(studio, held, act, reason=reason)
        assert (state(held), Event.objects.count()) == (before, since) and shots.nothing_released()


@pytest.mark.parametrize("act", ACTS)
def test_an_answer_to_what_does_not_wait_for_it_is_refused(studio, held, act):
    own_signature(studio)
    waits = "dead" if act is intake.try_again else "held"
    since = Event.objects.count()
    for other in STATES:
        if other != waits:
            SigningJob.objects.update(state=other, problem={"code": "as it was"})
            with pytest.raises(Conflict, match="not where it was"):
                at_the_desk(studio, held, act)
            assert (state(held), SigningJob.objects.get().problem) == (other, {"code": "as it was"})
    assert Event.objects.count() == since and shots.nothing_released()


@pytest.mark.parametrize("first", [intake.reconsider, intake.refuse])
@pytest.mark.parametrize("second", [intake.reconsider, intake.refuse])
def test_of_two_answers_at_once_the_first_counts(studio, held, first, second):
    """Tobi answers between Ines's reading of the page and her answer; both had found it held."""
    own_signature(studio)
    as_ines_saw_it = Asset.objects.select_related("job", "decision", "production").get(pk=held.pk)
    assert as_ines_saw_it.job.state == "held"
    at_the_desk(studio, held, first, by=studio.tobi)
    after, since = state(held), Event.objects.count()
    with pytest.raises(Conflict):
        at_the_desk(studio, as_ines_saw_it, second)
    assert state(held) == after == ("received" if first is intake.reconsider else "refused")
    assert Event.objects.count() == since


def test_consent_that_ends_while_the_desk_asks_again_stops_the_signature(studio, held):
    grant = own_signature(studio)
    assert at_the_desk(studio, held) == "received"
    people.ended(studio, grant, at=timezone.now())
    shots.work()
    assert state(held) == "held" and shots.nothing_released() and not SigningPlan.objects.exists()


# --- asked again --------------------------------------------------------------------------------------------------


def signed_on(asset):
    """The credential, when a worker has done its work, and the decision it stands on."""
    shots.work()
    assert state(asset) == "signed", SigningJob.objects.get(asset=asset).problem
    credential = Credential.objects.get(asset=asset)
    return credential, credential.decision


def test_asked_again_without_a_change_it_stays_held(studio, held):
    decisions = Decision.objects.count()
    assert at_the_desk(studio, held) == "held"
    assert state(held) == "held" and Decision.objects.count() == decisions
    shots.work()
    assert shots.nothing_released()


def test_after_a_new_consent_it_is_signed_on_the_new_decision(studio, hatch, held, client):
    grant = own_signature(studio)
    assert at_the_desk(studio, held) == "received"
    credential, decision = signed_on(held)
    assert decision.permits and decision != held.decision and held.decision.outcome == "review"
    assert [one.grant for one in decision.revisions.all()] == [grant]
    assert set(credential.grant_heads) == {grant.public_id}
    told = hatch.get(f"/api/v1/assets/{held.public_id}").json()
    assert (told["state"], told["problem"]) == ("signed", None)
    assert [step["event"] for step in told["history"]] == ["held", "released_to_signing", "signed"]
    report = shots.checked(client, shots.fetched(hatch, held.public_id))
    assert (report["consent"]["state"], report["registry"]["state"]) == ("confirmed", "registered_matching")
    assert journal.broken_links() == []


def test_a_decision_asked_for_again_and_confirmed_twice_is_stored_once(studio, hatch, held):
    """Signing began anew from the door's answer, and stored what the desk had stored a moment before."""
    own_signature(studio)
    before = Decision.objects.count()
    assert at_the_desk(studio, held) == "received"
    _, decision = signed_on(held)
    assert Decision.objects.count() == before + 1
    assert (decision.purpose, decision.original) == ("reconsideration", held.decision)


def test_what_the_desk_was_told_again_is_stored_once(studio, hatch, held):
    """The first time it hears another reason than the door did, and then that one again."""
    before = Decision.objects.count()
    own_signature(studio)
    line = replace(people.FACE_WORLD, effect="approval_required")
    people.verified(studio, number="C-0144", at=timezone.now(), lines=(people.FACE_WORLD, line))
    for _ in range(3):
        assert at_the_desk(studio, held) == "held"
    assert Decision.objects.count() == before + 1
    shots.work()
    assert shots.nothing_released()


def test_an_attempt_that_is_begun_again_confirms_what_the_one_before_stored(studio, hatch, monkeypatch):
    """Consent moved to another rider after the door: each of five attempts had stored that anew."""
    first = people.verified(studio, at=timezone.now())
    asset = Asset.objects.get(public_id=sent(hatch, shots.declaration(studio))["id"])
    second = own_signature(studio)
    people.ended(studio, first, at=timezone.now())
    before, at = Decision.objects.count(), timezone.now()
    with monkeypatch.context() as broken:
        broken.setattr(signing, "make", lambda work: 1 / 0)
        for attempt in range(3):
            shots.sign_at(asset.public_id, at + attempt * timedelta(minutes=1))
    assert (SigningJob.objects.get().attempt, Decision.objects.count()) == (3, before + 1)
    shots.sign_at(asset.public_id, at + timedelta(minutes=5))
    credential, decision = signed_on(asset)
    assert Decision.objects.count() == before + 1 and set(credential.grant_heads) == {second.public_id}
    assert decision == credential.plan.decision and decision.original == asset.decision


@pytest.mark.parametrize("about", ["the file", "the person"])
def test_after_two_lawyers_determine_it_is_signed_on_the_new_decision(studio, hatch, held, about):
    determined(studio, held.sha256 if about == "the file" else studio.mira.public_id)
    assert at_the_desk(studio, held) == "received"
    credential, decision = signed_on(held)
    assert {reason["code"] for reason in decision.answer["reasons"]} == {"consent.determined"}
    assert not decision.revisions.exists() and credential.grant_heads == {}
    assert credential.consent["state_at_signing"] == "not_required"


def test_one_lawyers_determination_leaves_it_held(studio, held):
    determinations.propose(
        studio=studio.northlight, subject=held.sha256, question="no_consent_needed", answer="yes", by=studio.ines,
        at=timezone.now(), reason="Fleeting",
    )  # fmt: skip
    assert at_the_desk(studio, held) == "held"
    shots.work()
    assert shots.nothing_released()


@pytest.mark.parametrize("declared", [another_use, somebody])
def test_two_lawyers_clear_what_was_held_for_them(studio, hatch, declared):
    """What only a lawyer can tell is held so that two of them can clear it; the page of the asset offers just that."""
    asset = Asset.objects.get(public_id=sent(hatch, declared(studio))["id"])
    determined(studio, asset.sha256)
    assert at_the_desk(studio, asset) == "received"
    _, decision = signed_on(asset)
    assert decision.permits


def test_after_the_approval_of_this_very_file_it_is_signed(studio, hatch):
    line = people.FACE_WORLD
    grant = people.verified(studio, at=timezone.now(), lines=(line, replace(line, effect="approval_required")))
    told = sent(hatch, shots.declaration(studio))
    assert told["state"] == "held" and told["problem"]["code"] == "consent.approval_missing"
    asset = Asset.objects.get(public_id=told["id"])
    determinations.approve(
        grant, asset_sha256=asset.sha256, answer="approved", by=studio.ines, at=timezone.now(), reason="Her mail"
    )
    assert at_the_desk(studio, asset) == "received"
    _, decision = signed_on(asset)
    assert [one.grant for one in decision.revisions.all()] == [grant]


def test_refused_when_asked_again_it_tells_why(studio, hatch, held):
    determinations.lock(
        studio=studio.northlight, subject=studio.mira.public_id, by=studio.ines, at=timezone.now(), reason="Strike"
    )
    assert at_the_desk(studio, held) == "refused"
    told = hatch.get(f"/api/v1/assets/{held.public_id}").json()
    assert told["state"] == "refused" and told["problem"]["code"] == "consent.locked"
    assert "/depictions/0" in [one["pointer"] for one in told["problem"]["errors"]]
    decision = Decision.objects.get(public_id=told["problem"]["decision"])
    assert (decision.outcome, decision.purpose) == ("deny", "reconsideration") and decision != held.decision
    assert [step["event"] for step in told["history"]] == ["held", "refused"]
    assert hatch.get(f"/api/v1/clearances/{decision.public_id}").json()["outcome"] == "deny"
    shots.work()
    assert shots.nothing_released() and not SigningPlan.objects.exists()


# --- what the vendor is told --------------------------------------------------------------------------------------


def test_the_vendor_is_told_what_happened_and_neither_why_nor_by_whom(studio, hatch, held):
    at_the_desk(studio, held)
    at_the_desk(studio, held, intake.refuse)
    answer = hatch.get(f"/api/v1/assets/{held.public_id}")
    told, text = answer.json(), answer.content.decode()
    assert told["problem"]["code"] == "consent.refused_by_desk" and "legal desk" in told["problem"]["detail"]
    assert [step["event"] for step in told["history"]] == ["held", "held", "refused"]
    for withheld in (WHY, "Ines", "Roth", "Otto", "Valeska", "C-0142", f"user:{studio.ines.pk}"):
        assert withheld not in text
    answers = Event.objects.filter(chain=held.public_id, reason=WHY)
    assert [(one.tag, one.actor_name) for one in answers] == [("asset:held", "Ines Roth"), ("asset:refused", "Ines Roth")]


def test_after_the_desks_no_the_same_may_be_sent_anew_and_is_another_asset(studio, hatch, held):
    at_the_desk(studio, held, intake.refuse)
    again = sent(hatch, shots.declaration(studio))
    assert again["id"] != held.public_id and again["state"] == "held" and state(held) == "refused"


def test_a_dead_letter_is_queued_again_with_five_new_attempts_and_signed(studio, hatch, held):
    own_signature(studio)
    at_the_desk(studio, held)
    SigningJob.objects.update(state="dead", attempt=5, problem={"code": "key.expired", "detail": "", "errors": []})
    shots.work()
    assert state(held) == "dead"
    at_the_desk(studio, held, intake.try_again, reason="The key was renewed")
    job = SigningJob.objects.get()
    assert (job.state, job.attempt, job.problem) == ("received", 0, None)
    signed_on(held)
    told = hatch.get(f"/api/v1/assets/{held.public_id}")
    assert [step["event"] for step in told.json()["history"]] == ["held", "released_to_signing", "queued_again", "signed"]
    assert "renewed" not in told.content.decode()


# --- what is refused keeps its row and no bytes -------------------------------------------------------------------


def locked(cast):
    determinations.lock(
        studio=cast.northlight, subject=cast.mira.public_id, by=cast.ines, at=timezone.now(), reason="Strike"
    )


def stored():
    return sorted(acts.stored_files("received"))


def bytes_of(asset):
    sent = asset.ingredients.filter(known=None).values_list("storage_key", flat=True)
    return sorted(Path(default_storage.path(key)) for key in (asset.storage_key, *sent))


@pytest.mark.parametrize("how", ["the desk refuses", "asked again", "at signing"])
def test_the_bytes_of_what_is_refused_go_once_that_is_committed(
    studio, hatch, held, how, django_capture_on_commit_callbacks
):
    assert stored() == bytes_of(held) and len(stored()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        if how == "the desk refuses":
            at_the_desk(studio, held, intake.refuse)
        elif how == "asked again":
            locked(studio)
            at_the_desk(studio, held)
        else:
            own_signature(studio)
            at_the_desk(studio, held)
            locked(studio)
            signing.sign(held.public_id, clock=timezone.now)
        assert state(held) == "refused" and len(stored()) == 2, "not before"
    assert stored() == [] and shots.nothing_released()
    assert list(audit.faults()) == []
    assert Asset.objects.get().storage_key == held.storage_key
    with django_capture_on_commit_callbacks(execute=True):
        again = sent(hatch, shots.declaration(studio), status=403 if how != "the desk refuses" else 202)
    assert again.get("id") != held.public_id


@pytest.mark.parametrize("act", [intake.refuse, intake.reconsider])
def test_the_bytes_of_what_waits_on_stay(studio, held, act, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ReasonRequired):
            at_the_desk(studio, held, act, reason=" ")
        with pytest.raises(intake.NotAtThisDesk):
            at_the_desk(studio, held, act, by=studio.sol)
        assert at_the_desk(studio, held) == "held"
    assert state(held) == "held" and stored() == bytes_of(held) and list(audit.faults()) == []


@pytest.mark.parametrize("name", ["shot.jpg", "scene.txt"])
def test_a_known_asset_keeps_its_bytes_when_what_was_made_of_it_is_refused(
    studio, hatch, name, django_capture_on_commit_callbacks
):
    content = build.plate_jpg() if name == "shot.jpg" else b"Scene 114. Mira enters.\n"
    first = shots.send(hatch, content, shots.bare(studio, name), name=name)
    shots.work()
    used = {"id": "used", "relation": "componentOf", "asset": first.json()["id"]}
    made = shots.send(hatch, build.result_jpg(), somebody(studio) | {"ingredients": [used]})
    held = Asset.objects.get(public_id=made.json()["id"])
    before = shots.fetched(hatch, first.json()["id"])
    with django_capture_on_commit_callbacks(execute=True):
        at_the_desk(studio, held, intake.refuse)
    assert not Path(default_storage.path(held.storage_key)).exists()
    assert shots.fetched(hatch, first.json()["id"]) == before and list(audit.faults()) == []


def test_a_storage_that_does_not_let_go_of_them_changes_nothing_about_the_refusal(
    studio, hatch, held, settings, django_capture_on_commit_callbacks
):
    faulty = settings.STORAGES["default"] | {"BACKEND": "tests.faults.storage.Stuck"}
    whole, settings.STORAGES = settings.STORAGES, settings.STORAGES | {"default": faulty}
    with django_capture_on_commit_callbacks(execute=True):
        at_the_desk(studio, held, intake.refuse)
    assert state(held) == "refused" and stored() == bytes_of(held)
    settings.STORAGES = whole
    assert leftovers.clear(at=timezone.now() + timedelta(days=2)) == 2 and stored() == []


# --- what is signed about consent ---------------------------------------------------------------------------------


def opened(plan):
    """What each reference of a plan's manifest stands for: its digest is of the salt kept here and a revision's id."""
    stated = next(one["data"] for one in plan.manifest["assertions"] if one["label"] == "org.countersign.consent")
    kept = {one["id"]: one for one in plan.references}
    assert set(kept) == {one["id"] for one in stated["receipts"]}
    for one in stated["receipts"]:
        salted = kept[one["id"]]["salt"] + kept[one["id"]]["revision"]
        assert one["digest"] == {"alg": "sha256", "value": hashlib.sha256(salted.encode()).hexdigest()}
        assert len(bytes.fromhex(kept[one["id"]]["salt"])) == 32
    return stated, sorted(one["revision"] for one in plan.references)


def test_confirmed_consent_is_signed_with_a_receipt_for_each_revision_it_stands_on(studio, hatch):
    at = timezone.now()
    first = people.verified(studio, at=at)
    second = grants.enter(
        person=studio.jon, studio=studio.northlight, production=studio.harbor, number="C-0200", kind="rider",
        terms=people.terms(), by=studio.ines, at=at, reason="Signed rider received",
    )  # fmt: skip
    grants.verify(second.revisions.get(), by=studio.tobi, at=at, reason="Compared with the paper")
    both = [{"id": who.alias[0], "person": who.public_id, "role": "target_likeness", "modality": "face"}
            for who in (studio.mira, studio.jon)]  # fmt: skip
    sent(hatch, shots.declaration(studio, operations=[shots.de_aging(depicts=["M", "J"])], depictions=both))
    shots.work()
    credential = Credential.objects.get()
    stated, revisions = opened(credential.plan)
    assert stated == credential.consent and stated["state_at_signing"] == "confirmed"
    assert revisions == sorted(one.revisions.get().public_id for one in (first, second))
    assert stated["status"].endswith(f"/c/{credential.public_id}")
    told = json.dumps(credential.plan.manifest)
    assert not [one for one in (*revisions, first.public_id, "C-0142", studio.mira.public_id) if one in told]


def test_what_needs_no_consent_is_signed_without_references(studio, hatch):
    sent(hatch, shots.bare(studio, "plate", ingredients=[{"id": "plate", "relation": "parentOf", "part": "plate"}]))
    shots.work()
    plan = Credential.objects.get().plan
    stated, revisions = opened(plan)
    assert (stated["state_at_signing"], stated["receipts"], revisions) == ("not_required", [], [])


def test_references_of_two_assets_to_one_consent_have_nothing_in_common(studio, hatch):
    grant = people.verified(studio, at=timezone.now())
    for title in ("take one", "take two"):
        sent(hatch, shots.declaration(studio, title=title))
    shots.work()
    one, two = (row.plan for row in Credential.objects.all())
    (first, stood_on), (second, also_on) = opened(one), opened(two)
    assert stood_on == also_on == [grant.revisions.get().public_id]
    for name in ("id", "digest"):
        assert first["receipts"][0][name] != second["receipts"][0][name]
    assert one.references[0]["salt"] != two.references[0]["salt"] and grant.public_id not in json.dumps([first, second])
