"""Whoever runs an installation registers its organisations from outside the desk, and each step is on the record."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry import journal
from registry.models import Event, Membership, Organisation, User

pytestmark = pytest.mark.django_db
INES = ("--operator", "ines", "Ines", "Roth")


def told(*arguments: str) -> str:
    said = StringIO()
    call_command("organisation", *arguments, stdout=said)
    return said.getvalue()


def test_a_studio_is_registered_with_its_key_and_its_first_operator(client):
    said = told("Northlight Pictures", "--jurisdiction", "US-CA", "--key", "file:/run/keys/northlight.pem", *INES)
    studio = Organisation.objects.get()
    assert (studio.kind, studio.jurisdiction, studio.key_reference) == ("studio", "US-CA", "file:/run/keys/northlight.pem")
    password = said.splitlines()[-1].split()[4]
    ines = User.objects.get()
    assert ines.check_password(password) and ines.is_staff and not ines.is_superuser
    assert Membership.objects.get().role == Membership.Role.OPERATOR
    tags = [event.tag for event in journal.chain(studio.public_id)]
    assert tags == ["organisation:registered", "organisation:key_named", "organisation:desk_opened"]
    assert not Event.objects.filter(body__contains=password).exists() and journal.broken_links() == []


def test_another_key_is_named_and_the_former_one_stays_on_the_record():
    told("Northlight Pictures", "--key", "file:/run/keys/2026.pem")
    told("Northlight Pictures", "--key", "file:/run/keys/2027.pem")
    studio = Organisation.objects.get()
    assert studio.key_reference == "file:/run/keys/2027.pem"
    last = journal.chain(studio.public_id).last()
    assert '"before":"file:/run/keys/2026.pem"' in last.body and '"now":"file:/run/keys/2027.pem"' in last.body


def test_a_second_operator_is_made_at_the_desk_and_not_here():
    told("Northlight Pictures", *INES)
    with pytest.raises(CommandError, match="adds members at the desk"):
        told("Northlight Pictures", "--operator", "tobi", "Tobi", "Okafor")
    with pytest.raises(CommandError, match="There is an account"):
        told("Southgate Films", *INES)
    assert User.objects.count() == Membership.objects.count() == 1


def test_a_kind_that_is_none_is_refused_and_nothing_is_kept():
    with pytest.raises(CommandError, match="no kind of organisation; there are studio, vendor"):
        told("Northlight Pictures", "--kind", "circus")
    assert not Organisation.objects.exists() and not Event.objects.exists()
