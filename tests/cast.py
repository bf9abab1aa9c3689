"""The cast: one studio with its lawyers, its vendor, its performers and one film. Tests and readers know them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from consent import endings, grants
from consent.paper import Paper
from registry.models import Authority, Membership, Organisation, Person, Production, Unit, User
from registry.private import name_digest

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


def printed(*pages: str) -> bytes:
    """A PDF with a line of text on each page; the same bytes for the same text."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


RIDER = Paper("rider-mira-vale.pdf", printed("Digital replica rider: M. Vale, de-aging in scenes 110 to 118."))
FACE_WORLD = grants.Line(effect="grant", uses=("de_aging",), modalities=("face",), territories=("WORLD",))


@dataclass
class Cast:
    northlight: Organisation
    southgate: Organisation
    parallax: Organisation
    umbra: Organisation
    ines: User
    tobi: User
    ada: User
    sol: User
    mira: Person
    jon: Person
    harbor: Production
    sh114: Unit


def lawyer(name: str, family: str, studio: Organisation, role: str) -> User:
    user = User.objects.create_user(name, first_name=name.title(), last_name=family, is_staff=True)
    Membership.objects.create(user=user, organisation=studio, role=role)
    return user


def person(studio: Organisation, legal_name: str, alias: str, born: date) -> Person:
    someone = Person.objects.create(
        studio=studio, alias=alias, legal_name=legal_name, birth_date=born, legal_name_digest=name_digest(legal_name)
    )
    Authority.objects.create(person=someone, kind="self", recorded_at=NOON)
    return someone


def assemble() -> Cast:
    northlight = Organisation.objects.create(kind="studio", name="Northlight Pictures", jurisdiction="US-CA")
    southgate = Organisation.objects.create(kind="studio", name="Southgate Films", jurisdiction="GB")
    parallax = Organisation.objects.create(kind="vendor", name="Parallax VFX")
    umbra = Organisation.objects.create(kind="vendor", name="Umbra Effects")
    mira = person(northlight, "Miranda Valeska", "M. Vale", date(1974, 3, 2))
    jon = person(northlight, "Jonathan Abara", "Jon Abara", date(1990, 11, 5))
    harbor = Production.objects.create(studio=northlight, title="Harbor", default_territories=["WORLD"])
    harbor.vendors.add(parallax)
    harbor.cast.add(mira, jon)
    return Cast(
        northlight, southgate, parallax, umbra,
        ines=lawyer("ines", "Roth", northlight, Membership.Role.LEGAL_ENTER),
        tobi=lawyer("tobi", "Okafor", northlight, Membership.Role.LEGAL_VERIFY),
        ada=lawyer("ada", "Brandt", northlight, Membership.Role.AUDITOR),
        sol=lawyer("sol", "Amari", southgate, Membership.Role.LEGAL_VERIFY),
        mira=mira, jon=jon, harbor=harbor, sh114=Unit.objects.create(production=harbor, code="sh114"),
    )  # fmt: skip


def terms(**changes) -> grants.Terms:
    """Mira's rider: de-aging of her face, the world, for two years."""
    return grants.Terms(**{
        "effective_from": date(2026, 5, 3), "term_end": date(2028, 5, 3), "signed_on": date(2026, 5, 3),
        "description": "De-aging of the performer's face in scenes 110 to 118 to an apparent age of thirty.",
        "method": "wet_ink", "lines": (FACE_WORLD,), "papers": (RIDER,), "separate_signature": True, **changes,
    })  # fmt: skip


def entered(cast: Cast, *, at=NOON, number="C-0142", by=None, **changes):
    return grants.enter(
        person=cast.mira, studio=cast.northlight, production=cast.harbor, number=number, kind="rider",
        terms=terms(**changes), by=by or cast.ines, at=at, reason="Signed rider received by courier",
    )  # fmt: skip


def verified(cast: Cast, *, at=NOON, **changes):
    grant = entered(cast, at=at, **changes)
    grants.verify(grant.revisions.get(), by=cast.tobi, at=at, reason="Compared with the paper")
    return grant


def ended(cast: Cast, grant, *, at, mode="prospective_new_use"):
    return endings.end(
        grant, kind="withdrawn", mode=mode, received_at=at, effective_at=at, by=cast.ines, at=at,
        confirmed_by=cast.tobi if mode == "annul" else None, reason="Letter of the performer",
    )  # fmt: skip
