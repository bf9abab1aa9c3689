"""What is on file for one question: only of the people depicted, and only what was known by then."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from consent import lifecycle, statements
from consent.answers import DENY, REVIEW, Ground
from consent.facts import Depiction, Person, Production, Record, Request, Statement, Value
from consent.lifecycle import Standing
from consent.policy import Lineup, Policy, arranged
from consent.rules import Case

NOBODY = Depiction("", None, "synthetic", "face", "other")  # where nobody is depicted; only the production is looked at


@dataclass(frozen=True, slots=True)
class Dossier:
    """`standings` are the grants by person; `statements` those in force; `locks` and `disputes` their ids by what they
    lie on; `stated` the facts attested, by subject and name; `determined` the people of whom two lawyers found that no
    consent is needed; `policy` the rule packs that are asked."""

    request: Request
    persons: Mapping[str, Person]
    standings: Mapping[str, tuple[Standing, ...]]
    statements: tuple[Statement, ...]
    locks: Mapping[str, tuple[str, ...]]
    disputes: Mapping[str, tuple[str, ...]]
    stated: Mapping[tuple[str, str], Value]
    determined: frozenset[str]
    production: Production | None
    policy: Policy

    def case(self, depiction: Depiction, person: Person | None, standing: Standing | None = None,
             place: str | None = None) -> Case:
        """What a rule looks at, with the consent whose use is considered, if any."""
        return Case(
            self.request, depiction, person, standing.revision if standing else None,
            standing.grant.id if standing else None, self.production, self.stated, place,
            depiction.person in self.determined,
        )  # fmt: skip


def gather(request: Request, record: Record, asked: Lineup) -> Dossier:
    depicted = {depiction.person for depiction in request.depictions if depiction.person is not None}
    standings: dict[str, list[Standing]] = {}
    for grant in record.grants:
        if grant.person in depicted and (standing := lifecycle.fold(grant, request)) is not None:
            standings.setdefault(grant.person, []).append(standing)
    in_force = statements.in_force(record.statements, request)
    stated = statements.facts_stated(in_force, request)
    anybody = next(iter(request.depictions), NOBODY)
    return Dossier(
        request=request,
        persons={person.id: person for person in record.persons if person.id in depicted},
        standings={person: tuple(found) for person, found in standings.items()},
        statements=in_force,
        locks=statements.stops(in_force, request, "lock"),
        disputes=statements.stops(in_force, request, "dispute"),
        stated=stated,
        determined=frozenset(
            one for one in depicted if statements.no_consent_needed(in_force, request, person=one) is not None
        ),
        production=record.production,
        policy=arranged(asked, Case(request, anybody, None, production=record.production, stated=stated)),
    )


def locked(dossier: Dossier, subjects: Collection[str], depiction: Depiction | None = None) -> Iterator[Ground]:
    """A ground for each lock and dispute on the subjects; `depiction` is whom it concerns, None for everybody."""
    for subject in sorted(subjects):
        for lock in dossier.locks.get(subject, ()):
            yield Ground("consent.locked", "CORE-LOCK", DENY, depiction, detail=lock)
        for dispute in dossier.disputes.get(subject, ()):
            yield Ground("consent.disputed", "CORE-DISPUTE", REVIEW, depiction, detail=dispute)
