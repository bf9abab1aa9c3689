"""The works on a studio's files and their scenes and shots: added and corrected, each time with a reason.

Which codes of territories, media and content there are is consent's to know: the desk's form asks it.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from registry import identifiers, journal, legible
from registry.errors import Conflict, Invalid
from registry.models import CollectiveAgreement, Organisation, Person, Production, Unit, User
from registry.permissions import ENTERS, insist

LINKED = ("agreements", "vendors", "cast")
# Who may call a scene or shot by its code, by name; a room adds to it when it is loaded: {"consent": function(unit) -> bool}.
REFERS: dict[str, Callable[[Unit], bool]] = {}


def with_parts(works: QuerySet[Production]) -> QuerySet[Production]:
    """The works, and everything that is a part of one of them."""
    found = fresh = set(works.values_list("pk", flat=True))
    while fresh:
        fresh = set(Production.objects.filter(parent__in=fresh).values_list("pk", flat=True)) - found
        found = found | fresh
    return Production.objects.filter(pk__in=found)


@transaction.atomic
def add(
    *, studio: Organisation, title: str, kind: str, by: User, at: datetime, reason: str,
    parent: Production | None = None, eidr: str = "", isan: str = "", photography_starts_on: date | None = None,
    jurisdictions: Iterable[str] = (), default_territories: Iterable[str] = (), default_media: Iterable[str] = (),
    default_languages: Iterable[str] = (), agreements: Iterable[CollectiveAgreement] = (),
    vendors: Iterable[Organisation] = (), cast: Iterable[Person] = (), is_public: bool = False, shows_places: bool = False,
) -> Production:  # fmt: skip
    insist(by, studio, ENTERS, to="add productions")
    production = Production(studio=studio)
    _set(production, title=title, kind=kind, parent=parent, eidr=eidr, isan=isan,
         photography_starts_on=photography_starts_on, jurisdictions=list(jurisdictions),
         default_territories=list(default_territories), default_media=list(default_media),
         default_languages=list(default_languages), agreements=agreements, vendors=vendors, cast=cast,
         is_public=is_public, shows_places=shows_places)  # fmt: skip
    _journal(production, "production:added", {"kind": str(kind)}, by=by, at=at, reason=reason)
    return production


@transaction.atomic
def correct(production: Production, *, by: User, at: datetime, reason: str, **facts) -> Production:
    """Set facts right, under the names that `add` knows; those not given stay as they are."""
    insist(by, production.studio, ENTERS, to="correct productions")
    production = Production.objects.select_for_update().get(pk=production.pk)
    _set(production, **facts)
    _journal(production, "production:corrected", {"facts": sorted(facts)}, by=by, at=at, reason=reason)
    return production


@transaction.atomic
def add_unit(
    production: Production, *, code: str, kind: str, by: User, at: datetime, reason: str, description: str = "",
    content_flags: Iterable[str] = (),
) -> Unit:  # fmt: skip
    """A scene or shot, known by its code within the production."""
    insist(by, production.studio, ENTERS, to="add scenes and shots")
    unit = Unit.objects.create(
        production=production, code=_free_code(production, code), kind=kind, description=legible.line(description, "description"),
        content_flags=list(content_flags),
    )  # fmt: skip
    _journal(production, "production:unit_added", {"unit": unit.public_id, "code": unit.code}, by=by, at=at, reason=reason)
    return unit


@transaction.atomic
def correct_unit(unit: Unit, *, code: str, description: str, by: User, at: datetime, reason: str) -> Unit:
    """Set the description right; the code too, as long as nothing on record calls the scene or shot by it."""
    insist(by, unit.production.studio, ENTERS, to="correct scenes and shots")
    unit = Unit.objects.select_for_update(of=("self",)).select_related("production__studio").get(pk=unit.pk)
    before = unit.code
    if code != before:
        if is_referred_to(unit):
            raise Conflict("unit.referred_to", f"It is called {before} on record, so the code stays. The description can change.")
        unit.code = _free_code(unit.production, code)
    unit.description = legible.line(description, "description")
    unit.save(update_fields=["code", "description"])
    details = {"unit": unit.public_id, "code": unit.code, "code_before": before}
    _journal(unit.production, "production:unit_corrected", details, by=by, at=at, reason=reason)
    return unit


def is_referred_to(unit: Unit) -> bool:
    """Whether any room's record calls the scene or shot by its code or its id."""
    return any(refers(unit) for refers in REFERS.values())


def _free_code(production: Production, code: str) -> str:
    code = legible.line(code, "code")
    if not code:
        raise Invalid("unit.code", "Give the code by which the scene or shot is known, such as sh114.")
    if Unit.objects.filter(production=production, code=code).exists():
        raise Conflict("unit.code_taken", f"{production} has a scene or shot {code} already.")
    return code


def _set(production: Production, **facts) -> None:
    links = {name: list(facts.pop(name)) for name in LINKED if name in facts}
    for name, value in facts.items():
        setattr(production, name, value)
    production.title = legible.line(production.title, "title")
    if not production.title:
        raise Invalid("production.title", "Give the production its title.")
    production.eidr = identifiers.eidr(production.eidr) if production.eidr.strip() else ""
    production.isan = identifiers.isan(production.isan) if production.isan.strip() else ""
    _refuse_strangers(production, links.get("cast", ()))
    _refuse_circle(production)
    production.save()
    for name, rows in links.items():
        getattr(production, name).set(rows)


def _refuse_strangers(production: Production, cast: Iterable[Person]) -> None:
    others = [person for person in cast if person.studio_id != production.studio_id]
    if others or (production.parent and production.parent.studio_id != production.studio_id):
        raise Invalid("production.other_studio", "The people and the parent must be on this studio's own files.")


def _refuse_circle(production: Production) -> None:
    if production.pk and production.parent and production in production.parent.line():
        raise Invalid("production.circle", f"“{production.parent}” is itself part of “{production}”.")


def _journal(production: Production, tag: str, details: dict, *, by: User, at: datetime, reason: str) -> None:
    journal.record(
        actor=journal.by_user(by), tag=tag, subject=production.public_id, details=details, at=at,
        organisation=production.studio, reason=reason,
    )  # fmt: skip
