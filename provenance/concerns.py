"""Concerns about a released file: received from anybody, answered by its producer's legal staff within forty-eight hours.

A notice holds what the law asks of one: a signature, who is shown and where, how to reach its sender, and a statement in
good faith (TAKE IT DOWN Act, PL 119-12 §3; the notice of S.4591, 119th Congress, is a bill). It changes nothing in public by
itself: what one person can send, another can send to harass. Upheld, the picture is no longer shown and the bytes are kept out.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import ValidationError
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from provenance.models import Concern, ConcernAnswer, ConcernMail, Credential, KeptOut, KnownContent
from registry import journal, legible
from registry.errors import Conflict, Invalid, NotAllowed, NotFound
from registry.models import Organisation, User
from registry.permissions import ENTERS, insist
from registry.private import new_data_key, secret_digest

ANSWERED_WITHIN = timedelta(hours=48)
LONGEST = 4000
MOST_OPEN = 5  # of one sender
QUIET = timedelta(days=30)  # for whoever sent one to harass
MAIL_AGAIN = timedelta(days=3)
ASKED_AT_ONCE = 900
OF_THE_FILE = (
    KnownContent.Kind.UPLOADED, KnownContent.Kind.DESCRIBED, KnownContent.Kind.SIGNED, KnownContent.Kind.FRAME,
)  # fmt: skip
Outcome = ConcernAnswer.Outcome


class Incomplete(Invalid):
    """A notice lacks what it needs."""

    def __init__(self, detail: str) -> None:
        super().__init__("concern.incomplete", detail)


class TooManyOpen(NotAllowed):
    def __init__(self, detail: str) -> None:
        super().__init__("concern.limit", detail)


class NoSuchConcern(NotFound):
    """There is none, or the address does not open it: the same answer."""

    def __init__(self) -> None:
        super().__init__("concern.unknown", "There is no concern at this address.")


class Answered(Conflict):
    def __init__(self) -> None:
        super().__init__("concern.answered", "This concern was answered meanwhile. Load the page again.")


class ContentKeptOut(NotAllowed):
    """These bytes were the subject of a concern that was upheld."""

    def __init__(self) -> None:
        super().__init__(
            "provenance.kept_out",
            "A concern about these bytes was upheld, so they are not taken in again. Ask the studio's legal desk.",
        )


@transaction.atomic
def receive(
    credential: str, *, kind: str, speaks_as: str, name: str, contact: str, statement: str, where: str, in_good_faith: bool,
    at: datetime, language: str = "en",
) -> tuple[Concern, str]:  # fmt: skip
    """Take in a notice. Gives it, and the key that opens its page, which is shown once and sent by mail.

    Raises NoSuchConcern where there is no such file, Incomplete, and TooManyOpen.
    """
    about = Credential.objects.real().select_related("producer", "asset__production__studio").filter(public_id=credential).first()
    if about is None:
        raise NoSuchConcern
    name, contact = legible.line(name, "name"), legible.line(contact, "e-mail address").lower()
    statement, where = statement.strip(), where.strip()
    _refuse_incomplete(kind, speaks_as, name, contact, statement, where, in_good_faith)
    digest = secret_digest(f"concern:{contact}")
    _refuse_flood(digest, about, at)
    key = secrets.token_urlsafe(24)
    row = Concern(
        credential=about, kind=kind, speaks_as=speaks_as, data_key=new_data_key(), contact_digest=digest,
        key_digest=_digest(key), language=language, due_at=at + ANSWERED_WITHIN, recorded_at=at,
    )  # fmt: skip
    row.name, row.contact, row.where, row.statement = name, contact, where, statement
    row.save()
    journal.record(
        actor=journal.by_system("window"), tag="concern:received", subject=row.public_id, organisation=about.producer, at=at,
        details={"credential": about.public_id, "kind": kind, "speaks_as": speaks_as, "due_at": journal.timestamp(row.due_at)},
    )  # fmt: skip
    return row, key


def _refuse_incomplete(
    kind: str, speaks_as: str, name: str, contact: str, statement: str, where: str, in_good_faith: bool
) -> None:
    if kind not in Concern.Kind.values or speaks_as not in Concern.Speaks.values:
        raise Incomplete(_("Say what it is about, and for whom you speak."))
    if not name:
        raise Incomplete(_("Sign it with your name."))
    try:
        validate_email(contact)
    except ValidationError as error:
        raise Incomplete(_("Give an e-mail address at which you can be reached.")) from error
    if not statement:
        raise Incomplete(_("Say who is shown, and what is wrong."))
    if max(len(statement), len(where)) > LONGEST:
        raise Incomplete(_("That is longer than 4,000 characters. Say it in fewer; more can follow by mail."))
    if not in_good_faith:
        raise Incomplete(_("Confirm that you say this in good faith; a notice needs it."))


def _refuse_flood(digest: str, about: Credential, at: datetime) -> None:
    """One open notice of a sender about a file, five in all; and none for a while after one that was sent to harass."""
    mine = Concern.objects.filter(contact_digest=digest)
    if mine.filter(credential=about, answer=None).exists():
        raise TooManyOpen(_("You have told us about this file already; the answer comes by mail."))
    if mine.filter(answer=None).count() >= MOST_OPEN:
        raise TooManyOpen(_("Five of your concerns wait for an answer. Wait for one before sending another."))
    if mine.filter(answer__outcome=Outcome.UNFOUNDED, answer__recorded_at__gt=at - QUIET).exists():
        raise TooManyOpen(_("A concern of yours was answered as without any ground. Further ones are taken after thirty days."))


def opened(concern: str, key: str) -> Concern:
    """The concern, for whoever has its key."""
    row = Concern.objects.select_related("credential__producer", "answer").filter(public_id=concern).first()
    if row is None or not constant_time_compare(row.key_digest, _digest(key)):
        raise NoSuchConcern
    return row


@transaction.atomic
def answer(concern: Concern, *, outcome: str, told: str, by: User, at: datetime, reason: str) -> ConcernAnswer:
    """The answer of the producer's legal staff. Upheld, the file's bytes are kept out from now on."""
    studio = concern.credential.producer
    insist(by, studio, ENTERS, to="answer a concern")
    if outcome not in Outcome.values or not told.strip():
        raise Incomplete("Say what you found, and what is to be told to whoever sent it.")
    try:
        with transaction.atomic():
            row = ConcernAnswer.objects.create(concern=concern, outcome=outcome, told=told.strip(), by=by, recorded_at=at)
    except IntegrityError as error:
        raise Answered from error
    if outcome == Outcome.UPHELD:
        hashes = _bytes_of(concern.credential)
        KeptOut.objects.bulk_create(KeptOut(sha256=sha256, answer=row) for sha256 in sorted(hashes))
    journal.record(
        actor=journal.by_user(by), tag=f"concern:{outcome}", subject=concern.public_id, organisation=studio, at=at, reason=reason,
        details={"credential": concern.credential.public_id, "told": row.told},
    )  # fmt: skip
    return row


def _bytes_of(credential: Credential) -> set[str]:
    contents = KnownContent.objects.filter(asset=credential.asset, kind__in=OF_THE_FILE)
    return {credential.sha256, *contents.values_list("sha256", flat=True)}


def refuse_kept_out(hashes: Sequence[str]) -> None:
    """Raises ContentKeptOut where any of these bytes is kept out."""
    for start in range(0, len(hashes), ASKED_AT_ONCE):
        if KeptOut.objects.filter(sha256__in=hashes[start : start + ASKED_AT_ONCE]).exists():
            raise ContentKeptOut


def upheld_on(credential: str) -> datetime | None:
    """When a concern about this file was upheld; None where none was."""
    found = ConcernAnswer.objects.filter(concern__credential__public_id=credential, outcome=Outcome.UPHELD)
    return found.order_by("recorded_at").values_list("recorded_at", flat=True).first()


def kept_out_on(hashes: Sequence[str]) -> dict[str, datetime]:
    """Of those of these bytes that are kept out, since when. At most a thousand, in one query."""
    rows = KeptOut.objects.filter(sha256__in=hashes).order_by("-answer__recorded_at") if hashes else KeptOut.objects.none()
    return dict(rows.values_list("sha256", "answer__recorded_at"))


def waiting(studios: QuerySet[Organisation]) -> QuerySet[Concern]:
    """Those without an answer, the soonest due first."""
    found = Concern.objects.filter(credential__producer__in=studios, answer=None)
    return found.select_related("credential__producer", "credential__asset__production").order_by("due_at", "pk")


def of_studios(studios: QuerySet[Organisation]) -> QuerySet[Concern]:
    related = ("credential__producer", "credential__asset__production", "answer__by")
    return Concern.objects.filter(credential__producer__in=studios).select_related(*related).order_by("-recorded_at")


# --- by mail ------------------------------------------------------------------------------------------------------


def to_mail(*, at: datetime) -> Iterator[tuple[str, str]]:
    """What has to leave by mail and did not yet: concern and what about. Given up three days after."""
    sent = ConcernMail.objects.filter(concern=OuterRef("pk"))
    recent = Concern.objects.filter(recorded_at__gt=at - MAIL_AGAIN)
    for concern in recent.exclude(Exists(sent.filter(about="received"))).values_list("public_id", flat=True):
        yield concern, "received"
    answered = Concern.objects.filter(answer__recorded_at__gt=at - MAIL_AGAIN)
    for concern in answered.exclude(Exists(sent.filter(about="answered"))).values_list("public_id", flat=True):
        yield concern, "answered"


def mail(concern: str, about: str, *, at: datetime) -> None:
    """Send one mail, once: the row is written first, and goes again with a mail that could not be handed over."""
    with transaction.atomic():
        row = Concern.objects.select_related("credential__producer", "answer").get(public_id=concern)
        if ConcernMail.objects.filter(concern=row, about=about).exists():
            return
        ConcernMail.objects.create(concern=row, about=about, sent_at=at)
        with translation.override(row.language):
            subject, text = _received(row) if about == "received" else _answered(row)
        EmailMessage(subject, text, settings.MAIL_FROM, [row.contact]).send()


def _received(row: Concern) -> tuple[str, str]:
    address = f"{settings.SITE_URL}/c/{row.credential.public_id}"
    lines = [
        _("Your concern {id} was received.").format(id=row.public_id), "", address, "",
        _("The producer’s legal staff answer it by {moment} UTC. The answer comes to this address.").format(
            moment=f"{row.due_at:%Y-%m-%d %H:%M}"),
        _("If you did not send it, somebody used your address: answer nothing, and tell the registry’s operator."),
    ]  # fmt: skip
    return _("Your concern was received"), "\n".join(lines)


def _answered(row: Concern) -> tuple[str, str]:
    found = {
        Outcome.UPHELD: _("It was upheld: the registry no longer shows the picture, and does not take these bytes in again."),
        Outcome.NOT_UPHELD: _("It was not upheld."), Outcome.UNFOUNDED: _("It was not upheld."),
    }[Outcome(row.answer.outcome)]  # fmt: skip
    lines = [_("Your concern {id} was answered.").format(id=row.public_id), "", found, "", row.answer.told]
    return _("Your concern was answered"), "\n".join(lines)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
