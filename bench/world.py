"""The registry that is measured: the tests' cast, one consent, one program, and as many signed assets as are asked for."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from bench import files
from provenance import intake, signing, trust
from provenance.models import Asset, Credential, KnownContent, SigningJob, SigningPlan
from registry import clients, journal
from registry.models import ApiClient, Organisation, Person, Production
from registry.models.journal import Event
from tests import cast as people
from tests import shots

FEW, MANY = 1_000, 100_000
MADE, SECRET, PROGRAM = "made", "secret", "bench"
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class World:
    """Whom a file is sent by, and about whom. `declaration` is one operation of AI on a consenting performer; nothing
    but the file goes into the asset."""

    northlight: Organisation
    harbor: Production
    mira: Person
    client: ApiClient
    secret: str

    @property
    def declaration(self) -> dict:
        return shots.declaration(self, ingredients=[])


def sizes(*, quick: bool) -> tuple[int, int]:
    """How many assets there are in the smaller and in the larger registry."""
    return FEW, 10 * FEW if quick else MANY


def make(numbers: Iterable[int]) -> None:
    """In a data folder of its own, once for all questions: the registry at each of these numbers of assets."""
    secret = _assemble()
    (settings.DATA_DIR / SECRET).write_text(secret)
    world = _found(secret)
    for held in numbers:
        _fill(world, held)
        _snapshot(settings.DATA_DIR / f"{held}.sqlite3")
    trust.sandbox().close()


def empty() -> World:
    """A registry of nobody but the cast, in this process's own data folder."""
    return _found(_assemble())


def at(held: int) -> World:
    """The registry at so many assets, in this process's own data folder; whatever was there is gone."""
    connection.close()
    database = Path(settings.DATABASES["default"]["NAME"])
    for left in database.parent.glob(f"{database.name}*"):
        left.unlink()
    shutil.copyfile(made(held), database)
    return _found((made(held).parent / SECRET).read_text())


def made(held: int) -> Path:
    """The database at so many assets, as it was made; it is copied, or only asked."""
    return settings.DATA_DIR.parent / MADE / f"{held}.sqlite3"


def _assemble() -> str:
    """The cast on an empty database, with Mira's consent verified and Parallax's program registered; its secret."""
    call_command("migrate", verbosity=0, interactive=False)
    cast = people.assemble()
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    people.verified(cast, at=timezone.now())
    registered = {"name": PROGRAM, "organisation": cast.parallax, "scopes": None, "by": None, "reason": ""}
    return clients.register(**registered, at=timezone.now())[1]


def _found(secret: str) -> World:
    harbor = Production.objects.select_related("studio").get(title="Harbor")
    mira = Person.objects.get(studio=harbor.studio, alias="M. Vale")
    client = ApiClient.objects.select_related("organisation").get(name=PROGRAM)
    return World(harbor.studio, harbor, mira, client, secret)


def signed_here(world: World, path: Path) -> Asset:
    """One file taken in and signed by this very process."""
    asset = intake.receive(sent(path), world.declaration, {}, client=world.client, at=timezone.now())
    signing.sign(asset.public_id, clock=timezone.now)
    return Asset.objects.select_related("credential", "job").get(pk=asset.pk)


def sent(path: Path) -> intake.SentFile:
    """A file as the door hands it on; it is taken from where it lies."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return intake.SentFile(path.name, path, digest, path.stat().st_size)


def _fill(world: World, count: int) -> None:
    """Add rows like those of one really signed asset until the registry holds `count`; no files lie behind them."""
    [path] = files.write(files.SMALL, 1, settings.SCRATCH_DIR, mark=f"like{count}")
    like = signed_here(world, path)
    at = timezone.now()
    while (there := Asset.objects.count()) < count:
        with transaction.atomic():
            _more(like, range(there, min(count, there + BATCH)), at)


def hash_of(number: int, *, signed: bool = True) -> str:
    return f"{'5' if signed else '6'}{number:063x}"


def _more(like: Asset, numbers: range, at: datetime) -> None:
    credential, plan, job = like.credential, like.credential.plan, like.job
    assets = [_copy(like, public_id=f"ast_filled{n:016}", sha256=hash_of(n, signed=False)) for n in numbers]
    Asset.objects.bulk_create(assets)
    plans = [_copy(plan, asset=asset, token=f"filled{n}", credential_id=f"crd_filled{n:016}")
             for n, asset in zip(numbers, assets, strict=True)]  # fmt: skip
    SigningPlan.objects.bulk_create(plans)
    SigningJob.objects.bulk_create(
        _copy(job, asset=asset, intake_key=hash_of(n)) for n, asset in zip(numbers, assets, strict=True)
    )
    Credential.objects.bulk_create(
        _copy(credential, asset=asset, plan=plan, public_id=plan.credential_id, sha256=hash_of(n),
              manifest_label=f"urn:c2pa:filled-{n}")
        for n, asset, plan in zip(numbers, assets, plans, strict=True)
    )  # fmt: skip
    kinds = KnownContent.Kind
    KnownContent.objects.bulk_create(
        KnownContent(sha256=hash_of(n, signed=kind == kinds.SIGNED), asset=asset, kind=kind)
        for n, asset in zip(numbers, assets, strict=True) for kind in (kinds.UPLOADED, kinds.SIGNED)
    )  # fmt: skip
    _events(like, assets, at)


def _events(like: Asset, assets: list[Asset], at: datetime) -> None:
    told = list(journal.chain(like.public_id))
    rows = []
    for asset in assets:
        previous = journal.GENESIS
        for event in told:
            body = event.body.replace(like.public_id, asset.public_id)
            digest = journal.digest(previous, body)
            rows.append(_copy(event, chain=asset.public_id, body=body, previous_hash=previous, hash=digest))
            previous = digest
    Event.objects.bulk_create(rows)


def _copy(row, **changes):
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    changed = {(f"{name}_id" if hasattr(value, "pk") else name): getattr(value, "pk", value)
               for name, value in changes.items()}  # fmt: skip
    return type(row)(**values | changed)


def _snapshot(path: Path) -> None:
    """The database as it is now, in one file of its own."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as here, sqlite3.connect(path) as there:
        here.backup(there)
