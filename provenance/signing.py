"""Sign one asset, in nine steps, each of which may be the last this process does.

1 claim · 2 examine · 3 confirm · 4 plan · 5 make · 6 read back · 7 store · 8 release · 9 tell. Whatever is cut off is
begun again by another worker, at most five times; what was cut off after the key was used is never released. Consent is
confirmed before the key is used, and decisively at release, under the locks that endings take.
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, Q, prefetch_related_objects

from consent import clearance
from consent.models import Decision
from provenance import (
    announcing,
    findings,
    heritage,
    keys,
    leftovers,
    likeness,
    manifest,
    measured,
    plans,
    queue,
    sequence_index,
    sequences,
    shelf,
    signals,
    trust,
)
from provenance.declaration import Declaration, parse
from provenance.measurement import Measurement
from provenance.media.refusal import MediaRefused
from provenance.media.xmp import READ
from provenance.models import Asset, Credential, KnownContent, Likeness, Measured, SigningJob, SigningPlan
from provenance.reading import Reading
from provenance.refusals import not_covered, plain
from provenance.sandbox import IngredientFile, SandboxBusy, SignRequest
from registry import journal
from registry.errors import RegistryError, Unavailable

State = SigningJob.State
Clock = Callable[[], datetime]
WORKER = "signing"
FIRST_PAUSE = timedelta(seconds=5)
CALL_AGAIN = timedelta(seconds=10)
FROM_UNKNOWN = "mediaUnknownProvenance"  # of an ingredient, so it shows only once that has been added

log = logging.getLogger(__name__)


@dataclass
class Work:
    """One attempt at one asset, and what its steps have found so far."""

    job: SigningJob
    folder: Path
    lent: ExitStack
    step: str = "claim"
    source: Path | None = None
    to_sign: Path | None = None
    ingredients: list[IngredientFile] = field(default_factory=list)
    measurements: dict[str, Measurement] = field(default_factory=dict)
    decision: Decision | None = None
    signer: keys.Signer | None = None
    plan: SigningPlan | None = None
    intent: str = "edit"
    result: Path | None = None
    made: dict[str, Any] = field(default_factory=dict)
    time_stamped: bool = False
    key: str = ""
    sidecar_key: str = ""

    @property
    def asset(self) -> Asset:
        return self.job.asset

    @cached_property
    def declaration(self) -> Declaration:
        return parse(self.asset.declaration)

    @property
    def sidecar(self) -> bool:
        return not self.asset.media["embed"]


class NotConfirmed(Exception):
    """Consent no longer permits what was asked: nothing is released, and the decision that says so is kept."""

    def __init__(self, decision: Decision):
        super().__init__(decision.public_id)
        self.decision = decision


class Differs(Exception):
    """What was measured is not what was declared, or could not be measured: it waits for a person's answer."""

    def __init__(self, rows: list[Measured]):
        super().__init__(*(row.public_id for row in rows))
        self.rows = rows


class Resembles(Exception):
    """It looks like a known asset with more AI, and nobody has compared the two: it waits for a person's answer."""

    def __init__(self, rows: list[Likeness]):
        super().__init__(*(row.public_id for row in rows))
        self.rows = rows


class Changed(Unavailable):
    def __init__(self) -> None:
        super().__init__("consent.changed", "Consent changed while this was signed; it is asked and signed again.")


class Overtaken(Exception):
    """The lease ran out and another worker holds the job: this attempt's result is not released."""


class NotTrusted(Unavailable):
    """What was just signed does not read back as it should, so it is not released."""

    def __init__(self, why: str):
        super().__init__("signing.not_trusted", f"The signed file did not read back as it should: {why}.")


def sign(asset_id: str, *, clock: Clock) -> None:
    """Sign the asset if its job is due; otherwise step aside. Running it twice, or at once, is harmless."""
    job = claim(asset_id, at=clock())
    if job is None:
        return
    with shelf.scratch() as folder, ExitStack() as lent:
        work = Work(job, folder, lent)
        try:
            _attempt(work, clock)
        except NotConfirmed as stopped:
            not_released(work, stopped.decision, at=clock())
        except Differs as differs:
            held(work, differs.rows, at=clock())
        except Resembles as resembles:
            held_to_compare(work, resembles.rows, at=clock())
        except Overtaken:
            log.warning("asset %s was taken over by another worker; nothing is released here", asset_id)
        # Whatever else stops an attempt is written down with it; the job is tried again, or is buried after five.
        except Exception as error:
            failed(work, error, at=clock())


def _attempt(work: Work, clock: Clock) -> None:
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("examine", lambda: examine(work, clock=clock)),
        ("confirm", lambda: confirm(work, at=clock())),
        ("plan", lambda: plan(work, at=clock())),
        ("make", lambda: make(work)),
        ("read back", lambda: read_back(work)),
        ("store", lambda: store(work)),
        ("release", lambda: release(work, clock=clock)),
        ("tell", lambda: tell(work)),
    )
    for work.step, step in steps:
        step()


# --- the nine steps -----------------------------------------------------------------------------------------------


def claim(asset_id: str, *, at: datetime) -> SigningJob | None:
    """1. Take the job for as long as signing a file of its size may last; None where there is nothing to take."""
    related = ("asset__production__studio", "asset__vendor", "asset__decision")
    due = SigningJob.objects.due(at).filter(attempt__lt=SigningJob.MOST_ATTEMPTS)
    job = due.filter(asset__public_id=asset_id).select_related(*related).first()
    if job is None or queue.gives_way(job, at=at):
        return None
    taken = {
        "state": State.SIGNING, "attempt": job.attempt + 1, "token": secrets.token_urlsafe(16), "changed_at": at,
        "leased_until": at + _lease(job.asset.size),
    }  # fmt: skip
    if not due.filter(pk=job.pk, attempt=job.attempt).update(**taken):
        return None
    for name, value in taken.items():
        setattr(job, name, value)
    decision = job.asset.decision
    # They are the asset's own, as the door asked; then they are not read twice.
    if (decision.production_id, decision.requester_id) == (job.asset.production_id, job.asset.vendor_id):
        decision.production, decision.requester = job.asset.production, job.asset.vendor
    return job


def _lease(size: int) -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS + size / settings.LEASE_BYTES_PER_SECOND)


def examine(work: Work, *, clock: Clock) -> None:
    """2. Borrow the bytes and know them again by their hash: they are those that were examined at the door. Then measure
    what there is evidence for, and stop where that is not what was declared, or where a likeness was not compared."""
    if waiting := likeness.unanswered(work.asset):
        raise Resembles(waiting)
    work.source = work.lent.enter_context(
        shelf.borrowed(work.asset.storage_key, work.asset.sha256, into=work.folder)
    )
    if sequence := sequences.of(work.asset):
        with _held_on_to(work, clock):
            sequences.know_again(sequence)
    prefetch_related_objects([work.asset], "ingredients", "operations__evidence")
    kept = {one.label: one for one in work.asset.ingredients.all()}
    facts = manifest.ingredients_of(work.declaration, carries_credentials=work.asset.media["has_credentials"])
    for one in facts:
        if one.label == manifest.UPLOAD:
            path, media_type, title = work.source, work.asset.media_type, work.asset.title
        else:
            row = kept[one.label]
            path = work.lent.enter_context(shelf.borrowed(row.storage_key, row.sha256, into=work.folder))
            media_type, title = row.media_type, row.title
        work.ingredients.append(IngredientFile(path, media_type, title, one.relation, one.label))
    _measure(work, clock)


def _measure(work: Work, clock: Clock) -> None:
    findings.take(
        work.asset, work.declaration, work.source, folder=work.folder, clock=clock, during=lambda: _held_on_to(work, clock)
    )
    rows = findings.of(work.asset)
    if waiting := findings.unanswered(rows):
        raise Differs(waiting)
    work.measurements = findings.standing(rows)


@contextmanager
def _held_on_to(work: Work, clock: Clock) -> Iterator[None]:
    """Renew the lease for as long as this process lives: a film is measured for longer than a lease. A worker that is
    killed renews nothing, and one that lost its lease meanwhile raises Overtaken."""
    done = Event()

    def renew() -> None:
        try:
            while not done.wait(settings.LEASE_SECONDS / 3):
                with suppress(DatabaseError, InterfaceError):  # it is asked again before the lease is over
                    _renewed(work, at=clock())
        finally:
            connection.close()

    renewing = Thread(target=renew, daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()
    if not _renewed(work, at=clock()):
        raise Overtaken


def _renewed(work: Work, *, at: datetime) -> bool:
    """Whether the job is still this attempt's; its lease then begins anew."""
    mine = SigningJob.objects.filter(pk=work.job.pk, token=work.job.token, state=State.SIGNING)
    return bool(mine.update(leased_until=at + _lease(work.asset.size)))


def confirm(work: Work, *, at: datetime) -> None:
    """3. Ask consent again, beside the key."""
    work.decision = clearance.confirm(work.asset.decision, purpose="signing", at=at)
    if not work.decision.permits:
        raise NotConfirmed(work.decision)


def plan(work: Work, *, at: datetime) -> None:
    """4. Write down what is about to be signed, and with which certificate, before the key is used. What the file's own
    metadata is to say is written into a copy of it."""
    asset = work.asset
    work.signer = trust.signer_for(asset, at=at)
    kept = plans.references(work.decision)
    row = SigningPlan(
        asset=asset, attempt=work.job.attempt, token=work.job.token, decision=work.decision,
        certificate_fingerprint=work.signer.fingerprint, recorded_at=at,
        references=[{"id": one.reference.id, "revision": one.revision, "salt": one.salt} for one in kept],
    )  # fmt: skip
    declaration, came = work.declaration, heritage.of(asset)
    media = measured.media(asset.media, declaration)
    facts = plans.facts(
        declaration, media=media, inherited=came.stated, carried=heritage.carried(came, media),
        carries_credentials=asset.media["has_credentials"],
        consent=plans.consent_facts(work.decision, kept, row.credential_id),
        production=asset.production, vendor=asset.vendor,
        titles={one.label: one.title for one in asset.ingredients.all()}, measurements=work.measurements,
        sequence=sequences.statement(asset),
    )  # fmt: skip
    row.manifest, work.intent = manifest.build(facts), facts.intent
    row.manifest_hash = plans.digest(row.manifest)
    row.metadata = described(work, manifest.metadata_of(row.manifest))
    row.save()
    work.plan = row


def described(work: Work, wanted: dict[str, Any]) -> dict[str, Any]:
    """Write into a copy of the file what its credentials say of AI and of releases, and tell what came of it.

    Before signing, for afterwards it would break the signature; and never into a file that has credentials already,
    whose own signature it would break. Where a file leaves no safe place for it, it is signed as it is.
    """
    why = _kept_as_it_is(work)
    copy = work.folder / "described"
    if not why:
        try:
            found = trust.sandbox().describe(work.source, copy, wanted)
        except MediaRefused as refused:
            found = {"why": refused.detail}
        why = found["why"]
    if why:
        copy.unlink(missing_ok=True)
        return {"written": False, "why": why}
    work.to_sign = copy
    return {"written": True, "properties": wanted, "sha256": found["sha256"]}


def _kept_as_it_is(work: Work) -> str:
    if work.sidecar:
        return "its bytes stay as they were received, and its credentials lie beside them"
    if work.asset.media["has_credentials"]:
        return "it carries credentials, which would no longer fit it"
    return ""


def make(work: Work) -> None:
    """5. Sign file to file in a child that holds no key: it asks for the signature here."""
    work.result = work.folder / "result"
    where = {"sidecar_destination": work.result} if work.sidecar else {"destination": work.result}
    request = SignRequest(
        source=work.to_sign or work.source, media_type=work.asset.media_type, manifest=work.plan.manifest,
        intent=work.intent,
        ingredients=work.ingredients, chain_pem=work.signer.chain_pem, alg=work.signer.algorithm,
        tsa_url=settings.TIMESTAMP_URL or None, anchors=trust.anchors_for(work.asset), **where,
    )  # fmt: skip
    work.made = trust.sandbox().sign(request, work.signer.sign)


def read_back(work: Work) -> None:
    """6. Read the result with another reader: trusted by this registry's own roots, saying just what was planned,
    and with the history the upload came with."""
    file, sidecar = (work.source, work.result) if work.sidecar else (work.result, None)
    told = trust.sandbox().read(file, work.asset.media_type, sidecar=sidecar, anchors=trust.anchors_for(work.asset))
    reading = Reading.of(told)
    work.time_stamped = told["time_stamp"]["state"] == "trusted"
    _must(reading.state == "Trusted", f"it reads {reading.state}, {', '.join(reading.failure[:3])}")
    _must(reading.active == work.made["manifest_label"], "another manifest is active than the one just made")
    _must(reading.fingerprint == work.signer.fingerprint, "another certificate signed it")
    before = work.asset.media["active_manifest"]
    _must(not before or before in reading.manifests, "the history the upload came with is gone")
    sequence = (sequence_index.LABEL,) if sequences.of(work.asset) else ()
    for label in (manifest.EXTENT_LABEL, manifest.CONSENT_LABEL, *sequence):
        _must(reading.assertion(label) == _planned(work.plan, label), f"{label} is not what was planned")
    planned = set(signals.of(work.plan.manifest).names)
    _must(set(signals.of(reading.manifest).names) - {FROM_UNKNOWN} == planned, "its actions read otherwise than planned")
    said = work.plan.metadata.get("properties", {})
    _must(all(reading.metadata.get(READ[name]) == value for name, value in said.items() if name in READ),
          "its metadata is not what was planned")  # fmt: skip
    _must(work.time_stamped or not settings.TIMESTAMP_URL, "it has no trusted time-stamp")


def _planned(row: SigningPlan, label: str) -> dict[str, Any]:
    return next(one["data"] for one in row.manifest["assertions"] if one["label"] == label)


def _must(holds: bool, why: str) -> None:
    if not holds:
        raise NotTrusted(why)


def store(work: Work) -> None:
    """7. Keep the result under its hash. A sidecar lies beside the bytes as they were received."""
    kept = shelf.keep_by_hash(work.result, "signed", work.made["signed_sha256"])
    work.key, work.sidecar_key = (work.asset.storage_key, kept) if work.sidecar else (kept, "")


def release(work: Work, *, clock: Clock) -> None:
    """8. Under the locks that endings take: consent once more, the lease, and the credential. All of it, or nothing."""
    with transaction.atomic():
        heads = {one.public_id: journal.head(one.public_id) for one in clearance.lock_grants(work.decision)}
        at = _moment(heads.values(), clock())
        decision = clearance.confirm(work.decision, purpose="release", at=at)
        if decision == work.decision:
            _release(work, {grant: journal.hash_at(head) for grant, head in heads.items()}, at)
    if not decision.permits:
        raise NotConfirmed(decision)
    if decision != work.decision:
        raise Changed


def _moment(heads: Iterable[journal.Head | None], now: datetime) -> datetime:
    """The moment of a release: not before what the grants' chains already hold. A clock that goes behind another
    machine's would else look past an ending that was recorded first."""
    return max([now, *(head.recorded_at for head in heads if head)])


def _release(work: Work, heads: dict[str, str], at: datetime) -> None:
    held = SigningJob.objects.filter(pk=work.job.pk, token=work.job.token, state=State.SIGNING).update(
        state=State.SIGNED, token="", leased_until=None, problem=None, step="", changed_at=at
    )
    if not held:
        raise Overtaken
    credential = _released(work, heads, at)
    announcing.superseded(credential, at=at)
    known = [KnownContent(sha256=credential.sha256, asset=work.asset, kind=KnownContent.Kind.SIGNED)]
    if bare := work.plan.metadata.get("sha256"):
        known.append(KnownContent(sha256=bare, asset=work.asset, kind=KnownContent.Kind.DESCRIBED))
    KnownContent.objects.bulk_create(known, ignore_conflicts=True)
    _note(work, "asset:signed", at=at, credential=credential.public_id, decision=work.decision.public_id,
          grant_heads=heads, manifest=work.plan.manifest_hash, sha256=work.made["signed_sha256"])  # fmt: skip


def _released(work: Work, heads: dict[str, str], at: datetime) -> Credential:
    asset, made = work.asset, work.made
    of_file = (
        {"sha256": asset.sha256, "size": asset.size, "sidecar_sha256": made["signed_sha256"]}
        if work.sidecar
        else {"sha256": made["signed_sha256"], "size": made["size"]}
    )
    return Credential.objects.create(
        public_id=work.plan.credential_id, asset=asset, plan=work.plan, decision=work.decision,
        producer=asset.production.studio, title=asset.title, media_type=asset.media_type,
        storage_key=work.key, sidecar_key=work.sidecar_key, manifest_label=made["manifest_label"],
        certificate_fingerprint=work.signer.fingerprint, development_key=work.signer.development,
        time_stamped=work.time_stamped, extent=_planned(work.plan, manifest.EXTENT_LABEL),
        consent=_planned(work.plan, manifest.CONSENT_LABEL), grant_heads=heads, signed_at=at, **of_file,
    )  # fmt: skip


def tell(work: Work) -> None:
    """9. Say that it is done. Whoever waits asks for the asset's state, which is written down already."""
    log.info("asset signed", extra={"asset": work.asset.public_id, "attempt": work.job.attempt})


# --- where an attempt ends otherwise ------------------------------------------------------------------------------


def not_released(work: Work, decision: Decision, *, at: datetime) -> None:
    """Consent was no longer there: refused, or held where a lawyer can answer. The vendor is told why."""
    state = State.HELD if decision.outcome == Decision.Outcome.REVIEW else State.REFUSED
    problem = not_covered(decision, work.declaration)
    with transaction.atomic():
        if _leave(work, state, problem, at=at):
            _note(work, f"asset:{state.value}", at=at, decision=decision.public_id, step=work.step)
            if state == State.REFUSED:
                leftovers.let_go(work.asset)


def held(work: Work, rows: list[Measured], *, at: datetime) -> None:
    """What was measured waits for the desk. The vendor is told both numbers."""
    problem = findings.problem(rows, work.asset)
    with transaction.atomic():
        if _leave(work, State.HELD, problem, at=at):
            _note(work, "asset:held", at=at, step=work.step, findings=[findings.journalled(row) for row in rows])


def held_to_compare(work: Work, rows: list[Likeness], *, at: datetime) -> None:
    """What it looks like waits for the desk to be compared."""
    problem = likeness.problem(rows, work.asset.decision.public_id)
    with transaction.atomic():
        if _leave(work, State.HELD, problem, at=at):
            _note(work, "asset:held", at=at, step=work.step, likenesses=[row.public_id for row in rows])


def failed(work: Work, error: Exception, *, at: datetime) -> None:
    """Put the job off for longer each time; after the fifth attempt it lies where an operator sees it."""
    code, detail = _told(error)
    log.error("signing stopped at “%s”", work.step, exc_info=error, extra={"asset": work.asset.public_id})
    attempt = work.job.attempt
    last = attempt >= SigningJob.MOST_ATTEMPTS
    pause = FIRST_PAUSE * 2 ** (attempt - 1) if not isinstance(error, SandboxBusy) else FIRST_PAUSE
    problem = plain(code, detail, work.asset.decision)
    with transaction.atomic():
        if _leave(work, State.DEAD if last else State.RECEIVED, problem, at=at, not_before=at + pause):
            if last:
                _note(work, "asset:dead", at=at, step=work.step, code=code)


def _told(error: Exception) -> tuple[str, str]:
    """What a vendor may read of it: how the studio's key stands, but neither where it lies nor what is in it."""
    if isinstance(error, keys.KeyUnavailable) and error.code not in ("key.expired", "key.not_yet"):
        return error.code, "The studio's signing key cannot be used; an operator can see in the log what it needs."
    if isinstance(error, RegistryError | MediaRefused):
        return error.code, error.detail
    return "signing.failed", "Signing stopped for a reason that an operator can see in the log."


def _leave(work: Work, state: str, problem: dict[str, Any], *, at: datetime, not_before: datetime | None = None) -> bool:
    """Give the job back in a state, unless another worker holds it by now."""
    return bool(
        SigningJob.objects.filter(pk=work.job.pk, token=work.job.token, state=State.SIGNING).update(
            state=state, problem=problem, step=work.step, changed_at=at, token="", leased_until=None,
            not_before=not_before or at,
        )  # fmt: skip
    )


def _note(work: Work, tag: str, *, at: datetime, **details: Any) -> None:
    journal.record(
        actor=journal.by_system(WORKER), tag=tag, subject=work.asset.public_id,
        organisation=work.asset.production.studio, at=at, details=details,
    )  # fmt: skip
    announcing.noted(work.asset, tag, at=at, credential=details.get("credential", ""))


def bury(*, at: datetime) -> int:
    """Jobs whose workers were cut off five times: something in them kills whoever tries. Gives how many."""
    buried = 0
    silent = SigningJob.objects.filter(
        state=State.SIGNING, leased_until__lt=at, attempt__gte=SigningJob.MOST_ATTEMPTS
    ).select_related("asset__production__studio", "asset__decision")
    for job in silent[:100]:
        detail = "Signing was cut off five times; an operator looks into it."
        problem = plain("signing.cut_off", detail, job.asset.decision)
        with transaction.atomic():
            left = SigningJob.objects.filter(pk=job.pk, token=job.token, state=State.SIGNING)
            if left.update(state=State.DEAD, problem=problem, changed_at=at, token="", leased_until=None):
                journal.record(
                    actor=journal.by_system(WORKER), tag="asset:dead", subject=job.asset.public_id,
                    organisation=job.asset.production.studio, at=at, details={"code": problem["code"]},
                )  # fmt: skip
                announcing.noted(job.asset, "asset:dead", at=at)
                buried += 1
    return buried


def to_call(*, at: datetime, most: int = 100) -> list[str]:
    """The assets whose jobs wait and whose last call was lost, or is long ago; they count as called now."""
    waiting = SigningJob.objects.due(at).filter(attempt__lt=SigningJob.MOST_ATTEMPTS)
    unheard = Q(called_at__lt=F("not_before")) | Q(called_at__lt=F("leased_until")) | Q(called_at__lt=at - CALL_AGAIN)
    with transaction.atomic():
        # Of two sweeps at once, each passes over what the other holds, and finds it called afterwards.
        free = waiting.filter(unheard).select_for_update(skip_locked=True, of=("self",))
        jobs = list(free.select_related("asset").only("asset__public_id").order_by("not_before", "pk")[:most])
        SigningJob.objects.filter(pk__in=[job.pk for job in jobs]).update(called_at=at)
    return [job.asset.public_id for job in jobs]
