"""Personal data is ciphertext at rest, found by keyed hash, and gone once the person's key is destroyed."""

from datetime import date

import pytest
from django.db import connection

from registry.models import Organisation, Person
from registry.private import name_digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    studio = Organisation.objects.create(kind="studio", name="Northlight Pictures")
    return Person.objects.create(
        studio=studio, alias="M. Vale", legal_name="Miranda Valeska", birth_date=date(1974, 3, 2),
        legal_name_digest=name_digest("Miranda Valeska"),
    )


def test_the_table_holds_no_word_of_the_name(mira):
    with connection.cursor() as cursor:
        cursor.execute("SELECT legal_name, birth_date FROM registry_person")
        name, born = (bytes(value) for value in cursor.fetchone())
    assert b"Valeska" not in name and b"1974" not in born
    again = Person.objects.get(pk=mira.pk)
    assert (again.legal_name, again.birth_date) == ("Miranda Valeska", date(1974, 3, 2))


def test_two_equal_names_do_not_look_equal_at_rest(mira):
    twin = Person.objects.create(studio=mira.studio, alias="Twin", legal_name="Miranda Valeska")
    with connection.cursor() as cursor:
        cursor.execute("SELECT legal_name FROM registry_person ORDER BY id")
        first, second = (bytes(row[0]) for row in cursor.fetchall())
    assert first != second and twin.legal_name == mira.legal_name


def test_a_legal_name_is_found_whole_and_an_alias_by_any_part(mira):
    assert list(Person.objects.named("miranda  VALESKA")) == [mira]
    assert list(Person.objects.named("Vale")) == [mira]
    assert not Person.objects.named("Miranda").exists()


def test_destroying_the_key_erases_the_person(mira):
    Person.objects.filter(pk=mira.pk).update(data_key=b"")
    gone = Person.objects.get(pk=mira.pk)
    assert gone.legal_name is None and gone.birth_date is None


@pytest.mark.parametrize(("day", "age"), [(date(2026, 3, 1), 51), (date(2026, 3, 2), 52), (date(2026, 3, 3), 52)])
def test_an_age_turns_on_the_birthday(mira, day, age):
    assert mira.age_on(day) == age
