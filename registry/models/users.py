"""Who acts here: people who sign in, the organisations they act for, and the programs that act for an organisation."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from oauth2_provider.models import AbstractApplication

from registry.identifiers import new_id


def organisation_id():
    return new_id("org")


class User(AbstractUser):
    """A person who signs in. What they may do comes from their memberships, never from groups."""

    password_is_first = models.BooleanField(
        default=False, editable=False, help_text="Given by somebody else: it opens nothing but the page that changes it."
    )

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Organisation(models.Model):
    class Kind(models.TextChoices):
        STUDIO = "studio", "Studio"
        VENDOR = "vendor", "VFX vendor"
        DISTRIBUTOR = "distributor", "Distributor"
        PLATFORM = "platform", "Platform"
        UNION = "union", "Union or guild"
        LAW_FIRM = "law_firm", "Law firm"
        ESTATE = "estate", "Estate"

    public_id = models.CharField(max_length=40, unique=True, default=organisation_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200, unique=True)
    jurisdiction = models.CharField(max_length=10, blank=True, help_text="ISO 3166-1 or 3166-2, e.g. US-CA")
    key_reference = models.CharField(
        max_length=300,
        blank=True,
        help_text="Where the worker finds the signing key: dev:… (development) or file:/path. Never the key.",
    )
    sandbox_of = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="sandbox_studio",
        help_text="Of a studio that nobody is behind: whose programs try things out with it",
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Membership(models.Model):
    """A user's role in an organisation (consent.md §9.12)."""

    class Role(models.TextChoices):
        LEGAL_ENTER = "legal_enter", "Legal – enters"
        LEGAL_VERIFY = "legal_verify", "Legal – enters and verifies"
        BUSINESS_AFFAIRS = "business_affairs", "Business affairs – reads"
        VENDOR = "vendor", "Vendor"
        PERFORMER = "performer", "Performer or agent"
        AUDITOR = "auditor", "Auditor – reads the record"
        DPO = "dpo", "Data protection officer"
        OPERATOR = "operator", "Operator"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_membership_per_role")]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class ApiClient(AbstractApplication):
    """A program acting for one organisation, by OAuth 2.0 client credentials (RFC 6749 §4.4)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="api_clients")
    allowed_scopes = models.CharField(max_length=300, default="clearances assets:read assets:write productions:read")
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    sandbox = models.BooleanField(
        default=False, editable=False,
        help_text="Chosen when it is registered, and never changed: it works with the sandbox and with nothing else",
    )  # fmt: skip

    class Meta(AbstractApplication.Meta):
        verbose_name = "API client"

    def is_usable(self, request) -> bool:
        """Whether tokens are given out and taken; asked by the token endpoint."""
        return self.revoked_at is None

    def __str__(self):
        return f"{self.name} · {self.organisation}"
