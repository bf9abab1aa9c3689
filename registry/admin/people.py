"""People at the desk: found by alias, known by name only to those who may, and who may speak for them."""

from datetime import date, timedelta

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

from registry import people, permissions
from registry.admin.acts import ActForm, Day, act_page, sent
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.again import asks_again
from registry.desk.site import page
from registry.models import Authority, Organisation, Person


class CorrectionForm(ActForm):
    groups = (
        ("The person", ("alias", "legal_name", "birth_date", "never_public")),
        ("Known elsewhere as", ("isni", "hand")),
    )

    alias = forms.CharField(max_length=200, help_text="The name vendors see. Not the legal name unless the person uses it.")
    legal_name = forms.CharField(
        max_length=300, required=False, help_text="Kept encrypted under the person’s own key; found again only whole."
    )
    birth_date = Day(label="Born on", required=False, help_text="Kept encrypted. Tells whether somebody is a minor.")
    never_public = forms.BooleanField(
        label="Never named on a public page", required=False, help_text="Always so while the person is a minor."
    )
    isni = forms.CharField(label="ISNI", max_length=60, required=False, help_text="Sixteen digits, such as 0000 0001 2103 2683.")
    hand = forms.CharField(label="HAND", max_length=80, required=False, help_text="10.23/ and five groups of four.")

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in people.FACTS}


class PersonForm(CorrectionForm):
    groups = (
        ("The person", ("studio", "kind", "alias", "legal_name", "birth_date", "death_date", "never_public")),
        CorrectionForm.groups[1],
    )

    studio = forms.ModelChoiceField(Organisation.objects.none(), to_field_name="public_id", label="On the files of")
    kind = forms.ChoiceField(choices=Person.Kind.choices)
    death_date = Day(label="Died on", required=False, help_text="Only for somebody who is not living.")

    def __init__(self, *args, studios: QuerySet[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["studio"].queryset = studios
        self.fields["studio"].initial = studios.first()


class DeathForm(ActForm):
    died_on = Day(label="Died on")


class AuthorityForm(ActForm):
    groups = (("Who speaks", ("kind", "party", "basis")), ("From when until when", ("valid_from", "last_day", "share_percent")))

    kind = forms.ChoiceField(label="As", choices=[one for one in Authority.Kind.choices if one[0] != Authority.Kind.SELF])
    party = forms.CharField(label="Who", max_length=200)
    basis = forms.CharField(
        label="The document it rests on", max_length=300, help_text="Such as letters of administration, with court and date."
    )
    valid_from = Day(label="From", required=False)
    last_day = Day(label="Last day", required=False)
    share_percent = forms.DecimalField(
        label="Share in per cent", required=False, min_value=0, max_value=100, decimal_places=2,
        help_text="Of an estate with several heirs.",
    )  # fmt: skip

    def facts(self) -> dict:
        said = {name: self.cleaned_data[name] for name in ("kind", "party", "basis", "valid_from", "share_percent")}
        last = self.cleaned_data["last_day"]
        return said | {"valid_to": last + timedelta(days=1) if last else None}


class ByAuthority(admin.SimpleListFilter):
    title = "who speaks for them"
    parameter_name = "authority"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return [("waits", "Waits for a second lawyer")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        waiting = people.unverified_authorities().values("person")
        return queryset.filter(pk__in=waiting) if self.value() == "waits" else queryset


@admin.register(Person)
class People(OwnRows):
    reads = (*permissions.READS_CONSENT, permissions.Role.DPO)
    enters = permissions.ENTERS
    rows_are = ("person", "people")
    about = "Whose likeness or voice is used. Vendors know them by their alias."
    none_yet = "Nobody is on file yet. Add the first person before you enter a consent."
    add_words = "Add a person"
    list_display = ("alias", "kind", "public", "added")
    list_filter = ("kind", "never_public", ByAuthority)
    search_fields = ("alias",)
    search_help_text = "Any part of an alias, or a whole legal name."
    ordering = ("alias", "pk")
    name_column = "alias"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Names are looked up only on the files of studios where the reader may know them."""
        said = search_term.strip()
        if not said:
            return queryset, False
        named = permissions.organisations_where(request.user, permissions.READS_PERSONAL_DATA)
        by_name = Person.objects.named(said).filter(studio__in=named)
        return (queryset.filter(alias__icontains=said) | queryset.filter(pk__in=by_name.values("pk"))), False

    @admin.display(description="On public pages", ordering="never_public")
    def public(self, person: Person) -> str:
        return "never named" if person.never_public else "as the production decides"

    @admin.display(description="On file since", ordering="created_at")
    def added(self, person: Person) -> str:
        return f"{person.created_at:%-d %B %Y}"

    # ── A person ─────────────────────────────────────────────────────────────────────────────────────────────────

    def pages(self) -> list:
        return [
            self.at("add/", self.add, "add"),
            self.at("<str:key>/correct/", self.correct, "correct"),
            self.at("<str:key>/death/", self.death, "death"),
            self.at("<str:key>/erase/", self.erase, "erase"),
            self.at("<str:key>/authority/", self.authority, "authority"),
            self.at("<str:key>/authority/<str:record>/verify/", self.verify_authority, "verify_authority"),
        ]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        person = self.found(request, key)
        authorities = person.authorities.filter(replaced_by=None).select_related("recorded_by", "verified_by")
        return page(
            request, "desk/person.html", title=person.alias, about=person.get_kind_display(), person=person,
            pairs=facts(person, private=permissions.may_read_personal_data(request.user, person.studio)),
            authorities=authorities, acts=self._acts(request, person), back=self.list_address, back_words="People",
            may_verify=permissions.may_verify(request.user, person.studio), history=history(person.public_id),
        )  # fmt: skip

    def _acts(self, request: HttpRequest, person: Person) -> list[tuple[str, str]]:
        acts = [("Records", reverse("admin:consent_statement_about", args=[person.studio.public_id, person.public_id]))]
        if permissions.may_read_consent(request.user, person.studio):
            acts.append(("Usage report", f"{reverse('usage-report')}?person={person.public_id}"))
        if permissions.may_enter(request.user, person.studio):
            acts.append(("Evidence pack", reverse("evidence-of-person", args=[person.public_id])))
            acts.append(("Correct", self.address(person, "correct")))
            acts.append(("Record who speaks for them", self.address(person, "authority")))
            if person.kind == Person.Kind.LIVING:
                acts.append(("Record a death", self.address(person, "death")))
        if permissions.may_read_personal_data(request.user, person.studio):
            acts.append(("Answer an access request", reverse("access-request", args=[person.public_id])))
        if permissions.holds(request.user, person.studio, people.ERASES):
            acts.append(("Erase", self.address(person, "erase")))
        return acts

    def add(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.enters)
        form = PersonForm(sent(request), studios=permissions.organisations_where(request.user, self.enters))
        return act_page(
            request, form,
            lambda: people.add(
                studio=form.cleaned_data["studio"], kind=form.cleaned_data["kind"], death_date=form.cleaned_data["death_date"],
                **form.facts(), by=request.user, at=timezone.now(), reason=form.why,
            ),
            done="The person is on file.", to=self.address, title="Add a person", back=self.list_address,
            button="Add the person",
        )  # fmt: skip

    def correct(self, request: HttpRequest, key: str) -> HttpResponse:
        person = self.found(request, key)
        self.let_in(request, self.enters)
        known = {name: getattr(person, name) for name in people.FACTS}
        private = permissions.may_read_personal_data(request.user, person.studio)
        form = CorrectionForm(sent(request), initial=known if private else {})
        return act_page(
            request, form,
            lambda: people.correct(person, **form.facts(), by=request.user, at=timezone.now(), reason=form.why),
            done="Corrected.", to=self.address, title=f"Correct {person}", back=self.address(person),
        )  # fmt: skip

    def death(self, request: HttpRequest, key: str) -> HttpResponse:
        person = self.found(request, key)
        self.let_in(request, self.enters)
        form = DeathForm(sent(request))
        return act_page(
            request, form,
            lambda: people.record_death(
                person, died_on=form.cleaned_data["died_on"], by=request.user, at=timezone.now(), reason=form.why
            ),
            done="The death is recorded.", to=self.address, title=f"Record the death of {person}", back=self.address(person),
            about="From here on, consent asks who speaks for the estate.", button="Record the death",
        )  # fmt: skip

    @method_decorator(asks_again)
    def erase(self, request: HttpRequest, key: str) -> HttpResponse:
        person = self.found(request, key)
        self.let_in(request, people.ERASES)
        form = ActForm(sent(request))
        return act_page(
            request, form, lambda: people.erase(person, by=request.user, at=timezone.now(), reason=form.why),
            done="Erased. The records stay, and name nobody.", to=self.address, title=f"Erase what is known of {person}",
            back=self.address(person), button="Destroy the key", grave=True,
            about="The person’s key is destroyed, and with it the legal name and the birth date in every copy. "
            "The alias and the numbers given by others go too. This cannot be undone.",
        )  # fmt: skip

    # ── Who speaks for them ──────────────────────────────────────────────────────────────────────────────────────

    def authority(self, request: HttpRequest, key: str) -> HttpResponse:
        person = self.found(request, key)
        self.let_in(request, self.enters)
        form = AuthorityForm(sent(request))
        return act_page(
            request, form,
            lambda: people.record_authority(person, **form.facts(), by=request.user, at=timezone.now(), reason=form.why),
            done="Recorded. It counts once a second lawyer has compared it with the document.",
            to=lambda authority: self.address(person), title=f"Record who speaks for {person}", back=self.address(person),
            button="Record it",
        )  # fmt: skip

    def verify_authority(self, request: HttpRequest, key: str, record: str) -> HttpResponse:
        person = self.found(request, key)
        self.let_in(request, permissions.VERIFIES)
        authority = get_object_or_404(Authority, public_id=record, person=person)
        form = ActForm(sent(request))
        return act_page(
            request, form, lambda: people.verify_authority(authority, by=request.user, at=timezone.now(), reason=form.why),
            done="Verified.", to=lambda verified: self.address(person), title=f"Verify who speaks for {person}",
            about=in_words(authority), back=self.address(person), button="I have compared it with the document: verify",
        )  # fmt: skip


def facts(person: Person, *, private: bool) -> list[tuple[str, object]]:
    """What is known of the person; the `private` part of it only to those who may read it."""
    shown = [("Legal name", person.legal_name), ("Born on", _day(person.birth_date))] if private else []
    return shown + [
        ("Died on", _day(person.death_date)), ("On the files of", person.studio),
        ("On public pages", "never named" if person.never_public else "as the production decides"),
        ("ISNI", person.isni), ("HAND", person.hand), ("Id", person.public_id),
    ]  # fmt: skip


def in_words(authority: Authority) -> str:
    return f"{authority.get_kind_display()}: {authority.party}, on the strength of {authority.basis}."


def _day(day: date | None) -> str:
    return f"{day:%-d %B %Y}" if day else ""
