"""Who may do what: programs by their token and its scopes, people by their roles, strangers by how often they ask."""

import functools
import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from registry.errors import NotAllowed, TooMany
from registry.models import ApiClient, Membership, Organisation, Production, User

Role = Membership.Role


# ── Programs ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Program(AnonymousUser):
    """What `request.user` is while a program speaks: known, and nobody in particular."""

    def __init__(self, client: ApiClient) -> None:
        self.client = client
        self.username = client.name

    def __str__(self) -> str:
        return self.username

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    @property
    def organisation(self) -> Organisation:
        return self.client.organisation


class BadToken(AuthenticationFailed):
    """The token is not one of ours, has expired, or its client was revoked; one answer for all three."""

    default_code = "client.bad_token"
    default_detail = "The access token is unknown, has expired or was withdrawn. Fetch a new one."


class ClientCredentialsAuthentication(BaseAuthentication):
    """`Authorization: Bearer …` → `request.client` and its organisation. Asked of the database at every request."""

    def authenticate(self, request: Request) -> tuple[Program, AccessToken] | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        at = timezone.now()
        token = _token(given.strip())
        if token is None or token.expires <= at or token.application.revoked_at is not None:
            raise BadToken
        _note_use(token.application, at)
        # On Django's request too, for the middleware that logs it.
        request._request.client = request.client = token.application
        return Program(token.application), token

    def authenticate_header(self, request: Request) -> str:
        error = ', error="invalid_token"' if "Authorization" in request.headers else ""
        return f'Bearer realm="countersign"{error}'


def _token(given: str) -> AccessToken | None:
    """Tokens are kept by their hash only; nobody who reads the database can use one."""
    checksum = hashlib.sha256(given.encode()).hexdigest()
    tokens = AccessToken.objects.select_related("application__organisation")
    return tokens.filter(token_checksum=checksum, application__isnull=False).first()


def _note_use(client: ApiClient, at: datetime) -> None:
    """When the client was last used, to the minute: a busy client is not written down at every request."""
    stale = at - timedelta(minutes=1)
    if client.last_used_at is None or client.last_used_at < stale:
        unnoted = ApiClient.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=stale), pk=client.pk)
        unnoted.update(last_used_at=at)


class KnownClient(BasePermission):
    """Any program with a good token."""

    scope: str | None = None

    def has_permission(self, request: Request, view: object) -> bool:
        if getattr(request, "client", None) is None:
            return False
        if self.scope and self.scope not in granted(request):
            raise ScopeMissing(self.scope)
        return True


class ScopeMissing(NotAllowed):
    def __init__(self, scope: str) -> None:
        super().__init__(
            "client.scope",
            f"This needs the scope {scope}, which the token does not have. Fetch a token that asks for it; "
            "if that is refused, the organisation that gave out the access can widen it.",
            scope=scope,
        )


def granted(request: Request) -> set[str]:
    """The token's scopes, as far as the client may have them still."""
    return set(request.auth.scope.split()) & set(request.client.allowed_scopes.split())


@functools.cache
def requires(scope: str) -> type[KnownClient]:
    """A permission for views: `permission_classes = [requires("assets:write")]`."""
    return type("Requires", (KnownClient,), {"scope": scope})


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────

ENTERS = (Role.LEGAL_ENTER, Role.LEGAL_VERIFY)
VERIFIES = (Role.LEGAL_VERIFY,)
READS_CONSENT = (*ENTERS, Role.BUSINESS_AFFAIRS, Role.AUDITOR)
READS_JOURNAL = (*VERIFIES, Role.AUDITOR, Role.DPO)
READS_PERSONAL_DATA = (*ENTERS, Role.DPO)
OPERATES = (Role.OPERATOR,)
DESK = (*READS_CONSENT, Role.DPO, Role.OPERATOR)
DELIVERS = (Role.VENDOR,)


class NotYourDesk(NotAllowed):
    def __init__(self, studio: Organisation, what: str) -> None:
        super().__init__("desk.role", f"Your role at {studio} does not let you {what}. Ask a colleague who may.")


def insist(user: User, organisation: Organisation, roles: tuple[str, ...], *, to: str) -> None:
    """Raises `NotYourDesk` unless the user has one of these roles there."""
    if not holds(user, organisation, roles):
        raise NotYourDesk(organisation, to)


def holds(user: User, organisation: Organisation, roles: tuple[str, ...]) -> bool:
    """Whether the user has one of these roles in that organisation."""
    return user.is_active and Membership.objects.filter(user=user, organisation=organisation, role__in=roles).exists()


def organisations_where(user: User, roles: tuple[str, ...] = DESK) -> QuerySet[Organisation]:
    """The organisations in which the user has one of these roles; the desk shows what is theirs, and no more."""
    if not user.is_active or not user.is_authenticated:
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__user=user, memberships__role__in=roles).distinct()


def within_reach(own: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """The operator's organisations, and vendors that work for these alone and have no operator of their own.

    A person or a program acts for the whole vendor: who could let one in for a vendor of two studios would see both.
    """
    elsewhere = Production.objects.exclude(studio__in=own)
    vendors = Organisation.objects.filter(worked_on__studio__in=own).exclude(worked_on__in=elsewhere)
    alone = vendors.exclude(memberships__role__in=OPERATES)
    return Organisation.objects.filter(Q(pk__in=own) | Q(pk__in=alone.values("pk")))


def operable(user: User) -> QuerySet[Organisation]:
    """The organisations whose people and programs the user lets in, as an operator of their own or of their studio."""
    return within_reach(organisations_where(user, OPERATES))


def may_enter(user: User, organisation: Organisation) -> bool:
    return holds(user, organisation, ENTERS)


def may_verify(user: User, organisation: Organisation) -> bool:
    """By role; that the one who verifies is not the one who entered is a constraint on the record itself."""
    return holds(user, organisation, VERIFIES)


def may_read_consent(user: User, organisation: Organisation) -> bool:
    return holds(user, organisation, READS_CONSENT)


def may_read_journal(user: User, organisation: Organisation) -> bool:
    return holds(user, organisation, READS_JOURNAL)


def may_read_personal_data(user: User, organisation: Organisation) -> bool:
    return holds(user, organisation, READS_PERSONAL_DATA)


def may_operate(user: User, organisation: Organisation) -> bool:
    return holds(user, organisation, OPERATES)


def may_use_desk(user: User) -> bool:
    return bool(user.is_authenticated) and organisations_where(user).exists()


def vendors_of(user: User) -> QuerySet[Organisation]:
    """The vendors whose deliveries the user sees: those in which they have the role of one."""
    return organisations_where(user, DELIVERS).filter(kind=Organisation.Kind.VENDOR)


# ── Strangers ────────────────────────────────────────────────────────────────────────────────────────────────────


def address(request: HttpRequest) -> str:
    """Where a request comes from, believing as many hops as there are proxies of ours."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if settings.PROXIES and hops:
        return hops[-min(settings.PROXIES, len(hops))]
    return request.META.get("REMOTE_ADDR", "")


def seconds_to_wait(rate: str, visitor: str, *, now: float) -> int:
    """Count one request of `visitor` against RATES[rate] a minute; 0 when it may pass, else how long to wait."""
    limit = settings.RATES[rate]
    if not limit:
        return 0
    minute = int(now // 60)
    key = f"rate-{rate}-{minute}-{hashlib.sha256(visitor.encode()).hexdigest()[:32]}"
    cache.add(key, 0, timeout=120)
    try:
        count = cache.incr(key)
    except ValueError:
        return 0
    return 0 if count <= limit else int((minute + 1) * 60 - now) + 1


class Limited(BaseThrottle):
    rate = ""

    def allow_request(self, request: Request, view: object) -> bool:
        self.seconds = seconds_to_wait(self.rate, address(request._request), now=time.time())
        return not self.seconds

    def wait(self) -> int:
        return self.seconds


@functools.cache
def limited(rate: str) -> type[Limited]:
    """A throttle for API views: `throttle_classes = [limited("verification")]`."""
    return type("Limited", (Limited,), {"rate": rate})


def limited_page(rate: str) -> Callable:
    """The same for pages; a refusal is raised as `TooMany` and becomes a page with its sentence."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def counted(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            seconds = seconds_to_wait(rate, address(request), now=time.time())
            if seconds:
                sentence = f"Too many requests; try again in {seconds} seconds."
                raise TooMany("client.too_many_requests", sentence, retry_after=seconds)
            return view(request, *args, **kwargs)

        return counted

    return decorate
