"""A database made by the first migrations, one after another, is the same as one made at once by those that replace them."""

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, Index
from django.db.models.constraints import BaseConstraint

ROOMS = ("registry", "consent", "provenance")


@pytest.fixture(scope="module")
def loaded():
    return MigrationLoader(None, replace_migrations=False)


def at_once(loaded, room):
    return next(one for key, one in loaded.disk_migrations.items() if key[0] == room and one.replaces)


def described(value):
    """Fields, indexes and constraints in terms that can be compared; what they stand in, likewise."""
    match value:
        case Field():
            return value.deconstruct()[1:]
        case Index() | BaseConstraint():
            return value.deconstruct()
        case dict():
            return {name: described(one) for name, one in value.items()}
        case list() | tuple() | set():
            return sorted(repr(described(one)) for one in value)
        case _:
            return value


def models(state):
    return {
        key: (described(model.fields), described({name: of for name, of in model.options.items() if of}), model.bases)
        for key, model in state.models.items() if key[0] in ROOMS
    }  # fmt: skip


def test_both_ways_lead_to_the_same_tables(loaded):
    begun = [loaded.project_state(at_once(loaded, room).replaces[-1]) for room in ROOMS]
    now = [loaded.project_state((room, at_once(loaded, room).name)) for room in ROOMS]
    for room, earlier, later in zip(ROOMS, begun, now, strict=True):
        earlier, later = models(earlier), models(later)
        assert {key for key in earlier if key[0] == room}, room
        for key in earlier.keys() | later.keys():
            if key[0] == room:
                assert earlier[key] == later[key], key


@pytest.mark.parametrize("room", ROOMS)
def test_everything_that_came_before_is_replaced_and_nothing_else(loaded, room):
    one = at_once(loaded, room)
    before = sorted(name for app, name in loaded.disk_migrations if app == room and name != one.name)
    last = one.name.partition("_squashed_")[2]
    assert list(one.replaces) == [(room, name) for name in before[: before.index(last) + 1]]
