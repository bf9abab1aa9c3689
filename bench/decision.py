"""What a decision costs: the rules alone, with and without rule packs, and the whole answer as more consents are on file."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from django.core.management import call_command
from django.db import transaction

from bench.tables import at_most, middle, table
from consent import clearance, facts, policy, rulebook
from consent.decision import decide
from consent.models import Evidence, Grant, GrantRevision, ScopeLine, Signature, Verification
from registry.models import Person
from tests import cast as people
from tests.cast import Cast
from tests.consent import world

FEW, MANY, QUICK = 100, 100_000, 10_000
COUNT, QUICK_COUNT = 400, 100
GRANTS_OF_ONE, BATCH = 50, 5_000
ONE_PLACE, WORLD_OF_TWO, GROWTH = 0.5, 10.0, 1.3
NOW = people.NOON + timedelta(days=1)


def run(*, quick: bool) -> None:
    count = QUICK_COUNT if quick else COUNT
    table("A decision by the rules alone", ("question", "packs", "p50 CPU ms", "p99", ""), list(_by_the_rules(count)))
    few, many = FEW, QUICK if quick else MANY
    taken = _on_file(few, many, count)
    rows = [(f"{held:,} consents", len(spent), 1000 * middle(spent), 1000 * middle(spent, 0.99)) for held, spent in taken.items()]
    table("The whole answer, read from the record", ("on file", "n", "p50 CPU ms", "p99"), rows)
    ratio = middle(taken[many]) / middle(taken[few])
    table(f"p50 at {many:,} consents beside {few:,}", ("ratio", ""), [(ratio, at_most(ratio, GROWTH))])


def _by_the_rules(count: int) -> Iterator[tuple[object, ...]]:
    """One person in one territory, and two everywhere; by core, with what is shipped advising, and with all of it adopted."""
    of_jon = world.revision(world.line("lin_j", modalities={"performance"}), id="rev_j")
    jon = world.grant(of_jon, id="grt_j", person="per_jon")
    one, two = world.question(territories=("US",)), world.question(world.MIRA_FACE, world.JON_DRIVES, territories=("WORLD",))
    work = world.harbor(agreements={"sag-tv", "wga"}, photography_starts_on=date(2026, 5, 1))
    everything = policy.standing((pack, policy.ENFORCING) for pack in rulebook.newest())
    asked = (("one person, one territory", one, (world.grant(),), ONE_PLACE),
             ("two people, the world", two, (world.grant(), jon), WORLD_OF_TWO))  # fmt: skip
    for name, question, consents, bar in asked:
        for packs, adoptions in (("core", ()), ("all advise", policy.nobody_adopted()), ("all decide", everything)):
            file = replace(world.record(*consents), production=work, adoptions=adoptions)
            spent = _timed(partial(decide, question, file), count)
            median = 1000 * middle(spent)
            yield name, packs, median, 1000 * middle(spent, 0.99), at_most(median, bar)


def _on_file(few: int, many: int, count: int) -> dict[int, list[float]]:
    """The same question of the same person, while ever more other people have consents."""
    call_command("migrate", verbosity=0, interactive=False)
    cast = people.assemble()
    people.verified(cast)
    shown = facts.Depiction("mira", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="sign", depictions=(shown,), territories=("US",))
    taken, held = {}, 1
    for wanted in (few, many):
        _fill(cast, range(held, wanted))
        held = wanted
        taken[wanted] = _timed(lambda: clearance.ask(question, production=cast.harbor, at=NOW), count)
    return taken


def _timed(asked: Callable[[], object], count: int) -> list[float]:
    """Seconds of processor time of each answer; the database is read in this process too."""
    for _ in range(count // 10):
        asked()
    spent = []
    for _ in range(count):
        began = time.process_time()
        asked()
        spent.append(time.process_time() - began)
    return spent


def _fill(cast: Cast, numbers: range) -> None:
    """Verified consents of strangers with the same paper, as many as there are numbers."""
    for begin in range(numbers.start, numbers.stop, BATCH):
        _add(cast, range(begin, min(begin + BATCH, numbers.stop)))


@transaction.atomic
def _add(cast: Cast, numbers: range) -> None:
    strangers = [
        people.person(cast.northlight, f"Stranger {number}", f"S. {number}", date(1980, 1, 1))
        for number in range(numbers.start, numbers.stop, GRANTS_OF_ONE)
    ]
    grants = Grant.objects.bulk_create(
        _grant(cast, strangers[at // GRANTS_OF_ONE], number) for at, number in enumerate(numbers)
    )
    revisions = GrantRevision.objects.bulk_create(
        GrantRevision(grant=grant, number=1, effective_from=date(2026, 5, 3), description="De-aging", entered_by=cast.ines,
                      recorded_at=people.NOON)
        for grant in grants
    )  # fmt: skip
    ScopeLine.objects.bulk_create(
        ScopeLine(revision=one, effect="grant", uses=["de_aging"], modalities=["face"], territories=["WORLD"])
        for one in revisions
    )
    papers = Evidence.objects.bulk_create(
        Evidence(revision=one, studio=cast.northlight, sha256="a" * 64, size=1, media_type="application/pdf", name="rider.pdf",
                 storage_key="none", sealed_key=b"", uploaded_by=cast.ines, recorded_at=people.NOON)
        for one in revisions
    )  # fmt: skip
    Signature.objects.bulk_create(
        Signature(revision=one, evidence=paper, method="wet_ink", signed_on=date(2026, 5, 3), recorded_at=people.NOON)
        for one, paper in zip(revisions, papers, strict=True)
    )
    Verification.objects.bulk_create(
        Verification(revision=one, entered_by=cast.ines, verified_by=cast.tobi, recorded_at=people.NOON) for one in revisions
    )


def _grant(cast: Cast, person: Person, number: int) -> Grant:
    return Grant(person=person, studio=cast.northlight, production=cast.harbor, number=f"S-{number}", entered_by=cast.ines,
                 recorded_at=people.NOON)  # fmt: skip
