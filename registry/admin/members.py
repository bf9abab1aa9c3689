"""Members at the desk, for operators: who may come in, in which role."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from registry import members, permissions
from registry.admin.acts import ActForm, act_page, attempt, sent
from registry.admin.lists import OwnRows
from registry.admin.record import history
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

    def __init__(self, *args, organisations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["organisation"].initial = organisations.first()

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
    about = "Who may come in, and as what. A role taken back stays on the record."
    add_words = "Add a member"
    list_display = ("who", "role", "organisation", "account", "held_since")
    list_filter = ("role", "user__is_active")
    list_select_related = ("user", "organisation")
    search_fields = ("user__username__icontains", "user__first_name__icontains", "user__last_name__icontains")
    search_help_text = "Part of a name or user name."
    ordering = ("user__last_name", "user__first_name", "pk")

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
            self.at("<int:key>/close/", self.close, "close"),
        ]

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        membership = self.found(request, key if key.isdecimal() else "0")
        user = membership.user
        acts = [("Give one more role", "give_role"), ("Take this role back", "take_role")]
        acts += [("Close the account", "close")] if user.is_active else []
        acts = [(words, self.address(membership, name)) for words, name in acts if user != request.user]
        pairs = [
            ("User name", user.username), ("E-mail", user.email), ("Role", membership.get_role_display()),
            ("At", membership.organisation), ("Account", self.account(membership)),
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
        form = MemberForm(sent(request), organisations=self.mine(request))
        made = request.method == "POST" and attempt(
            form, lambda: members.add(**form.facts(), by=request.user, at=timezone.now(), reason=form.why)
        )
        if made:
            membership, password = made
            return page(
                request, "desk/secret.html", title=f"{membership.user.display_name} may come in", secret=password,
                what="The first password", onward=self.address(membership), named=membership.user.username,
                about="Hand it over in person or by telephone. It opens nothing until it is changed at the first sign-in.",
            )  # fmt: skip
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

    def close(self, request: HttpRequest, key: int) -> HttpResponse:
        membership = self.found(request, key)
        form = ActForm(sent(request))
        return act_page(
            request, form, lambda: members.close(membership, by=request.user, at=timezone.now(), reason=form.why),
            done="The account is closed.", to=lambda user: self.address(membership), back=self.address(membership), grave=True,
            title=f"Close the account of {membership.user.display_name}", button="Close the account",
            about="Nobody signs in with it any more. What was done with it stays on the record.",
        )  # fmt: skip
