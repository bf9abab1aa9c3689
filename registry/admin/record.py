"""The record at the desk: the journal as a list for those who may read it, and the history on every page about something."""

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from registry import permissions
from registry.admin.lists import OwnRows
from registry.desk.site import page
from registry.models import Event

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
SUBJECTS = (
    ("grt_", "Consent files"), ("per_", "People"), ("prd_", "Productions"), ("ast_", "Assets"),
    ("client:", "Programs"), ("imp_", "Imports"), ("org_", "Organisations"), ("user:", "Users"),
)  # fmt: skip


def in_words(tag: str) -> str:
    subject, _, action = tag.partition(":")
    return WORDS.get(tag, f"{subject} {action}".replace("_", " ").capitalize())


def history(subject: str, *, leaving_out: tuple[str, ...] = ()) -> list[Event]:
    """What happened to the subject, the latest first, each entry with its `words`."""
    events = list(Event.objects.filter(chain=subject).exclude(tag__in=leaving_out).order_by("-sequence"))
    for event in events:
        event.words = in_words(event.tag)
    return events


class About(admin.SimpleListFilter):
    title = "about"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> tuple:
        return SUBJECTS

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(chain__startswith=self.value()) if self.value() else queryset


@admin.register(Event)
class Record(OwnRows):
    reads = permissions.READS_JOURNAL
    belongs_to = "organisation"
    key = "hash"
    rows_are = ("entry", "entries")
    heading = "The record"
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
        return event.chain

    @admin.display(description="Who", ordering="actor_name")
    def who(self, event: Event) -> str:
        return event.actor_name

    @admin.display(description="Why")
    def why(self, event: Event) -> str:
        return event.reason or "–"

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        event = self.found(request, key)
        pairs = [
            ("Tag", event.tag), ("About", event.chain), ("Entry", event.sequence), ("Who", event.actor_name),
            ("Key of who", event.actor), ("Why", event.reason), ("Recorded", f"{event.recorded_at:%-d %B %Y, %H:%M:%S} UTC"),
            ("In effect", f"{event.effective_at:%-d %B %Y, %H:%M:%S} UTC"),
            ("Details", json.dumps(json.loads(event.body)["details"], ensure_ascii=False)),
            ("Hash", event.hash), ("Hash before it", event.previous_hash),
        ]  # fmt: skip
        return page(request, "desk/row.html", title=in_words(event.tag), pairs=pairs, back=self.list_address,
                    back_words="The record")  # fmt: skip
