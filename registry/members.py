"""Who may come in: accounts made, roles given and taken back, a lost password or second factor, accounts closed.

Each is an act of an operator's, or of whoever runs the installation where `by` may be None, and has a reason. Nobody
does it to themselves. The journal keeps what a role was; who may do what is asked of the memberships that stand at that moment.
"""

import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from registry import journal, legible
from registry.errors import Conflict, Invalid
from registry.models import Membership, Organisation, User
from registry.permissions import DELIVERS, DESK, OPERATES, NotYourDesk, holds, operable

FIRST_PASSWORD_BYTES = 18
INSTALLATION = "installation"
ASK_THE_INSTALLATION = "Ask whoever runs the installation."


class NotAtVendors(Invalid):
    def __init__(self, organisation: Organisation) -> None:
        detail = f"At {organisation}, which works for you, you let in people who deliver: give them the role “Vendor”."
        super().__init__("member.role_at_vendor", detail)


class NotOneself(Conflict):
    def __init__(self) -> None:
        super().__init__("member.oneself", "Nobody changes their own access. Ask another operator.")


@transaction.atomic
def add(
    *, organisation: Organisation, username: str, first_name: str, last_name: str, email: str, role: str, by: User,
    at: datetime, reason: str,
) -> tuple[Membership, str]:  # fmt: skip
    """An account with its first role, and its first password, which cannot be shown again."""
    _may_give(role, organisation, by=by, to="add members")
    _refuse_unfit_name(username)
    user = User.objects.create_user(
        username, email, first_name=legible.line(first_name, "first name"),
        last_name=legible.line(last_name, "last name"), is_staff=role in DESK,
    )  # fmt: skip
    password = first_password(user)
    membership = Membership.objects.create(user=user, organisation=organisation, role=role)
    _journal(membership, "member:added", by=by, at=at, reason=reason)
    return membership, password


@transaction.atomic
def give_role(user: User, organisation: Organisation, *, role: str, by: User, at: datetime, reason: str) -> Membership:
    """One more role for somebody who is a member already."""
    _may_give(role, organisation, by=by, to="give roles")
    if user.pk == by.pk:
        raise NotOneself
    if not Membership.objects.filter(user=user, organisation=organisation).exists():
        raise Invalid("member.stranger", f"{user.display_name} is no member of {organisation}.")
    membership, new = Membership.objects.get_or_create(user=user, organisation=organisation, role=role)
    if not new:
        raise Conflict("member.has_role", f"{user.display_name} has this role already.")
    if role in DESK and not user.is_staff:
        User.objects.filter(pk=user.pk).update(is_staff=True)
    _journal(membership, "member:role_given", by=by, at=at, reason=reason)
    return membership


@transaction.atomic
def take_role(membership: Membership, *, by: User, at: datetime, reason: str) -> None:
    """The role ends at once; that it was held stays in the journal."""
    _in_reach(membership.organisation, by=by, to="take roles back")
    if membership.user_id == by.pk:
        raise NotOneself
    _journal(membership, "member:role_taken", by=by, at=at, reason=reason)
    membership.delete()


@transaction.atomic
def close(membership: Membership, *, by: User, at: datetime, reason: str) -> User:
    """Close the member's account: nobody signs in with it any more. Only where no other organisation has a say."""
    user = _in_hand(membership, by=by, to="close accounts", instead="Take its roles here instead.")
    user.is_active = False
    user.save(update_fields=["is_active"])
    _journal(membership, "member:closed", by=by, at=at, reason=reason)
    return user


@transaction.atomic
def give_password(membership: Membership, *, by: User | None, at: datetime, reason: str) -> str:
    """A new first password for a member who has lost theirs, which cannot be shown again; whoever was signed in is not."""
    user = _in_hand(membership, by=by, to="give passwords", instead=ASK_THE_INSTALLATION)
    if not user.is_active:
        raise Conflict("member.closed", "This account is closed: no password opens it.")
    password = first_password(user)
    _sign_out(user)
    _journal(membership, "member:password_given", by=by, at=at, reason=reason)
    return password


@transaction.atomic
def take_second_factor(membership: Membership, *, by: User | None, at: datetime, reason: str) -> User:
    """For a member who has lost phone and recovery codes: they set up another; whoever was signed in is not."""
    user = _in_hand(membership, by=by, to="take second factors away", instead=ASK_THE_INSTALLATION)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Conflict("member.no_second_factor", "This account has no second factor.")
    _sign_out(user)
    _journal(membership, "member:second_factor_taken", by=by, at=at, reason=reason)
    return user


def first_password(user: User) -> str:
    """A password made by chance, which opens nothing until its owner has put another in its place."""
    password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    user.set_password(password)
    user.password_is_first = True
    user.save(update_fields=["password", "password_is_first"])
    return password


def _in_hand(membership: Membership, *, by: User | None, to: str, instead: str) -> User:
    """The member, nobody else's turn until the transaction ends, where no organisation but the operator's has a say."""
    user = User.objects.select_for_update().get(pk=membership.user_id)
    if by is None:
        return user
    _in_reach(membership.organisation, by=by, to=to)
    if user.pk == by.pk:
        raise NotOneself
    others = Organisation.objects.filter(memberships__user=user).distinct()
    if others.exclude(pk__in=operable(by).values("pk")).exists():
        raise Conflict("member.shared", f"This account belongs to another organisation too. {instead}")
    return user


def _in_reach(organisation: Organisation, *, by: User, to: str) -> None:
    """An operator's own organisation, or a vendor that works for it alone. Raises NotYourDesk."""
    if not (by.is_active and operable(by).filter(pk=organisation.pk).exists()):
        raise NotYourDesk(organisation, to)


def _may_give(role: str, organisation: Organisation, *, by: User, to: str) -> None:
    _in_reach(organisation, by=by, to=to)
    if role not in DELIVERS and not holds(by, organisation, OPERATES):
        raise NotAtVendors(organisation)


def _sign_out(user: User) -> None:
    """End every session of the user, wherever it is."""
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def _refuse_unfit_name(username: str) -> None:
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError:
        raise Invalid("member.username", "A user name has letters, digits and @ . + - _ only.")
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict("member.username_taken", f"There is an account {username} already.")


def _journal(membership: Membership, tag: str, *, by: User | None, at: datetime, reason: str) -> None:
    journal.record(
        actor=journal.by_user(by) if by else journal.by_system(INSTALLATION), tag=tag, subject=f"user:{membership.user_id}",
        at=at, reason=reason, organisation=membership.organisation, details={"role": str(membership.role)},
    )  # fmt: skip
