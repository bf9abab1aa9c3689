"""The people on a studio's files: added, corrected, spoken for by others, recorded as dead, erased.

The journal tells which facts changed, never the facts: what it holds can never be taken out again.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from registry import identifiers, journal, legible
from registry.errors import Conflict, Invalid
from registry.models import Authority, Organisation, Person, User
from registry.permissions import ENTERS, VERIFIES, Role, insist
from registry.private import name_digest, new_data_key

OF_AGE = 18
ERASES = (Role.DPO,)
ERASED = "Erased person"
# What may be corrected; a death has an act of its own.
FACTS = ("alias", "legal_name", "birth_date", "never_public", "isni", "hand")


class Erased(Conflict):
    def __init__(self) -> None:
        super().__init__("person.erased", "What was known of this person has been erased. Nothing can be added to it.")


@transaction.atomic
def add(
    *, studio: Organisation, alias: str, by: User, at: datetime, reason: str, kind: str = Person.Kind.LIVING,
    legal_name: str = "", birth_date: date | None = None, death_date: date | None = None, never_public: bool = False,
    isni: str = "", hand: str = "",
) -> Person:  # fmt: skip
    """Put a person on the studio's files. The living speak for themselves."""
    insist(by, studio, ENTERS, to="add people")
    person = Person(studio=studio, kind=kind, data_key=new_data_key(), death_date=death_date)
    _set(person, at=at, alias=alias, legal_name=legal_name, birth_date=birth_date, never_public=never_public,
         isni=isni, hand=hand)  # fmt: skip
    if kind == Person.Kind.LIVING and death_date:
        raise Invalid("person.died", "A date of death is given, and the person is said to be living.")
    person.save()
    if kind == Person.Kind.LIVING:
        Authority.objects.create(person=person, kind=Authority.Kind.SELF, recorded_at=at)
    _journal(person, "person:added", {"kind": str(kind)}, by=by, at=at, reason=reason)
    return person


@transaction.atomic
def correct(person: Person, *, by: User, at: datetime, reason: str, **facts) -> Person:
    """Set facts of FACTS right; those not given stay as they are."""
    insist(by, person.studio, ENTERS, to="correct people")
    person = _known(person)
    _set(person, at=at, **({name: getattr(person, name) for name in FACTS} | facts))
    person.save()
    _journal(person, "person:corrected", {"facts": sorted(facts)}, by=by, at=at, reason=reason)
    return person


@transaction.atomic
def record_death(person: Person, *, died_on: date, by: User, at: datetime, reason: str) -> Person:
    """From here on consent asks who speaks for the estate."""
    insist(by, person.studio, ENTERS, to="record a death")
    person = _known(person)
    person.kind, person.death_date = Person.Kind.DECEASED, died_on
    _refuse_impossible(person, at)
    person.save()
    _journal(person, "person:died", {"died_on": died_on.isoformat()}, by=by, at=at, reason=reason)
    return person


@transaction.atomic
def record_authority(
    person: Person, *, kind: str, party: str, basis: str, by: User, at: datetime, reason: str,
    valid_from: date | None = None, valid_to: date | None = None, share_percent: Decimal | None = None,
) -> Authority:  # fmt: skip
    """Somebody may speak for the person, on the strength of a document. It counts once a second lawyer verified it."""
    insist(by, person.studio, ENTERS, to="record who speaks for a person")
    person = _known(person)
    if not basis.strip():
        raise Invalid("authority.basis", "Name the document it rests on, such as letters of administration.")
    if valid_from and valid_to and valid_to <= valid_from:
        raise Invalid("authority.span", "It ends before it begins. Check both dates against the document.")
    authority = Authority.objects.create(
        person=person, kind=kind, party=legible.line(party, "name"), basis=legible.line(basis, "basis"),
        valid_from=valid_from, valid_to=valid_to, share_percent=share_percent, recorded_by=by, recorded_at=at,
    )  # fmt: skip
    details = {"authority": authority.public_id, "kind": str(kind)}
    _journal(person, "person:authority_recorded", details, by=by, at=at, reason=reason)
    return authority


@transaction.atomic
def verify_authority(authority: Authority, *, by: User, at: datetime, reason: str) -> Authority:
    """A second lawyer has compared it with the document: a new record, verified, takes the place of the first."""
    insist(by, authority.person.studio, VERIFIES, to="verify who speaks for a person")
    person = _known(authority.person)
    replaced = Authority.objects.filter(replaces=authority).exists()
    if authority.recorded_by_id is None or authority.verified_by_id or replaced:
        raise Conflict("authority.nothing_to_verify", "This does not wait for verification.")
    if authority.recorded_by_id == by.pk:
        raise Conflict("authority.same_lawyer", "You recorded this. A second lawyer must compare it with the document.")
    verified = Authority.objects.create(
        person=person, kind=authority.kind, party=authority.party, basis=authority.basis,
        valid_from=authority.valid_from, valid_to=authority.valid_to, share_percent=authority.share_percent,
        recorded_by=authority.recorded_by, verified_by=by, replaces=authority, recorded_at=at,
    )  # fmt: skip
    details = {"authority": verified.public_id, "replaces": authority.public_id}
    _journal(person, "person:authority_verified", details, by=by, at=at, reason=reason)
    return verified


def unverified_authorities() -> QuerySet[Authority]:
    """Records of who may speak for somebody, which wait for a second lawyer."""
    return Authority.objects.filter(verified_by=None, replaced_by=None).exclude(recorded_by=None)


@transaction.atomic
def erase(person: Person, *, by: User, at: datetime, reason: str) -> Person:
    """Destroy the person's key, and with it the legal name and the birth date in every copy; the records stay."""
    insist(by, person.studio, ERASES, to="erase what is known of a person")
    return _erased(person, journal.by_user(by), at=at, reason=reason)


@transaction.atomic
def let_go(person: Person, *, at: datetime, reason: str) -> Person:
    """The same by the studio's retention rule, once nothing rests on what is known of the person. Raises Erased."""
    return _erased(person, journal.by_system("retention"), at=at, reason=reason)


def _erased(person: Person, actor: journal.Actor, *, at: datetime, reason: str) -> Person:
    person = _known(person)
    person.data_key, person.legal_name, person.birth_date, person.legal_name_digest = b"", "", None, ""
    person.alias, person.isni, person.hand, person.never_public = ERASED, "", "", True
    person.save()
    journal.record(
        actor=actor, tag="person:erased", subject=person.public_id, details={}, at=at, organisation=person.studio,
        reason=reason,
    )  # fmt: skip
    return person


def _known(person: Person) -> Person:
    """The person as they are now, and nobody else's turn until the transaction ends."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.alias == ERASED and not person.data_key:
        raise Erased
    return person


def _set(
    person: Person, *, at: datetime, alias: str, legal_name: str | None, birth_date: date | None, never_public: bool,
    isni: str, hand: str,
) -> None:  # fmt: skip
    person.alias = legible.line(alias, "alias")
    if not person.alias:
        raise Invalid("person.alias", "Give the name that vendors shall see.")
    person.legal_name = legible.line(legal_name or "", "legal name")
    person.legal_name_digest = name_digest(person.legal_name or "")
    person.birth_date = birth_date
    person.isni = identifiers.isni(isni) if isni.strip() else ""
    person.hand = identifiers.hand(hand) if hand.strip() else ""
    _refuse_impossible(person, at)
    age = person.age_on(at.date())
    minor = age is not None and age < OF_AGE and person.kind == Person.Kind.LIVING
    person.never_public = never_public or minor


def _refuse_impossible(person: Person, at: datetime) -> None:
    born, died = person.birth_date, person.death_date
    if (born and born > at.date()) or (died and died > at.date()):
        raise Invalid("person.future", "A date of birth or death lies in the future. Check it.")
    if born and died and died < born:
        raise Invalid("person.died", "The date of death lies before the date of birth. Check both.")


def _journal(person: Person, tag: str, details: dict, *, by: User, at: datetime, reason: str) -> None:
    journal.record(
        actor=journal.by_user(by), tag=tag, subject=person.public_id, details=details, at=at,
        organisation=person.studio, reason=reason,
    )  # fmt: skip
