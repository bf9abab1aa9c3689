"""Records on the forms: stated, confirmed by a second person, corrected and lifted, each by a statement of its own."""

from datetime import UTC, date, datetime, timedelta

import pytest

from consent import determinations, on_record, records, subjects
from consent.forms.catalogue import FORMS
from consent.grants import SameLawyer
from consent.models import Ending, Evidence, Statement
from consent.stating import AlreadyAnswered
from consent.transitions import IllegalTransition
from registry import journal, people
from registry.append_only import AppendOnlyError
from registry.errors import Conflict, Invalid, NotAllowed
from registry.journal import ReasonRequired
from registry.models import Authority, Event, Person
from registry.permissions import NotYourDesk
from tests import cast as world
from tests.cast import NOON, RIDER

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FILE = "ab" * 32
RESOLVED = {"outcome": "over", "resolved_on": date(2026, 7, 14)}


def state(cast, code, subject, details, **changes):
    told = {"studio": cast.northlight, "by": cast.ines, "at": NOON, "reason": "As the letter says", **changes}
    return records.state(code, subject=getattr(subject, "public_id", subject), details=details, **told)


def veto(cast, status="asserted", **changes):
    return state(cast, "person.encumbrance", cast.mira, {
        "holder": "Tyburn Films", "encumbrance": "veto", "scope": "Any recreation", "status": status, "source": "Letter of 1993",
    }, **changes)  # fmt: skip


def residence(cast, where="US-CA", **changes):
    return state(cast, "person.residence", cast.mira, {"residence": where}, **changes)


def held(cast, subject, *, at=NOON):
    return [one.record.id for one in on_record.holding_about([subject.public_id], studio=cast.northlight, at=at)]


def facts(cast, *subjects, at=NOON, known_at=None):
    """What rules are told about the subjects."""
    stated = on_record.about([one.public_id for one in subjects], studio=cast.northlight)
    attested = on_record.attested(stated, as_of=at, known_at=known_at or at)
    return {(one.subject, one.question): one.answer for one in attested}


def nothing_was_recorded():
    return not Statement.objects.exists() and not Event.objects.exists() and not Evidence.objects.exists()


# --- stating -------------------------------------------------------------------------------------------------------


def test_what_is_stated_holds_and_is_in_the_journal_without_what_was_entered(cast):
    record = veto(cast)
    assert held(cast, cast.mira) == [record.public_id]
    event = Event.objects.get(tag="record:stated")
    assert (event.chain, event.reason, event.actor_name) == (cast.mira.public_id, "As the letter says", "Ines Roth")
    assert "Tyburn" not in event.body and "1993" not in event.body and "person.encumbrance" in event.body
    assert journal.broken_links() == []


def test_a_private_field_lies_under_the_person_s_key_and_goes_with_it(cast):
    record = veto(cast)
    assert "holder" not in record.details and b"Tyburn" not in bytes(record.sealed)
    assert on_record.opened(record, cast.mira) == {"holder": "Tyburn Films"}
    world.lawyer("dan", "Privat", cast.northlight, "dpo")
    from registry.models import User

    people.erase(cast.mira, by=User.objects.get(username="dan"), at=NOON, reason="Asked to be forgotten")
    erased = Person.objects.get(pk=cast.mira.pk)
    assert on_record.opened(record, erased) == {} and held(cast, erased) == [record.public_id]
    with pytest.raises(people.Erased):
        veto(cast)


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_only_those_who_enter_state_anything(cast, who):
    with pytest.raises(NotYourDesk):
        residence(cast, by=getattr(cast, who))
    assert nothing_was_recorded()


@pytest.mark.parametrize(("code", "subject", "details"), [
    ("person.residence", "per_nobody", {"residence": "US-CA"}),
    ("person.residence", "prd", {"residence": "US-CA"}),
    ("person.residence", "ef" * 32, {"residence": "US-CA"}),
    ("person.residence", "agreement:SAG", {"residence": "US-CA"}),
    ("person.shoe_size", "mira", {}),
    ("lock.resolution", "mira", RESOLVED),
    ("person.residence", "mira", {}),
    ("replica.registered", "mira", {"name": "Scan", "kind": "scan", "replica_class": "EBDR", "biometrics": "none",
                                    "owner": "Northlight", "custodian": "Parallax", "grant": "grt_nobody"}),
])  # fmt: skip
def test_what_fits_no_form_or_nothing_on_file_is_refused(cast, code, subject, details):
    subject = {"mira": cast.mira.public_id, "prd": cast.harbor.public_id}.get(subject, subject)
    with pytest.raises(Invalid):
        state(cast, code, subject, details)
    assert nothing_was_recorded()


def test_another_studio_s_person_is_nobody_here(cast):
    with pytest.raises(subjects.NotOnThisFile):
        state(cast, "person.residence", cast.mira, {"residence": "GB"}, studio=cast.southgate, by=cast.sol)
    assert nothing_was_recorded()


def test_without_a_reason_nothing_is_kept_not_even_the_document(cast):
    with pytest.raises(ReasonRequired):
        residence(cast, reason=" ", evidence=RIDER)
    assert nothing_was_recorded()


def test_what_needs_a_document_is_refused_without(cast):
    grant = world.verified(cast)
    before = Event.objects.count()
    with pytest.raises(Invalid):
        state(cast, "grant.court_approval", grant, {"court": "Superior Court", "number": "1", "approved_on": "2026-05-01"})
    assert not Statement.objects.exists() and Event.objects.count() == before


def test_a_record_is_never_changed_nor_deleted(cast):
    record = residence(cast)
    record.details = {"residence": "DE"}
    for act in (record.save, record.delete):
        with pytest.raises(AppendOnlyError):
            act()
    assert Statement.objects.get().details == {"residence": "US-CA"}


def test_of_what_is_said_once_a_second_is_refused_while_the_first_holds(cast):
    residence(cast, until=NOON + HOUR)
    with pytest.raises(records.OnRecordAlready):
        residence(cast, "DE")
    residence(cast, "DE", effective_at=NOON + HOUR)
    assert facts(cast, cast.mira)[cast.mira.public_id, "person.residence"] == "US-CA"
    assert facts(cast, cast.mira, at=NOON + HOUR)[cast.mira.public_id, "person.residence"] == "DE"


def test_a_record_holds_from_its_moment_to_before_its_end(cast):
    record = residence(cast, effective_at=NOON + HOUR, until=NOON + 2 * HOUR)
    second = timedelta(seconds=1)
    moments = {NOON + HOUR - second: False, NOON + HOUR: True, NOON + 2 * HOUR - second: True, NOON + 2 * HOUR: False}
    assert {at: held(cast, cast.mira, at=at) == [record.public_id] for at in moments} == moments
    with pytest.raises(Invalid):
        veto(cast, until=NOON)
    assert Statement.objects.count() == 1


# --- correcting and lifting ----------------------------------------------------------------------------------------


def test_a_correction_takes_the_place_and_the_first_stays_to_be_seen(cast):
    first = residence(cast)
    second = records.correct(first, details={"residence": "DE"}, by=cast.tobi, at=NOON + HOUR, reason="She moved")
    assert held(cast, cast.mira, at=NOON + HOUR) == [second.public_id] and Statement.objects.count() == 2
    assert facts(cast, cast.mira, at=NOON + HOUR) == {(cast.mira.public_id, "person.residence"): "DE"}
    assert Event.objects.get(tag="record:corrected").reason == "She moved"


def test_what_was_known_before_a_correction_can_still_be_told(cast):
    first = residence(cast)
    records.correct(first, details={"residence": "DE"}, by=cast.ines, at=NOON + HOUR, reason="Wrong from the start")
    assert facts(cast, cast.mira, at=NOON, known_at=NOON)[cast.mira.public_id, "person.residence"] == "US-CA"
    assert facts(cast, cast.mira, at=NOON, known_at=NOON + HOUR)[cast.mira.public_id, "person.residence"] == "DE"


def test_what_was_corrected_or_lifted_is_not_corrected_again(cast):
    first = residence(cast)
    second = records.correct(first, details={"residence": "DE"}, by=cast.ines, at=NOON, reason="Moved")
    with pytest.raises(AlreadyAnswered):
        records.correct(first, details={"residence": "GB"}, by=cast.ines, at=NOON, reason="Moved")
    lifted = records.lift(second, by=cast.ines, at=NOON, reason="Unknown after all")
    for act in (records.lift, lambda row, **told: records.correct(row, details={"residence": "GB"}, **told)):
        for row in (second, lifted):
            with pytest.raises(Conflict):
                act(row, by=cast.tobi, at=NOON, reason="Again")
    assert Statement.objects.count() == 3 and held(cast, cast.mira) == []


def test_a_correction_keeps_the_document_unless_another_comes(cast):
    first = residence(cast, evidence=RIDER)
    same = records.correct(first, details={"residence": "DE"}, by=cast.ines, at=NOON, reason="Moved")
    assert same.evidence == first.evidence and first.evidence.revision is None
    other = records.correct(same, details={"residence": "GB"}, by=cast.ines, at=NOON, reason="Moved", evidence=RIDER)
    assert other.evidence != first.evidence and Evidence.objects.count() == 2


# --- two people ----------------------------------------------------------------------------------------------------

REVIEW = {
    "community": "Ngāi Tahu", "consultant": "Hana Parata", "scope": "Episodes 1 to 3", "result": "approved",
    "signed_on": "2026-07-01",
}  # fmt: skip


def reviewed(cast, **changes):
    return state(cast, "production.cultural_review", cast.harbor, REVIEW | changes, evidence=RIDER)


def test_what_takes_two_counts_once_the_second_confirms(cast):
    fact = cast.harbor.public_id, "production.culture_reviewed"
    draft = reviewed(cast)
    assert held(cast, cast.harbor) == [] and facts(cast, cast.harbor) == {}
    confirmed = records.confirm(draft, by=cast.tobi, at=NOON + HOUR, reason="Read the opinion")
    assert facts(cast, cast.harbor, at=NOON + HOUR) == {fact: "yes"} and set(confirmed.by.all()) == {cast.ines, cast.tobi}
    assert facts(cast, cast.harbor, at=NOON + HOUR, known_at=NOON) == {}
    assert [one.tag for one in journal.chain(cast.harbor.public_id)] == ["record:stated", "record:confirmed"]


@pytest.mark.parametrize(("who", "refused"), [("tobi", records.NotASecond), ("ada", NotYourDesk), ("sol", NotYourDesk)])
def test_the_second_is_another_who_may_verify(cast, who, refused):
    draft = state(cast, "production.cultural_review", cast.harbor, REVIEW, by=cast.tobi, evidence=RIDER)
    with pytest.raises(refused):
        records.confirm(draft, by=getattr(cast, who), at=NOON, reason="Mine")
    assert Statement.objects.count() == 1 and facts(cast, cast.harbor) == {}


def test_it_is_confirmed_once_and_only_what_waits(cast):
    draft = reviewed(cast)
    confirmed = records.confirm(draft, by=cast.tobi, at=NOON, reason="Read")
    for row in (draft, confirmed, residence(cast)):
        with pytest.raises(Conflict):
            records.confirm(row, by=cast.tobi, at=NOON, reason="Read")
    assert Statement.objects.count() == 3


def test_a_correction_of_one_person_takes_nothing_s_place_until_another_confirms(cast):
    fact = cast.harbor.public_id, "production.culture_reviewed"
    confirmed = records.confirm(reviewed(cast), by=cast.tobi, at=NOON, reason="Read")
    changed = REVIEW | {"result": "approved_on_conditions", "conditions": "Credit the iwi"}
    draft = records.correct(confirmed, details=changed, by=cast.ines, at=NOON, reason="There were conditions")
    assert facts(cast, cast.harbor)[fact] == "yes"
    records.confirm(draft, by=cast.tobi, at=NOON, reason="So it says")
    assert facts(cast, cast.harbor)[fact] == "no"


def test_of_several_reviews_the_one_that_advises_against_is_told(cast):
    for result in ("approved", "advised_against", "approved"):
        records.confirm(reviewed(cast, result=result), by=cast.tobi, at=NOON, reason="Read")
    assert facts(cast, cast.harbor)[cast.harbor.public_id, "production.culture_reviewed"] == "no"


def test_a_determination_on_its_form_is_the_one_the_decision_knows(cast):
    because = {"answer": "yes", "rationale": "Fleeting, in the background"}
    proposal = state(cast, "determination.no_consent_needed", cast.mira, because)
    made = records.confirm(proposal, by=cast.tobi, at=NOON, reason="Agreed")
    assert (made.kind, made.question, made.answer, made.by.count()) == ("determination", "no_consent_needed", "yes", 2)
    assert on_record.determined(cast.mira.public_id, "no_consent_needed", studio=cast.northlight, at=NOON)
    state(cast, "determination.no_consent_needed", cast.mira, because | {"answer": "no"})
    assert not on_record.determined(cast.mira.public_id, "no_consent_needed", studio=cast.northlight, at=NOON)
    for act in (records.lift, lambda row, **told: records.correct(row, details=because, **told)):
        with pytest.raises(records.NotCorrectedHere):
            act(made, by=cast.tobi, at=NOON, reason="Wrong")


# --- what several records tell together ----------------------------------------------------------------------------


def test_a_veto_nobody_released_outweighs_one_that_was(cast):
    fact = cast.mira.public_id, "person.encumbrance"
    first = veto(cast)
    veto(cast, "released", at=NOON + HOUR)
    assert facts(cast, cast.mira, at=NOON + HOUR)[fact] == "asserted"
    details = {"holder": "T", "encumbrance": "veto", "scope": "Any", "status": "released", "source": "Release"}
    records.correct(first, details=details, by=cast.ines, at=NOON + 2 * HOUR, reason="Released in writing")
    assert facts(cast, cast.mira, at=NOON + 2 * HOUR)[fact] == "released"


def test_what_another_record_answers_is_told_no_longer(cast):
    order = state(cast, "lock.court_order", cast.mira, {
        "court": "LASC", "number": "26STCV1", "served_at": datetime(2026, 7, 10, 17, tzinfo=UTC), "orders": "Stop",
    })  # fmt: skip
    told = facts(cast, cast.mira)
    assert told[cast.mira.public_id, "person.court_order_served"] == "yes"
    assert told[cast.mira.public_id, "person.court_order_due_on"] == "2026-07-14"
    done = {"answers": order.public_id, "complied_at": NOON, "stopped": "Two clips"}
    state(cast, "order.complied", cast.mira, done)
    assert facts(cast, cast.mira) == {} and order in determinations.standing_locks(cast.northlight, at=NOON)


def test_an_answer_names_what_it_answers_and_nothing_else(cast):
    other = veto(cast)
    with pytest.raises(Invalid):
        state(cast, "order.complied", cast.mira, {"answers": other.public_id, "complied_at": NOON, "stopped": "All"})
    assert Statement.objects.count() == 1


# --- locks ---------------------------------------------------------------------------------------------------------


def test_a_strike_is_a_lock_that_only_a_verifier_lifts_with_how_it_ended(cast):
    strike = state(cast, "lock.strike", cast.harbor, {"union": "SAG-AFTRA", "called_on": "2026-07-14"})
    assert determinations.standing_locks(cast.northlight, at=NOON) == [strike]
    assert facts(cast, cast.harbor) == {(cast.harbor.public_id, "production.strike"): "yes"}
    with pytest.raises(NotYourDesk):
        records.lift(strike, by=cast.ines, at=NOON, reason="Over", details=RESOLVED)
    with pytest.raises(Invalid):
        records.lift(strike, by=cast.tobi, at=NOON, reason="Over", details={})
    with pytest.raises(records.NotCorrectedHere):
        records.correct(strike, details={"union": "DGA", "called_on": "2026-07-14"}, by=cast.tobi, at=NOON, reason="Other")
    assert Statement.objects.count() == 1
    records.lift(strike, by=cast.tobi, at=NOON, reason="Over", details=RESOLVED)
    assert determinations.standing_locks(cast.northlight, at=NOON) == [] and facts(cast, cast.harbor) == {}


def test_a_legal_hold_stops_destruction_and_nothing_else_unless_named(cast):
    assert state(cast, "lock.legal_hold", cast.mira, {"matter": "Vale v. Fox", "from_on": "2026-07-01"}).acts == ["destroy"]
    named = state(cast, "lock.legal_hold", cast.mira, {"matter": "M", "from_on": "2026-07-01"}, acts=("destroy", "transfer"))
    assert named.acts == ["destroy", "transfer"]
    with pytest.raises(Invalid):
        state(cast, "lock.legal_hold", cast.mira, {"matter": "M", "from_on": "2026-07-01"}, acts=("fly",))


# --- the estate ----------------------------------------------------------------------------------------------------


@pytest.fixture
def elsa(cast):
    lenz = {"alias": "E. Lenz", "legal_name": "Elsa Lenz", "kind": "deceased", "death_date": date(2001, 2, 3)}
    return Person.objects.create(studio=cast.northlight, **lenz)


def authority(person, party, **changes):
    return Authority.objects.create(person=person, kind="heir", party=party, recorded_at=NOON, **changes)


def titled(cast, whose, share, *, confirmed=True, **details):
    said = {"share_percent": share, "title_words": "By will", "group": "heirs"} | details
    draft = state(cast, "authority.title", whose, said, evidence=RIDER)
    return records.confirm(draft, by=cast.tobi, at=NOON, reason="Read the will") if confirmed else draft


def test_shares_of_one_group_come_to_no_more_than_the_whole(cast, elsa):
    ada, ben, cleo = (authority(elsa, name) for name in ("Ada", "Ben", "Cleo"))
    first = titled(cast, ada, "60")
    titled(cast, ben, "40")
    with pytest.raises(records.TooManyShares):
        titled(cast, cleo, "0.01")
    titled(cast, cleo, "100", group="voice")
    records.confirm(
        records.correct(first, details={"share_percent": "50", "title_words": "By will", "group": "heirs"}, by=cast.ines,
                        at=NOON, reason="Misread"),
        by=cast.tobi, at=NOON, reason="Misread",
    )  # fmt: skip
    assert len([one for one in held(cast, ada)]) == 1


def test_two_drafts_cannot_both_be_confirmed_beyond_the_whole(cast, elsa):
    drafts = [titled(cast, authority(elsa, name), "60", confirmed=False) for name in ("Ada", "Ben")]
    records.confirm(drafts[0], by=cast.tobi, at=NOON, reason="Read")
    before = Statement.objects.count()
    with pytest.raises(records.TooManyShares):
        records.confirm(drafts[1], by=cast.tobi, at=NOON, reason="Read")
    assert Statement.objects.count() == before


def test_no_title_comes_from_itself(cast, elsa):
    ada, ben, cleo = (authority(elsa, name) for name in ("Ada", "Ben", "Cleo"))
    titled(cast, ada, "10", derives_from=ben.public_id)
    titled(cast, ben, "10", derives_from=cleo.public_id)
    before = Statement.objects.count()
    for source in (ada, cleo):
        with pytest.raises(records.CircularTitle):
            titled(cast, cleo, "10", derives_from=source.public_id)
    assert Statement.objects.count() == before


def test_a_title_comes_from_nobody_else_s_chain(cast, elsa):
    other = Authority.objects.get(person=cast.mira)
    with pytest.raises(Invalid):
        titled(cast, authority(elsa, "Ada"), "10", derives_from=other.public_id)
    assert nothing_was_recorded()


def test_records_about_an_authority_follow_it_through_its_verification(cast, elsa):
    first = authority(elsa, "Ada", recorded_by=cast.ines)
    draft = titled(cast, first, "60", confirmed=False)
    verified = authority(elsa, "Ada", recorded_by=cast.ines, verified_by=cast.tobi, replaces=first)
    records.confirm(draft, by=cast.tobi, at=NOON, reason="Read")
    assert subjects.found(cast.northlight, verified.public_id).id == first.public_id
    with pytest.raises(records.OnRecordAlready):
        titled(cast, verified, "10")


# --- people and consents -------------------------------------------------------------------------------------------


def test_a_death_on_its_form_is_on_the_person_s_file_too(cast):
    said = {"died_on": "2026-07-01", "domicile_at_death": "US-NY"}
    state(cast, "person.death", cast.mira, said, evidence=RIDER)
    mira = Person.objects.get(pk=cast.mira.pk)
    assert (mira.kind, mira.death_date) == ("deceased", date(2026, 7, 1))
    assert facts(cast, mira)[mira.public_id, "person.domicile_at_death"] == "US-NY"
    other = Person.objects.create(studio=cast.northlight, alias="E. Lenz", kind="deceased", death_date=date(2001, 2, 3))
    before = Event.objects.count()
    with pytest.raises(Conflict):
        state(cast, "person.death", other, said, evidence=RIDER)
    assert Event.objects.count() == before


def test_a_death_that_cannot_be_leaves_no_record(cast):
    with pytest.raises(Invalid):
        state(cast, "person.death", cast.mira, {"died_on": "2026-07-15"}, evidence=RIDER)
    assert nothing_was_recorded() and Person.objects.get(pk=cast.mira.pk).kind == "living"


def test_nobody_under_age_is_named_in_public(cast):
    kit = world.person(cast.northlight, "Kit Moreau", "K.", date(2009, 7, 15))
    for person, allowed in ((kit, False), (cast.jon, True)):
        if allowed:
            state(cast, "person.publicity", person, {"name": "Jon Abara"}, evidence=RIDER)
        else:
            with pytest.raises(NotAllowed):
                state(cast, "person.publicity", person, {"name": "Kit"}, evidence=RIDER)
    assert Statement.objects.count() == 1


@pytest.mark.parametrize(("born", "signed", "refused"), [
    (date(2008, 7, 1), "2026-07-01", None), (date(2008, 7, 2), "2026-07-01", Invalid), (None, "2026-07-01", Invalid),
])  # fmt: skip
def test_only_somebody_of_age_reaffirms(cast, born, signed, refused):
    cast.mira.birth_date = born
    cast.mira.save()
    grant = world.verified(cast)
    details = {"signed_on": signed, "rider": "Rider of July"}
    if refused:
        with pytest.raises(refused):
            state(cast, "grant.reaffirmation", grant, details, evidence=RIDER)
        assert not Statement.objects.exists()
        return
    draft = state(cast, "grant.reaffirmation", grant, details, evidence=RIDER)
    records.confirm(draft, by=cast.tobi, at=NOON, reason="Compared")
    assert facts(cast, grant) == {(grant.public_id, "grant.reaffirmed"): "yes"}


def test_what_ended_is_not_reaffirmed(cast):
    grant = world.verified(cast)
    world.ended(cast, grant, at=NOON)
    with pytest.raises(IllegalTransition) as refused:
        state(cast, "grant.reaffirmation", grant, {"signed_on": "2026-07-01", "rider": "R"}, evidence=RIDER)
    assert "A consent in the state “ended” cannot be reaffirmed." in refused.value.detail
    assert not Statement.objects.exists()


def test_a_consent_is_returned_by_another_verifier_while_it_waits(cast):
    own = world.entered(cast, by=cast.tobi, number="C-1")
    with pytest.raises(SameLawyer):
        state(cast, "grant.returned", own, {"wrong": "The year"}, by=cast.tobi)
    theirs = world.entered(cast, number="C-2")
    with pytest.raises(NotYourDesk):
        state(cast, "grant.returned", theirs, {"wrong": "The year"}, by=cast.ines)
    assert not Statement.objects.exists()
    state(cast, "grant.returned", theirs, {"wrong": "The year"}, by=cast.tobi)
    done = world.verified(cast, number="C-3")
    with pytest.raises(IllegalTransition):
        state(cast, "grant.returned", done, {"wrong": "The year"}, by=cast.tobi)
    assert Statement.objects.count() == 1


# --- endings that take two -----------------------------------------------------------------------------------------

BACKDATED = {
    "ending": "revoked", "mode": "cease_all", "received_at": NOON, "ended_at": NOON - timedelta(days=30),
}  # fmt: skip


def test_an_ending_reaches_back_only_with_two_lawyers(cast):
    grant = world.verified(cast)
    draft = state(cast, "grant.proposed_ending", grant, BACKDATED)
    assert not Ending.objects.exists()
    records.confirm(draft, by=cast.tobi, at=NOON, reason="The court says so")
    ending = Ending.objects.get()
    assert (ending.entered_by, ending.confirmed_by, ending.effective_at) == (cast.ines, cast.tobi, NOON - timedelta(days=30))
    assert Event.objects.get(tag="grant:ended").reason == "The court says so"


def test_what_does_not_reach_back_takes_one_and_is_recorded_on_the_file(cast):
    grant = world.verified(cast)
    with pytest.raises(Invalid):
        state(cast, "grant.proposed_ending", grant, BACKDATED | {"ended_at": NOON})
    annulled = state(cast, "grant.proposed_ending", grant, BACKDATED | {"ended_at": NOON, "ending": "annulled"})
    records.confirm(annulled, by=cast.tobi, at=NOON, reason="Forged")
    assert Ending.objects.get().kind == "annulled"
    with pytest.raises(IllegalTransition):
        state(cast, "grant.proposed_ending", grant, BACKDATED)


# --- replicas ------------------------------------------------------------------------------------------------------


def test_a_replica_is_registered_held_listed_transferred_and_destroyed(cast):
    grant = world.verified(cast)
    replica = state(cast, "replica.registered", cast.mira, {
        "name": "Face scan", "kind": "scan", "replica_class": "EBDR", "biometrics": "face_geometry", "owner": "Northlight",
        "custodian": "Parallax", "grant": grant.public_id, "origin": cast.harbor.public_id, "destroy_by": "2026-12-31",
    })  # fmt: skip
    renamed = records.correct(replica, details=replica.details | {"name": "Face scan 2"}, by=cast.ines, at=NOON, reason="Name")
    concerned = {"grant": grant.public_id}
    on_list = {"vendors": [cast.parallax.public_id], "need": "Shot 114"}
    state(cast, "replica.access", replica, on_list | concerned)
    state(cast, "replica.custody", renamed, {"from_whom": "Northlight", "to_whom": "Parallax", "handed_at": NOON} | concerned)
    state(cast, "replica.transfer", replica, {
        "to_whom": "Southgate", "submitted_at": NOON, "decision": "pending", "stays_liable": True,
    } | concerned)  # fmt: skip
    told = facts(cast, cast.mira, replica)
    assert {fact: answer for (subject, fact), answer in told.items() if subject == grant.public_id} == {
        "grant.replica_class": "EBDR", "grant.replica_origin": cast.harbor.public_id, "grant.access_list": "yes",
        "grant.access_given_to": cast.parallax.public_id,
        "grant.custody_attested": "no", "grant.union_approved_transfer": "no", "grant.producer_stays_liable": "yes",
        "grant.transfer_answer_due_on": "2026-08-04",
    }  # fmt: skip
    wiped = {"destroyed_at": NOON, "how": "Wiped", "certified_by": "Parallax"}
    gone = state(cast, "replica.destroyed", replica, wiped, evidence=RIDER)
    records.confirm(gone, by=cast.tobi, at=NOON, reason="Certificate covers every copy")
    assert "grant.replica_class" not in {fact for _, fact in facts(cast, cast.mira, replica)}


def test_a_vendor_may_use_what_was_made_under_a_consent_if_on_the_list_of_every_replica(cast):
    grant = world.verified(cast)
    concerned, parallax = {"grant": grant.public_id}, cast.parallax.public_id
    for name in ("Face scan", "Body scan"):
        made = state(cast, "replica.registered", cast.mira, {
            "name": name, "kind": "scan", "replica_class": "EBDR", "biometrics": "none", "owner": "N", "custodian": "P",
        } | concerned)  # fmt: skip
        listed = state(cast, "replica.access", made, {"vendors": [parallax], "need": "Shot 114"} | concerned)
    replicas = [row for row in Statement.objects.filter(form="replica.registered")]
    assert facts(cast, *replicas)[grant.public_id, "grant.access_given_to"] == parallax
    alone = {"who": ["The archive"], "need": "Kept"} | concerned
    records.correct(listed, details=alone, by=cast.ines, at=NOON, reason="The body scan stays here")
    assert facts(cast, *replicas)[grant.public_id, "grant.access_given_to"] == ""


@pytest.mark.parametrize("vendors", [["org_nobody"], "southgate", []], ids=["nobody", "a studio", "nobody ticked"])
def test_only_vendors_of_the_studio_stand_on_a_list(cast, vendors):
    made = state(cast, "replica.registered", cast.mira, {
        "name": "Scan", "kind": "scan", "replica_class": "EBDR", "biometrics": "none", "owner": "N", "custodian": "P",
    })  # fmt: skip
    named = [cast.southgate.public_id] if vendors == "southgate" else vendors
    with pytest.raises(Invalid):
        state(cast, "replica.access", made, {"vendors": named, "need": "Shot 114"})
    assert Statement.objects.count() == 1


def test_a_replica_of_one_person_concerns_no_consent_of_another(cast):
    grant = world.verified(cast)
    with pytest.raises(Invalid):
        state(cast, "replica.registered", cast.jon, {
            "name": "Scan", "kind": "scan", "replica_class": "EBDR", "biometrics": "none", "owner": "N", "custodian": "P",
            "grant": grant.public_id,
        })  # fmt: skip
    assert not Statement.objects.exists()


def test_every_form_about_a_person_can_be_stated(cast):
    """Nothing in the catalogue leads nowhere: each form is taken, with what it asks for."""
    from tests.consent.test_forms import entered

    skipped = {"person.publicity", "person.death", "grant.reaffirmation"}
    for form in FORMS.values():
        named = [field for field in form.fields if field.type in ("person", "authority", "grant", "production", "record")]
        if "person" not in form.about or form.code in skipped or any(field.required for field in named):
            continue
        details = entered(form)
        for field in named:
            details.pop(field.name)
        state(cast, form.code, cast.mira, details, evidence=RIDER)
    assert Statement.objects.count() > 20
