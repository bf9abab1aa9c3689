"""May what was made for one production be used in another? Every replica and use from the first, asked of the second.

Only what is on file about the first is asked about; what is answered is `decision.py`'s. Nothing is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from consent import clearance, on_record
from consent.answer_in_words import Told, tell
from consent.facts import Depiction
from consent.holding import Held
from consent.models import Grant, GrantRevision, ScopeLine, Statement
from consent.subjects import ON_THE_REGISTER
from registry.errors import Invalid
from registry.models import Person, Production

MOST_QUESTIONS = 100
DESTROYED = "replica.destroyed"
EVERYWHERE = ("WORLD",)


@dataclass(frozen=True, slots=True)
class Use:
    """One use of one person: the consents it was allowed by, and the replicas made under them."""

    use: str
    modality: str
    consents: tuple[Grant, ...]
    replicas: tuple[str, ...]
    told: Told


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with what may be used of them. `unnamed` are replicas whose consent names no use that could be asked about."""

    person: Person
    uses: tuple[Use, ...]
    unnamed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """`left` have something from the first production, and were not asked about: the number of questions is bounded."""

    people: tuple[Somebody, ...]
    left: tuple[Person, ...]


class SameProduction(Invalid):
    def __init__(self) -> None:
        super().__init__("reuse.same_production", "Choose two productions: the one it was made for, and another.")


@dataclass(frozen=True, slots=True)
class _Replica:
    person: str
    name: str
    grant: str


def check(made_for: Production, wanted_in: Production, *, act: str, at: datetime, person: str = "") -> Checked:
    """What of everybody, or of one person, from `made_for` may be used for the act in `wanted_in` at `at`."""
    if made_for == wanted_in or made_for.studio_id != wanted_in.studio_id:
        raise SameProduction
    replicas = list(_replicas(made_for, at))
    grants = _grants(made_for, replicas)
    everybody = _people(made_for, grants, replicas)
    wanted = [one for one in everybody if not person or one.public_id == person]
    pairs = _uses(grants)
    asked, left = _as_many_as_may_be(wanted, pairs)
    told = _answered(asked, pairs, wanted_in, act=act, at=at)
    people = tuple(_somebody(one, pairs[one.pk], replicas, told) for one in asked)
    return Checked(people, tuple(left))


# --- what there is ---------------------------------------------------------------------------------------------------


def _replicas(made_for: Production, at: datetime) -> Iterator[_Replica]:
    """The replicas on the register that were made for the production and have not been destroyed."""
    studio, origin = made_for.studio, made_for.public_id
    registered = Statement.objects.filter(studio=studio, form=ON_THE_REGISTER, details__origin=origin)
    people = set(registered.values_list("subject", flat=True))
    held = [one for one in on_record.holding_about(people, studio=studio, at=at) if _is_from(origin, one)]
    ends = on_record.holding_about([one.thread for one in held], studio=studio, at=at)
    gone = {one.record.subject for one in ends if one.record.form == DESTROYED}
    for one in held:
        if one.thread not in gone:
            details = one.record.details
            yield _Replica(one.record.subject, str(details["name"]), str(details.get("grant", "")))


def _is_from(origin: str, held: Held) -> bool:
    return held.record.form == ON_THE_REGISTER and held.record.details.get("origin") == origin


def _grants(made_for: Production, replicas: Iterable[_Replica]) -> list[Grant]:
    """The consents given for the production, those that name it, and those under which its replicas were made."""
    named = ScopeLine.objects.filter(productions=made_for).values("revision__grant")
    under = {one.grant for one in replicas}
    ours = Grant.objects.filter(Q(production=made_for) | Q(pk__in=named) | Q(public_id__in=under), studio=made_for.studio)
    return list(ours.select_related("person").order_by("pk"))


def _people(made_for: Production, grants: Iterable[Grant], replicas: Iterable[_Replica]) -> list[Person]:
    ids = {one.person.public_id for one in grants} | {one.person for one in replicas}
    return list(Person.objects.filter(studio=made_for.studio, public_id__in=ids).order_by("alias", "pk"))


_Pairs = dict[int, dict[tuple[str, str], list[Grant]]]


def _uses(grants: Iterable[Grant]) -> _Pairs:
    """By person, each use and modality that the latest revision of a consent allows, with the consents that do."""
    by_pk, newest = {one.pk: one for one in grants}, {}
    for pk, grant in GrantRevision.objects.filter(grant__in=by_pk).order_by("number").values_list("pk", "grant_id"):
        newest[grant] = pk
    found: _Pairs = defaultdict(lambda: defaultdict(list))
    allowing = ScopeLine.objects.filter(revision__in=newest.values(), effect=ScopeLine.Effect.GRANT).order_by("pk")
    for grant, uses, modalities in allowing.values_list("revision__grant_id", "uses", "modalities"):
        for pair in ((use, modality) for use in uses for modality in modalities):
            consents = found[by_pk[grant].person_id][pair]
            consents += [by_pk[grant]] if by_pk[grant] not in consents else []
    return found


# --- what is asked ---------------------------------------------------------------------------------------------------


def _as_many_as_may_be(people: Iterable[Person], pairs: _Pairs) -> tuple[list[Person], list[Person]]:
    """Whole people, in their order, until the next would be too many; one alone is always asked about."""
    asked: list[Person] = []
    left: list[Person] = []
    questions = 0
    for one in people:
        questions += len(pairs[one.pk])
        (left if asked and (left or questions > MOST_QUESTIONS) else asked).append(one)
    return asked, left


def _answered(people: Iterable[Person], pairs: _Pairs, wanted_in: Production, *, act: str,
              at: datetime) -> dict[tuple[int, str, str], Told]:
    wanted = [(one, *pair) for one in people for pair in sorted(pairs[one.pk])[:MOST_QUESTIONS]]
    territories = tuple(wanted_in.default_territories) or EVERYWHERE
    questions = [
        clearance.Question(act=act, depictions=(_depiction(str(number), *one),), territories=territories)
        for number, one in enumerate(wanted, start=1)
    ]
    answers = clearance.foresee(questions, production=wanted_in, at=at)
    names = dict(Grant.objects.filter(person__in={one.pk for one, *_ in wanted}).values_list("public_id", "number"))
    names[wanted_in.public_id] = wanted_in.title
    return {
        (one.pk, use, modality): tell(
            put.as_dict(), clearance.unfolded(answer.as_dict()), names | {put.depictions[0].id: one.alias}
        )
        for (one, use, modality), (put, answer) in zip(wanted, answers, strict=True)
    }  # fmt: skip


def _depiction(number: str, person: Person, use: str, modality: str) -> Depiction:
    role = "voice_source" if modality == "voice" else "target_likeness"
    return Depiction(id=number, person=person.public_id, role=role, modality=modality, use=use)


def _somebody(person: Person, pairs: dict[tuple[str, str], list[Grant]], replicas: Iterable[_Replica],
              told: dict[tuple[int, str, str], Told]) -> Somebody:
    made = [one for one in replicas if one.person == person.public_id]
    uses = tuple(
        Use(use, modality, tuple(grants), _made_under(grants, made), told[person.pk, use, modality])
        for (use, modality), grants in sorted(pairs.items()) if (person.pk, use, modality) in told
    )  # fmt: skip
    covered = {one.public_id for grants in pairs.values() for one in grants}
    return Somebody(person, uses, tuple(one.name for one in made if one.grant not in covered))


def _made_under(grants: Iterable[Grant], replicas: Iterable[_Replica]) -> tuple[str, ...]:
    ids = {one.public_id for one in grants}
    return tuple(one.name for one in replicas if one.grant in ids)
