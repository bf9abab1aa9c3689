"""Where a grant stands: folded from its revisions and endings, never written down (consent.md §6.3 and §6.5)."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from consent.answers import DENY, PERMIT, REVIEW, Ground, worst
from consent.facts import Depiction, Ending, Grant, Line, Request, Revision, known

ACTIVE = "active"
OFFERED = "offered"
AWAITING_VERIFICATION = "awaiting_verification"
NOT_YET = "not_yet"
EXPIRED = "expired"
ENDED = "ended"

# What an ending in each mode leaves of the consent, by act; an act that is not named is refused. Of the columns of
# §6.5 only what is released already can be told by the act alone: continued distribution. What was finished before the
# consent ended may be released, as LEFT_OF_WORK says, where whoever asks states when that was.
LEFT_BY_ENDING: dict[str, dict[str, str]] = {
    "prospective_new_use": {"continue_distribution": PERMIT},
    "no_new_release": {"continue_distribution": PERMIT},
    "run_off": {},
    "cease_all": {},
    "annul": {"continue_distribution": REVIEW},
}
LEFT_BY_EXPIRY = LEFT_BY_ENDING["prospective_new_use"]

# The same table by how far a work had come when the ending took effect: for whoever can tell that. A run-off leaves
# everything until its last day, and this once it is over. The signature is never revoked, whatever the mode.
NOT_GENERATED, GENERATED, FIXED, RELEASED = "not_generated", "generated", "fixed", "released"
STAGES = (NOT_GENERATED, GENERATED, FIXED, RELEASED)
LEFT_OF_WORK: dict[str, dict[str, str]] = {
    "prospective_new_use": {NOT_GENERATED: DENY, GENERATED: REVIEW, FIXED: PERMIT, RELEASED: PERMIT},
    "no_new_release": {NOT_GENERATED: DENY, GENERATED: DENY, FIXED: DENY, RELEASED: PERMIT},
    "run_off": {NOT_GENERATED: DENY, GENERATED: DENY, FIXED: DENY, RELEASED: DENY},
    "cease_all": {NOT_GENERATED: DENY, GENERATED: DENY, FIXED: DENY, RELEASED: DENY},
    "annul": {NOT_GENERATED: DENY, GENERATED: REVIEW, FIXED: REVIEW, RELEASED: REVIEW},
}
# What a public page may say of consent after it.
PUBLIC_AFTER_ENDING: dict[str, str] = {
    "prospective_new_use": "ended", "no_new_release": "ended", "run_off": "ended", "cease_all": "under_review",
    "annul": "under_review",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A grant at the moment asked about: the revision that governs (or, where none does, the one that might), its
    state, and what that state leaves for the act: permit, review or deny."""

    grant: Grant
    revision: Revision
    state: str
    leaves: str
    ending: Ending | None = None

    @property
    def binds(self) -> bool:
        """Whether what the performer reserved in it is in force."""
        return self.leaves != DENY

    def ground(
        self, code: str, rule: str, severity: str, depiction: Depiction, line: Line | None = None, **more: Any
    ) -> Ground:
        """A ground found in this grant, or in one of its lines."""
        line_id = line.id if line else None
        return Ground(code, rule, severity, depiction, self.grant.id, self.revision.number, line_id, **more)

    @property
    def day(self) -> date | None:
        """The day its state turns on: the first of what has not begun, the last of a term or run-off, that of an end."""
        if self.state == NOT_YET:
            return self.revision.effective_from
        if self.state == ENDED and self.ending is not None:
            return self.ending.run_off_to or _day(self.ending.effective_at)
        return self.revision.term_end - timedelta(days=1) if self.revision.term_end else None

    @property
    def detail(self) -> str:
        """What else there is to say of the state: that it never was valid, or that one lawyer verified their own."""
        if self.ending is not None and annuls(self.ending):
            return "annul"
        return "same_lawyer" if self.revision.verified_by == self.revision.entered_by else ""


def fold(grant: Grant, request: Request) -> Standing | None:
    """Where the grant stands for this question; None if nothing of it was known yet."""
    revisions = [_as_known(one, request.known_at) for one in known(grant.revisions, request.known_at)]
    if not revisions:
        return None
    revisions.sort(key=lambda revision: (revision.number, revision.id))
    verified = [revision for revision in revisions if is_verified(revision)]
    begun = [revision for revision in verified if revision.effective_from <= request.day]
    first = min(verified, key=lambda revision: revision.effective_from, default=revisions[-1])
    revision = begun[-1] if begun else first

    ending, left = _ending_in_effect(grant, request)
    if ending is not None and left == DENY:
        return Standing(grant, revision, ENDED, DENY, ending)
    if not verified:
        return Standing(grant, revision, OFFERED if _only_offered(revision, request) else AWAITING_VERIFICATION, DENY)
    if not begun:
        return Standing(grant, revision, NOT_YET, DENY)
    if revision.term_end is not None and revision.term_end <= request.day:
        finished = fixed_before(revision.term_end, request)
        left = worst((left, PERMIT if finished else LEFT_BY_EXPIRY.get(request.act, DENY)))
        return Standing(grant, revision, ENDED if ending and left != DENY else EXPIRED, left, ending)
    if ending is not None:
        return Standing(grant, revision, ENDED, left, ending)
    return Standing(grant, revision, ACTIVE, PERMIT)


def fixed_before(end: date, request: Request) -> bool:
    """Whether the release is asked about of a work that was finished before the consent's end."""
    return request.act == "release" and request.fixed_on is not None and request.fixed_on < end


def left_of_work(ending: Ending, stage: str, at: datetime) -> str:
    """What the ending leaves, at `at`, of a work that had come so far when it took effect: permit, review or deny."""
    if not _in_effect(ending, at):
        return PERMIT
    modes = {ending.mode, "annul"} if annuls(ending) else {ending.mode}
    return worst(LEFT_OF_WORK[mode][stage] for mode in modes)


def to_stop_by(ending: Ending, stage: str) -> datetime | None:
    """The moment by which distribution of a released work must have stopped; None if it need not stop."""
    if stage != RELEASED or annuls(ending) or LEFT_OF_WORK[ending.mode][stage] != DENY:
        return None
    if ending.mode == "run_off" and ending.run_off_to is not None:
        return datetime.combine(ending.run_off_to + timedelta(days=1), time(), tzinfo=UTC)
    return ending.effective_at


def public_after(ending: Ending) -> str:
    """What a public page may say of consent once the ending is in effect. Never why, never who."""
    return PUBLIC_AFTER_ENDING["annul" if annuls(ending) else ending.mode]


def is_verified(revision: Revision) -> bool:
    """A second lawyer has verified it. A verification by whoever entered it is none."""
    return revision.verified_by is not None and revision.verified_by != revision.entered_by


def _only_offered(revision: Revision, request: Request) -> bool:
    """Put before the performer, and signed by nobody yet."""
    offered = revision.offered_at is not None and revision.offered_at <= request.known_at
    return offered and not revision.signatures


def annuls(ending: Ending) -> bool:
    return ending.kind == "annulled" or ending.mode == "annul"


def _ending_in_effect(grant: Grant, request: Request) -> tuple[Ending | None, str]:
    """The ending that leaves least for the act, and what it leaves; of equal ones the earliest."""
    endings = sorted(known(grant.endings, request.known_at), key=lambda ending: (ending.effective_at, ending.id))
    effective = [(ending, _left(ending, request)) for ending in endings if _in_effect(ending, request.as_of)]
    left = worst(left for _, left in effective)
    return next((found for found in effective if found[1] == left), (None, PERMIT))


def _in_effect(ending: Ending, at: datetime) -> bool:
    """What is annulled never was valid, so an annulment reaches back; a run-off has effect once it is over."""
    if annuls(ending):
        return True
    if ending.mode == "run_off" and ending.run_off_to is not None:
        return ending.effective_at <= at and _day(at) > ending.run_off_to
    return ending.effective_at <= at


def _left(ending: Ending, request: Request) -> str:
    if fixed_before(_day(ending.effective_at), request):
        return left_of_work(ending, FIXED, request.as_of)
    modes = {ending.mode, "annul"} if annuls(ending) else {ending.mode}
    return worst(LEFT_BY_ENDING.get(mode, {}).get(request.act, DENY) for mode in modes)


def _as_known(revision: Revision, at: datetime) -> Revision:
    """The revision with only that paper, authority and verification which had been recorded by then."""
    verified = revision.verified_at is not None and revision.verified_at <= at
    authority = revision.authority
    return replace(
        revision,
        verified_by=revision.verified_by if verified else None,
        verified_at=revision.verified_at if verified else None,
        authority=authority if authority is not None and authority.recorded_at <= at else None,
        signatures=known(revision.signatures, at),
        evidence=known(revision.evidence, at),
    )


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
