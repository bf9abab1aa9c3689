"""Deliver what is due: one courier at a time in the whole house, many receivers at once, none of which holds up the others.

The thread that keeps the rows never speaks to a receiver, and those that speak to receivers touch no row. A receiver gets
fifteen seconds; one that cannot be reached is left alone for longer each time, and tried with one message. What is refused
is tried again over three days. A courier that is killed loses nothing: its leases run out, and others send again.
"""

import logging
import random
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from registry import outbound
from registry.errors import RegistryError
from registry.models import Courier, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from registry.webhooks import endpoints, outbox, signatures
from registry.webhooks.events import TEST

State = WebhookDelivery.State
Clock = Callable[[], datetime]
Post = Callable[[str, bytes, Mapping[str, str]], outbound.Answer]

NAME = "deliveries"
# After each failure in turn; Standard Webhooks' own schedule, some three days and three hours in all.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (
    5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600))  # fmt: skip
MOST_ATTEMPTS = len(PAUSES) + 1
# Up to so much of a pause is added to it, so that what failed together does not come back together.
JITTER = 0.2
FAILING_FOR = timedelta(days=5)
FIRST_SILENCE, LONGEST_SILENCE = timedelta(seconds=5), timedelta(minutes=5)
LONGEST_WISH = timedelta(hours=1)  # of a receiver that says Retry-After
# Answers that say the receiver is not there at the moment, whatever it was sent.
AWAY = {429, 502, 503, 504}
GONE = 410

AT_ONCE = 32
OF_ONE = 4
HELD = timedelta(seconds=60)
LEASE = timedelta(seconds=10)
ROUND_SECONDS = 15
LOOK_EVERY = 0.1
MOST_OF_ANSWER = 2048
MOST_OF_ERROR = 400

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that was claimed, and all that is needed to send it."""

    delivery: WebhookDelivery
    address: str
    body: bytes
    headers: dict[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: an answer, or a sentence why there is none."""

    milliseconds: int
    answer: outbound.Answer | None = None
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.answer is not None and 200 <= self.answer.status < 300

    @property
    def gone(self) -> bool:
        return self.answer is not None and self.answer.status == GONE

    @property
    def away(self) -> bool:
        return self.answer is None or self.answer.status in AWAY


def post(address: str, body: bytes, headers: Mapping[str, str]) -> outbound.Answer:
    return outbound.post(address, body, headers, allowed=settings.OUTBOUND_ALLOWED_HOSTS)


def carry(*, clock: Clock, post: Post = post) -> None:
    """Deliver what is due, for some seconds; steps aside where somebody is at it. Twice, or at once, is harmless."""
    if not due(clock()).exists() or not (token := _begin(clock())):
        return
    try:
        _round(token, clock, post)
    finally:
        _hand_over(token, clock)


def to_call(*, at: datetime) -> bool:
    """Whether something is due whose hint may be lost. What was cut off at its last attempt is given up first."""
    cut_off = WebhookDelivery.objects.filter(state=State.SENDING, leased_until__lt=at, attempt__gte=MOST_ATTEMPTS)
    cut_off.update(state=State.DEAD, token="", leased_until=None, changed_at=at)
    return due(at).exists()


def due(at: datetime) -> QuerySet[WebhookDelivery]:
    """What may be sent now: to active endpoints that are not left alone, and tests to whichever is tried out."""
    active = Q(endpoint__disabled="") & (Q(endpoint__paused_until=None) | Q(endpoint__paused_until__lte=at))
    waiting = WebhookDelivery.objects.due(at).filter(attempt__lt=MOST_ATTEMPTS, endpoint__deleted_at=None)
    return waiting.filter(active | Q(message__type=TEST))


# --- one round ----------------------------------------------------------------------------------------------------


def _begin(at: datetime) -> str:
    """The courier's lease, by its token; empty where another holds it."""
    Courier.objects.get_or_create(name=NAME)
    token = secrets.token_urlsafe(16)
    free = Courier.objects.filter(Q(leased_until=None) | Q(leased_until__lt=at), name=NAME)
    return token if free.update(token=token, leased_until=at + LEASE) else ""


def _held(token: str, at: datetime) -> bool:
    return bool(Courier.objects.filter(name=NAME, token=token).update(leased_until=at + LEASE))


def _hand_over(token: str, clock: Clock) -> None:
    """Let another begin. Whoever came before that stepped aside, and what they came for may not have been seen any more."""
    Courier.objects.filter(name=NAME, token=token).update(token="", leased_until=None)
    if due(clock()).exists():
        with transaction.atomic():
            outbox.call()


def _round(token: str, clock: Clock, post: Post) -> None:
    """Take what is due for a while; then what is under way is finished, while another may take what comes."""
    under_way: dict[Future[Outcome], Parcel] = {}
    began = renewed = monotonic()
    taking = True
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="courier") as senders:
        while True:
            if taking and monotonic() - renewed > LEASE.total_seconds() / 3:
                taking, renewed = _held(token, clock()), monotonic()
            if taking and monotonic() - began > ROUND_SECONDS:
                taking = False
                _hand_over(token, clock)
            if taking:
                for parcel in _claimed(under_way, clock):
                    under_way[senders.submit(_sent, parcel, post)] = parcel
            if not under_way:
                return
            done, _ = wait(under_way, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in done:
                record(under_way.pop(future).delivery, future.result(), at=clock())


def _claimed(under_way: Mapping[Future[Outcome], Parcel], clock: Clock) -> list[Parcel]:
    """As many as there is room for, the longest due first, and of one endpoint no more than its share."""
    found: list[Parcel] = []
    of_each = Counter(one.delivery.endpoint_id for one in under_way.values())
    full = {pk for pk, many in of_each.items() if many >= OF_ONE}
    while room := AT_ONCE - len(under_way) - len(found):
        at = clock()
        # Of an endpoint at its share nothing is looked at: it may have thousands waiting before anybody else's.
        rows = due(at).exclude(endpoint__in=full).select_related("endpoint", "message").order_by("not_before", "pk")[:room]
        if not rows:
            break
        for row in rows:
            share = 1 if row.endpoint.failures else OF_ONE
            if of_each[row.endpoint_id] >= share:
                full.add(row.endpoint_id)
            elif claim(row, at=at):
                of_each[row.endpoint_id] += 1
                found.append(_parcel(row, at))
    return found


def claim(delivery: WebhookDelivery, *, at: datetime) -> bool:
    """Take a delivery that is due; False where another took it meanwhile."""
    taken = {
        "state": State.SENDING, "attempt": delivery.attempt + 1, "token": secrets.token_urlsafe(16), "changed_at": at,
        "leased_until": at + HELD,
    }  # fmt: skip
    free = WebhookDelivery.objects.due(at).filter(pk=delivery.pk, attempt=delivery.attempt)
    if not free.update(**taken):
        return False
    for name, value in taken.items():
        setattr(delivery, name, value)
    return True


def _parcel(delivery: WebhookDelivery, at: datetime) -> Parcel:
    message, endpoint = delivery.message, delivery.endpoint
    body = message.body.encode()
    told = {"Content-Type": "application/json", "User-Agent": "Countersign-Webhooks/1"}
    signed = signatures.headers(message.public_id, body, secrets=endpoints.secrets_of(endpoint, at=at), at=at)
    return Parcel(delivery, endpoint.address, body, told | signed, at)


def _sent(parcel: Parcel, post: Post) -> Outcome:
    """In a thread that touches no row: what came of it, whatever it was."""
    began = monotonic()

    def taken() -> int:
        return round(1000 * (monotonic() - began))

    try:
        answer = post(parcel.address, parcel.body, parcel.headers)
    except RegistryError as error:
        return Outcome(taken(), error=error.detail)
    except Exception:
        log.exception("webhook %s could not be sent", parcel.delivery.public_id)
        return Outcome(taken(), error="It could not be sent for a reason that an operator can see in the log.")
    if 300 <= answer.status < 400:
        return Outcome(taken(), answer, "It answered with a redirect, which is not followed. Register the address it leads to.")
    return Outcome(taken(), answer)


# --- what came of it ----------------------------------------------------------------------------------------------


def record(delivery: WebhookDelivery, outcome: Outcome, *, at: datetime) -> None:
    """Write the attempt down, and put the delivery where it belongs by it. One that was taken over is only written down."""
    with transaction.atomic():
        WebhookAttempt.objects.create(
            delivery=delivery, at=at, milliseconds=outcome.milliseconds, error=outcome.error[:MOST_OF_ERROR],
            status=outcome.answer.status if outcome.answer else None,
            answer=printable(outcome.answer.body) if outcome.answer else "",
        )  # fmt: skip
        is_test = delivery.message.type == TEST
        given_up = outcome.gone or is_test or delivery.attempt >= MOST_ATTEMPTS
        state = State.DELIVERED if outcome.accepted else State.DEAD if given_up else State.QUEUED
        next_at = at + pause(delivery.attempt, outcome) if state == State.QUEUED else at
        mine = WebhookDelivery.objects.filter(pk=delivery.pk, token=delivery.token, state=State.SENDING)
        if mine.update(state=state, token="", leased_until=None, not_before=next_at, changed_at=at) and not is_test:
            _judge(delivery, outcome, at)


def pause(attempt: int, outcome: Outcome) -> timedelta:
    """How long until the next attempt; a receiver may ask for longer, up to an hour."""
    usual = PAUSES[min(attempt, len(PAUSES)) - 1] * (1 + JITTER * random.random())
    asked = outcome.answer.headers.get("retry-after", "") if outcome.answer else ""
    wish = timedelta(seconds=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else timedelta()
    return max(usual, min(wish, LONGEST_WISH))


def _judge(delivery: WebhookDelivery, outcome: Outcome, at: datetime) -> None:
    """What an attempt tells of its endpoint: that it is well, is to be left alone for a while, or is to be disabled."""
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=delivery.endpoint_id)
    if outcome.accepted:
        endpoint.delivered_at, endpoint.failing_since, endpoint.failures, endpoint.paused_until = at, None, 0, None
    else:
        endpoint.failing_since = endpoint.failing_since or at
        endpoint.failures = endpoint.failures + 1 if outcome.away else 0
        silence = min(FIRST_SILENCE * 2 ** min(endpoint.failures - 1, 10), LONGEST_SILENCE)
        endpoint.paused_until = at + silence if outcome.away else None
    endpoint.save(update_fields=["delivered_at", "failing_since", "failures", "paused_until"])
    if outcome.gone:
        endpoints.disable(endpoint, WebhookEndpoint.Disabled.GONE, at=at)
    # An endpoint that hears of something once a week is not judged by the first attempt after it.
    elif not outcome.accepted and delivery.attempt > 1 and at - endpoint.failing_since >= FAILING_FOR:
        endpoints.disable(endpoint, WebhookEndpoint.Disabled.FAILING, at=at)


def printable(body: bytes) -> str:
    """The beginning of an answer as one can look at it: whatever it is, it was written by a stranger."""
    text = body[:MOST_OF_ANSWER].decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text.replace("\r\n", "\n")).strip()
