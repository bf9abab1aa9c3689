"""What was sent, examined and understood, before anything of it is kept: the file, its ingredients, whose they are."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provenance import likeness, measured, sequences, trust
from provenance.declaration import Declaration, IngredientStatement
from provenance.fingerprint import Code
from provenance.models import Asset
from provenance.printable import printable
from provenance.sandbox import Examination
from provenance.sent_files import SentFile
from registry import journal
from registry.errors import Fault, Invalid
from registry.models import ApiClient, Organisation, Production, User
from registry.prepared import Prepared

BY_HAND = "Sent by hand"


@dataclass(frozen=True, slots=True)
class Material:
    """An ingredient with the bytes it stands for: sent along, or a signed asset known here."""

    statement: IngredientStatement
    pointer: str
    sha256: str
    media_type: str
    has_credentials: bool
    media: Mapping[str, Any]
    path: Path | None = None
    known: Asset | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.statement.title or (self.known.title if self.known else self.statement.id)


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent, examined and understood, before anything of it is kept."""

    file: SentFile
    found: Examination
    declaration: Declaration
    declaration_hash: str
    materials: tuple[Material, ...]
    production: Production
    client: ApiClient
    intake_key: str
    codes: tuple[Code, ...] = ()
    alike: tuple[likeness.Near, ...] = ()
    by: User | None = None
    sequence: sequences.Looked | None = None

    @property
    def actor(self) -> journal.Actor:
        return journal.by_user(self.by) if self.by else journal.by_client(self.client)

    @property
    def why(self) -> str:
        return BY_HAND if self.by else ""

    @property
    def vendor(self) -> Organisation:
        return self.client.organisation


# By whether the program is of the sandbox.
PRODUCTIONS = {
    sandbox: Prepared(
        lambda production, organisation, sandbox=sandbox: Production.objects.visible_to(organisation)
        .filter(public_id=production, studio__sandbox_of__isnull=not sandbox)
        .select_related("studio")
        .order_by()
    )
    for sandbox in (False, True)
}


def production_of(declaration: Declaration, client: ApiClient) -> Production:
    found = next(iter(PRODUCTIONS[client.sandbox](declaration.production, client.organisation_id)), None)
    if found is None:
        detail = "There is no production of that id that you work on."
        raise Invalid("production.unknown", detail, errors=(Fault("/production", "production.unknown", detail),))
    return found


def intake_key_of(client: ApiClient, file: SentFile, declaration_hash: str, parts: Mapping[str, SentFile]) -> str:
    """Who sends what: the vendor, in its sandbox or in earnest, every byte sent, and every statement made."""
    told = [client.organisation.public_id + (" sandbox" if client.sandbox else ""), file.sha256, declaration_hash]
    told += [f"{name} {part.sha256}" for name, part in sorted(parts.items())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def materials_of(declaration: Declaration, parts: Mapping[str, SentFile], client: ApiClient) -> Iterator[Material]:
    """Each ingredient with its bytes. Raises Invalid for one that is missing, and for a file that nobody declared."""
    missing = [
        Fault(f"/ingredients/{number}/part", "declaration.part_missing", f"No file was sent under the name “{one.part}”.")
        for number, one in enumerate(declaration.ingredients)
        if one.part and one.part not in parts
    ]
    declared = {one.part for one in declaration.ingredients}
    missing += [
        Fault("/ingredients", "declaration.part_unexpected",
              f"The file sent as “{printable(name, 60)}” is no ingredient declared.")
        for name in parts
        if name not in declared
    ]  # fmt: skip
    if missing:
        raise Invalid(missing[0].code, missing[0].detail, errors=tuple(missing))
    for number, one in enumerate(declaration.ingredients):
        pointer = f"/ingredients/{number}"
        yield _sent(one, parts[one.part], pointer) if one.part else _known(one, client, pointer)


def _sent(statement: IngredientStatement, part: SentFile, pointer: str) -> Material:
    found = trust.sandbox().examine(part.path, part.name)
    media = measured.kept(found)
    return Material(
        statement, pointer, part.sha256, found.media_type, found.has_credentials, media, path=part.path,
        metadata=found.metadata,
    )  # fmt: skip


def _known(statement: IngredientStatement, client: ApiClient, pointer: str) -> Material:
    asset = Asset.objects.seen_by(client).filter(public_id=statement.asset).select_related("credential").first()
    credential = getattr(asset, "credential", None)
    if credential is None:
        code = "declaration.unknown_asset" if asset is None else "declaration.asset_not_signed"
        detail = "There is no asset of that id." if asset is None else "That asset is not signed; wait until it is."
        raise Invalid(code, detail, errors=(Fault(f"{pointer}/asset", code, detail),))
    embedded = not credential.sidecar_key
    return Material(statement, pointer, credential.sha256, credential.media_type, embedded, asset.media, known=asset)
