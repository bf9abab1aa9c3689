"""A vendor's webhooks: where it is told of events, with secrets shown once, a test, the log, and what is sent again by hand."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from provenance.printable import printable
from provenance.vendor.board import turned
from provenance.vendor.entrance import asks_who, for_vendors, page, paged
from provenance.vendor.forms import VendorForm, Why, attempt, sent
from registry.errors import NotFound
from registry.models import Organisation, WebhookDelivery, WebhookEndpoint
from registry.webhooks import endpoints, log, outbox
from registry.webhooks.events import EVENTS

State = WebhookDelivery.State
COLOURS = {State.DEAD: "stop", State.MISSED: "hold"}
SETTLED = (State.DELIVERED, State.DEAD, State.MISSED)
WHY = {
    WebhookEndpoint.Disabled.BY_OWNER: "You disabled it: nothing is sent there until you enable it.",
    WebhookEndpoint.Disabled.GONE: "It answered 410 Gone. Enable it once there is a receiver, and send again what it missed.",
    WebhookEndpoint.Disabled.FAILING: "It accepted nothing for five days. Test it, enable it, and send again what it missed.",
}
DAYS = 30


class Webhook(Why):
    groups = (("Where, and what it is told", ("address", "description", "events")),)

    address = forms.CharField(
        max_length=2000, widget=forms.URLInput(attrs={"placeholder": "https://…"}),
        help_text="Public, by HTTPS. It takes a POST for each event; nothing is followed from there.",
    )  # fmt: skip
    description = forms.CharField(max_length=200, required=False, help_text="For your own eyes.")
    events = forms.MultipleChoiceField(
        choices=[(one, f"{one} – {words}") for one, words in EVENTS.items()], required=False,
        widget=forms.CheckboxSelectMultiple, help_text="None ticked: all of them, later ones included.",
    )  # fmt: skip

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("address", "description", "events")}


class Since(Why):
    days = forms.IntegerField(
        label="Of how many days", min_value=1, max_value=DAYS, initial=1, help_text=f"The log goes back {DAYS} days."
    )


@for_vendors()
def webhooks(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    rows = [{"row": one, "events": len(one.events) or "all"} for one in endpoints.of(vendor)]
    return page(request, "webhooks.html", title="Webhooks", rows=rows, most=endpoints.MOST)


@for_vendors("GET", "HEAD", "POST")
def add(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    return _add(request, vendor)


@asks_who
def _add(request: HttpRequest, vendor: Organisation) -> HttpResponse:
    form = Webhook(sent(request))
    made = request.method == "POST" and attempt(
        form, lambda: endpoints.create(vendor, by=request.user, at=timezone.now(), reason=form.why, **form.facts())
    )
    if made:
        return _shown_once(request, *made, title="The webhook is added")
    return page(
        request, "desk/form.html", status=form.status, form=form, title="Add a webhook", button="Add it",
        about="What is sent there is signed by Standard Webhooks: any of its libraries checks it.",
        back=reverse("vendor-webhooks"),
    )  # fmt: skip


@for_vendors()
def webhook(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    """Where it leads, whether all is well with it, and what was sent there."""
    row = _found(vendor, key)
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    rows = log.deliveries(row)
    rows = paged(request, rows.filter(state=state) if state else rows)
    rows.told = [_told(one) for one in rows]
    rotated = row.former_until if row.former_until and row.former_until > timezone.now() else None
    return page(
        request, "webhook.html", title=printable(row.description) or "Webhook", row=row, why=WHY.get(row.disabled, ""),
        rows=rows, turned=turned(request), state=state, states=State.choices, rotated=rotated,
        events=row.events or ["all of them, later ones included"],
    )  # fmt: skip


@for_vendors("GET", "HEAD", "POST")
def change(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    row = _found(vendor, key)
    kept = {"address": row.address, "description": row.description, "events": row.events}
    form = Webhook(sent(request), initial=kept)
    return _act(
        request, form, row, lambda: endpoints.change(row, by=request.user, at=timezone.now(), reason=form.why, **form.facts()),
        done="The webhook is changed.", title="Change the webhook", button="Change it",
    )  # fmt: skip


@for_vendors("GET", "HEAD", "POST")
def switch(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    """Disable an active one, enable one that is not."""
    row = _found(vendor, key)
    form, disables = Why(sent(request)), not row.disabled
    words = "Disable" if disables else "Enable"
    missed = "What happens meanwhile counts as missed, and can be sent by hand."
    about = missed if disables else "What it missed is not sent by itself."
    return _act(
        request, form, row,
        lambda: endpoints.change(row, by=request.user, at=timezone.now(), reason=form.why, disabled=disables),
        done=f"The webhook is {words.lower()}d.", title=f"{words} the webhook", button=f"{words} it", about=about,
        grave=disables,
    )  # fmt: skip


@for_vendors("GET", "HEAD", "POST")
def rotate(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    return _rotate(request, _found(vendor, key))


@asks_who
def _rotate(request: HttpRequest, row: WebhookEndpoint) -> HttpResponse:
    form = Why(sent(request))
    made = request.method == "POST" and attempt(
        form, lambda: endpoints.rotate(row, by=request.user, at=timezone.now(), reason=form.why)
    )
    if made:
        return _shown_once(request, *made, title="The webhook has a new secret")
    return page(
        request, "desk/form.html", status=form.status, form=form, title="Give the webhook a new secret", grave=True,
        about="For 24 hours the former secret signs along, so that nothing is missed while you bring the new one there.",
        button="Make a new secret", back=_address(row),
    )  # fmt: skip


@for_vendors("GET", "HEAD", "POST")
def remove(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    row = _found(vendor, key)
    form = Why(sent(request))
    done = request.method == "POST" and attempt(
        form, lambda: endpoints.delete(row, by=request.user, at=timezone.now(), reason=form.why) or True
    )
    if done:
        messages.success(request, "The webhook is deleted.")
        return redirect("vendor-webhooks")
    return page(
        request, "desk/form.html", status=form.status, form=form, title="Delete the webhook", grave=True, button="Delete it",
        about="Nothing more is sent there, and its log goes too. To stop for a while, disable it instead.", back=_address(row),
    )  # fmt: skip


@for_vendors("POST")
def test(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    """A message that says only that it is one; what comes back stands on its page."""
    row = _found(vendor, key)
    made = outbox.try_out(row, at=timezone.now())
    return redirect("vendor-webhook-delivery", row.public_id, made.public_id)


@for_vendors("GET", "HEAD", "POST")
def delivery(request: HttpRequest, vendor: Organisation, key: str, which: str) -> HttpResponse:
    """One message with every attempt to bring it; sent again by hand on the way of a form."""
    row = _found(vendor, key)
    try:
        found = log.one(row, which)
    except NotFound as unknown:
        raise Http404 from unknown
    form = Why(sent(request))
    again = request.method == "POST" and attempt(
        form, lambda: log.replay(found, by=request.user, at=timezone.now(), reason=form.why)
    )
    if again:
        messages.success(request, "It is sent again.")
        return redirect(request.path)
    return page(
        request, "delivery.html", status=form.status, title=found.message.type, row=row, told=_told(found), form=form,
        attempts=list(reversed(found.attempts.all())), under_way=found.state not in SETTLED, body=found.message.body,
    )  # fmt: skip


@for_vendors("GET", "HEAD", "POST")
def replay(request: HttpRequest, vendor: Organisation, key: str) -> HttpResponse:
    """Whatever was given up or missed of late is sent again."""
    row = _found(vendor, key)
    form = Since(sent(request))

    def again() -> tuple[int]:
        at = timezone.now()
        since = at - timedelta(days=form.cleaned_data["days"])
        return (log.replay_since(row, since, by=request.user, at=at, reason=form.why),)

    done = request.method == "POST" and attempt(form, again)
    if done:
        messages.success(request, f"Sent again: {done[0]}." if done[0] else "Nothing had been given up or missed.")
        return redirect(_address(row))
    return page(
        request, "desk/form.html", status=form.status, form=form, title="Send again what went astray", button="Send it again",
        about="What was given up, or missed while the webhook was disabled.", back=_address(row),
    )  # fmt: skip


def _act(request: HttpRequest, form: VendorForm, row: WebhookEndpoint, act, *, done: str, **words) -> HttpResponse:
    """A page with one form; once the act has answered, it says what is `done` and leads back to the webhook."""
    if request.method == "POST" and attempt(form, act):
        messages.success(request, done)
        return redirect(_address(row))
    return page(request, "desk/form.html", status=form.status, form=form, back=_address(row), **words)


def _found(vendor: Organisation, key: str) -> WebhookEndpoint:
    try:
        return endpoints.one(vendor, key)
    except NotFound as unknown:
        raise Http404 from unknown


def _address(row: WebhookEndpoint) -> str:
    return reverse("vendor-webhook", args=[row.public_id])


def _told(row: WebhookDelivery) -> dict:
    """A delivery as a line: where it stands, and what came of the last attempt."""
    last = max(row.attempts.all(), key=lambda one: one.pk, default=None)
    came = "" if last is None else printable(last.error) or f"It answered {last.status}."
    return {
        "delivery": row, "colour": COLOURS.get(row.state, ""), "came": came, "attempts": len(row.attempts.all()),
        "next": row.not_before if row.state == State.QUEUED else None,
    }  # fmt: skip


def _shown_once(request: HttpRequest, row: WebhookEndpoint, secret: str, *, title: str) -> HttpResponse:
    return page(
        request, "desk/secret.html", title=title, secret=secret, what="The secret", named=row.address, onward=_address(row),
        about="Copy it now to where the messages are received.",
    )  # fmt: skip
