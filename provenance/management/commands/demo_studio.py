"""`manage.py demo_studio`: a small studio to look around in, with its people, a film, its sequel and a vendor's program.

It enters no consent: that is for lawyers, at the desk; those of the vendor's sandbox are of people who do not exist. One
of the lawyers has adopted the rule packs named in ADOPTED, as somebody would who had read them. Who signs in with what is
kept in DATA_DIR/sign-ins.json.
"""

import json
import os
import secrets
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from consent import adoptions, policy, rulebook
from registry import clients, journal
from registry.models import Authority, CollectiveAgreement, Membership, Organisation, Person, Production, Unit, User
from registry.permissions import DESK
from registry.private import name_digest

Role = Membership.Role
SET_UP = journal.by_system("set-up")
STAFF = (
    ("ines", "Ines", "Roth", Role.LEGAL_ENTER),
    ("tobi", "Tobi", "Okafor", Role.LEGAL_VERIFY),
    ("ada", "Ada", "Brandt", Role.AUDITOR),
    ("olu", "Olu", "Adeyemi", Role.OPERATOR),
)
DELIVERS = ("vera", "Vera", "Lind", Role.VENDOR)
# Well formed, and nobody's.
EIDR = "10.5240/7B3E-04C9-D1A6-5F82-93E0-V"
LAWYER = "tobi"
ADOPTED = ("us-ca", "sag-aftra-tv-2026", "eu")  # consent.md §12
SHOTS = (
    ("sh114", "The pier at night, her younger self"),
    ("sh115", "The pier at night, reverse angle"),
)
WORDS = (
    "amber anchor apron attic badge barley basil beacon birch bottle brass bridge button cabin candle canvas cedar "
    "chalk cherry cliff clover cobalt copper coral cotton curtain dahlia ember fabric feather fennel ferry fiddle "
    "garnet ginger gravel hammer hazel indigo island ivory jasmine kettle lantern lemon linen maple marble meadow "
    "mirror nutmeg olive orchard paper pebble pepper pillow quartz ribbon saddle silver thimble velvet willow"
).split()


class Command(BaseCommand):
    help = "Make a small demonstration studio in an empty registry; refused in production, and where there is one already."

    def handle(self, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("A demonstration studio signs with development keys; production has none.")
        if Organisation.objects.exists():
            raise CommandError("There are organisations already; a demonstration studio is made in an empty registry only.")
        path = settings.DATA_DIR / "sign-ins.json"
        with transaction.atomic():
            # Kept before it is committed: nobody is left with a studio and no way in.
            keep(path, make(at=timezone.now()))
        self.stdout.write(f"Northlight Pictures, Parallax VFX, Harbor and Harbor II are made; who signs in is in {path}.")


def make(*, at: datetime) -> dict:
    """The whole studio; gives what is needed to sign in to it, with the passwords and the secret in the clear."""
    studio, vendor = _organisations(at)
    people = [_member(*who, of=studio, at=at) for who in STAFF] + [_member(*DELIVERS, of=vendor, at=at)]
    mira, jon, lenz = _people(studio, at)
    harbor = _harbor(studio, vendor, (mira, jon), at)
    _sequel(harbor, (mira, jon), at)
    for pack in (one for one in rulebook.newest() if one.id in ADOPTED):
        adoptions.adopt(
            pack.hash, studio=studio, mode=policy.ENFORCING, by=User.objects.get(username=LAWYER), at=at,
            reason="Demonstration studio: adopted to show what it decides, not read against the text",
        )  # fmt: skip
    program, secret = clients.register(
        name="Parallax pipeline", organisation=vendor, by=None, reason="Demonstration studio", at=at
    )
    trying, its_secret = clients.register(
        name="Parallax try-outs", organisation=vendor, by=None, reason="Demonstration studio", at=at, sandbox=True
    )
    return {
        "people": people,
        "programs": [
            {"name": one.name, "client_id": one.client_id, "client_secret": known, "organisation": vendor.name,
             "sandbox": one.sandbox}
            for one, known in ((program, secret), (trying, its_secret))
        ],
        "production": harbor.public_id,
        "people_depicted": {person.alias: person.public_id for person in (mira, jon, lenz)},
    }  # fmt: skip


def _organisations(at: datetime) -> tuple[Organisation, Organisation]:
    studio = Organisation(kind=Organisation.Kind.STUDIO, name="Northlight Pictures", jurisdiction="US-CA")
    studio.key_reference = f"dev:{studio.public_id}"
    vendor = Organisation(kind=Organisation.Kind.VENDOR, name="Parallax VFX")
    for organisation in (studio, vendor):
        organisation.save()
        details = {"name": organisation.name, "kind": organisation.kind, "key_reference": organisation.key_reference}
        _record("organisation:registered", organisation.public_id, organisation, details, at)
    return studio, vendor


def _member(username: str, first: str, family: str, role: Role, *, of: Organisation, at: datetime) -> dict:
    password = memorable()
    user = User.objects.create_user(username, password=password, first_name=first, last_name=family, is_staff=role in DESK)
    Membership.objects.create(user=user, organisation=of, role=role)
    _record("member:added", f"user:{user.pk}", of, {"name": user.display_name, "role": role.value}, at)
    return {"username": username, "password": password, "name": user.display_name, "role": role.value}


def _people(studio: Organisation, at: datetime) -> list[Person]:
    lenz_estate = {"kind": Authority.Kind.EXECUTOR, "party": "Hanna Lenz", "basis": "Certificate of executorship, 2009"}
    return [
        _person(studio, "M. Vale", "Miranda Valeska", date(1974, 3, 2), at=at),
        _person(studio, "Jon Abara", "Jonathan Abara", date(1990, 11, 5), at=at),
        _person(studio, "E. Lenz", "Emil Lenz", date(1931, 5, 9), died=date(2009, 10, 21), speaks=lenz_estate, at=at),
    ]


def _person(studio: Organisation, alias: str, legal_name: str, born: date, *, at: datetime, died: date | None = None,
            speaks: dict | None = None) -> Person:
    person = Person.objects.create(
        studio=studio, alias=alias, kind=Person.Kind.DECEASED if died else Person.Kind.LIVING, legal_name=legal_name,
        legal_name_digest=name_digest(legal_name), birth_date=born, death_date=died,
    )
    Authority.objects.create(person=person, recorded_at=at, **(speaks or {"kind": Authority.Kind.SELF}))
    _record("person:registered", person.public_id, studio, {"alias": alias, "kind": person.kind.value}, at)
    return person


def _harbor(studio: Organisation, vendor: Organisation, cast: tuple[Person, ...], at: datetime) -> Production:
    """Made in Britain and shown in Germany too: of the packs adopted, the European Union's has something to say of it."""
    harbor = _production("Harbor", studio, vendor, cast, at, eidr=EIDR, jurisdictions=["GB"])
    for code, description in SHOTS:
        shot = Unit.objects.create(production=harbor, code=code, description=description)
        _record("unit:registered", shot.public_id, studio, {"production": harbor.public_id, "code": code}, at)
    return harbor


def _sequel(harbor: Production, cast: tuple[Person, ...], at: datetime) -> None:
    """Made in California under SAG-AFTRA's agreement: what was allowed for the first film is asked for anew."""
    sequel = _production(
        "Harbor II", harbor.studio, harbor.vendors.get(), cast, at, jurisdictions=["US-CA"],
        photography_starts_on=date(2026, 9, 1),
    )  # fmt: skip
    agreement = CollectiveAgreement.objects.create(
        code="SAG-TV", version="2026", title="SAG-AFTRA TV/Theatrical", starts_on=date(2026, 7, 1), ends_on=date(2030, 6, 30)
    )
    sequel.agreements.add(agreement)


def _production(title: str, studio: Organisation, vendor: Organisation, cast: tuple[Person, ...], at: datetime,
                **more: Any) -> Production:
    work = Production.objects.create(
        studio=studio, kind=Production.Kind.FEATURE, title=title, default_territories=["US", "DE"],
        default_media=["theatrical", "svod"], default_languages=["en"], **more,
    )
    work.vendors.add(vendor)
    work.cast.add(*cast)
    details = {"title": title, "vendors": [vendor.public_id], "cast": [person.public_id for person in cast]}
    _record("production:registered", work.public_id, studio, details, at)
    return work


def _record(tag: str, subject: str, organisation: Organisation, details: dict, at: datetime) -> None:
    journal.record(
        actor=SET_UP, tag=tag, subject=subject, details=details, at=at, organisation=organisation,
        reason="Demonstration studio",
    )


def memorable() -> str:
    """Four words and a number, drawn by chance: to be read from a screen and typed."""
    return "-".join([*(secrets.choice(WORDS) for _ in range(4)), str(10 + secrets.randbelow(90))])


def keep(path: Path, told: dict) -> None:
    """Written whole or not at all, and readable by nobody else."""
    descriptor, making = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(descriptor, "w") as file:
            json.dump(told, file, indent=2, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(making, path)
    finally:
        Path(making).unlink(missing_ok=True)
