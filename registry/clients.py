"""Programs that act for an organisation: registered with a secret that is shown once, renewed, and revoked."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken
from oauth2_provider.scopes import BaseScopes

from registry import journal
from registry.errors import Conflict, Invalid
from registry.models import ApiClient, Organisation, User

# What a sandbox has to have before a program works with it, by name; a room adds to it when it is loaded:
# {"consent": function(organisation, at)}. What is there already stays as it is.
OPENS_SANDBOX: dict[str, Callable[[Organisation, datetime], object]] = {}


class UnknownScope(Invalid):
    def __init__(self, scopes: set[str]) -> None:
        known = ", ".join(settings.SCOPES)
        super().__init__("client.unknown_scope", f"There is no scope {', '.join(sorted(scopes))}; there are {known}.")


class ClientRevoked(Conflict):
    def __init__(self, client: ApiClient) -> None:
        super().__init__("client.revoked", f"The access of “{client.name}” was revoked; register a new client instead.")


BY_HAND = "by-hand-"


def programs_of(organisation: Organisation) -> QuerySet[ApiClient]:
    """The programs that act for an organisation, without the client in whose name its people send by hand."""
    return ApiClient.objects.filter(organisation=organisation).exclude(client_id__startswith=BY_HAND)


@transaction.atomic
def by_hand(organisation: Organisation, *, by: User, at: datetime) -> ApiClient:
    """The client in whose name people of an organisation send by hand. Nobody holds its secret, so no program signs in with
    it; an operator who revokes it takes sending by hand away. Raises ClientRevoked."""
    client, new = ApiClient.objects.get_or_create(
        client_id=f"{BY_HAND}{organisation.public_id}",
        defaults={
            "name": "Sent by hand", "organisation": organisation, "allowed_scopes": "",
            "client_secret": generate_client_secret(), "client_type": ApiClient.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": ApiClient.GRANT_CLIENT_CREDENTIALS,
        },
    )  # fmt: skip
    if new:
        details = {"name": client.name, "scopes": []}
        _journal(client, "client:registered", by=by, reason="Somebody sends by hand for the first time", at=at, details=details)
    if client.revoked_at:
        raise ClientRevoked(client)
    return client


class ClientScopes(BaseScopes):
    """Which scopes a client may ask for: its own allowed ones, and all of these when it asks for none."""

    def get_all_scopes(self) -> dict[str, str]:
        return dict(settings.SCOPES)

    def get_available_scopes(self, application=None, request=None, *args, **kwargs) -> list[str]:
        return application.allowed_scopes.split() if application else list(settings.SCOPES)

    def get_default_scopes(self, application=None, request=None, *args, **kwargs) -> list[str]:
        return self.get_available_scopes(application, request)


class SandboxOfSandbox(Invalid):
    def __init__(self, organisation: Organisation) -> None:
        super().__init__("client.sandbox_studio", f"Nobody is behind “{organisation}”, so no program acts for it.")


@transaction.atomic
def register(*, name: str, organisation: Organisation, by: User | None, reason: str, at: datetime,
             scopes: list[str] | None = None, sandbox: bool = False) -> tuple[ApiClient, str]:
    """A client of `organisation`, and its secret, which is kept as a hash and cannot be shown again.

    With the first one of its `sandbox`, the organisation's sandbox is opened. It is settled here for the client's life.
    """
    if organisation.sandbox_of_id is not None:
        raise SandboxOfSandbox(organisation)
    scopes = sorted(settings.SCOPES) if scopes is None else scopes
    unknown = set(scopes) - set(settings.SCOPES)
    if unknown:
        raise UnknownScope(unknown)
    secret = generate_client_secret()
    client = ApiClient.objects.create(
        name=name, organisation=organisation, allowed_scopes=" ".join(scopes), client_secret=secret,
        client_type=ApiClient.CLIENT_CONFIDENTIAL, authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
        sandbox=sandbox,
    )
    told = {"name": name, "scopes": scopes} | ({"sandbox": True} if sandbox else {})
    _journal(client, "client:registered", by=by, reason=reason, at=at, details=told)
    if sandbox:
        for opens in OPENS_SANDBOX.values():
            opens(organisation, at)
    return client, secret


@transaction.atomic
def renew_secret(client: ApiClient, *, by: User | None, reason: str, at: datetime) -> str:
    """A new secret for a client; the old one and every token fetched with it stop working at once."""
    client = ApiClient.objects.select_for_update().get(pk=client.pk)
    if client.revoked_at:
        raise ClientRevoked(client)
    client.client_secret = secret = generate_client_secret()
    client.save(update_fields=["client_secret", "updated"])
    _forget_tokens(client)
    _journal(client, "client:secret_renewed", by=by, reason=reason, at=at, details={})
    return secret


@transaction.atomic
def revoke(client: ApiClient, *, by: User | None, reason: str, at: datetime) -> None:
    """End a client's access: its very next request is refused, in every process. Revoking again changes nothing."""
    if ApiClient.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=at):
        _forget_tokens(client)
        _journal(client, "client:revoked", by=by, reason=reason, at=at, details={})
    client.refresh_from_db()


def _forget_tokens(client: ApiClient) -> None:
    AccessToken.objects.filter(application=client).delete()


def _journal(client: ApiClient, tag: str, *, by: User | None, reason: str, at: datetime, details: dict) -> None:
    actor = journal.by_user(by) if by else journal.by_system("set-up")
    journal.record(
        actor=actor, tag=tag, subject=f"client:{client.pk}", details=details, at=at,
        organisation=client.organisation, reason=reason,
    )
