"""The rules that hold for every consent in every place, in three-valued logic: yes, no, and cannot tell.

A rule asks `when` it applies and what it then `require`s; one that requires nothing is a prohibition. What cannot be
told goes to review. What the registry itself keeps is known to be absent when it is not there; what lies outside
(a birth date nobody gave) is unknown. Law and union rules are rules of the same kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from consent.answers import Ground
from consent.facts import Depiction, Person, Production, Request, Revision, Signature, Value, age_on
from consent.vocabulary import (
    MINORS_SPOKEN_FOR_BY,
    SEXUAL_CONTENT,
    SPEAKING_ONLY_FOR_THE_DEAD,
    SPEAKING_ONLY_FOR_THE_LIVING,
)

Truth = bool | None
OF_AGE = 18


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at: one depiction, the person depicted, and the revision whose use is considered, if any.

    `stated` are the facts attested, by subject and name; `place` the territory looked at; `determined` that two
    lawyers found that no consent is needed.
    """

    request: Request
    depiction: Depiction
    person: Person | None
    revision: Revision | None = None
    grant: str | None = None
    production: Production | None = None
    stated: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    place: str | None = None
    determined: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """`fail` is the severity when it is broken; `asks_for` the facts that would settle what cannot be told."""

    id: str
    code: str
    fail: str
    when: Callable[[Case], Truth]
    require: Callable[[Case], Truth] | None = None
    asks_for: Callable[[Case], tuple[str, ...]] = lambda case: ()

    def severity(self, case: Case) -> tuple[str, bool] | None:
        """How gravely the case breaks the rule, and whether that is certain; None if it does not."""
        applies = self.when(case)
        if applies is False:
            return None
        met = self.require(case) if self.require else False
        if met is True:
            return None
        certain = applies is True and met is False
        return (self.fail if certain else "review"), certain


def broken(rules: Iterable[Rule], case: Case) -> Iterator[Ground]:
    """A ground for each rule that the case breaks, or of which nobody can tell whether it does."""
    for rule in rules:
        found = rule.severity(case)
        if found is None:
            continue
        severity, certain = found
        yield Ground(
            code=rule.code if certain else "consent.needs_counsel",
            rule=rule.id,
            severity=severity,
            depiction=case.depiction,
            missing=() if certain else rule.asks_for(case),
        )


def either(*truths: Truth) -> Truth:
    """True if any is, false if all are, otherwise unknown."""
    return True if True in truths else None if None in truths else False


# --- about the depiction -------------------------------------------------------------------------------------------


def _sexual(case: Case) -> bool:
    return bool(case.depiction.content_flags & SEXUAL_CONTENT)


def _shown_as_minor(case: Case) -> Truth:
    """By the age depicted. Where none is stated nobody can tell: anybody can be made to look like anybody."""
    return None if case.depiction.depicted_age is None else case.depiction.depicted_age < OF_AGE


def _is_minor(case: Case) -> Truth:
    """Whether the person is, or died, under age; somebody who is nobody real has no age of their own."""
    person = case.person
    if case.depiction.nobody_real:
        return False
    if person is None or person.birth_date is None:
        return None
    minor = age_on(person.birth_date, min(case.request.day, person.death_date or case.request.day)) < OF_AGE
    return None if _day_of_death_unknown(person) and not minor else minor


def _day_of_death_unknown(person: Person | None) -> bool:
    return person is None or (person.kind == "deceased" and person.death_date is None)


def _sexual_and_minor(case: Case) -> Truth:
    return either(_is_minor(case), _shown_as_minor(case)) if _sexual(case) else False


def _ages_wanted(case: Case) -> tuple[str, ...]:
    facts = _dates_wanted(case) if _is_minor(case) is None else ()
    shown = (f"depicted_age in depiction {case.depiction.id}",) if _shown_as_minor(case) is None else ()
    return facts + shown


def _dates_wanted(case: Case) -> tuple[str, ...]:
    """The dates of somebody's life that are not on file."""
    no_birth = case.person is None or case.person.birth_date is None
    no_death = _day_of_death_unknown(case.person)
    wanted = (("birth_date", no_birth), ("death_date", no_death))
    return tuple(f"{fact} of the person in depiction {case.depiction.id}" for fact, unknown in wanted if unknown)


MINOR_SEX = Rule("CORE-MINOR-SEX", "consent.prohibited", "absolute", when=_sexual_and_minor, asks_for=_ages_wanted)
UNIDENTIFIED = Rule(
    "CORE-UNIDENTIFIED", "consent.unidentified", "review", when=lambda case: case.depiction.unidentified
)
OTHER_USE = Rule("CORE-OTHER-USE", "consent.needs_counsel", "review", when=lambda case: case.depiction.use == "other")

ABOUT_THE_DEPICTION = (MINOR_SEX, UNIDENTIFIED, OTHER_USE)


# --- about the consent it would stand on; passed over where there is none -------------------------------------------


def _on_paper(case: Case) -> tuple[Signature, ...]:
    """The signatures whose document is on file."""
    if case.revision is None:
        return ()
    on_file = {paper.sha256 for paper in case.revision.evidence}
    return tuple(signature for signature in case.revision.signatures if signature.evidence_sha256 in on_file)


def signed(case: Case) -> tuple[Signature, ...]:
    """Those of them that were given by the day asked about."""
    return tuple(signature for signature in _on_paper(case) if signature.day <= case.request.day)


def dead(case: Case, day: date) -> Truth:
    """Whether the person had died before that day; a figure of history or fiction never lived to sign."""
    person = case.person
    if person is None or _day_of_death_unknown(person):
        return None
    return person.death_date < day if person.death_date else person.kind != "living"


def _minor_when_signing(case: Case, signature: Signature) -> Truth:
    gone = dead(case, signature.day)
    if gone:
        return False
    if case.person is None or case.person.birth_date is None:
        return None
    minor = age_on(case.person.birth_date, signature.day) < OF_AGE
    return gone if minor and gone is None else minor


def _can_speak(case: Case, signature: Signature) -> Truth:
    """Whether anybody in that capacity could speak for the person on the day of signing."""
    gone = dead(case, signature.day)
    if signature.capacity in SPEAKING_ONLY_FOR_THE_DEAD:
        return gone
    if signature.capacity in SPEAKING_ONLY_FOR_THE_LIVING:
        return None if gone is None else not gone
    return _minor_when_signing(case, signature) if signature.capacity == "guardian" else True


def _authorised(case: Case, signature: Signature) -> bool:
    """Whether somebody other than the person shows authority, verified and valid on the day of signing."""
    authority = case.revision.authority if case.revision else None
    return (
        authority is not None
        and authority.kind == signature.capacity
        and authority.verified
        and (authority.valid_from is None or authority.valid_from <= signature.day)
        and (authority.valid_to is None or signature.day < authority.valid_to)
    )


def _speaks_for_the_person(case: Case) -> Truth:
    return either(
        *(
            _can_speak(case, signature)
            for signature in signed(case)
            if signature.capacity == "self" or _authorised(case, signature)
        )
    )


def signed_by_minor(case: Case) -> Truth:
    """Whether every signature was given while the person was a minor; one given as an adult is enough."""
    ages = [_minor_when_signing(case, signature) for signature in signed(case)]
    return False if not ages or False in ages else None if None in ages else True


def guardian_consented(case: Case) -> bool:
    return any(
        signature.capacity in MINORS_SPOKEN_FOR_BY and _authorised(case, signature) for signature in signed(case)
    )


EVIDENCE = Rule(
    "CORE-EVIDENCE", "consent.evidence_missing", "deny",
    when=lambda case: True,
    require=lambda case: bool(_on_paper(case)),
)  # fmt: skip
SIGNED_BY_THEN = Rule(
    "CORE-EVIDENCE", "consent.not_yet", "deny",
    when=lambda case: bool(_on_paper(case)),
    require=lambda case: bool(signed(case)),
)  # fmt: skip
AUTHORITY = Rule(
    "CORE-AUTH", "consent.authority", "review",
    when=lambda case: bool(signed(case)),
    require=_speaks_for_the_person,
    asks_for=_dates_wanted,
)  # fmt: skip
MINOR_GUARDIAN = Rule(
    "CORE-MINOR-GUARDIAN", "consent.guardian", "deny",
    when=signed_by_minor,
    require=guardian_consented,
    asks_for=_dates_wanted,
)  # fmt: skip
MINOR_SIGNED_SEX = Rule(
    "CORE-MINOR-SEX", "consent.prohibited", "absolute",
    when=lambda case: signed_by_minor(case) if _sexual(case) else False,
    asks_for=_dates_wanted,
)  # fmt: skip

ABOUT_THE_CONSENT = (EVIDENCE, SIGNED_BY_THEN, AUTHORITY, MINOR_GUARDIAN, MINOR_SIGNED_SEX)
