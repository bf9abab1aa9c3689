"""PERSON_KEYS can be renewed: what was kept under the former value still opens, and `rewrap` brings it under the new one."""

from datetime import date
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.utils import timezone

from consent import paper
from consent.models import Evidence
from registry import journal, private
from registry.accounts import SecondFactors
from registry.models import Person
from tests import cast as people

pytestmark = pytest.mark.django_db


def renewed(settings, *, former: bool = True) -> None:
    settings.PERSON_KEYS_FALLBACKS = [settings.PERSON_KEYS] if former else []
    settings.PERSON_KEYS = "another master key, thirty-two characters long"


def rewrapped() -> str:
    said = StringIO()
    call_command("rewrap", stdout=said)
    return said.getvalue()


@pytest.fixture
def studio(cast):
    people.verified(cast, at=timezone.now())
    return cast


@pytest.fixture
def mira(studio):
    return studio.mira


def test_with_the_former_value_at_hand_everything_opens_and_is_found(mira, settings):
    renewed(settings)
    again = Person.objects.get(pk=mira.pk)
    assert (again.legal_name, again.birth_date) == ("Miranda Valeska", date(1974, 3, 2))
    assert list(Person.objects.named("miranda valeska")) == [mira]


def test_rewrapped_it_opens_without_the_former_value(studio, mira, settings):
    secret = SecondFactors().encrypt("JBSWY3DPEHPK3PXP")
    factor = Authenticator.objects.create(user=studio.tobi, type="totp", data={"secret": secret})
    renewed(settings)
    said = rewrapped()
    assert "people: " in said and "second factors: 1" in said
    settings.PERSON_KEYS_FALLBACKS = []
    again = Person.objects.get(pk=mira.pk)
    assert again.legal_name == "Miranda Valeska" and list(Person.objects.named("Miranda Valeska")) == [mira]
    factor.refresh_from_db()
    assert SecondFactors().decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert journal.chain("registry").get().tag == "keys:rewrapped" and not journal.broken_links()


def test_papers_are_never_changed_so_the_operator_is_told_to_leave_the_former_value(mira, settings):
    evidence = Evidence.objects.first()
    before, content = bytes(evidence.sealed_key), paper.read(evidence)
    renewed(settings)
    said = rewrapped()
    assert "kept: " in said and "leave the former values" in said
    evidence = Evidence.objects.get(pk=evidence.pk)
    assert bytes(evidence.sealed_key) == before and paper.read(evidence) == content


def test_a_second_run_finds_nothing_to_do(mira, settings):
    renewed(settings)
    rewrapped()
    assert "people: " not in rewrapped()


def test_without_the_former_value_nothing_is_changed_and_the_operator_is_told(mira, settings):
    before = bytes(Person.objects.get(pk=mira.pk).data_key)
    renewed(settings, former=False)
    with pytest.raises(CommandError, match="neither"):
        rewrapped()
    assert bytes(Person.objects.get(pk=mira.pk).data_key) == before


def test_a_short_secret_is_still_recognised(settings):
    digest = private.secret_digest("pll_x:123456")
    renewed(settings)
    assert private.is_secret_of(digest, "pll_x:123456") and not private.is_secret_of(digest, "pll_x:123457")
