"""What a decision costs: the rules alone, with and without rule packs, and the whole answer as more consents are on file."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from django.core.management import call_command

from bench.tables import at_most, middle, table
from consent import clearance, facts, policy, rulebook
from consent.decision import decide
from tests import cast as people
from tests import strangers
from tests.consent import world

FEW, MANY, QUICK = 100, 100_000, 10_000
COUNT, QUICK_COUNT = 400, 100
GRANTS_OF_ONE = 50
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
    for name, question, grants, bar in asked:
        for packs, adoptions in (("core", ()), ("all advise", policy.nobody_adopted()), ("all decide", everything)):
            file = replace(world.record(*grants), production=work, adoptions=adoptions)
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
        strangers.fill(cast, range(held, wanted), of_one=GRANTS_OF_ONE)
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
