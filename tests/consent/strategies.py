"""Files of consent and questions of every kind, for properties that always hold.

Their values are few, so that they often meet. The parts lie ready in pools, made once by chance from a fixed seed:
hypothesis picks among them, which is quick, and finds the fewest that break a property.
"""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from consent.facts import Authority, Depiction, Evidence, Person, Record
from tests.consent.world import ASSET, DAY, NOON, PAPER, ending, grant, line, question, revision, signature, statement

PEOPLE = ("per_mira", "per_kit")
TODAY = NOON.date()
LONG_AGO = NOON - 40 * DAY
DAYS = [TODAY + timedelta(days) for days in (-40, -1, 0, 1)]
MOMENTS = [LONG_AGO, NOON - DAY, NOON, NOON + DAY]
USES = ["de_aging", "voice_clone", "cleanup", "denoise", "other"]
MODALITIES = ["face", "voice"]
CONTENT = ["nudity", "violence"]
ACTS = ["sign", "sign", "release", "continue_distribution", "train"]
PLACES = ["EU", "US", "US-CA", "DE"]
MODES = ["prospective_new_use", "no_new_release", "run_off", "cease_all", "annul"]

chance = Random(2026)


def mostly(usual, *others):
    """The usual six times in seven: so much must be in order before anything is permitted."""
    return usual if chance.random() < 6 / 7 else chance.choice(others)


def some(values, largest=2):
    return frozenset(chance.sample(values, chance.randint(0, largest)))


def a_person():
    kind = mostly("living", "deceased", "fictional_historical")
    died = chance.choice([date(2024, 1, 1), TODAY - timedelta(2), None]) if kind == "deceased" else None
    return Person("", kind, mostly(date(1974, 3, 2), date(2009, 9, 1), date(2008, 7, 14), None), died)


def a_line(effect=None):
    return line(
        "",
        effect or mostly("grant", "exclude", "approval_required"),
        uses=mostly({"de_aging", "voice_clone"}, some(USES)),
        modalities=mostly({"face", "voice"}, some(MODALITIES)),
        territories=mostly({"WORLD"}, some(PLACES)),
        territories_except=mostly((), some(PLACES, 1)),
        acts=mostly((), some(ACTS, 1)),
        units=mostly((), {"sh114"}, {"sh115"}),
        media=mostly((), {"svod"}, {"theatrical", "svod"}),
        languages=mostly((), {"en"}, {"en-GB", "de"}),
        content_excluded=mostly((), some(CONTENT, 1)),
        end=mostly(None, *DAYS),
    )


def a_signature(capacity):
    day = mostly(date(2026, 5, 3), date(2020, 1, 1), TODAY + timedelta(1))
    return signature(day, mostly(capacity, "self", "guardian"), mostly(PAPER, "b" * 64))


def a_revision():
    capacity = mostly("self", "guardian", "executor", "agent")
    shown = Authority("aut", capacity, mostly(None, *DAYS), None, mostly(True, False), mostly(LONG_AGO, *MOMENTS))
    return revision(
        *(a_line() for _ in range(chance.randint(1, 3))),
        effective_from=mostly(DAYS[0], *DAYS),
        term_end=mostly(None, *DAYS),
        verified_by=mostly("tobi", "ines", None),
        verified_at=mostly(LONG_AGO, *MOMENTS, None),
        authority=mostly(shown, None),
        signatures=tuple(a_signature(capacity) for _ in range(chance.randint(1, 2))),
        evidence=mostly((Evidence(PAPER, LONG_AGO),), ()),
        recorded_at=mostly(LONG_AGO, *MOMENTS),
    )


def an_ending():
    kind, last = mostly("withdrawn", "annulled"), chance.choice([None, *DAYS])
    return ending(chance.choice(MODES), chance.choice(MOMENTS), kind=kind, run_off_to=last, recorded_at=LONG_AGO)


def a_grant():
    found = tuple(a_revision() for _ in range(mostly(1, 2)))
    ended = tuple(an_ending() for _ in range(mostly(0, 1, 2)))
    return grant(*found, person=mostly(*PEOPLE), endings=ended)


def a_lock():
    subject = chance.choice([*PEOPLE, "grt_0", "grt_1", "prd_harbor", "sh115", ASSET, "global"])
    return statement("lock", subject, acts=some(ACTS, 1), until=mostly(None, *MOMENTS))


def a_statement():
    since, known, acts = mostly(LONG_AGO, *MOMENTS), mostly(LONG_AGO, *MOMENTS), some(ACTS, 1)
    common = {"effective_at": since, "recorded_at": known, "acts": acts}
    kind = chance.choice(["lock", "dispute", "lift", "approval", "determination", "determination"])
    if kind in ("lock", "dispute"):
        return replace(a_lock(), kind=kind)
    if kind == "lift":
        return statement("lift", "global", refers_to=chance.choice(["sta_0", "sta_1"]), **common)
    if kind == "approval":
        under = chance.choice([*PEOPLE, "grt_0", "lin_0_0_0"])
        return statement("approval", ASSET, question=under, answer=mostly("approved", "refused"), **common)
    by, subject = mostly(("ines", "tobi"), ("ines",)), chance.choice([*PEOPLE, ASSET])
    return statement(
        "determination", subject, question="no_consent_needed", answer=mostly("yes", "no"), by=by, **common
    )


def a_depiction():
    return Depiction(
        "",
        mostly(PEOPLE[0], PEOPLE[1], None),
        mostly("target_likeness", "synthetic"),
        mostly("face", "voice"),
        mostly("de_aging", *USES),
        mostly(frozenset(), some(CONTENT, 1)),
        mostly(30, 15, None),
        mostly(None, "continuity"),
    )


def pool(make, size=400):
    return st.sampled_from([make() for _ in range(size)])


_persons, _grants, _statements, _depictions = (pool(make) for make in (a_person, a_grant, a_statement, a_depiction))
locks = pool(a_lock).map(lambda one: replace(one, id="sta_9"))
endings = pool(an_ending).map(lambda one: replace(one, id="end_9"))
exclusions = pool(lambda: a_line("exclude")).map(lambda one: replace(one, id="lin_9"))


def numbered(index, one):
    """The grant with ids of its own throughout."""
    revisions = tuple(
        replace(
            revision,
            id=f"rev_{index}_{number}",
            number=number + 1,
            lines=tuple(replace(line, id=f"lin_{index}_{number}_{at}") for at, line in enumerate(revision.lines)),
        )
        for number, revision in enumerate(one.revisions)
    )
    ended = tuple(replace(ending, id=f"end_{index}_{number}") for number, ending in enumerate(one.endings))
    return replace(one, id=f"grt_{index}", revisions=revisions, endings=ended)


records = st.builds(
    lambda persons, grants, statements: Record(
        tuple(replace(one, id=id) for id, one in zip(PEOPLE, persons, strict=False)),
        tuple(numbered(index, one) for index, one in enumerate(grants)),
        tuple(replace(one, id=f"sta_{index}") for index, one in enumerate(statements)),
    ),
    st.lists(_persons, min_size=2, max_size=2) | st.lists(_persons, max_size=1),
    st.lists(_grants, max_size=4),
    st.lists(_statements, max_size=3),
)


questions = st.builds(
    lambda shown, **asked: question(*(replace(one, id=f"dep_{at}") for at, one in enumerate(shown)), **asked),
    st.lists(_depictions, min_size=1, max_size=3),
    act=st.sampled_from(["sign", *ACTS]),
    units=st.sampled_from([("sh114",), ("sh114", "sh115"), ()]),
    media=st.sampled_from([("svod",), ("theatrical", "svod"), ()]),
    languages=st.sampled_from([("en",), ("en-GB",), ("de", "fr"), ()]),
    territories=st.sampled_from([("US",), ("DE",), ("US-CA", "US"), ("EU", "US"), ("DE", "US-CA", "EU")]),
    asset_sha256=st.sampled_from([ASSET, None]),
)
