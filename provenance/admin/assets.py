"""Assets at the desk: by state, with what was declared, who is depicted, and what the vendor was told."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from consent.vocabulary import MODALITIES, ROLES, USES
from provenance import findings, frame_numbers, likeness, sequences, waiting
from provenance.admin import answers, measured
from provenance.admin import likeness as likenesses
from provenance.models import Asset, FrameSequence, SigningJob
from provenance.printable import bounded, printable
from registry import permissions
from registry.admin.lists import OwnRows
from registry.admin.record import history
from registry.desk.site import page
from registry.models import User

READS_ASSETS = (*permissions.READS_CONSENT, *permissions.OPERATES)
State = SigningJob.State
COLOURS = {State.HELD: "hold", State.REFUSED: "stop", State.DEAD: "stop"}
QUEUES = {
    State.HELD: "These wait for a decision here: consent or the declared extent could not be taken as it was.",
    State.REFUSED: "These were refused, and their vendors were told why. A corrected upload is a new asset.",
    State.DEAD: "Dead letters: signing was tried five times and failed. The problem says at which step.",
}


class ByState(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return State.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(job__state=self.value()) if self.value() else queryset


class ByProduction(admin.SimpleListFilter):
    title = "production"
    parameter_name = "production"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        own = model_admin.mine(request).values_list("productions__public_id", "productions__title")
        return [(code, title) for code, title in own.order_by("productions__title") if code]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(production__public_id=self.value()) if self.value() else queryset


class ByDetermination(admin.SimpleListFilter):
    title = "determination"
    parameter_name = "determination"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return [("waits", "Waits for a second lawyer")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return waiting.to_agree(queryset, by=request.user) if self.value() == "waits" else queryset


class ByMeasuring(admin.SimpleListFilter):
    title = "measuring"
    parameter_name = "measuring"

    def lookups(self, request: HttpRequest, model_admin: OwnRows) -> list:
        return [("waits", "Measured otherwise than declared")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return waiting.measured_otherwise(queryset) if self.value() == "waits" else queryset


@admin.register(Asset)
class Assets(OwnRows):
    reads = READS_ASSETS
    belongs_to = "production__studio"
    rows_are = ("asset", "assets")
    about = "What vendors sent for your productions, and how far each has come."
    none_yet = "No vendor has sent anything yet."
    list_display = ("name", "production", "vendor", "state", "told", "received")
    list_display_links = ("name",)
    list_filter = (ByState, ByProduction, ByDetermination, ByMeasuring, "received_at")
    list_select_related = ("production", "vendor", "job")
    search_fields = ("title",)
    search_help_text = "Part of a title, an asset’s id, or the SHA-256 of its bytes."
    ordering = ("-id",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        said = search_term.strip()
        found = Q(title__icontains=said) | Q(public_id=said) | Q(sha256=said.lower()) | Q(credential__sha256=said.lower())
        return queryset.filter(found) if said else queryset, False

    def queue(self, request: HttpRequest) -> str:
        return QUEUES.get(request.GET.get("state", ""), "")

    @admin.display(description="Asset", ordering="title")
    def name(self, asset: Asset) -> str:
        return printable(asset.title) or "untitled"

    @admin.display(description="State", ordering="job__state")
    def state(self, asset: Asset) -> str:
        return format_html('<span class="tag {}">{}</span>', COLOURS.get(asset.job.state, ""), asset.job.get_state_display())

    @admin.display(description="What the vendor was told")
    def told(self, asset: Asset) -> str:
        return printable((asset.job.problem or {}).get("detail", "")) or "–"

    @admin.display(description="Received (UTC)", ordering="received_at")
    def received(self, asset: Asset) -> str:
        return f"{asset.received_at:%-d %B %Y, %H:%M}"

    def row(self, request: HttpRequest, key: str) -> HttpResponse:
        asset = self.found(request, key)
        credential = getattr(asset, "credential", None)
        pairs = [
            ("Production", asset.production), ("Vendor", asset.vendor), ("Received", f"{asset.received_at:%-d %B %Y, %H:%M} UTC"),
            ("Kind of file", printable(asset.media_type)), ("Size", f"{asset.size:,} bytes".replace(",", " ")),
            ("SHA-256 of what was sent", asset.sha256), ("Attempts to sign", asset.job.attempt),
        ]  # fmt: skip
        if sequence := sequences.of(asset):
            pairs += _frames(sequence)
        if credential:
            pairs.append(("Signed", f"{credential.signed_at:%-d %B %Y, %H:%M} UTC"))
            pairs.append(("SHA-256 of what was signed", credential.sha256))
        return page(
            request, "provenance/desk/asset.html", title=printable(asset.title) or "Untitled asset", asset=asset, pairs=pairs,
            state=asset.job.get_state_display(), state_colour=COLOURS.get(asset.job.state, ""), credential=credential,
            problem=bounded(asset.job.problem or {}), declaration=bounded(asset.declaration), back=self.list_address,
            depictions=_depictions(asset), operations=[_operation(one) for one in asset.operations.all()],
            findings=measured.told(asset), likenesses=likenesses.told(asset),
            shows_pictures=permissions.may_read_consent(request.user, asset.production.studio),
            history=history(asset.public_id), acts=_acts(asset, request.user), proposals=_proposals(asset, request.user),
        )  # fmt: skip


def _frames(row: FrameSequence) -> list[tuple[str, str]]:
    """What a frame sequence is, in a reader's words."""
    gaps = frame_numbers.frames_in_words([(one["first"], one["last"]) for one in row.missing])
    of = f"{row.width} × {row.height} pixels" if row.width and row.height else "size not known"
    told = [
        ("Frames", f"{row.count}, from {row.first} to {row.last}, called {printable(row.pattern)}"),
        ("Each frame", f"{printable(row.media_type)}, {of}, {printable(row.pixels)}"),
        ("Missing, as the vendor states", gaps if row.missing else ""),
        ("Frames per second", row.rate or "not stated"), ("All frames together", f"{row.size:,} bytes".replace(",", " ")),
        ("Merkle root", row.merkle_root), ("Noted", " ".join(printable(note, 400) for note in row.notes[:5])),
    ]  # fmt: skip
    return [(name, value) for name, value in told if value]


def _acts(asset: Asset, user: User) -> list[tuple[str, str]]:
    """What this reader may do about it now: where, and in which words."""
    studio, state = asset.production.studio, asset.job.state
    enters = permissions.may_enter(user, studio)
    offered = []
    if state == State.HELD and enters and findings.waits(asset.job.problem):
        offered = [("asset-answer-measured", "Answer for what was measured")]
    elif state == State.HELD and enters and likeness.waits(asset.job.problem):
        offered = [("compare-asset", "Compare the two")]
    elif state == State.HELD and enters:
        offered = [("decide-asset", "Decide about it"), ("propose-determination", "Determine that no consent is needed")]
    elif state == State.DEAD and (enters or permissions.may_operate(user, studio)):
        offered = [("queue-asset-again", "Queue it again")]
    if permissions.may_read_consent(user, studio):
        offered.append(("copyright-statement", "Statement for copyright registration"))
    return [(reverse(name, args=[asset.public_id]), words) for name, words in offered]


def _proposals(asset: Asset, user: User) -> list[dict]:
    """Determinations that wait for a second lawyer; `address` where this reader may be that."""
    if asset.job.state != State.HELD:
        return []
    may = permissions.may_verify(user, asset.production.studio)
    return [
        {"who": one.by.get().display_name, "whom": answers.named(asset, one),
         "address": reverse("second-determination", args=[asset.public_id, one.public_id])
         if may and user not in one.by.all() else ""}
        for one in answers.open_proposals(asset)
    ]  # fmt: skip


def _depictions(asset: Asset) -> list[dict]:
    return [
        {"label": printable(one.label), "who": one.person or "Nobody identified",
         "role": ROLES.get(one.role, printable(one.role)), "of": MODALITIES.get(one.modality, printable(one.modality))}
        for one in asset.depictions.select_related("person")
    ]  # fmt: skip


def _operation(one) -> dict:
    return {"label": printable(one.label), "element": printable(one.element),
            "technique": USES.get(one.technique, printable(one.technique)), "statement": bounded(one.statement)}  # fmt: skip
