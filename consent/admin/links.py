"""Performers' own doors at the desk: the links that open their letters, made, shown once, and revoked."""

from datetime import datetime
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from consent.admin import offers
from consent.models import PerformerLink
from consent.performer import links
from registry import permissions
from registry.admin.acts import ActForm, act_page, attempt, sent
from registry.admin.choosing import OneOf
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.site import page
from registry.models import Authority, Organisation


class WhoSpeaks(OneOf):
    def label_from_instance(self, authority: Authority) -> str:
        who = f": {authority.party}" if authority.party else ""
        return f"{authority.person} – {authority.get_kind_display()}{who}"


class LinkForm(ActForm):
    groups = (("Whose link", ("authority", "language", "days")),)

    authority = WhoSpeaks(
        Authority.objects.none(), called="person__alias", label="Who opens it", empty_label="Choose",
        help_text="The person, or whoever a second lawyer has verified to speak for them.",
    )  # fmt: skip
    language = forms.ChoiceField(choices=settings.LANGUAGES, help_text="They may choose the other one themselves.")
    days = forms.TypedChoiceField(
        label="How long it opens", coerce=int, choices=[(days, f"{days} days") for days in links.LASTS_DAYS], initial=90
    )

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        counts = Q(kind=Authority.Kind.SELF) | Q(verified_by__isnull=False)
        ours = Authority.objects.filter(counts, person__studio__in=studios, replaced_by=None)
        self.fields["authority"].queryset = ours.select_related("person").order_by("person__alias", "pk")

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("authority", "language", "days")}


@admin.register(PerformerLink)
class Links(OwnRows):
    reads = permissions.ENTERS
    enters = permissions.ENTERS
    belongs_to = "authority__person__studio"
    rows_are = ("performer’s link", "performers’ links")
    heading = "Performers’ own doors"
    about = "Links that open a performer’s letter: what they allowed, where they were used, and what they may do about it."
    none_yet = "No link has been made yet. Make one for a person whose consent is on file."
    add_words = "Make a link"
    list_display = ("person", "capacity", "standing", "until", "used")
    list_select_related = ("authority__person__studio",)
    search_fields = ("authority__person__alias__icontains",)
    search_help_text = "Any part of an alias."
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).prefetch_related("passkeys")
        return rows.select_related("authority__replaced_by", "authority__person__studio", "made_by")

    @admin.display(description="Person", ordering="authority__person__alias")
    def person(self, link: PerformerLink) -> str:
        return str(link.person)

    @admin.display(description="As", ordering="authority__kind")
    def capacity(self, link: PerformerLink) -> str:
        return link.authority.get_kind_display()

    @admin.display(description="State")
    def standing(self, link: PerformerLink) -> str:
        colour, words = state(link, at=timezone.now())
        return format_html('<span class="tag {}">{}</span>', colour, words)

    @admin.display(description="Opens until", ordering="expires_at")
    def until(self, link: PerformerLink) -> str:
        return f"{link.expires_at:%-d %B %Y}"

    @admin.display(description="Last used (UTC)", ordering="last_used_at")
    def used(self, link: PerformerLink) -> str:
        return f"{link.last_used_at:%-d %B %Y, %H:%M}" if link.last_used_at else "never"

    def pages(self) -> list:
        return [
            self.at("add/", self.make, "add"),
            self.at("offer/", offers.offer_first, "offer_first"),
            self.at("offer/<str:grant>/", offers.offer, "offer"),
            self.at("<str:key>/revoke/", self.revoke, "revoke"),
        ]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        link = self.found(request, key)
        again = f"{reverse('admin:consent_performerlink_add')}?authority={link.authority.public_id}"
        acts = [
            ("What they said", f"{reverse('admin:consent_performerword_changelist')}?q={quote(link.person.alias)}"),
            ("Offer a consent", f"{reverse('admin:consent_performerlink_offer_first')}?person={link.person.public_id}"),
            ("Make a new link", again),
        ]
        acts += [] if link.revoked_at else [("Revoke it", self.address(link, "revoke"))]
        pairs = [
            ("State", state(link, at=timezone.now())[1]), ("As", str(link.authority.get_kind_display())),
            ("Who", link.authority.party or link.person), ("On the strength of", link.authority.basis),
            ("Made by", f"{link.made_by.display_name}, {link.made_at:%-d %B %Y, %H:%M} UTC"), ("Opens until", self.until(link)),
            ("Last used", self.used(link)), ("Language", dict(settings.LANGUAGES).get(link.language, link.language)),
            ("Passkeys", devices(link)),
        ]  # fmt: skip
        return page(
            request, "desk/row.html", title=f"The door of {link.person}", pairs=pairs, acts=acts,
            back=self.list_address, back_words="Performers’ own doors", history=history(link.person.public_id),
        )  # fmt: skip

    def make(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.enters)
        studios = permissions.organisations_where(request.user, self.enters)
        form = LinkForm(sent(request), studios=studios, initial={"authority": request.GET.get("authority")})
        made = request.method == "POST" and attempt(
            form, lambda: links.make(**form.facts(), by=request.user, at=timezone.now(), reason=form.why)
        )
        if made:
            link, token, code = made
            address = settings.SITE_URL + reverse("letter-open", args=[token])
            return page(request, "consent/desk/link.html", title=f"A link for {link.person}", link=link, address=address,
                        code=f"{code[:3]} {code[3:]}", onward=self.address(link))  # fmt: skip
        return page(
            request, "desk/form.html", status=form.status, form=form, title="Make a link", back=self.list_address,
            button="Make the link", about="It opens the performer’s letter, together with a code that you tell them by another "
            "channel. An earlier link of the same person in the same capacity stops working.",
        )  # fmt: skip

    def revoke(self, request: HttpRequest, key: str) -> HttpResponse:
        link = self.found(request, key)
        form = ActForm(sent(request))
        return act_page(
            request, form, lambda: links.revoke(link, by=request.user, at=timezone.now(), reason=form.why),
            done="The link is revoked.", to=self.address, title=f"Revoke the link of {link.person}", grave=True,
            back=self.address(link), button="Revoke it", about="Whoever has the letter open reads no further.",
        )  # fmt: skip


def devices(link: PerformerLink) -> str:
    """The passkeys its holder keeps; they open the letter also when the link has run out, until it is revoked."""
    told = [f"kept on {one.made_at:%-d %B %Y}, last used on {one.last_used_at:%-d %B %Y}" for one in link.passkeys.all()]
    return "; ".join(told) or "none kept"


def state(link: PerformerLink, *, at: datetime) -> tuple[str, str]:
    """How the link stands, as a colour and in words."""
    if link.revoked_at:
        return "stop", f"revoked on {link.revoked_at:%-d %B %Y}"
    if link.locked_at:
        return "stop", f"locked after {link.MOST_WRONG_CODES} wrong codes on {link.locked_at:%-d %B %Y}"
    if link.expires_at <= at and not link.passkeys.all():
        return "hold", "run out"
    if why := links.why_not(link.authority, at=at):
        return "hold", f"opens no more: {why}"
    return "", "opens" if link.expires_at > at else "opens by passkey alone"
