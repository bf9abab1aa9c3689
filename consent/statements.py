"""What has been stated about a person, a work or a file: locks, disputes, approvals, determinations, and which of them hold."""

from collections.abc import Collection, Iterable

from consent.fact_dictionary import FACTS, parsed
from consent.facts import GLOBAL, Line, Request, Statement, Value, known
from consent.vocabulary import ACTS_TO_BE_NAMED

LAWYERS_TO_DETERMINE = 2


def in_force(statements: Iterable[Statement], request: Request) -> tuple[Statement, ...]:
    """The statements known and in force at the moment asked about, oldest first; of equal ones the cautious last."""
    standing = (
        one
        for one in known(tuple(statements), request.known_at)
        if one.effective_at <= request.as_of and (one.until is None or request.as_of < one.until)
    )
    cautious = {"no", "refused"}
    return tuple(sorted(standing, key=lambda one: (one.effective_at, one.recorded_at, one.answer in cautious, one.id)))


def stops(statements: Collection[Statement], request: Request, *kinds: str) -> dict[str, tuple[str, ...]]:
    """The ids of the locks, or of the disputes, on the act that nobody has lifted, by what they lie on."""
    lifted = {one.refers_to for one in statements if one.kind == "lift" and _about(one.acts, request.act)}
    found: dict[str, list[str]] = {}
    for one in statements:
        if one.kind in kinds and one.id not in lifted and _about(one.acts, request.act):
            found.setdefault(one.subject, []).append(one.id)
    return {subject: tuple(sorted(ids)) for subject, ids in found.items()}


def subjects_of(request: Request) -> frozenset[str]:
    """Everything a lock may lie on that stops the whole request, whoever is depicted."""
    file = {request.asset_sha256} if request.asset_sha256 else set()
    return frozenset({GLOBAL, request.production, *request.production_line, *request.units, *file})


def approval(statements: Collection[Statement], request: Request, *, line: Line, grant: str, person: str) -> str | None:
    """The latest answer about this very file under the line, its grant or the person; None if nobody has answered."""
    if request.asset_sha256 is None:
        return None
    answers = [
        one.answer
        for one in statements
        if one.kind == "approval"
        and one.subject == request.asset_sha256
        and one.question in (line.id, grant, person)
        and one.by
        and _about(one.acts, request.act)
    ]
    return answers[-1] if answers else None


def no_consent_needed(statements: Collection[Statement], request: Request, *, person: str) -> str | None:
    """The determination, by two lawyers and not contradicted since, that this needs no consent: its id, or None."""
    latest: dict[str, Statement] = {}
    for one in statements:
        asked = one.kind == "determination" and one.question == "no_consent_needed"
        if (
            asked
            and one.subject in (person, request.asset_sha256)
            and (one.answer != "yes" or _counts(one, request.act))
        ):
            latest[one.subject] = one
    if not latest or any(one.answer != "yes" for one in latest.values()):
        return None
    return min(one.id for one in latest.values())


def facts_stated(statements: Collection[Statement], request: Request) -> dict[tuple[str, str], Value]:
    """The latest value of each fact attested, by subject and name. What only two lawyers may find counts once both
    have; that it is not so, once one of them says so."""
    found: dict[tuple[str, str], Value] = {}
    for one in statements:
        fact = FACTS.get(one.question) if one.kind in ("fact", "determination") else None
        if fact is None or not fact.about or not _about(one.acts, request.act):
            continue
        value = parsed(fact, one.answer)
        if value is not None and (value is False or len(set(one.by)) >= fact.lawyers):
            found[one.subject, one.question] = value
    return found


def _counts(one: Statement, act: str) -> bool:
    named = act in one.acts or (not one.acts and act not in ACTS_TO_BE_NAMED)
    return named and len(set(one.by)) >= LAWYERS_TO_DETERMINE


def _about(acts: frozenset[str], act: str) -> bool:
    return not acts or act in acts
