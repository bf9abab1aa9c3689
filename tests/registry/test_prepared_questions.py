"""A question that is prepared once gives, for other values and other numbers of them, what Django itself would give."""

import pytest

from registry.models import Membership, Person, Production
from registry.prepared import Prepared

PEOPLE = Prepared(
    lambda studio, aliases: Person.objects.filter(studio=studio, alias__in=aliases).order_by("alias").values_list("alias", "kind")
)
PRODUCTIONS = Prepared(lambda kind: Production.objects.filter(kind=kind).order_by("pk").values_list("title", "jurisdictions"))


@pytest.mark.parametrize("aliases", [[], ["M. Vale"], ["M. Vale", "nobody"], ("J. Oduya", "M. Vale", "M. Vale"), {"\0", "%s"}])
def test_it_gives_what_django_gives(cast, aliases):
    asked = Person.objects.filter(studio=cast.northlight, alias__in=aliases).order_by("alias").values_list("alias", "kind")
    for _ in range(2):
        assert PEOPLE(cast.northlight.pk, aliases) == list(asked)


def test_another_studio_is_another_answer(cast):
    assert PEOPLE(cast.northlight.pk, ["M. Vale"]) == [("M. Vale", "living")]
    assert PEOPLE(cast.parallax.pk, ["M. Vale"]) == []


def test_columns_are_read_as_the_model_reads_them(cast):
    Production.objects.filter(pk=cast.harbor.pk).update(jurisdictions=["US-CA", "DE"])
    kind = cast.harbor.kind
    assert (cast.harbor.title, ["US-CA", "DE"]) in PRODUCTIONS(kind)
    assert PRODUCTIONS("no such kind") == []


def test_what_was_added_since_is_seen(cast):
    roles = Prepared(lambda user: Membership.objects.filter(user=user).order_by("pk").values_list("role"))
    before = roles(cast.ines.pk)
    Membership.objects.create(user=cast.ines, organisation=cast.northlight, role="auditor")
    assert roles(cast.ines.pk) == [*before, ("auditor",)]


def test_a_value_is_never_taken_for_sql(cast):
    assert PEOPLE(cast.northlight.pk, ["' OR 1=1 --", "\0" + "1.0"]) == []


def test_models_come_with_those_they_were_asked_for_together_with(cast, django_assert_num_queries):
    works = Prepared(lambda kind: Production.objects.filter(kind=kind).select_related("studio", "parent").order_by("pk"))
    for _ in range(2):
        found = works(cast.harbor.kind)
        assert cast.harbor in found and found == list(Production.objects.filter(kind=cast.harbor.kind).order_by("pk"))
        harbor = found[found.index(cast.harbor)]
        with django_assert_num_queries(0):
            assert (harbor.title, harbor.studio, harbor.parent) == (cast.harbor.title, cast.northlight, None)
    assert works("no such kind") == []


def test_lists_of_many_lengths_are_few_questions(cast):
    people = Prepared(lambda aliases: Person.objects.filter(alias__in=aliases).order_by("alias").values_list("alias"))
    for length in range(1, 9):
        aliases = ["M. Vale", *(f"nobody {number}" for number in range(1, length))]
        assert people(aliases) == [("M. Vale",)]
    assert people._compiled.cache_info().misses == 4, "of one, two, four and eight"
