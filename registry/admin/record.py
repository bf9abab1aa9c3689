"""The journal at the desk: a list for those who may read it, and the history on every page about something."""

import json
from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from registry import legible, permissions
from registry.admin.lists import OwnRows, Rows
from registry.desk.site import page
from registry.models import Event, User

# Where the tag alone would not be understood.
WORDS = {
    "record:asked_again": "What waited for this asked again",
    "decision:asked_again": "Asked again: the answer is another one",
    "grant:entered": "Consent entered",
    "grant:amended": "Consent amended",
    "grant:verified": "Verified by a second lawyer",
    "grant:ended": "Ending recorded",
    "grant:offered": "Offered to whoever is to sign",
    "grant:handed_over": "Copy handed over",
    "evidence:viewed": "Paper read",
    "evidence:destroyed": "Paper destroyed",
    "intake:laundering": "Refused: the file carries more AI than was declared",
    "asset:received": "Asset received, and covered by consent",
    "asset:released_to_signing": "Released to be signed",
    "asset:queued_again": "Queued again to be signed",
    "asset:dead": "Could not be signed, after five attempts",
    "receipt:issued": "Receipt issued to the performer",
    "keys:rewrapped": "Private data wrapped under another key",
    "organisation:desk_opened": "Desk of the studio opened",
    "organisation:key_named": "Signing key named",
    "studio:retention_carried_out": "Retention carried out",
    "pack:adopted": "Rule pack adopted",
    "unit:registered": "Scene or shot added",
    "softbinding:bound": "Soft binding added",
    "softbinding:rebound": "Soft binding replaced",
    "softbinding:manifest_kept": "Manifest kept",
    "softbinding:manifest_withdrawn": "Manifest withdrawn",
    "asset:evidence_received": "Evidence of an operation received",
    "asset:measured": "Operation measured by its evidence",
    "asset:measured_answered": "Answered for what was measured",
    "asset:compared": "Compared with what it looks like",
    "rider:drafted": "Rider drafted",
    "rider:viewed": "Rider read",
    "link:made": "Link of a performer made",
    "link:opened": "Letter opened",
    "link:locked": "Link locked after wrong codes",
    "link:revoked": "Link of a performer revoked",
    "performer:answered": "Desk answered the performer",
    "performer:ends": "Performer wants to end; on hold",
    "performer:stays": "Performer takes the ending back",
    "person:died": "Death recorded",
    "person:authority_recorded": "Who speaks for the person recorded",
    "person:authority_verified": "Who speaks for the person verified",
    "person:access_answered": "Access request answered",
    **{
        f"{subject}:{what}": f"Evidence pack {words}"
        for subject in ("person", "production")
        for what, words in {
            "evidence_asked": "asked for", "evidence_packed": "made", "evidence_failed": "could not be made",
            "evidence_fetched": "fetched", "evidence_destroyed": "destroyed",
        }.items()
    },
    "production:unit_added": "Scene or shot added",
    "member:password_given": "New first password given",
    "member:second_factor_taken": "Second factor taken away",
    "production:unit_corrected": "Scene or shot corrected",
    "client:registered": "Program registered",
    "client:secret_renewed": "Secret of a program renewed",
    "client:revoked": "Access of a program revoked",
}


class Kind(NamedTuple):
    """What an entry may be about: how its subject begins, and where it is found by the rest, or by all of it."""

    prefix: str
    words: str
    # Rooms above this one are named as strings only.
    model: str
    key: str
    name: str
    readers: tuple[str, ...]
    # How one of it is told, with its name.
    told: str = "{}"


LONGEST = 200
LEGAL, EVERYBODY = permissions.READS_CONSENT, permissions.READS_JOURNAL
KINDS = (
    Kind("grt_", "Consent files", "consent.Grant", "public_id", "number", LEGAL, "consent {}"),
    Kind("per_", "People", "registry.Person", "public_id", "alias", EVERYBODY),
    Kind("prd_", "Productions", "registry.Production", "public_id", "title", EVERYBODY),
    Kind("unt_", "Scenes and shots", "registry.Unit", "public_id", "code", EVERYBODY),
    Kind("ast_", "Assets", "provenance.Asset", "public_id", "title", LEGAL),
    Kind("dec_", "Decisions", "consent.Decision", "public_id", "production__title", LEGAL, "decision about {}"),
    Kind("imp_", "Imports", "consent.Import", "public_id", "name", permissions.ENTERS),
    Kind("org_", "Organisations", "registry.Organisation", "public_id", "name", EVERYBODY),
    Kind("client:", "Programs", "registry.ApiClient", "pk", "name", EVERYBODY, "program {}"),
    Kind("user:", "Members", "registry.User", "pk", "first_name last_name", EVERYBODY),
)


def in_words(tag: str) -> str:
    subject, _, action = tag.partition(":")
    return WORDS.get(tag, f"{subject} {action}".replace("_", " ").capitalize())


def history(subject: str, *, leaving_out: tuple[str, ...] = ()) -> list[Event]:
    """What happened to the subject, the latest first, each entry with its `words`."""
    events = list(Event.objects.filter(chain=subject).exclude(tag__in=leaving_out).order_by("-sequence"))
    for event in events:
        event.words = in_words(event.tag)
    return events


def name_subjects(events: Collection[Event], *, reader: User) -> None:
    """Give each entry `about`: what its subject is called, or its id where it has no name or the reader may not open it."""
    roles: dict[int | None, set[str]] = defaultdict(set)
    for organisation, role in reader.memberships.values_list("organisation", "role"):
        roles[organisation].add(role)
    for event in events:
        pack = event.chain.rpartition(":")[2] if event.chain.startswith("pack:") else ""
        event.about = f"rule pack {pack}" if pack else event.chain
    for kind in KINDS:
        of_kind = [
            event
            for event in events
            if event.chain.startswith(kind.prefix) and roles[event.organisation_id].intersection(kind.readers)
        ]
        names = _names(kind, {event.chain for event in of_kind}) if of_kind else {}
        for event in of_kind:
            event.about = names.get(event.chain, event.chain)


def _names(kind: Kind, subjects: Collection[str]) -> dict[str, str]:
    before = kind.prefix if kind.key == "pk" else ""
    keys = [subject.removeprefix(before) for subject in subjects]
    rows = apps.get_model(kind.model)._default_manager.filter(**{f"{kind.key}__in": keys})
    found = {key: " ".join(names).strip() for key, *names in rows.values_list(kind.key, *kind.name.split())}
    return {f"{before}{key}": kind.told.format(name) for key, name in found.items() if name and _plain(name)}


def _plain(name: str) -> bool:
    """A name that hides something, or floods the page, is not shown in the place of an id."""
    try:
        return len(legible.line(name, "name")) <= LONGEST
    except legible.Illegible:
        return False


class Named(Rows):
    """A page of the journal, whose entries say what they are about by its name."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        name_subjects(self.result_list, reader=request.user)


class About(admin.SimpleListFilter):
    title = "about"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> tuple:
        return [(kind.prefix, kind.words) for kind in KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(chain__startswith=self.value()) if self.value() else queryset


@admin.register(Event)
class Record(OwnRows):
    reads = permissions.READS_JOURNAL
    belongs_to = "organisation"
    key = "hash"
    rows_are = ("entry", "entries")
    heading = "Journal"
    about = "What happened, who did it and why. Entries are added, never changed; each carries the hash of the one before."
    none_yet = "Nothing has been recorded yet."
    list_display = ("when", "what", "subject", "who", "why")
    list_display_links = ("what",)
    list_filter = (About, "recorded_at")
    search_fields = ("chain__exact", "actor_name__icontains", "reason__icontains", "tag__startswith")
    search_help_text = "A subject’s id, a name, a word of the reason, or a tag such as grant:verified."
    ordering = ("-id",)

    @admin.display(description="When (UTC)", ordering="id")
    def when(self, event: Event) -> str:
        return f"{event.recorded_at:%-d %B %Y, %H:%M:%S}"

    @admin.display(description="What", ordering="tag")
    def what(self, event: Event) -> str:
        return in_words(event.tag)

    @admin.display(description="About", ordering="chain")
    def subject(self, event: Event) -> str:
        """By its name on a page; a spreadsheet, which programs read, keeps the id."""
        return getattr(event, "about", event.chain)

    @admin.display(description="Who", ordering="actor_name")
    def who(self, event: Event) -> str:
        return event.actor_name

    @admin.display(description="Why")
    def why(self, event: Event) -> str:
        return event.reason or "–"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Rows]:
        return Named

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        event = self.found(request, key)
        name_subjects([event], reader=request.user)
        pairs = [
            ("Tag", event.tag), ("About", event.about), ("Id", event.chain), ("Entry", event.sequence), ("Who", event.actor_name),
            ("Key of who", event.actor), ("Why", event.reason), ("Recorded", f"{event.recorded_at:%-d %B %Y, %H:%M:%S} UTC"),
            ("In effect", f"{event.effective_at:%-d %B %Y, %H:%M:%S} UTC"),
            ("Details", json.dumps(json.loads(event.body)["details"], ensure_ascii=False)),
            ("Hash", event.hash), ("Hash before it", event.previous_hash),
        ]  # fmt: skip
        return page(request, "desk/row.html", title=in_words(event.tag), pairs=pairs, back=self.list_address,
                    back_words="Journal")  # fmt: skip
