"""The “Human performance and consent statement” of a production, for the Academy and whoever asks as it does.

It says what signed files and consents on record say, and names plainly what they do not state. It never concludes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from consent.sheets import copy_mark, pairs, printed, ruled, say
from consent.vocabulary import ROLES
from consent.wording import day_in_words
from provenance import performer_uses
from provenance.models import Credential
from provenance.outputs import evidence
from provenance.outputs.evidence import About
from provenance.printable import printable
from provenance.public.story import NOW, THEN
from registry.models import Person, Production

TITLE = "Human performance and consent statement"
PERFORMED = {"driving_performer", "source_performance", "voice_source"}
SHOWN = 500
ALWAYS = (
    "Roles and alterations are as declared by those who made each file; this registry did not watch them being made.",
    "What was done in files that were not signed here is not stated.",
    "Who wrote the script, and whether AI was used in writing it, is not stated.",
)


@dataclass(frozen=True, slots=True)
class File:
    """One signed file in which a performer is shown: what was done to them, how much AI in all, and consent."""

    credential: str
    signed_on: date
    altered: tuple[str, ...]
    extent: str
    stood_on: tuple[str, ...]
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Performer:
    who: str
    life: str
    roles: tuple[str, ...]
    files: tuple[File, ...]
    not_stated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """`headline` is the answer in a sentence; `not_stated` what holds for the whole production."""

    production: Production
    at: datetime
    headline: str
    performers: tuple[Performer, ...]
    not_stated: tuple[str, ...]


def tell(production: Production, *, at: datetime) -> Told:
    """The statement about a production with all its parts, as the record stands at `at`."""
    about = About(production)
    behind = ("asset__depictions", "asset__operations", "decision__revisions__grant")
    made = list(about.credentials().prefetch_related(*behind))
    cast = set(Person.objects.filter(productions__in=about.works()).values_list("pk", flat=True))
    shown = {who.person_id for one in made for who in one.asset.depictions.all() if who.person_id}
    people = Person.objects.filter(pk__in=cast | shown).order_by("alias", "pk")
    performers = tuple(_performer(one, made, in_cast=one.pk in cast, at=at) for one in people)
    return Told(production, at, _headline(performers, made), performers, (*_gaps(made), *ALWAYS))


def _headline(performers: Sequence[Performer], made: Sequence[Credential]) -> str:
    shown = sum(bool(one.files) for one in performers)
    confirmed = sum(one.consent.get("state_at_signing") == "confirmed" for one in made)
    if not made:
        return f"{_people(len(performers))} on record, and no file was signed here: nothing is stated of how AI was used."
    files = f"{len(made)} signed file{'s' if len(made) != 1 else ''}"
    return (
        f"{_people(len(performers))} on record, of whom {shown} {'is' if shown == 1 else 'are'} shown in {files}; "
        f"consent was confirmed at signing for {confirmed} of {len(made)}."
    )


def _people(count: int) -> str:
    return f"{count} performer is" if count == 1 else f"{count} performers are"


def _performer(person: Person, made: Iterable[Credential], *, in_cast: bool, at: datetime) -> Performer:
    theirs = [one for one in made if any(who.person_id == person.pk for who in one.asset.depictions.all())]
    roles = {who.role for one in theirs for who in one.asset.depictions.all() if who.person_id == person.pk}
    files = tuple(_file(one, person, at) for one in theirs[-SHOWN:])
    said = tuple(ROLES.get(one, printable(one)) for one in sorted(roles))
    gaps = tuple(_silent(files, roles, in_cast=in_cast, more=len(theirs) - len(files)))
    return Performer(printable(person.alias), person.get_kind_display(), said, files, gaps)


def _file(one: Credential, person: Person, at: datetime) -> File:
    told = evidence.told(one, at=at)
    revisions = [each for each in one.decision.revisions.all() if each.grant.person_id == person.pk]
    return File(
        credential=one.public_id, signed_on=one.signed_at.date(),
        altered=tuple(printable(each) for each in performer_uses.alterations(one, person)), extent=told["extent_in_words"],
        stood_on=tuple(f"{printable(each.grant.number)}, revision {each.number}" for each in revisions),
        then=THEN.get(told["consent_at_signing"], "Not stated"), now=NOW.get(told["consent_now"], "Not stated"),
    )  # fmt: skip


def _silent(files: Sequence[File], roles: set[str], *, in_cast: bool, more: int) -> Iterator[str]:
    """What the record does not state of a performer."""
    if not in_cast:
        yield "That they are in the cast is not stated."
    if not roles & PERFORMED:
        yield "Whether they performed a role themselves is not stated."
    if not files:
        yield "No file signed here shows them; whether they were altered is not stated."
    if any(not one.altered for one in files):
        yield "For files that name no alteration of them, whether there was one is not stated."
    if any(not one.stood_on for one in files):
        yield "For files that stood on no consent of theirs, whether one was given is not stated."
    if more:
        yield f"{more} earlier files are on record and not listed here."


def _gaps(made: Sequence[Credential]) -> Iterator[str]:
    depicted = [{who.role for who in one.asset.depictions.all() if who.person_id is None} for one in made]
    trial = sum(one.development_key for one in made)
    if trial:
        yield f"A development key signed {trial} of the files: that signature proves nothing to others."
    unknown, synthetic = sum(bool(one - {"synthetic"}) for one in depicted), sum("synthetic" in one for one in depicted)
    if unknown:
        files = f"{unknown} signed file{'s' if unknown != 1 else ''}"
        yield f"Somebody not identified is shown in {files}; their consent is not stated."
    if synthetic:
        yield f"A synthetic figure, nobody real, is declared in {synthetic} signed file{'s' if synthetic != 1 else ''}."


# --- on paper --------------------------------------------------------------------------------------------------------


def as_pdf(told: Told, *, by: str) -> bytes:
    """The statement, A4, printed for whoever is named."""
    name = printable(told.production.title)
    foot = f"{told.production.public_id} · as of {told.at:%-d %B %Y, %H:%M} UTC"
    return printed(_content(told, name), title=f"{TITLE}: {name}", subject=told.headline, foot=foot, mark=copy_mark(by, told.at))


def _content(told: Told, name: str) -> Iterator[Flowable]:
    yield say("small", f"Countersign · {TITLE.lower()}")
    yield say("title-permit", name)
    yield say("text", told.headline)
    yield pairs([
        ("Studio", printable(told.production.studio.name)), ("As the record stood", f"{told.at:%-d %B %Y, %H:%M} UTC"),
    ])  # fmt: skip
    for one in told.performers:
        yield say("heading", one.who)
        yield pairs([("Person", one.life), ("Role, as declared", ", ".join(one.roles) or "not stated")])
        if one.files:
            head = [say("soft", text) for text in ("Signed", "Done to them", "How much AI, as stated", "Consent")]
            yield ruled([head, *([say("text", text) for text in _cells(file)] for file in one.files)])
        yield from (say("soft", gap) for gap in one.not_stated)
    yield say("heading", "What this record does not state")
    yield from (say("text", gap) for gap in told.not_stated)
    yield Spacer(1, 4 * mm)
    yield say("small", "This statement repeats what is on record. It draws no conclusion, and is not legal advice.")


def _cells(file: File) -> tuple[str, str, str, str]:
    consent = f"At signing: {file.then.lower()}. Now: {file.now.lower()}."
    return (
        f"{day_in_words(file.signed_on)}, {file.credential}", "; ".join(file.altered) or "not stated", file.extent,
        f"{consent} {'Stood on ' + '; '.join(file.stood_on) if file.stood_on else 'No consent of theirs is named'}.",
    )  # fmt: skip
