"""Passkeys for performers who return: a device keeps one for a letter, and opens it, or confirms an act, by its owner.

W3C Web Authentication, with user verification always asked for: what the device holds and who unlocks it are the two
factors that link and code are otherwise. A challenge is signed by us, good for one purpose, a few minutes and one answer.
What does not open is answered as every letter is that does not: alike, whatever the reason.
"""

import hashlib
import ipaddress
import json
import secrets
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from consent.models import LetterPasskey, PerformerLink
from consent.performer import links
from consent.performer.links import NoSuchLetter, NotTheCode
from registry.errors import Invalid

OPENING = "open"
ANSWERED_WITHIN = timedelta(minutes=10)
MOST = 5
LONGEST_ANSWER = 16_384
SALT = "consent.performer.passkey"
# What an answer can be wrong by: our note, its JSON, the structures of CBOR and COSE within it, its signature.
NO_ANSWER = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, struct.error,
    UnsupportedAlgorithm, signing.BadSignature, LetterPasskey.DoesNotExist,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the device is asked (the WebAuthn options, as JSON), and our own note of it that comes back with its answer."""

    options: str
    note: str


def possible() -> bool:
    """Whether browsers would keep one for our address: it needs a name, and https unless it is this very machine's."""
    site = urlsplit(settings.SITE_URL)
    try:
        ipaddress.ip_address(site.hostname or "")
    except ValueError:
        return site.scheme == "https" or site.hostname == "localhost"
    return False


# ── One is kept ──────────────────────────────────────────────────────────────────────────────────────────────────


def to_keep(link: PerformerLink) -> Asked:
    """What a device is asked in order to keep a passkey for this letter. It shows the studio's name and the alias."""
    who = f"{link.person.alias} · {link.studio}"
    user = PublicKeyCredentialUserEntity(id=secrets.token_bytes(32), name=who, display_name=who)
    options, state = _server().register_begin(
        user, [AttestedCredentialData(one.credential) for one in link.passkeys.all()],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _asked(options, state, f"keep {link.public_id}")


def keep(link: PerformerLink, *, note: str, answer: str, at: datetime) -> LetterPasskey:
    """Keep the public half. Raises Invalid where the device's answer is none, or there are five already."""
    try:
        state = _state(note, f"keep {link.public_id}")
        data = _server().register_complete(state, _parsed(answer)).credential_data
    except NO_ANSWER:
        raise Invalid("letter.passkey", _("No passkey was kept. Please try once more, or go on without one.")) from None
    with transaction.atomic():
        PerformerLink.objects.select_for_update().get(pk=link.pk)
        if link.passkeys.count() >= MOST:
            raise Invalid("letter.passkeys", _("Five passkeys are kept for this letter already. Remove one first."))
        kept, made = LetterPasskey.objects.get_or_create(
            credential_hash=_hashed(data.credential_id),
            defaults={"link": link, "credential": bytes(data), "made_at": at, "last_used_at": at},
        )
        if not made:
            raise Invalid("letter.passkey", _("No passkey was kept. Please try once more, or go on without one."))
        links.record(link, "link:passkey_kept", by=links.by_link(link), at=at, passkey=kept.public_id)
    return kept


@transaction.atomic
def remove(passkey: LetterPasskey, *, at: datetime) -> None:
    """It opens nothing from now on; that it was kept and removed stays on the record."""
    links.record(
        passkey.link, "link:passkey_removed", by=links.by_link(passkey.link), at=at, passkey=passkey.public_id
    )
    passkey.delete()


# ── One is shown ─────────────────────────────────────────────────────────────────────────────────────────────────


def to_open() -> Asked:
    """What a device is asked in order to open whichever letter it keeps a passkey for."""
    options, state = _server().authenticate_begin(user_verification=UserVerificationRequirement.REQUIRED)
    return _asked(options, state, OPENING)


def to_confirm(link: PerformerLink, purpose: str) -> Asked | None:
    """What a device is asked in order to confirm one act; nothing where no passkey is kept."""
    kept = [AttestedCredentialData(one.credential) for one in link.passkeys.all()]
    if not kept:
        return None
    options, state = _server().authenticate_begin(kept, user_verification=UserVerificationRequirement.REQUIRED)
    return _asked(options, state, f"{purpose} {link.public_id}")


def admit(*, note: str, answer: str, at: datetime) -> PerformerLink:
    """The letter that this passkey opens, and that it was opened on the record. Raises `NoSuchLetter`."""
    try:
        passkey = _shown(note, answer, OPENING, at)
    except NotTheCode:
        raise NoSuchLetter from None
    link = passkey.link
    if not links.admits(link, at=at):
        raise NoSuchLetter
    with transaction.atomic():
        links.record(link, "link:opened", by=links.by_link(link), at=at, passkey=passkey.public_id)
    return link


def confirm(link: PerformerLink, purpose: str, *, note: str, answer: str, at: datetime) -> None:
    """The device's word for one act, instead of the six digits. Raises `NotTheCode`."""
    if _shown(note, answer, f"{purpose} {link.public_id}", at).link_id != link.pk:
        raise _not_shown()


def _shown(note: str, answer: str, purpose: str, at: datetime) -> LetterPasskey:
    try:
        state, told = _state(note, purpose), _parsed(answer)
        known = LetterPasskey.objects.filter(credential_hash=_hashed(websafe_decode(told["rawId"])))
        passkey = known.select_related("link__authority__person__studio", "link__authority__replaced_by").get()
        _server().authenticate_complete(state, [AttestedCredentialData(passkey.credential)], told)
    except NO_ANSWER:
        raise _not_shown() from None
    rested = at - passkey.last_used_at > timedelta(days=LetterPasskey.RESTS_DAYS)
    # Kept for longer than the note is good for: an answer that was overheard is good for nothing.
    once = cache.add(f"passkey:{state['challenge']}", True, 2 * ANSWERED_WITHIN.total_seconds())
    if rested or not once:
        raise _not_shown()
    LetterPasskey.objects.filter(pk=passkey.pk).update(last_used_at=at)
    return passkey


def _not_shown() -> NotTheCode:
    return NotTheCode("letter.passkey", _("Your device did not confirm it. Please try once more, or type the code."))


# ── How a device is asked ────────────────────────────────────────────────────────────────────────────────────────


def _server() -> Fido2Server:
    site = urlsplit(settings.SITE_URL)
    party = PublicKeyCredentialRpEntity(id=site.hostname, name="Countersign")
    return Fido2Server(party, verify_origin=lambda origin: origin == settings.SITE_URL)


def _asked(options: Any, state: Any, purpose: str) -> Asked:
    return Asked(json.dumps(dict(options)["publicKey"]), signing.dumps({"for": purpose, **state}, salt=SALT))


def _state(note: str, purpose: str) -> dict[str, Any]:
    state = signing.loads(note, salt=SALT, max_age=ANSWERED_WITHIN)
    if state.pop("for") != purpose:
        raise ValueError(purpose)
    return state


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    told = json.loads(answer)
    if not isinstance(told, dict):
        raise ValueError("no object")
    return told


def _hashed(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()
