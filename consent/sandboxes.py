"""A vendor's sandbox: a studio nobody is behind, one production, and people who do not exist, one for each answer.

It is opened with the first program registered for it, by the acts that lawyers use: two of them, who cannot sign in, enter
and verify. What programs ask and send there is answered as in earnest, and is never shown to anybody else; which key
signs is provenance's to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from consent import determinations, endings, grants
from consent.models import Grant
from consent.paper import Paper
from consent.vocabulary import MODALITIES, USES
from registry import organisations, people, productions
from registry.errors import NotFound
from registry.models import Membership, Organisation, Person, Production, Unit, User

TITLE = "The sandbox"
UNITS = ("sb010", "sb020")
REASON = "Sandbox: nobody real agreed to anything, or was asked"
# No account that people sign in with may have a space or a colon in its name.
ENTERS, VERIFIES = "sandbox: enters", "sandbox: verifies"
PAPER = Paper("test-not-for-release.pdf", b"%PDF-1.7\n% TEST, not for release: nobody signed this\n"
              b"1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n")  # fmt: skip
LONGEST_NAME = 160
YEAR = timedelta(days=365)
ALL_OF_IT = grants.Line(
    effect="grant", uses=tuple(use for use in USES if use != "other"), modalities=tuple(MODALITIES), territories=("WORLD",)
)
EXCLUDED_IN = "DE"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts in a sandbox, for want of lawyers."""

    studio: Organisation
    production: Production
    enters: User
    verifies: User
    at: datetime


@dataclass(frozen=True, slots=True)
class Fictional:
    """Somebody who does not exist. Asked about them, the answer is always `outcome`, with the reason `code`."""

    alias: str
    outcome: str
    code: str
    about: str
    recorded: Callable[[Desk, Person], object]
    age: int = 40


def opened(vendor: Organisation, at: datetime) -> Organisation:
    """The sandbox studio of an organisation, made now if there is none."""
    with transaction.atomic():
        vendor = Organisation.objects.select_for_update().get(pk=vendor.pk)
        found = Organisation.objects.filter(sandbox_of=vendor).first()
        return found or _made(vendor, at)


def desk(studio: Organisation, at: datetime) -> Desk:
    """The two who act for a sandbox studio."""
    staff = {one.user.username: one.user for one in Membership.objects.filter(organisation=studio).select_related("user")}
    return Desk(studio, Production.objects.get(studio=studio), staff[ENTERS], staff[VERIFIES], at)


def cast(studio: Organisation) -> dict[str, Person]:
    """Its people by alias."""
    return {person.alias: person for person in Person.objects.filter(studio=studio)}


def of(vendor: Organisation) -> Organisation:
    """The sandbox studio of an organisation. Raises NotFound where it has no sandbox."""
    found = Organisation.objects.filter(sandbox_of=vendor).first()
    if found is None:
        raise NotFound("client.no_sandbox", "No sandbox is open here: register a program as one of the sandbox first.")
    return found


# --- how it is made -----------------------------------------------------------------------------------------------


def _made(vendor: Organisation, at: datetime) -> Organisation:
    name = f"TEST – sandbox of {vendor.name[:LONGEST_NAME]}"
    if Organisation.objects.filter(name=name).exists():
        name = f"{name} {vendor.public_id[-6:]}"
    studio = organisations.register(name=name, kind=Organisation.Kind.STUDIO, jurisdiction="", at=at)
    Organisation.objects.filter(pk=studio.pk).update(sandbox_of=vendor)
    studio.refresh_from_db()
    enters = _lawyer(ENTERS, Membership.Role.LEGAL_ENTER, studio)
    verifies = _lawyer(VERIFIES, Membership.Role.LEGAL_VERIFY, studio)
    told = {"by": enters, "at": at, "reason": REASON}
    shown = [
        people.add(studio=studio, alias=one.alias, legal_name=f"{one.alias}, who does not exist",
                   birth_date=_born(one.age, at), **told)
        for one in PEOPLE
    ]  # fmt: skip
    production = productions.add(
        studio=studio, title=TITLE, kind=Production.Kind.FEATURE, vendors=[vendor], cast=shown,
        default_territories=["US", "CA", "GB"], default_media=["theatrical", "svod"], default_languages=["en"], **told,
    )  # fmt: skip
    for code in UNITS:
        productions.add_unit(production, code=code, kind=Unit.Kind.SHOT, **told)
    acting = Desk(studio, production, enters, verifies, at)
    for one, person in zip(PEOPLE, shown, strict=True):
        one.recorded(acting, person)
    return studio


def _born(age: int, at: datetime) -> date:
    return date(at.year - age, 1, 1)


def _lawyer(username: str, role: str, studio: Organisation) -> User:
    """Somebody who acts and can never sign in: there is no password, no address for a new one, and no place at a desk."""
    user, new = User.objects.get_or_create(username=username, defaults={"first_name": "Sandbox", "last_name": username[9:]})
    if new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    Membership.objects.create(user=user, organisation=studio, role=role)
    return user


def _terms(desk: Desk, **changes: object) -> grants.Terms:
    begins = (desk.at - 2 * YEAR).date()
    return replace(
        grants.Terms(
            effective_from=begins, description="TEST: a consent of the sandbox, to whatever is tried out there.",
            lines=(ALL_OF_IT,), signed_on=begins, method="wet_ink", separate_signature=True, papers=(PAPER,),
        ),
        **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def _entered(desk: Desk, person: Person, **changes: object) -> Grant:
    number = f"TEST-{Grant.objects.filter(studio=desk.studio).count() + 1:02}"
    return grants.enter(
        person=person, studio=desk.studio, production=desk.production, number=number, kind="rider",
        terms=_terms(desk, **changes), by=desk.enters, at=desk.at, reason=REASON,
    )  # fmt: skip


def _verified(desk: Desk, person: Person, **changes: object) -> Grant:
    grant = _entered(desk, person, **changes)
    grants.verify(grant.revisions.get(), by=desk.verifies, at=desk.at, reason=REASON)
    return grant


# --- who there is -------------------------------------------------------------------------------------------------


def _ended(desk: Desk, person: Person) -> None:
    endings.end(
        _verified(desk, person), kind="withdrawn", mode="prospective_new_use", received_at=desk.at,
        effective_at=desk.at, by=desk.enters, at=desk.at, reason=REASON,
    )  # fmt: skip


def _expired(desk: Desk, person: Person) -> None:
    _verified(desk, person, term_end=(desk.at - YEAR).date())


def _excluded(desk: Desk, person: Person) -> None:
    _verified(desk, person, lines=(ALL_OF_IT, replace(ALL_OF_IT, effect="exclude", territories=(EXCLUDED_IN,))))


def _reserved(desk: Desk, person: Person) -> None:
    """An approval of every shot that is named: of a file that names none, only a lawyer can tell."""
    _verified(desk, person, lines=(ALL_OF_IT, replace(ALL_OF_IT, effect="approval_required", units=UNITS)))


def _locked(desk: Desk, person: Person) -> None:
    _verified(desk, person)
    determinations.lock(studio=desk.studio, subject=person.public_id, by=desk.enters, at=desk.at, reason=REASON)


def _nothing(desk: Desk, person: Person) -> None:
    """Nobody ever asked them."""


PEOPLE = (
    Fictional("Permit Person", "permit", "", "Agreed to everything but the training of models, for the whole world.", _verified),
    Fictional("Never Asked Person", "deny", "consent.no_grant", "Nobody ever asked.", _nothing),
    Fictional("Ended Person", "deny", "consent.ended", "Agreed, and has withdrawn it.", _ended),
    Fictional("Expired Person", "deny", "consent.expired", "Agreed, for a time that is over.", _expired),
    Fictional("Excluded Territory Person", "deny", "consent.excluded",
              f"Agreed to everything, and keeps {EXCLUDED_IN} out: refused there, permitted elsewhere.", _excluded),
    Fictional("Awaiting Verification Person", "deny", "consent.awaiting_verification",
              "Agreed, and no second lawyer has compared the record with the paper yet.", _entered),
    Fictional("Needs Counsel Person", "review", "consent.needs_counsel",
              "Agreed, and keeps the right to approve shots: a lawyer has to look at the very file.", _reserved),
    Fictional("Locked Person", "deny", "consent.locked", "Agreed, and a lock stands over all use at present.", _locked),
    Fictional("Minor Person", "deny", "consent.guardian", "Signed as a child of nine, without a guardian.", _verified, age=9),
)  # fmt: skip
BY_ALIAS: Mapping[str, Fictional] = {one.alias: one for one in PEOPLE}
