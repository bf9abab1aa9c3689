"""A small true world in plain values: Mira, Jon, Kit and Elsa, the film Harbor, and what is on file about them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from consent.decision import Decision, decide
from consent.fact_dictionary import FACTS
from consent.facts import (
    Adoption,
    Authority,
    Depiction,
    Ending,
    Evidence,
    Grant,
    Line,
    Person,
    Production,
    Record,
    Request,
    Revision,
    Signature,
    Statement,
)
from consent.rulebook import newest

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
ON_FILE = datetime(2026, 5, 4, 9, tzinfo=UTC)
PAPER = "a" * 64
ASSET = "f" * 64

MIRA = Person("per_mira", "living", date(1974, 3, 2))
JON = Person("per_jon", "living", date(1990, 11, 5))
KIT = Person("per_kit", "living", date(2009, 9, 1))
ELSA = Person("per_elsa", "deceased", date(1921, 5, 1), date(2001, 2, 3))

MIRA_FACE = Depiction("mira", "per_mira", "target_likeness", "face", "de_aging")
JON_DRIVES = Depiction("jon", "per_jon", "driving_performer", "performance", "de_aging")
KIT_FACE = Depiction("kit", "per_kit", "target_likeness", "face", "de_aging")
ELSA_FACE = Depiction("elsa", "per_elsa", "target_likeness", "face", "posthumous")


def question(*depictions: Depiction, **changed: object) -> Request:
    asked = Request(
        act="sign",
        production="prd_harbor",
        production_line=("prd_harbor",),
        units=("sh114",),
        media=("theatrical", "svod"),
        territories=("US", "DE"),
        languages=("en",),
        depictions=depictions or (MIRA_FACE,),
        as_of=NOON,
        known_at=NOON,
    )
    return replace(asked, **changed)  # type: ignore[arg-type]


def line(id: str = "lin_1", effect: str = "grant", **changed: object) -> Line:
    block = Line(
        id, effect, uses=frozenset({"de_aging"}), modalities=frozenset({"face"}), territories=frozenset({"WORLD"})
    )
    return replace(block, **{name: _codes(value) for name, value in changed.items()})  # type: ignore[arg-type]


def _codes(value: object) -> object:
    return frozenset(value) if isinstance(value, (set, list, tuple)) else value


def signature(on: date = date(2026, 5, 3), capacity: str = "self", paper: str = PAPER) -> Signature:
    return Signature(datetime(on.year, on.month, on.day, tzinfo=UTC), capacity, paper, ON_FILE)


def revision(*lines: Line, id: str = "rev_1", **changed: object) -> Revision:
    made = Revision(
        id=id,
        number=1,
        effective_from=date(2026, 5, 3),
        term_end=date(2027, 1, 1),
        entered_by="ines",
        verified_by="tobi",
        verified_at=ON_FILE,
        authority=None,
        signatures=(signature(),),
        evidence=(Evidence(PAPER, ON_FILE),),
        lines=lines or (line(),),
        recorded_at=ON_FILE,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def grant(*revisions: Revision, id: str = "grt_1", person: str = "per_mira", endings: tuple[Ending, ...] = ()) -> Grant:
    return Grant(id, person, revisions or (revision(),), endings)


def ending(mode: str, at: datetime = NOON, **changed: object) -> Ending:
    made = Ending("end_1", "withdrawn", mode, effective_at=at, run_off_to=None, recorded_at=ON_FILE)
    return replace(made, **changed)  # type: ignore[arg-type]


def authority(kind: str, **changed: object) -> Authority:
    made = Authority("aut_1", kind, valid_from=None, valid_to=None, verified=True, recorded_at=ON_FILE)
    return replace(made, **changed)  # type: ignore[arg-type]


def statement(kind: str, subject: str, **changed: object) -> Statement:
    made = Statement(
        id="sta_1",
        kind=kind,
        subject=subject,
        answer="",
        acts=frozenset(),
        by=("ines", "tobi"),
        question="",
        refers_to=None,
        effective_at=ON_FILE,
        until=None,
        recorded_at=ON_FILE,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def fact(subject: str, name: str, answer: str = "yes", **changed: object) -> Statement:
    """A fact that two lawyers stated, which counts for any."""
    kind = "determination" if FACTS[name].lawyers > 1 else "fact"
    return statement(kind, subject, id=f"sta_{subject}_{name}", question=name, answer=answer, **changed)


# What is known wherever Elsa appears: who holds the rights, that nobody else does, and that her consent outlives her.
ELSA_ESTATE = (
    fact("per_elsa", "person.heir_threshold_met"),
    fact("per_elsa", "person.encumbrances_searched"),
    fact("grt_1", "grant.survives_death"),
)


def record(*grants: Grant, statements: tuple[Statement, ...] = (), persons: tuple[Person, ...] = ()) -> Record:
    return Record(persons or (MIRA, JON, KIT, ELSA), grants, (*ELSA_ESTATE, *statements))


def ask(
    request: Request, *grants: Grant, statements: tuple[Statement, ...] = (), packs: tuple[str, ...] = (), **production: object
) -> Decision:
    """The decision, with these packs adopted, and of Harbor as the rest says."""
    file = record(*grants, statements=statements)
    return decide(request, replace(file, production=harbor(**production), adoptions=adopted(*packs)))


def harbor(**changed: object) -> Production:
    made = Production("prd_harbor", "feature", frozenset({"US-CA"}), frozenset(), date(2026, 9, 1))
    return replace(made, **{name: _codes(value) for name, value in changed.items()})  # type: ignore[arg-type]


def adopted(*ids: str, mode: str = "enforcing") -> tuple[Adoption, ...]:
    """The newest versions of these packs, adopted by Ines before anything is asked."""
    packs = {pack.id: pack for pack in newest()}
    return tuple(Adoption(id, packs[id].hash, mode, "ines", ON_FILE, ON_FILE) for id in ids)


def codes(decision: Decision) -> set[str]:
    """The codes of the reasons that keep it from being permitted."""
    return {reason.code for reason in decision.reasons if reason.severity not in ("note", "obligation")}
