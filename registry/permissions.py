"""Who may do what: programs by their token and its scopes, people by their roles, and everybody only so often."""

import functools
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from registry.counting import count
from registry.errors import NotAllowed, TooMany
from registry.models import ApiClient, Membership, Organisation, Production, User
from registry.prepared import Prepared

Role = Membership.Role
MINUTE = 60


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
    return next(iter(TOKENS(checksum)), None)


TOKENS = Prepared(
    lambda checksum: AccessToken.objects.filter(token_checksum=checksum, application__isnull=False)
    .select_related("application__organisation")
    .order_by()
)


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
    elsewhere = Production.objects.real().exclude(studio__in=own)
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


# ── How often ────────────────────────────────────────────────────────────────────────────────────────────────────


def address(request: HttpRequest) -> str:
    """Where a request comes from, believing as many hops as there are proxies of ours."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if settings.PROXIES and hops:
        return hops[-min(settings.PROXIES, len(hops))]
    return request.META.get("REMOTE_ADDR", "")


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left to a visitor of what may be asked within a minute; `resets_in` seconds it is whole again."""

    name: str
    limit: int
    asked: int
    resets_in: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.asked)

    @property
    def wait(self) -> int:
        """How many seconds to wait, because more was asked; 0 when it may pass."""
        return self.resets_in if self.asked > self.limit else 0


def spend(rate: str, visitor: str, *, now: float, cost: int = 1) -> Quota | None:
    """Count `cost` requests of `visitor` against RATES[rate] a minute, in the cache that all processes share; None where
    there is no limit."""
    limit = settings.RATES[rate]
    if not limit:
        return None
    minute = int(now // MINUTE)
    key = f"rate-{rate}-{minute}-{hashlib.sha256(visitor.encode()).hexdigest()[:32]}"
    asked = count(key, cost, seconds=2 * MINUTE)
    return Quota(rate, limit, asked, int((minute + 1) * MINUTE - now) + 1)


def note(request: HttpRequest, quota: Quota | None) -> None:
    """Every answer tells what is left (registry.middleware.Hatch writes it)."""
    if quota:
        request.quotas = {**getattr(request, "quotas", {}), quota.name: quota}


def share_of(client: ApiClient) -> Quota | None:
    """Count one request against the client's own share: however much one asks, the others have theirs."""
    return spend("client", f"client:{client.pk}", now=time.time())


class TooOften(TooMany):
    def __init__(self, quota: Quota, what: str = "requests") -> None:
        super().__init__(
            "client.too_many_requests",
            f"Too many {what}: {quota.limit} a minute are answered; try again in {quota.wait} seconds.",
            retry_after=quota.wait,
        )


class FairShare(BaseThrottle):
    """Each program has its own share of requests; strangers are counted where their doors say so."""

    def allow_request(self, request: Request, view: object) -> bool:
        client = getattr(request, "client", None)
        if client is None:
            return True
        quota = share_of(client)
        note(request._request, quota)
        if quota and quota.wait:
            raise TooOften(quota)
        return True


def spend_questions(request: Request, number: int) -> None:
    """Questions that are put many at a time count one by one. Raises TooOften, and then none of them is answered."""
    quota = spend("questions", f"client:{request.client.pk}", now=time.time(), cost=number)
    note(request._request, quota)
    if quota and quota.wait:
        raise TooOften(quota, "questions")


class Limited(BaseThrottle):
    rate = ""

    def allow_request(self, request: Request, view: object) -> bool:
        quota = spend(self.rate, address(request._request), now=time.time())
        note(request._request, quota)
        self.seconds = quota.wait if quota else 0
        return not self.seconds

    def wait(self) -> int:
        return self.seconds


def charge(request: Request, rate: str, cost: int) -> None:
    """Count what an answer costs against whoever asks: a program against its own share, anybody else against what its
    address has. Raises TooOften, and then it is not answered."""
    client = getattr(request, "client", None)
    own = client is not None
    visitor = f"client:{client.pk}" if own else address(request._request)
    quota = spend(f"client_{rate}" if own else rate, visitor, now=time.time(), cost=cost)
    note(request._request, quota)
    if quota and quota.wait:
        raise TooOften(quota)


@functools.cache
def limited(rate: str) -> type[Limited]:
    """A throttle for API views: `throttle_classes = [limited("verification")]`."""
    return type("Limited", (Limited,), {"rate": rate})


def limited_page(rate: str) -> Callable:
    """The same for pages; a refusal is raised as `TooMany` and becomes a page with its sentence."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def counted(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            quota = spend(rate, address(request), now=time.time())
            note(request, quota)
            if quota and quota.wait:
                raise TooOften(quota)
            return view(request, *args, **kwargs)

        return counted

    return decorate
