"""Programs at the desk, for operators: registered with a secret that is shown once, renewed, revoked."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator

from registry import clients, permissions
from registry.admin.acts import ActForm, act_page, attempt, sent
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.again import asks_again
from registry.desk.site import page
from registry.models import ApiClient, Organisation


class ProgramForm(ActForm):
    groups = (("The program", ("organisation", "name", "scopes", "sandbox")),)

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="public_id", label="It acts for", empty_label="Choose"
    )
    name = forms.CharField(max_length=200, help_text="What its people call it, such as “Render farm Berlin”.")
    scopes = forms.MultipleChoiceField(
        choices=list(settings.SCOPES.items()), widget=forms.CheckboxSelectMultiple, label="It may",
        initial=list(settings.SCOPES),
    )  # fmt: skip
    sandbox = forms.BooleanField(
        required=False, label="Of the sandbox",
        help_text="It tries things out, with people who do not exist and a certificate that nobody trusts. This never changes.",
    )  # fmt: skip

    def __init__(self, *args, organisations: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("organisation", "name", "scopes", "sandbox")}


@admin.register(ApiClient)
class Programs(OwnRows):
    reads = permissions.OPERATES
    enters = permissions.OPERATES
    belongs_to = "organisation"
    key = "client_id"
    rows_are = ("program", "programs")
    about = "Programs that act for a vendor or for the studio. A secret is shown once and kept as a hash."
    none_yet = "No program is registered yet."
    add_words = "Register a program"
    list_display = ("name", "organisation", "works_with", "standing", "used")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "sandbox")
    list_select_related = ("organisation",)
    search_fields = ("name", "organisation__name", "client_id__exact")
    search_help_text = "Part of a name, or a client id."
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model.objects.filter(organisation__in=permissions.operable(request.user))

    @admin.display(description="Access", ordering="revoked_at")
    def standing(self, client: ApiClient) -> str:
        return f"revoked on {client.revoked_at:%-d %B %Y}" if client.revoked_at else "open"

    @admin.display(description="Works with", ordering="sandbox")
    def works_with(self, client: ApiClient) -> str:
        return "the sandbox" if client.sandbox else "real assets"

    @admin.display(description="Last used (UTC)", ordering="last_used_at")
    def used(self, client: ApiClient) -> str:
        return f"{client.last_used_at:%-d %B %Y, %H:%M}" if client.last_used_at else "never"

    def pages(self) -> list:
        return [
            self.at("add/", self.register, "add"),
            self.at("<str:key>/renew/", self.renew, "renew"),
            self.at("<str:key>/revoke/", self.revoke, "revoke"),
        ]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        client = self.found(request, key)
        acts = [("Renew the secret", self.address(client, "renew")), ("Revoke its access", self.address(client, "revoke"))]
        pairs = [
            ("Client id", client.client_id), ("Acts for", client.organisation),
            ("Works with", self.works_with(client)), ("Access", self.standing(client)),
            ("May", "; ".join(settings.SCOPES.get(scope, scope) for scope in client.allowed_scopes.split())),
            ("Last used", self.used(client)),
        ]  # fmt: skip
        return page(
            request, "desk/row.html", title=client.name, pairs=pairs, acts=[] if client.revoked_at else acts,
            back=self.list_address, back_words="Programs", history=history(f"client:{client.pk}"),
        )  # fmt: skip

    @method_decorator(asks_again)
    def register(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.enters)
        form = ProgramForm(sent(request), organisations=permissions.operable(request.user))
        made = request.method == "POST" and attempt(
            form, lambda: clients.register(**form.facts(), by=request.user, at=timezone.now(), reason=form.why)
        )
        if made:
            return self._shown_once(request, *made, title=f"{made[0].name} is registered")
        return page(request, "desk/form.html", status=form.status, form=form, title="Register a program",
                    back=self.list_address, button="Register it")  # fmt: skip

    @method_decorator(asks_again)
    def renew(self, request: HttpRequest, key: str) -> HttpResponse:
        client = self.found(request, key)
        form = ActForm(sent(request))
        secret = request.method == "POST" and attempt(
            form, lambda: clients.renew_secret(client, by=request.user, at=timezone.now(), reason=form.why)
        )
        if secret:
            return self._shown_once(request, client, secret, title=f"{client.name} has a new secret")
        return page(
            request, "desk/form.html", status=form.status, form=form, title=f"Renew the secret of {client.name}",
            back=self.address(client), button="Renew the secret", grave=True,
            about="The old secret, and every token fetched with it, stops working at once.",
        )  # fmt: skip

    def revoke(self, request: HttpRequest, key: str) -> HttpResponse:
        client = self.found(request, key)
        form = ActForm(sent(request))
        return act_page(
            request, form, lambda: clients.revoke(client, by=request.user, at=timezone.now(), reason=form.why) or client,
            done="Its access is revoked.", to=self.address, title=f"Revoke the access of {client.name}", grave=True,
            back=self.address(client), button="Revoke its access", about="Its very next request is refused.",
        )  # fmt: skip

    def _shown_once(self, request: HttpRequest, client: ApiClient, secret: str, *, title: str) -> HttpResponse:
        return page(
            request, "desk/secret.html", title=title, secret=secret, what="The secret", named=client.client_id,
            onward=self.address(client), about="Copy it now into the program’s own safe place.",
        )  # fmt: skip
