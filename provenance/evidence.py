"""Evidence of operations after the upload: plates, mattes and outputs come in, and the desk answers what was measured by them.

Evidence is taken in while its asset waits, and never once a worker is at it: what is signed stands on what was there.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F, Q

from provenance import findings, heritage, measured, shelf, trust
from provenance.declaration import remembered
from provenance.findings import Kind, Stands
from provenance.heritage import Source
from provenance.intake import BY_HAND, NotAtThisDesk, note, turn
from provenance.models import Asset, Measured, MeasuredAnswer, Operation, OperationEvidence, SigningJob
from provenance.printable import printable
from provenance.sandbox import Examination
from provenance.sent_files import SentFile
from provenance.tasks import sign_asset
from provenance.techniques import SOUND_ELEMENTS
from registry.errors import Conflict, Fault, Invalid
from registry.models import ApiClient, User
from registry.permissions import may_enter

State = SigningJob.State
FOLDER = "plates"
# Of one operation; whoever sends more should ask why the first ones did not do.
MOST = 20
OPEN = (State.RECEIVED, State.HELD)
FITTING = {"picture": ("image", "video"), "text": ("text",), **dict.fromkeys(SOUND_ELEMENTS, ("audio", "video"))}


class UnknownOperation(Invalid):
    def __init__(self, label: str, asset: Asset) -> None:
        names = ", ".join(asset.operations.values_list("label", flat=True)[:20]) or "none"
        detail = f"This asset declares no operation “{printable(label, 60)}”; it declares: {printable(names)}."
        super().__init__("extent.unknown_operation", detail, errors=(Fault("/operation", "extent.unknown_operation", detail),))


class Unfit(Invalid):
    """What was sent is no evidence of this operation."""

    def __init__(self, detail: str, pointer: str = "/file") -> None:
        super().__init__("extent.evidence_unfit", detail, errors=(Fault(pointer, "extent.evidence_unfit", detail),))


class TooLate(Conflict):
    def __init__(self, asset: Asset) -> None:
        job = SigningJob.objects.get(asset=asset)
        detail = {
            State.SIGNING: "This asset is being measured and signed right now; evidence can be sent when it waits again.",
            State.SIGNED: "This asset is signed. What was signed stands; send the asset anew to have more of it measured.",
        }.get(State(job.state), f"This asset takes no more evidence: it is “{job.get_state_display().lower()}”.")
        super().__init__("extent.evidence_too_late", detail, state=job.state)


@dataclass(frozen=True, slots=True)
class Cited:
    """A signed asset known here, by its id, in the place of a file."""

    asset: str


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A piece of evidence that is sound, and where its bytes lie or will lie."""

    sha256: str
    size: int
    media_type: str
    sent: SentFile | None = None
    known: Asset | None = None

    def keep(self) -> str:
        return self.known.storage_key if self.known else shelf.keep_by_hash(self.sent.path, FOLDER, self.sha256)


def receive(
    asset: Asset, given: SentFile | Cited, *, operation: str, kind: str, client: ApiClient, at: datetime,
    output: SentFile | None = None, by: User | None = None,
) -> OperationEvidence:  # fmt: skip
    """Take in evidence of one operation; the same again is the same. An asset that waits for it is measured anew.

    `output` is what the operation gave, where others followed. `by` is who sent it by hand, in the client's name.
    Raises Invalid, Laundering, and Conflict once it is late.
    """
    row = asset.operations.filter(label=operation).first()
    if row is None:
        raise UnknownOperation(operation, asset)
    if kind not in Kind.values:
        raise Unfit(f"“{printable(kind, 40)}” is no kind of evidence. Known are {', '.join(Kind.values)}.", "/kind")
    if output is not None and kind != Kind.DIFFERENCE:
        raise Unfit("A matte says itself what was touched: an output belongs to a difference.", "/output")
    _in_time(asset)
    arrived, made = _arrived(given, row, asset, client), _examined(output, row, "/output") if output else None
    keys: list[str] = []
    try:
        keys += [one.keep() for one in (arrived, made) if one]
        with transaction.atomic():
            _hold_still(asset)
            if not (kept := _same(row, kind, arrived, made)):
                kept = _written(row, kind, arrived, made, keys, client, at)
                note(asset, "asset:evidence_received", by=by or client, at=at, reason=BY_HAND if by else "",
                     operation=operation, kind=kind, sha256=kept.sha256)  # fmt: skip
                _measure_again(asset, at)
    finally:
        _let_go(keys[1:] if arrived.known else keys)
    return kept


def _in_time(asset: Asset) -> None:
    if SigningJob.objects.get(asset=asset).state not in OPEN:
        raise TooLate(asset)


def _hold_still(asset: Asset) -> None:
    """Until this transaction ends no worker takes the asset; raises TooLate where one has taken it."""
    if not SigningJob.objects.filter(asset=asset, state__in=OPEN).update(state=F("state")):
        raise TooLate(asset)


def _arrived(given: SentFile | Cited, row: Operation, asset: Asset, client: ApiClient) -> _Arrived:
    if isinstance(given, Cited):
        known = Asset.objects.seen_by(client).filter(public_id=given.asset).first()
        if known is None:
            raise Unfit("There is no asset of that id.", "/asset")
        if not hasattr(known, "credential"):
            raise Unfit("That asset is not signed; wait until it is, or send its file.", "/asset")
        _fits(known.media["kind"], row, "/asset")
        arrived = _Arrived(known.sha256, known.size, known.media_type, known=known)
        _refuse_laundering(arrived, asset, has_credentials=known.media["has_credentials"])
        return arrived
    return _examined(given, row, "/file", of=asset)


def _examined(sent: SentFile, row: Operation, pointer: str, of: Asset | None = None) -> _Arrived:
    found: Examination = trust.sandbox().examine(sent.path, sent.name)
    _fits(found.kind, row, pointer)
    arrived = _Arrived(sent.sha256, sent.size, found.media_type, sent)
    if of:
        _refuse_laundering(arrived, of, has_credentials=found.has_credentials)
    return arrived


def _fits(kind: str, row: Operation, pointer: str) -> None:
    if kind not in FITTING[row.element]:
        fitting = " or ".join(FITTING[row.element])
        raise Unfit(f"This is {kind}; the {row.element} is measured by {fitting}.", pointer)


def _refuse_laundering(arrived: _Arrived, asset: Asset, *, has_credentials: bool) -> None:
    """What a plate carries must be declared, as it must of every ingredient; it cannot be added afterwards."""
    declaration = remembered(asset.declaration)
    source = Source("/file", "inputTo", arrived.sent.path if arrived.sent else None, arrived.sha256,
                    has_credentials, arrived.known)  # fmt: skip
    came = heritage.inherited(
        [source], declaration, measured.media(asset.media, declaration), studio=asset.production.studio, vendor=asset.vendor
    )
    if came.stated:
        raise Unfit("This file itself states that AI was used. Send the asset anew, with this file among its ingredients.")


def _same(row: Operation, kind: str, arrived: _Arrived, made: _Arrived | None) -> OperationEvidence | None:
    """The newest evidence of the operation, where it is this very one. Raises Conflict where there is enough."""
    newest = row.evidence.order_by("-pk").first()
    said = (kind, arrived.sha256, made.sha256 if made else "")
    if newest and (newest.kind, newest.sha256, newest.output_sha256) == said:
        return newest
    if row.evidence.count() >= MOST:
        raise Conflict("extent.evidence_too_much", f"This operation has {MOST} pieces of evidence already. Ask the studio.")
    return None


def _written(row: Operation, kind: str, arrived: _Arrived, made: _Arrived | None, keys: list[str], client: ApiClient,
             at: datetime) -> OperationEvidence:
    of_output = {"output_sha256": made.sha256, "output_media_type": made.media_type, "output_key": keys[1]} if made else {}
    return OperationEvidence.objects.create(
        operation=row, kind=kind, sha256=arrived.sha256, size=arrived.size, media_type=arrived.media_type,
        storage_key=keys[0], known=arrived.known, client=client, received_at=at, **of_output,
    )  # fmt: skip


def _measure_again(asset: Asset, at: datetime) -> None:
    """An asset that waits for what was measured goes on by itself: it is measured by the new evidence."""
    job = SigningJob.objects.get(asset=asset)
    if job.state == State.HELD and findings.waits(job.problem):
        turn(asset, (State.HELD,), State.RECEIVED, None, at=at)
    if job.state == State.RECEIVED or findings.waits(job.problem):
        sign_asset.delay_on_commit(asset.public_id)


def _let_go(keys: list[str]) -> None:
    """Remove bytes that no row names; where the database cannot be asked the sweep of leftovers finds them."""
    with suppress(DatabaseError, InterfaceError):
        named = OperationEvidence.objects.filter(Q(storage_key__in=keys) | Q(output_key__in=keys))
        if keys and not named.exists():
            shelf.forget(*keys)


# --- at the desk --------------------------------------------------------------------------------------------------


def answer(asset: Asset, stands: Mapping[str, str], *, by: User, at: datetime, reason: str) -> None:
    """A person answers, by the ids of what was measured, which numbers stand; then the asset goes on by itself.

    All that waits is answered at once. Raises Conflict where something else waits than what was answered.
    """
    if not may_enter(by, asset.production.studio):
        raise NotAtThisDesk(asset.production.studio, "answer for what was measured")
    with transaction.atomic():
        turn(asset, (State.HELD,), State.RECEIVED, None, at=at)
        open_ = findings.unanswered(findings.of(asset))
        if not open_ or {one.public_id for one in open_} != set(stands):
            raise Conflict("extent.answered", "Something else waits for an answer by now. Load the page again.")
        for row in open_:
            _answered(row, stands[row.public_id], by, at)
        note(asset, "asset:measured_answered", by=by, at=at, reason=reason,
             answers=[findings.journalled(one) | {"stands": stands[one.public_id]} for one in open_])  # fmt: skip
        sign_asset.delay_on_commit(asset.public_id)


def _answered(row: Measured, stands: str, by: User, at: datetime) -> None:
    if stands not in Stands.values:
        raise Invalid("extent.answer_unknown", "Say which numbers stand: those measured, or those declared.")
    if stands == Stands.MEASURED and row.numbers is None:
        raise Invalid("extent.not_measured", f"{findings.sentence(row)} There are no measured numbers that could stand.")
    MeasuredAnswer.objects.create(measured=row, stands=stands, by=by, recorded_at=at)
