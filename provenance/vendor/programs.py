"""A vendor's programs: registered with a secret that is shown once, renewed, revoked, each with a reason."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from provenance.printable import printable
from provenance.vendor.entrance import asks_who, for_vendors, page, paged
from provenance.vendor.forms import Why, attempt, sent
from registry import clients, journal
from registry.models import ApiClient, Event, Organisation, User

WORDS = {
    "client:registered": "Registered", "client:secret_renewed": "Given a new secret", "client:revoked": "Access revoked",
}  # fmt: skip


class Program(Why):
    """What a program is called and may do."""

    groups = (("The program", ("name", "scopes", "sandbox")),)

    name = forms.CharField(max_length=200, help_text="What your people call it, such as “Render farm Berlin”.")
    scopes = forms.MultipleChoiceField(
        choices=list(settings.SCOPES.items()), widget=forms.CheckboxSelectMultiple, label="It may",
        initial=list(settings.SCOPES), help_text="Give it no more than it needs.",
    )  # fmt: skip

    sandbox = forms.BooleanField(
        required=False, label="Of the sandbox",
        help_text="It tries things out, with people who do not exist and a certificate that nobody trusts. This never changes.",
    )  # fmt: skip

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("name", "scopes", "sandbox")}


@for_vendors()
def programs(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    """Every program that acts for the vendor, those that may come in first."""
    rows = paged(request, clients.programs_of(vendor).order_by("revoked_at", "name", "pk"))
    rows.told = [{"client": one, "name": printable(one.name)} for one in rows]
    return page(request, "programs.html", title="Programs", rows=rows, turned="?")


@for_vendors("GET", "HEAD", "POST")
def register(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    return _register(request, vendor)


@asks_who
def _register(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    form = Program(sent(request))
    made = request.method == "POST" and attempt(form, lambda: clients.register(
        **form.facts(), organisation=vendor, by=request.user, at=timezone.now(), reason=form.why))  # fmt: skip
    if made:
        return _shown_once(request, *made, title=f"{printable(made[0].name)} is registered")
    return page(
        request, "desk/form.html", status=form.status, form=form, title="Register a program", button="Register it",
        about=f"It acts for {vendor}: it sees what {vendor} sent, and no one else’s.", back=reverse("vendor-programs"),
    )  # fmt: skip


@for_vendors()
def program(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    client = _found(vendor, key)
    may = [settings.SCOPES.get(scope, scope) for scope in client.allowed_scopes.split()]
    return page(
        request, "program.html", title=printable(client.name), client=client, may=may, history=_history(client, vendor),
        site=settings.SITE_URL,
    )  # fmt: skip


@for_vendors("GET", "HEAD", "POST")
def renew(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    return _renew(request, _found(vendor, key))


@asks_who
def _renew(request: HttpRequest, client: ApiClient) -> HttpResponse:
    form, name = Why(sent(request)), printable(client.name)
    secret = request.method == "POST" and attempt(
        form, lambda: clients.renew_secret(client, by=request.user, at=timezone.now(), reason=form.why)
    )
    if secret:
        return _shown_once(request, client, secret, title=f"{name} has a new secret")
    return page(
        request, "desk/form.html", status=form.status, form=form, title=f"Renew the secret of {name}", grave=True,
        about="The old secret, and every token fetched with it, stops working at once.", button="Renew the secret",
        back=_address(client),
    )  # fmt: skip


@for_vendors("GET", "HEAD", "POST")
def revoke(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    client = _found(vendor, key)
    form, name = Why(sent(request)), printable(client.name)
    done = request.method == "POST" and attempt(
        form, lambda: clients.revoke(client, by=request.user, at=timezone.now(), reason=form.why) or client
    )
    if done:
        messages.success(request, f"The access of {name} is revoked.")
        return redirect(_address(client))
    return page(
        request, "desk/form.html", status=form.status, form=form, title=f"Revoke the access of {name}", grave=True,
        about="Its very next request is refused. What it sent stays as it is.", button="Revoke its access",
        back=_address(client),
    )  # fmt: skip


def _found(vendor: Organisation, key: str) -> ApiClient:
    found = clients.programs_of(vendor).filter(client_id=key).first()
    if found is None:
        raise Http404
    return found


def _address(client: ApiClient) -> str:
    return reverse("vendor-program", args=[client.client_id])


def _shown_once(request: HttpRequest, client: ApiClient, secret: str, *, title: str) -> HttpResponse:
    return page(
        request, "desk/secret.html", title=title, secret=secret, what="The secret", named=client.client_id,
        onward=_address(client), about="Copy it now into the program’s own safe place.",
    )  # fmt: skip


def _history(client: ApiClient, vendor: Organisation) -> list[Event]:
    """What happened to a program, the latest first. Of colleagues by name; whoever acted elsewhere is not named to a vendor."""
    colleagues = {f"user:{pk}" for pk in User.objects.filter(memberships__organisation=vendor).values_list("pk", flat=True)}
    events = list(journal.chain(f"client:{client.pk}").order_by("-sequence"))
    for event in events:
        event.words, event.ours = WORDS.get(event.tag, event.tag), event.actor in colleagues
    return events
