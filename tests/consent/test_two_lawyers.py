"""A consent is entered by one lawyer and verified by another; the table refuses what the act would."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from consent import endings, grants, paper
from consent.models import Ending, Evidence, Grant, ScopeLine, Verification
from registry import journal
from registry.errors import Conflict, Invalid
from registry.models import Event
from tests import cast as people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


@pytest.fixture
def cast():
    return people.assemble()


def test_a_consent_is_entered_with_its_paper_and_stands_unverified(cast):
    grant = people.entered(cast)
    revision = grant.revisions.get()
    assert revision.lines.get().territories == ["WORLD"]
    assert revision.evidence.get().sha256 == people.RIDER.sha256
    assert not Verification.objects.exists()
    assert [event.tag for event in Event.objects.filter(chain=grant.public_id)] == ["grant:entered"]


def test_the_second_lawyer_verifies_and_the_chain_says_so(cast):
    grant = people.verified(cast)
    assert grant.revisions.get().verification.verified_by == cast.tobi
    assert [e.tag for e in Event.objects.filter(chain=grant.public_id)] == ["grant:entered", "grant:verified"]
    assert journal.broken_links() == []


def test_the_lawyer_who_entered_cannot_verify(cast):
    grant = people.entered(cast, by=cast.tobi)
    with pytest.raises(grants.SameLawyer):
        grants.verify(grant.revisions.get(), by=cast.tobi, at=people.NOON, reason="Looks right")
    assert not Verification.objects.exists()
    assert Event.objects.filter(tag="grant:verified").count() == 0


def test_the_table_itself_refuses_one_lawyer_for_two(cast):
    revision = people.entered(cast).revisions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.create(
            revision=revision, entered_by=cast.ines, verified_by=cast.ines, recorded_at=people.NOON
        )
    assert not Verification.objects.exists()


@pytest.mark.parametrize("who", ["ines", "ada", "sol"])
def test_only_a_verifier_of_this_studio_verifies(cast, who):
    revision = people.entered(cast, by=cast.tobi).revisions.get()
    with pytest.raises(grants.NotYourDesk):
        grants.verify(revision, by=getattr(cast, who), at=people.NOON, reason="Compared with the paper")
    assert not Verification.objects.exists()


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_nobody_without_the_role_enters_anything(cast, who):
    with pytest.raises(grants.NotYourDesk):
        people.entered(cast, by=getattr(cast, who))
    assert not Grant.objects.exists() and not Evidence.objects.exists() and not Event.objects.exists()


def test_an_act_without_a_reason_leaves_nothing_behind_not_even_the_paper(cast):
    with pytest.raises(journal.ReasonRequired):
        grants.enter(
            person=cast.mira, studio=cast.northlight, production=cast.harbor, number="C-1", kind="rider",
            terms=people.terms(), by=cast.ines, at=people.NOON, reason="",
        )  # fmt: skip
    assert not Grant.objects.exists() and not ScopeLine.objects.exists()
    assert not default_storage.exists("evidence") or not any(
        default_storage.listdir(f"evidence/{folder}")[1] for folder in default_storage.listdir("evidence")[0]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lines": ()}, "consent.no_lines"),
        ({"description": "  "}, "consent.no_description"),
        ({"term_end": date(2026, 5, 3)}, "consent.term"),
        ({"papers": (paper.Paper("empty.pdf", b""),)}, "evidence.empty"),
        ({"papers": (paper.Paper("notes.txt", b"plain words"),)}, "evidence.kind"),
    ],
)
def test_terms_that_say_nothing_are_refused_with_a_sentence(cast, change, code):
    with pytest.raises(Invalid) as refused:
        people.entered(cast, **change)
    assert refused.value.code == code and refused.value.detail.endswith(".")
    assert not Grant.objects.exists()


def test_a_number_is_used_once_in_a_studio(cast):
    people.entered(cast)
    with pytest.raises(Conflict):
        people.entered(cast)
    assert Grant.objects.count() == 1


def test_a_revision_without_paper_cannot_be_verified(cast):
    revision = people.entered(cast, papers=()).revisions.get()
    with pytest.raises(Invalid, match="evidence_missing"):
        grants.verify(revision, by=cast.tobi, at=people.NOON, reason="Compared with the paper")
    assert not Verification.objects.exists()


def test_paper_changed_on_disk_is_noticed_and_not_verified(cast):
    revision = people.entered(cast).revisions.get()
    stored = default_storage.path(revision.evidence.get().storage_key)
    with open(stored, "r+b") as file:
        file.seek(20)
        file.write(b"\0\0\0\0")
    with pytest.raises(paper.PaperDamaged):
        grants.verify(revision, by=cast.tobi, at=people.NOON, reason="Compared with the paper")
    assert not Verification.objects.exists()


def test_paper_lies_encrypted_and_every_look_at_it_is_on_the_record(cast):
    evidence = people.entered(cast).revisions.get().evidence.get()
    with open(default_storage.path(evidence.storage_key), "rb") as file:
        assert b"%PDF" not in file.read()
    assert paper.read(evidence) == people.RIDER.content and not Event.objects.filter(tag="evidence:viewed").exists()
    paper.view(evidence, subject=evidence.revision.grant.public_id, by=cast.tobi, at=people.NOON)
    assert Event.objects.get(tag="evidence:viewed").actor_name == "Tobi Okafor"


def test_an_ending_is_a_new_record_and_the_grant_stays_as_it_was(cast):
    grant = people.verified(cast)
    people.ended(cast, grant, at=people.NOON + timedelta(days=1))
    assert Grant.objects.get().revisions.count() == 1
    assert Event.objects.filter(chain=grant.public_id).last().tag == "grant:ended"


def test_an_ending_is_neither_backdated_nor_received_tomorrow(cast):
    grant = people.verified(cast)
    day = timedelta(days=1)
    for received, effective in [(people.NOON + day, people.NOON + day), (people.NOON, people.NOON - day)]:
        with pytest.raises(Invalid):
            endings.end(
                grant, kind="withdrawn", mode="prospective_new_use", received_at=received, effective_at=effective,
                by=cast.ines, at=people.NOON, reason="Letter",
            )  # fmt: skip
    assert not Ending.objects.exists()
