"""The organisations of an installation: registered by whoever runs it, each with the key it signs with and a first operator.

Everything else about them is done at the desk, by their own operators (registry/admin).
"""

from datetime import datetime

from django.db import transaction

from registry import journal, legible, members
from registry.errors import Conflict, Invalid
from registry.models import Membership, Organisation, User

LONGEST_NAME = 200


@transaction.atomic
def register(*, name: str, kind: str, jurisdiction: str, at: datetime) -> Organisation:
    if kind not in Organisation.Kind.values:
        kinds = ", ".join(Organisation.Kind.values)
        raise Invalid("organisation.kind", f"“{kind}” is no kind of organisation; there are {kinds}.")
    name = legible.line(name, "name")
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid("organisation.name", f"Give it a name of at most {LONGEST_NAME} characters; it is shown in public.")
    organisation = Organisation.objects.create(name=name, kind=kind, jurisdiction=jurisdiction)
    _record("organisation:registered", organisation, at=at, name=name, kind=kind)
    return organisation


@transaction.atomic
def name_key(organisation: Organisation, reference: str, *, at: datetime) -> None:
    """Sign with another key from the next signature on. What was signed with the former one stands as it is."""
    before, organisation.key_reference = organisation.key_reference, reference
    organisation.save(update_fields=["key_reference"])
    _record("organisation:key_named", organisation, at=at, before=before, now=reference)


@transaction.atomic
def open_desk(organisation: Organisation, *, username: str, first_name: str, last_name: str, at: datetime) -> str:
    """The first operator's account, who lets everybody else in at the desk. Gives the password, which is kept nowhere."""
    if Membership.objects.filter(organisation=organisation, role=Membership.Role.OPERATOR).exists():
        raise Conflict("organisation.has_operator", f"{organisation} has an operator, who adds members at the desk.")
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict("member.username_taken", f"There is an account {username} already.")
    user = User.objects.create_user(username, first_name=first_name, last_name=last_name, is_staff=True)
    password = members.first_password(user)
    Membership.objects.create(user=user, organisation=organisation, role=Membership.Role.OPERATOR)
    _record("organisation:desk_opened", organisation, at=at, operator=f"user:{user.pk}")
    return password


def _record(tag: str, organisation: Organisation, *, at: datetime, **details: str) -> None:
    journal.record(actor=journal.by_system(members.INSTALLATION), tag=tag, subject=organisation.public_id,
                   organisation=organisation, at=at, details=details)  # fmt: skip
