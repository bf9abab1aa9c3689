"""The statement on human performance and consent: what the record says of each performer, and what it does not state."""

import pytest
from django.utils import timezone

from provenance.outputs import human_performance
from registry.models import Membership, Person
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import registered, signed

pytestmark = pytest.mark.django_db


def address(cast, end="/"):
    return f"/admin/registry/production/{cast.harbor.public_id}/human-performance{end}"


def told(cast):
    return human_performance.tell(cast.harbor, at=timezone.now())


def of(cast, person):
    return next(one for one in told(cast).performers if one.who == person.alias)


def test_it_tells_what_was_altered_how_much_and_consent_then_and_now(cast):
    grant = people.verified(cast)
    signed.with_mira(cast, grant)
    [file] = of(cast, cast.mira).files
    assert file.altered == ("de-aging: 3.1 % of the picture",) and file.extent == registered.EXTENT["headline"]["text"]
    assert (file.then, file.now) == ("On file for everyone whose consent it needs", "Still on file")
    assert file.stood_on == ("C-0142, revision 1",)
    people.ended(cast, grant, at=timezone.now())
    [file] = of(cast, cast.mira).files
    assert (file.then, file.now) == ("On file for everyone whose consent it needs", "It has since ended")


def test_a_share_is_rounded_as_the_sentence_of_the_file_rounds_it(cast):
    """It was cut off: 5.5 % stood beside a sentence with 5.6 %."""
    [operation] = registered.EXTENT["operations"]
    signed.with_mira(cast, extent=registered.EXTENT | {"operations": [operation | {"share": 0.0556}]})
    [file] = of(cast, cast.mira).files
    assert file.altered == ("de-aging: 5.6 % of the picture",)


def test_a_development_key_is_named(cast):
    signed.with_mira(cast)
    assert any("A development key signed 1 of the files" in one for one in told(cast).not_stated)


def test_it_claims_nothing_of_whom_no_file_shows(cast):
    signed.with_mira(cast)
    jon = of(cast, cast.jon)
    assert not jon.files and not jon.roles
    assert "No file signed here shows them; whether they were altered is not stated." in jon.not_stated
    assert "Whether they performed a role themselves is not stated." in of(cast, cast.mira).not_stated


def test_a_declared_performance_is_told_as_declared(cast):
    made = signed.with_mira(cast)
    made.asset.depictions.create(label="dep-2", person=cast.jon, role="driving_performer", modality="motion")
    jon = of(cast, cast.jon)
    assert jon.roles == ("Driving performer",) and not any("performed a role" in one for one in jon.not_stated)
    assert "For files that stood on no consent of theirs, whether one was given is not stated." in jon.not_stated
    assert any("as declared" in one for one in told(cast).not_stated)


def test_who_is_not_identified_and_who_is_nobody_are_told_apart(cast):
    made = signed.with_mira(cast)
    made.asset.depictions.create(label="dep-2", role="background", modality="face")
    made.asset.depictions.create(label="dep-3", role="synthetic", modality="face")
    gaps = " ".join(told(cast).not_stated)
    assert "Somebody not identified is shown in 1 signed file;" in gaps and "nobody real, is declared in 1 signed file" in gaps


def test_consent_that_was_not_stated_is_not_called_given(cast):
    signed.with_mira(cast, consent="not_stated")
    [file] = of(cast, cast.mira).files
    assert (file.then, file.now) == ("Not stated", "Not stated")
    assert "consent was confirmed at signing for 0 of 1" in told(cast).headline


def test_nothing_signed_is_said_first(cast):
    assert "no file was signed here: nothing is stated" in told(cast).headline


def test_page_and_pdf_tell_it_and_hostile_names_stay_text(cast):
    signed.with_mira(cast)
    Person.objects.filter(pk=cast.mira.pk).update(alias="<b>M\u202e")
    page = at_the_desk(cast.ada).get(address(cast)).content.decode()
    assert "&lt;b&gt;M" in page and "<b>M" not in page and "\u202e" not in page and "What this record does not state" in page
    answer = at_the_desk(cast.ada).get(address(cast, ".pdf"))
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF-") and answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("end", ["/", ".pdf"])
def test_another_studio_and_other_roles_find_none(cast, end):
    signed.with_mira(cast)
    user = people.lawyer("uma", "Reed", cast.northlight, Membership.Role.DPO)
    for reader in (cast.sol, user):
        answer = at_the_desk(reader).get(address(cast, end))
        assert answer.status_code == 404 and b"M. Vale" not in answer.content
