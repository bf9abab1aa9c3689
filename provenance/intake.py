"""Take in what a vendor sends: hold it against its declaration, ask consent, and queue it to be signed.

Refused is answered at once, and keeps nothing of the file; held waits for the legal desk; everything else is signed by
a worker (`tasks.py`). The same file with the same declaration is the same asset, however often it is sent.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction

from consent import clearance, quoting
from consent.facts import Depiction as DepictionFact
from consent.facts import Request
from consent.models import Decision
from provenance import (
    announcing,
    concerns,
    heritage,
    leftovers,
    likeness,
    manifest,
    measured,
    plans,
    queue,
    sequences,
    shelf,
    trust,
    turning,
)
from provenance.declaration import Declaration, IngredientStatement, check_against, check_placements, parse
from provenance.fingerprint import Code
from provenance.heritage import Heritage, Laundering, Source
from provenance.models import (
    Asset,
    Delivery,
    Depiction,
    Ingredient,
    KnownContent,
    LikenessAnswer,
    Operation,
    SigningJob,
)
from provenance.printable import printable
from provenance.refusals import not_covered, plain, pointed
from provenance.sandbox import Examination
from provenance.sent_files import SentFile
from provenance.sequences import Gathered
from provenance.tasks import sign_asset
from registry import journal
from registry.errors import Conflict, Fault, Invalid, NotAllowed
from registry.models import ApiClient, Organisation, Person, Production, Unit, User
from registry.permissions import may_enter, may_operate
from registry.prepared import Prepared

State = SigningJob.State
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


class NotCovered(NotAllowed):
    """Consent does not cover what was done. `extra` names the asset and the decision, which are kept."""

    def __init__(self, asset: Asset, problem: Mapping[str, Any]):
        super().__init__(
            problem["code"], problem["detail"],
            errors=tuple(Fault(**fault) for fault in problem["errors"]),
            asset=asset.public_id, decision=problem["decision"], to_clear=problem["to_clear"],
        )  # fmt: skip


class NotAtThisDesk(NotAllowed):
    def __init__(self, studio: Organisation, what: str):
        super().__init__("desk.role", f"Your role at {studio} does not let you {what}. Ask a colleague who may.")


def receive_sequence(
    frames: Gathered, declared: Any, parts: Mapping[str, SentFile], *, client: ApiClient, at: datetime
) -> Asset:
    """Take in a frame sequence as one asset: its index is the file that is signed, its frames are kept beside it.

    Raises what `receive` does, and FramesRefused.
    """
    index = SentFile(frames.name, frames.document, frames.sha256, frames.size)
    return receive(index, declared, parts, client=client, at=at, frames=frames)


def receive(
    file: SentFile, declared: Any, parts: Mapping[str, SentFile], *, client: ApiClient, at: datetime,
    frames: Gathered | None = None, by: User | None = None,
) -> Asset:
    """Take in one upload. Raises Invalid for what cannot be accepted, NotAllowed for what consent does not cover.

    With `frames` the file is their index (`receive_sequence`). `by` is who sent it by hand, in the client's name.
    """
    declaration = parse(declared)
    vendor = client.organisation
    production = _production(declaration, client)
    intake_key = _intake_key(client, file, declaration, parts)
    if known := _taken_in(intake_key):
        return known
    queue.refuse_when_full(client, at=at)
    sent = [*parts.values(), *(frames.files if frames else ())]
    concerns.refuse_kept_out([file.sha256, *(one.sha256 for one in sent)])
    sequence = sequences.examined(frames) if frames else None
    found = sequences.as_a_film(sequence) if sequence else trust.sandbox().examine(file.path, file.name)
    materials = tuple(_materials(declaration, parts, client))
    media = measured.media(measured.kept(found), declaration)
    check_against(declaration, media)
    check_placements(declaration, media, {one.statement.id: measured.media(one.media, declaration) for one in materials})
    question = _put(question_of(declaration, file.sha256), declaration, declared, production, vendor, at)
    _refuse_unfit_clearance(question, declaration, declared, vendor)
    upload = Upload(file, found, declaration, materials, production, client, intake_key, by=by, sequence=sequence)
    came = _heritage(upload, media, at)
    _refuse_unsignable(upload, media, came)
    codes = sequences.codes(sequence) if sequence else likeness.codes_of(file.path)
    alike = likeness.resembling(
        [likeness.Shown(codes, file.sha256, media), *_shown(upload)], declaration, media, came,
        bound=heritage.binding(production.studio, vendor),
    )  # fmt: skip
    upload = replace(upload, codes=codes, alike=tuple(alike))
    decision = clearance.decide_put(question, production=production, requester=vendor, purpose="intake")
    if decision.outcome == Decision.Outcome.DENY:
        problem = not_covered(decision, declaration)
        with transaction.atomic():
            asset = _written(upload, decision, State.REFUSED, came, at=at, problem=problem)
        raise NotCovered(asset, problem)
    return _kept(upload, decision, came, at)


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent, examined and understood, before anything of it is kept."""

    file: SentFile
    found: Examination
    declaration: Declaration
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


def question_of(declaration: Declaration, sha256: str) -> clearance.Question:
    """What consent is asked about: everyone depicted, in each use made of them, where the work is to appear."""
    release = declaration.intended_release
    return clearance.Question(
        act=declaration.act,
        units=declaration.units,
        territories=release.territories,
        media=release.media,
        languages=release.languages,
        asset_sha256=sha256,
        depictions=tuple(
            DepictionFact(
                id=one.id, person=one.person, role=one.role, modality=one.modality, use=use,
                content_flags=one.content_flags, depicted_age=one.depicted_age, routine_reason=one.routine_reason,
            )
            for one, use in declaration.depicted_uses()
        ),
    )  # fmt: skip


# --- at the desk --------------------------------------------------------------------------------------------------


def reconsider(asset: Asset, *, by: User, at: datetime, reason: str) -> str:
    """Ask consent again for an asset that is held, and queue it if the record now permits. Gives the new state."""
    if not may_enter(by, asset.production.studio):
        raise NotAtThisDesk(asset.production.studio, "decide about held assets")
    with transaction.atomic():
        decision = clearance.confirm(asset.decision, purpose="reconsideration", at=at)
        problem = None if decision.permits else not_covered(decision, parse(asset.declaration))
        state = {"permit": State.RECEIVED, "review": State.HELD, "deny": State.REFUSED}[decision.outcome]
        turn(asset, (State.HELD,), state, problem, at=at)
        note(asset, f"asset:{state.value if state != State.RECEIVED else 'released_to_signing'}", by=by, at=at,
                reason=reason, decision=decision.public_id)  # fmt: skip
        if state == State.RECEIVED:
            sign_asset.delay_on_commit(asset.public_id)
        if state == State.REFUSED:
            leftovers.let_go(asset)
    return state


def refuse(asset: Asset, *, by: User, at: datetime, reason: str) -> None:
    """The desk's no to an asset that is held. The vendor is told that the desk refused, not why."""
    if not may_enter(by, asset.production.studio):
        raise NotAtThisDesk(asset.production.studio, "decide about held assets")
    detail = "The studio's legal desk decided that this may not be signed."
    problem = plain("consent.refused_by_desk", detail, asset.decision)
    with transaction.atomic():
        turn(asset, (State.HELD,), State.REFUSED, problem, at=at)
        note(asset, "asset:refused", by=by, at=at, reason=reason)
        leftovers.let_go(asset)


def compare(asset: Asset, found: Mapping[str, str], *, by: User, at: datetime, reason: str) -> None:
    """A person has compared an asset with the known ones it looks like, and says of each what they found; then it goes on.

    All that waits is answered at once. Raises Conflict where something else waits than what was answered.
    """
    if not may_enter(by, asset.production.studio):
        raise NotAtThisDesk(asset.production.studio, "decide about held assets")
    with transaction.atomic():
        turn(asset, (State.HELD,), State.RECEIVED, None, at=at)
        waiting = likeness.unanswered(asset)
        if not waiting or {one.public_id for one in waiting} != set(found):
            raise Conflict("provenance.compared", "Something else waits for an answer by now. Load the page again.")
        for one in waiting:
            finding = LikenessAnswer.Finding(found[one.public_id])
            LikenessAnswer.objects.create(likeness=one, finding=finding, by=by, recorded_at=at)
        note(asset, "asset:compared", by=by, at=at, reason=reason, found=[
            {"likeness": one.public_id, "known": one.known.public_id, "distance": one.distance, "finding": found[one.public_id]}
            for one in waiting])  # fmt: skip
        sign_asset.delay_on_commit(asset.public_id)


def try_again(asset: Asset, *, by: User, at: datetime, reason: str) -> None:
    """Queue an asset whose signing failed five times, once the cause is mended."""
    studio = asset.production.studio
    if not (may_enter(by, studio) or may_operate(by, studio)):
        raise NotAtThisDesk(studio, "queue an asset again")
    with transaction.atomic():
        turn(asset, (State.DEAD,), State.RECEIVED, None, at=at)
        note(asset, "asset:queued_again", by=by, at=at, reason=reason)
        sign_asset.delay_on_commit(asset.public_id)


def turn(asset: Asset, expected: tuple[str, ...], state: str, problem: dict[str, Any] | None, *, at: datetime) -> None:
    """Move the job from an expected state; raises Conflict where somebody else moved it meanwhile."""
    if not turning.turned(asset, expected, state, problem, at=at):
        now = SigningJob.objects.get(asset=asset).get_state_display().lower()
        raise Conflict("asset.state", f"This asset is not where it was: it is now “{now}”. Load the page again.")


# --- before anything is kept --------------------------------------------------------------------------------------


def _production(declaration: Declaration, client: ApiClient) -> Production:
    found = Production.objects.seen_by(client).select_related("studio").filter(public_id=declaration.production).first()
    if found is None:
        detail = "There is no production of that id that you work on."
        raise Invalid("production.unknown", detail, errors=(Fault("/production", "production.unknown", detail),))
    return found


def _intake_key(client: ApiClient, file: SentFile, declaration: Declaration, parts: Mapping[str, SentFile]) -> str:
    """Who sends what: the vendor, in its sandbox or in earnest, every byte sent, and every statement made."""
    told = [client.organisation.public_id + (" sandbox" if client.sandbox else ""), file.sha256, declaration.canonical_hash()]
    told += [f"{name} {part.sha256}" for name, part in sorted(parts.items())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


TAKEN = Prepared(
    lambda intake_key: SigningJob.objects.filter(intake_key=intake_key)
    .exclude(state=State.REFUSED)
    .values_list("asset_id")
)


def _taken_in(intake_key: str) -> Asset | None:
    taken = TAKEN(intake_key)
    return Asset.objects.get(pk=taken[0][0]) if taken else None


def _materials(declaration: Declaration, parts: Mapping[str, SentFile], client: ApiClient) -> Iterator[Material]:
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


def _heritage(upload: Upload, media: Any, at: datetime) -> Heritage:
    """What came along with the file and what it was made from; an attempt at laundering goes on the record."""
    plates = {name for one in upload.declaration.operations if one.evidence for _, name in one.evidence.inputs()}
    found = upload.found
    if upload.sequence:
        sources = sequences.sources(upload.sequence, studio=upload.production.studio, vendor=upload.vendor)
    else:
        own = Source(
            "", "parentOf", upload.file.path, upload.file.sha256, found.has_credentials, metadata=found.metadata
        )
        sources = [own]
    sources += [
        Source(
            one.pointer, one.statement.relation, one.path, one.sha256, one.has_credentials, one.known,
            one.statement.placement, one.metadata,
        )  # fmt: skip
        for one in upload.materials
        if one.statement.relation != "inputTo" or one.statement.id in plates
    ]
    try:
        return heritage.inherited(
            sources, upload.declaration, media, studio=upload.production.studio, vendor=upload.vendor
        )
    except Laundering as laundering:
        with transaction.atomic():
            journal.record(
                actor=upload.actor, tag="intake:laundering", subject=upload.production.public_id,
                organisation=upload.production.studio, at=at, reason=upload.why,
                details={"sha256": upload.file.sha256, "faults": [one.detail for one in laundering.errors]},
            )  # fmt: skip
        raise


def _shown(upload: Upload) -> Iterator[likeness.Shown]:
    """The files sent along that are seen or heard in the asset."""
    for one in upload.materials:
        if one.path and one.statement.relation != "inputTo":
            media = measured.media(one.media, upload.declaration)
            yield likeness.Shown(
                likeness.codes_of(one.path), one.sha256, media, one.statement.id, one.statement.relation
            )  # fmt: skip


def _put(question: clearance.Question, declaration: Declaration, declared: Mapping[str, Any],
         production: Production, vendor: Organisation, at: datetime) -> Request:
    """Whoever or whatever the production does not know is told where it stands in the declaration."""
    try:
        return clearance.put(question, production=production, at=at, requester=vendor)
    except Invalid as unknown:
        raise pointed(unknown, question, declaration, single_unit="unit" in declared) from unknown


def _refuse_unfit_clearance(
    question: Request, declaration: Declaration, declared: Mapping[str, Any], vendor: Organisation
) -> None:
    """A clearance that is quoted must reach what is declared. It permits nothing by itself: consent is decided all the same."""
    if declaration.clearance is None:
        return
    try:
        quoting.refuse_unfit(declaration.clearance, question, requester=vendor)
    except quoting.UnfitClearance as unfit:
        told = tuple(replace(one, pointer=one.pointer or "/clearance") for one in unfit.errors)
        placed = Invalid(unfit.code, unfit.detail, errors=told)
        raise pointed(placed, question, declaration, single_unit="unit" in declared) from unfit


def _refuse_unsignable(upload: Upload, media: Any, came: Heritage) -> None:
    """Build the manifest once at the door: what could never be signed is told now, not by a worker later."""
    consent = manifest.ConsentFacts(plans.NOT_REQUIRED, "intake")
    manifest.build(plans.facts(
        upload.declaration, media=media, inherited=came.stated, carried=heritage.carried(came, media),
        carries_credentials=upload.found.has_credentials, consent=consent, production=upload.production, vendor=upload.vendor,
        titles={one.statement.id: one.title for one in upload.materials},
        sequence=sequences.to_state(upload.sequence) if upload.sequence else None,
    ))  # fmt: skip


# --- kept ---------------------------------------------------------------------------------------------------------


def _kept(upload: Upload, decision: Decision, came: Heritage, at: datetime) -> Asset:
    """Store the bytes, then the rows in one transaction; if those fail, the bytes go again.

    Each upload has a folder of its own: of two that are the same and come at once, one is let go, and only its bytes.
    """
    state = State.RECEIVED if decision.permits and not upload.alike else State.HELD
    problem = None if decision.permits else not_covered(decision, upload.declaration)
    own = secrets.token_hex(16)
    folder = f"received/{own[:2]}/{own}"
    keys: list[str] = []
    try:
        keys.append(shelf.keep(upload.file.path, f"{folder}/file"))
        stored: dict[str, str] = {}
        for one in upload.materials:
            if one.path:
                stored[one.statement.id] = shelf.keep(one.path, f"{folder}/ingredient")
                keys.append(stored[one.statement.id])
        if upload.sequence:
            stored |= sequences.keep(upload.sequence, folder, keys)
        with transaction.atomic():
            asset = _written(upload, decision, state, came, at=at, problem=problem, key=keys[0], stored=stored)
            if state == State.RECEIVED and asset.job.called_at:
                sign_asset.delay_on_commit(asset.public_id)
        return asset
    except BaseException as error:
        _let_go(upload, keys)
        # Somebody sent the same at the same moment: theirs is the asset.
        if isinstance(error, IntegrityError) and (known := _taken_in(upload.intake_key)):
            return known
        raise


def _let_go(upload: Upload, keys: list[str]) -> None:
    """Remove bytes that no row names. A commit may have come about although its answer was lost; then they are an
    asset's. Where the database cannot be asked they stay too: files nobody needs cost less than one that is missed."""
    with suppress(DatabaseError, InterfaceError):
        if not SigningJob.objects.filter(intake_key=upload.intake_key, asset__storage_key__in=keys).exists():
            shelf.forget(*keys)


def _written(
    upload: Upload, decision: Decision, state: str, came: Heritage, *, at: datetime,
    problem: dict[str, Any] | None = None, key: str = "", stored: Mapping[str, str] | None = None,
) -> Asset:
    declaration = upload.declaration
    asset = Asset.objects.create(
        production=upload.production, vendor=upload.vendor, client=upload.client, title=declaration.title,
        sha256=upload.file.sha256, size=upload.file.size, media_type=upload.found.media_type,
        media=measured.kept(upload.found) | heritage.told(came), storage_key=key,
        declaration=declaration.as_dict(), declaration_hash=declaration.canonical_hash(), decision=decision,
        received_at=at, sandbox=upload.client.sandbox,
    )  # fmt: skip
    Ingredient.objects.bulk_create(
        Ingredient(
            asset=asset, label=one.statement.id, relation=one.statement.relation, title=one.title, known=one.known,
            sha256=one.sha256, media_type=one.media_type, storage_key=_ingredient_key(one, stored or {}),
        )
        for one in upload.materials
    )  # fmt: skip
    Operation.objects.bulk_create(
        Operation(asset=asset, label=one.id, element=one.element, technique=one.technique, statement=told)
        for one, told in zip(declaration.operations, asset.declaration.get("operations", ()), strict=True)
    )
    people = {one.public_id: one for one in Person.objects.filter(
        public_id__in=[one.person for one in declaration.depictions if one.person])}  # fmt: skip
    Depiction.objects.bulk_create(
        Depiction(asset=asset, label=one.id, person=people.get(one.person or ""), role=one.role, modality=one.modality)
        for one in declaration.depictions
    )
    if declaration.units:
        units = Unit.objects.filter(production=upload.production, code__in=declaration.units)
        Delivery.objects.bulk_create(Delivery(asset=asset, unit=unit) for unit in units)
    seen = {(asset.sha256, KnownContent.Kind.UPLOADED)}
    seen |= {(one.sha256, KnownContent.Kind.INGREDIENT) for one in upload.materials}
    KnownContent.objects.bulk_create(KnownContent(sha256=sha256, asset=asset, kind=kind) for sha256, kind in seen)
    if upload.sequence:
        sequences.write_down(asset, upload.sequence, stored or {})
    likeness.keep(asset, upload.codes)
    if (alike := likeness.write_down(asset, upload.alike, at=at)) and decision.permits:
        problem = likeness.problem(alike, decision.public_id)
    called_at = at if queue.may_call(upload.client, at=at) else None
    SigningJob.objects.create(
        asset=asset, vendor=upload.vendor, intake_key=upload.intake_key, state=state, problem=problem, not_before=at,
        called_at=called_at, changed_at=at,
    )  # fmt: skip
    note(asset, f"asset:{state.value}", by=upload.by or upload.client, at=at, reason=upload.why, sha256=asset.sha256,
            size=asset.size, declaration=asset.declaration_hash, decision=decision.public_id, outcome=decision.outcome,
            likenesses=[one.public_id for one in alike], **_of_frames(upload))  # fmt: skip
    return asset


def _of_frames(upload: Upload) -> dict[str, Any]:
    """What the journal says of a sequence: all its frames are in the root."""
    index = upload.sequence.index if upload.sequence else None
    return {"frames": len(index.frames), "merkle_root": index.root} if index else {}


def _ingredient_key(material: Material, stored: Mapping[str, str]) -> str:
    return material.known.credential.storage_key if material.known else stored.get(material.statement.id, "")


def note(asset: Asset, tag: str, *, by: User | ApiClient, at: datetime, reason: str = "", **details: Any) -> None:
    actor = journal.by_client(by) if isinstance(by, ApiClient) else journal.by_user(by)
    journal.record(
        actor=actor, tag=tag, subject=asset.public_id, organisation=asset.production.studio, details=details, at=at,
        reason=reason,
    )
    announcing.noted(asset, tag, at=at)
