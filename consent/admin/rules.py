"""The library of rules at the desk: each pack with how its text was read and who adopted it, and what the rules ask for."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from consent import adoptions, policy, rulebook, rules_in_words
from consent.fact_dictionary import FACTS
from consent.forms.catalogue import FORMS, STATED_BY_NONE
from consent.models import PackAdoption
from consent.rulebook import CORE, Pack, PackRule
from consent.rules_in_words import Clause
from consent.vocabulary import CERTAINTIES, PACK_KINDS, PACK_MODES, SEVERITIES
from registry import permissions
from registry.admin.lists import NotThisPage
from registry.desk.site import page
from registry.models import Organisation

GATES = {
    "capture": "before anybody is scanned", "sign": "before it is signed", "release": "before release", "after": "afterwards",
}  # fmt: skip
ABSENCES = {"open": "nobody can tell", "closed": "it is not so", "given": "never absent"}
OWNERS = {
    "question": "Read from the question", "registry": "Read from what is on file", "attested": "Stated on a form",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelved:
    """A pack as it stands in a studio: the version its lawyers adopted, else the newest; `newer` waits beside it."""

    pack: Pack
    studio: Organisation
    adoption: PackAdoption | None
    newer: Pack | None = None

    @property
    def decides(self) -> bool:
        return self.pack.kind == CORE or (self.adopted and self.adoption.mode == policy.ENFORCING)

    @property
    def adopted(self) -> bool:
        """Whether the adoption that counts is of this very text."""
        return self.adoption is not None and self.adoption.hash == self.pack.hash

    @property
    def words(self) -> str:
        return PACK_MODES[policy.ENFORCING if self.decides else policy.ADVISORY]

    @property
    def read(self) -> str:
        return rules_in_words.text_read(self.pack)

    @property
    def jurisdiction(self) -> str:
        return rules_in_words.jurisdiction(self.pack)

    @property
    def certainty(self) -> str:
        return rules_in_words.certainty(self.pack.rules)

    @property
    def address(self) -> str:
        return address(self.studio, self.pack)


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule as its page tells it."""

    rule: PackRule
    conditions: tuple[tuple[str, Clause], ...]

    @property
    def severity(self) -> str:
        return SEVERITIES[self.rule.rule.fail]

    @property
    def colour(self) -> str:
        return {"absolute": "stop", "deny": "stop", "review": "hold"}.get(self.rule.rule.fail, "")

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [
            ("To be met", GATES.get(self.rule.gate, "before what is asked about")),
            ("In force", rules_in_words.span(self.rule.first, self.rule.last)),
            ("Status", rules_in_words.status(self.rule)), ("Source", self.rule.citation),
            ("How sure", CERTAINTIES[self.rule.certainty]), ("To clear it", self.rule.to_clear),
        ]  # fmt: skip


def library_page(request: HttpRequest) -> HttpResponse:
    """Every pack, for each studio of the reader; with `q`, those in which the words stand."""
    _let_in(request)
    asked, at = request.GET.get("q", "").strip(), timezone.now()
    studios = [(one, [pack for pack in shelves(one, at=at) if _says(pack.pack, asked)]) for one in _readable(request)]
    return page(request, "consent/desk/rules.html", title="Rules", studios=studios, asked=asked)


def pack_page(request: HttpRequest, studio: str, pack: str, version: str) -> HttpResponse:
    organisation = get_object_or_404(_readable(request), public_id=studio)
    found = found_pack(pack, version)
    standing = adoptions.in_force(organisation, at=timezone.now()).get(found.id)
    shelved = Shelved(found, organisation, standing)
    mode = policy.ADVISORY if shelved.decides else policy.ENFORCING
    may_adopt = found.kind != CORE and permissions.may_verify(request.user, organisation)
    return page(
        request, "consent/desk/rule_pack.html", title=found.title, shelved=shelved, pack=found, studio=organisation,
        kind=PACK_KINDS[found.kind], connection=rules_in_words.connection(found), back=reverse("rules"),
        rules=[Shown(rule, rules_in_words.conditions(found, rule)) for rule in found.rules],
        others=[(one, address(organisation, one)) for one in versions(found.id) if one is not found],
        history=PackAdoption.objects.filter(studio=organisation, pack=found.id).select_related("by").order_by("-id"),
        adopt=reverse("adopt-pack", args=[organisation.public_id, found.id, found.version, mode]) if may_adopt else "",
    )  # fmt: skip


def facts_page(request: HttpRequest) -> HttpResponse:
    """The dictionary of facts, with the forms on which each is stated."""
    _let_in(request)
    groups = [
        (words, [(one, ABSENCES[one.absence], stated_on(one.name)) for one in FACTS.values() if one.owner == owner])
        for owner, words in OWNERS.items()
    ]
    return page(request, "consent/desk/rule_facts.html", title="What the rules ask for", groups=groups, back=reverse("rules"))


def shelves(studio: Organisation, *, at: datetime) -> list[Shelved]:
    """Every pack as it stands in the studio; those that decide first."""
    standing, library = adoptions.in_force(studio, at=at), rulebook.shipped()
    found = []
    for newest in rulebook.newest():
        adoption = standing.get(newest.id)
        pack = library.get(adoption.hash, newest) if adoption else newest
        found.append(Shelved(pack, studio, adoption, newest if pack is not newest else None))
    return sorted(found, key=lambda one: (not one.decides, one.pack.kind != CORE, one.pack.title))


def found_pack(id: str, version: str) -> Pack:
    for one in versions(id):
        if one.version == version:
            return one
    raise Http404


def versions(id: str) -> list[Pack]:
    return [pack for pack in rulebook.shipped().values() if pack.id == id]


def address(studio: Organisation, pack: Pack) -> str:
    return reverse("rule-pack", args=[studio.public_id, pack.id, pack.version])


def stated_on(fact: str) -> list[str]:
    """The titles of the forms that state the fact, or why none does."""
    titles = [form.title for form in FORMS.values() if form.question == fact or any(one.fact == fact for one in form.states)]
    return titles or [STATED_BY_NONE.get(fact, "")]


def _says(pack: Pack, asked: str) -> bool:
    told = [pack.title, pack.id, rules_in_words.jurisdiction(pack)]
    told += [words for rule in pack.rules for words in (rule.id, rule.text, rule.citation)]
    return asked.casefold() in " ".join(told).casefold()


def _readable(request: HttpRequest) -> QuerySet[Organisation]:
    return permissions.organisations_where(request.user, permissions.READS_CONSENT)


def _let_in(request: HttpRequest) -> None:
    if not _readable(request).exists():
        raise NotThisPage


library = admin.site.admin_view(library_page)
pack = admin.site.admin_view(pack_page)
facts = admin.site.admin_view(facts_page)
