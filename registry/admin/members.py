"""Members at the desk, for operators: who may come in, in which role."""

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator

from registry import members, permissions
from registry.admin.acts import ActForm, act_page, attempt, sent
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.again import asks_again
from registry.desk.site import page
from registry.models import Membership, Organisation


class MemberForm(ActForm):
    groups = (("The account", ("organisation", "username", "first_name", "last_name", "email", "role")),)

    organisation = forms.ModelChoiceField(Organisation.objects.none(), to_field_name="public_id")
    username = forms.CharField(label="User name", max_length=150)
    first_name = forms.CharField(max_length=150)
    last_name = forms.CharField(max_length=150)
    email = forms.EmailField(label="E-mail", required=False)
    role = forms.ChoiceField(choices=Membership.Role.choices)

    def __init__(self, *args, organisations, own, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["organisation"].initial = own.first()

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.fields if name != "reason"}


class RoleForm(ActForm):
    role = forms.ChoiceField(choices=Membership.Role.choices)


@admin.register(Membership)
class Members(OwnRows):
    reads = permissions.OPERATES
    enters = permissions.OPERATES
    belongs_to = "organisation"
    key = "pk"
    rows_are = ("member", "members")
    about = "Who may come in, and as what: also people of vendors that work for you alone. A role taken back stays on the record."
    add_words = "Add a member"
    list_display = ("who", "role", "organisation", "account", "held_since")
    list_filter = ("role", "user__is_active")
    list_select_related = ("user", "organisation")
    search_fields = ("user__username__icontains", "user__first_name__icontains", "user__last_name__icontains")
    search_help_text = "Part of a name or user name."
    ordering = ("user__last_name", "user__first_name", "pk")

    def mine(self, request: HttpRequest) -> QuerySet[Organisation]:
        return permissions.operable(request.user)

    @admin.display(description="Who", ordering="user__last_name")
    def who(self, membership: Membership) -> str:
        return f"{membership.user.display_name} ({membership.user.username})"

    @admin.display(description="Account", ordering="user__is_active")
    def account(self, membership: Membership) -> str:
        return "open" if membership.user.is_active else "closed"

    @admin.display(description="Since", ordering="since")
    def held_since(self, membership: Membership) -> str:
        return f"{membership.since:%-d %B %Y}"

    def pages(self) -> list:
        return [
            self.at("add/", self.add, "add"),
            self.at("<int:key>/role/", self.give_role, "give_role"),
            self.at("<int:key>/take/", self.take_role, "take_role"),
            self.at("<int:key>/password/", self.give_password, "give_password"),
            self.at("<int:key>/second-factor/", self.take_second_factor, "take_second_factor"),
            self.at("<int:key>/close/", self.close, "close"),
        ]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        membership = self.found(request, key if key.isdecimal() else "0")
        user = membership.user
        protected = is_mfa_enabled(user)
        acts = [("Give one more role", "give_role"), ("Take this role back", "take_role")]
        acts += [("Give a new first password", "give_password")] if user.is_active else []
        acts += [("Take the second factor away", "take_second_factor")] if protected else []
        acts += [("Close the account", "close")] if user.is_active else []
        acts = [(words, self.address(membership, name)) for words, name in acts if user != request.user]
        pairs = [
            ("User name", user.username), ("E-mail", user.email), ("Role", membership.get_role_display()),
            ("At", membership.organisation), ("Account", self.account(membership)),
            ("Password", "first, not changed yet" if user.password_is_first else "chosen by its owner"),
            ("Second factor", "set up" if protected else "none"),
            ("Last signed in", f"{user.last_login:%-d %B %Y, %H:%M} UTC" if user.last_login else "never"),
        ]  # fmt: skip
        return page(
            request, "desk/row.html", title=user.display_name, pairs=pairs, acts=acts,
            back=self.list_address, back_words="Members", history=self._history(request, user),
        )  # fmt: skip

    def _history(self, request: HttpRequest, user) -> list:
        mine = set(self.mine(request).values_list("pk", flat=True))
        return [event for event in history(f"user:{user.pk}") if event.organisation_id in mine]

    def add(self, request: HttpRequest) -> HttpResponse:
        self.let_in(request, self.enters)
        own = permissions.organisations_where(request.user, permissions.OPERATES)
        form = MemberForm(sent(request), organisations=self.mine(request), own=own)
        made = request.method == "POST" and attempt(
            form, lambda: members.add(**form.facts(), by=request.user, at=timezone.now(), reason=form.why)
        )
        if made:
            return self._shown_once(request, *made, title=f"{made[0].user.display_name} may come in")
        return page(request, "desk/form.html", status=form.status, form=form, title="Add a member", back=self.list_address,
                    button="Make the account")  # fmt: skip

    def give_role(self, request: HttpRequest, key: int) -> HttpResponse:
        membership = self.found(request, key)
        form = RoleForm(sent(request))
        return act_page(
            request, form,
            lambda: members.give_role(
                membership.user, membership.organisation, role=form.cleaned_data["role"], by=request.user,
                at=timezone.now(), reason=form.why,
            ),
            done="The role is given.", to=self.address, title=f"One more role for {membership.user.display_name}",
            back=self.address(membership), button="Give the role",
        )  # fmt: skip

    def take_role(self, request: HttpRequest, key: int) -> HttpResponse:
        membership = self.found(request, key)
        form = ActForm(sent(request))
        return act_page(
            request, form,
            lambda: members.take_role(membership, by=request.user, at=timezone.now(), reason=form.why) or True,
            done="The role is taken back.", to=lambda done: self.list_address, back=self.address(membership), grave=True,
            title=f"Take “{membership.get_role_display()}” from {membership.user.display_name}", button="Take the role back",
            about="It ends at once. That it was held stays on the record.",
        )  # fmt: skip

    @method_decorator(asks_again)
    def give_password(self, request: HttpRequest, key: int) -> HttpResponse:
        membership = self.found(request, key)
        form = ActForm(sent(request))
        password = request.method == "POST" and attempt(
            form, lambda: members.give_password(membership, by=request.user, at=timezone.now(), reason=form.why)
        )
        name = membership.user.display_name
        if password:
            return self._shown_once(request, membership, password, title=f"{name} has a new first password")
        return page(
            request, "desk/form.html", status=form.status, form=form, title=f"Give {name} a new first password", grave=True,
            back=self.address(membership), button="Give a new password",
            about="For somebody who has lost theirs: be sure that it is they who ask. The old password stops working at "
            "once, and wherever they are signed in they are signed out. Their second factor stays.",
        )  # fmt: skip

    @method_decorator(asks_again)
    def take_second_factor(self, request: HttpRequest, key: int) -> HttpResponse:
        membership = self.found(request, key)
        form = ActForm(sent(request))
        return act_page(
            request, form,
            lambda: members.take_second_factor(membership, by=request.user, at=timezone.now(), reason=form.why),
            done="The second factor is taken away.", to=lambda user: self.address(membership), back=self.address(membership),
            title=f"Take the second factor of {membership.user.display_name} away", button="Take it away", grave=True,
            about="For somebody who has lost both phone and recovery codes: be sure that it is they who ask. Their password "
            "alone signs them in until they set up another, and wherever they are signed in they are signed out.",
        )  # fmt: skip

    def close(self, request: HttpRequest, key: int) -> HttpResponse:
        membership = self.found(request, key)
        form = ActForm(sent(request))
        return act_page(
            request, form, lambda: members.close(membership, by=request.user, at=timezone.now(), reason=form.why),
            done="The account is closed.", to=lambda user: self.address(membership), back=self.address(membership), grave=True,
            title=f"Close the account of {membership.user.display_name}", button="Close the account",
            about="Nobody signs in with it any more. What was done with it stays on the record.",
        )  # fmt: skip

    def _shown_once(self, request: HttpRequest, membership: Membership, password: str, *, title: str) -> HttpResponse:
        return page(
            request, "desk/secret.html", title=title, secret=password, what="The first password",
            onward=self.address(membership), named=membership.user.username,
            about="Hand it over in person or by telephone. It opens nothing until it is changed at the first sign-in.",
        )  # fmt: skip
