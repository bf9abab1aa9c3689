"""Give a performer the signed receipt of what they allowed: made once for each revision, and the same ever after."""

import hashlib
import uuid
from datetime import datetime

from cryptography.exceptions import InvalidTag
from django.db import transaction

from consent.models import Grant, GrantRevision, Receipt, StatusList
from consent.receipts import agreed as said
from consent.receipts import credential, issuer, reading, status
from registry import journal
from registry.errors import Conflict
from registry.models import Person, User
from registry.permissions import READS_PERSONAL_DATA, insist
from registry.private import open_key, seal, unseal


class NoReceipt(Conflict):
    """There is nothing in force to give a receipt of."""


class Erased(Conflict):
    def __init__(self) -> None:
        super().__init__("person.erased", "What was known of this person has been erased, and their receipts with it.")


@transaction.atomic
def issue(revision: GrantRevision, *, by: User, at: datetime, reason: str) -> str:
    """The receipt as a compact JWS, made and signed now if there is none. Raises `NoReceipt`, `Erased`."""
    insist(by, revision.grant.studio, READS_PERSONAL_DATA, to="hand out receipts")
    grant = Grant.objects.select_for_update().get(pk=revision.grant_id)
    person = Person.objects.select_for_update().get(pk=grant.person_id)
    if reading.is_erased(person):
        raise Erased
    kept = Receipt.objects.filter(revision=revision).first()
    if kept is not None:
        return opened(kept)
    _refuse_without_consent(grant, revision, at)
    token = issuer.signed(_document(revision, at))
    content = token.encode()
    row = Receipt.objects.create(
        revision=revision, key=issuer.remembered_key(at), sealed=seal(open_key(bytes(person.data_key)), content),
        sha256=hashlib.sha256(content).hexdigest(), recorded_at=at,
    )  # fmt: skip
    journal.record(
        actor=journal.by_user(by), tag="receipt:issued", subject=grant.public_id, organisation=grant.studio, at=at,
        reason=reason, details={"receipt": row.public_id, "revision": revision.public_id, "sha256": row.sha256},
    )  # fmt: skip
    return token


def opened(receipt: Receipt) -> str:
    """A receipt as it was signed. Raises `Erased`."""
    person = receipt.revision.grant.person
    if reading.is_erased(person):
        raise Erased
    try:
        return unseal(open_key(bytes(person.data_key)), bytes(receipt.sealed)).decode()
    except InvalidTag as error:
        raise Erased from error


def _refuse_without_consent(grant: Grant, revision: GrantRevision, at: datetime) -> None:
    if not hasattr(revision, "verification"):
        raise NoReceipt(
            "receipt.not_verified", "A receipt says that a consent counts. A second lawyer verifies this revision first."
        )
    governing, state = reading.standing(grant, at=at)
    if state.code not in (said.GIVEN, said.NOT_YET, said.SUSPENDED):
        raise NoReceipt("receipt.not_in_force", "This consent has ended or expired; a receipt would say it holds.")
    if revision.number < governing.number:
        raise NoReceipt("receipt.replaced", "A later revision has taken the place of this one. Hand out that one’s receipt.")


def _document(revision: GrantRevision, at: datetime) -> dict:
    places = tuple(status.place(revision, purpose, at=at) for purpose in StatusList.Purpose.values)
    id, subject, policy = (f"urn:uuid:{uuid.uuid4()}" for _ in range(3))
    return credential.receipt(
        reading.agreed(revision), places, issuer=issuer.issuer(), id=id, subject=subject, policy=policy
    )
