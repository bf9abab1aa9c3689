"""What was measured of an asset, at the desk: both numbers, where and when, how surely; and the answer where they differ."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from provenance import evidence, findings, intake, shelf
from provenance.admin.answers import asset_for
from provenance.findings import Finding, Stands
from provenance.models import Asset, Measured
from provenance.printable import printable
from provenance.public.figures import clock
from provenance.statements import percent
from registry import permissions
from registry.admin.acts import ActForm, attempt
from registry.desk.site import page

COLOURS = {Finding.MORE: "hold", Finding.NOTHING: "hold", Finding.FAILED: "stop"}
KINDS = {"difference": "the difference from what the operation began from", "matte": "a matte"}
DECLARED = {"derived:regions": "by its regions", "derived:whole": "as the whole element", "declared": "as a number"}
FLOORS = {"picture": "{:.2f} of 255 levels", "voice": "{:.1f} dBFS", "music": "{:.1f} dBFS", "sound": "{:.1f} dBFS"}
REFUSE = "refuse"
RANGES = 50
NARROWEST = 0.3  # of a strip, in percent; what is narrower could not be seen
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


# ── As it stands on the asset's page ─────────────────────────────────────────────────────────────────────────────


def told(asset: Asset) -> list[dict[str, Any]]:
    """Each operation that was measured, by the evidence that counts now."""
    return [_told(row, asset.media) for row in findings.of(asset)]


def _told(row: Measured, media: Mapping[str, Any]) -> dict[str, Any]:
    numbers = row.numbers or {}
    ranges = numbers.get("ranges", [])
    text = row.operation.element == "text"
    length = media.get("words" if text else "seconds")
    return {
        "row": row, "label": printable(row.operation.label), "sentence": printable(findings.sentence(row), 600),
        "colour": COLOURS.get(Finding(row.finding), ""), "answer": getattr(row, "answer", None),
        "pairs": list(_pairs(row, numbers)),
        "remarks": [printable(one) for one in numbers.get("remarks", [])],
        "spans": list(_spans(ranges, length)) if length else [],
        "end": f"{length} words" if text else clock(length or 0),
        "ranges": [_range(one) for one in ranges[:RANGES]], "more": max(0, len(ranges) - RANGES),
    }  # fmt: skip


def _pairs(row: Measured, numbers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    declared = row.declared["share"]
    yield "Declared", "no extent" if declared is None else f"{percent(declared)}, {DECLARED[row.declared['method']]}"
    if numbers:
        yield "Measured", f"{percent(numbers['share'])}, off by no more than {percent(numbers['error'])} of the whole"
        if numbers["time_share"] is not None:
            yield "Of its time", percent(numbers["time_share"])
        if numbers["area_share"] is not None:
            yield "Of the frame, while touched", percent(numbers["area_share"])
        if numbers["floor"] is not None:
            yield "Noise below which nothing counts", FLOORS[row.operation.element].format(numbers["floor"])
    yield "By", f"{KINDS[row.kind]}, SHA-256 {row.evidence_sha256}"
    yield "Measured at", f"{row.recorded_at:%-d %B %Y, %H:%M} UTC, by version {row.engine_version}"


def _spans(ranges: Iterable[Mapping[str, Any]], length: float) -> Iterator[tuple[float, float]]:
    """Start and length of each range in percent of the whole, for the strip."""
    for one in ranges:
        start, end = (one.get(f"{name}_s", one.get(f"{name}_word", 0)) / length * 100 for name in ("start", "end"))
        yield round(start, 3), round(max(end - start, NARROWEST), 3)


def _range(one: Mapping[str, Any]) -> dict[str, str]:
    if "start_word" in one:
        return {"from": f"word {one['start_word'] + 1}", "to": f"word {one['end_word']}", "frames": ""}
    frames = f"{one['start_frame']} – {one['end_frame'] - 1}" if "start_frame" in one else ""
    return {"from": _moment(one.get("start_s")), "to": _moment(one.get("end_s")), "frames": frames}


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.3f} s"


@require_safe
def picture(request: HttpRequest, key: str, measuring: str) -> FileResponse:
    """The heat map over the frame touched most, for the studio's lawyers alone."""
    asset = asset_for(request, key, permissions.may_read_consent)
    rows = Measured.objects.filter(operation__asset=asset).exclude(picture_key="")
    row = get_object_or_404(rows, public_id=measuring)
    return FileResponse(shelf.opened(row.picture_key), content_type="image/png", headers=PRIVATE)


# ── Answered ─────────────────────────────────────────────────────────────────────────────────────────────────────


class AnswerForm(ActForm):
    """For each operation that waits, which numbers stand; or the whole asset is refused."""

    def __init__(self, *args: Any, rows: Iterable[Measured], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        for row in self.rows:
            label = printable(findings.sentence(row), 600)
            field = forms.ChoiceField(label=label, choices=list(_choices(row)), widget=forms.RadioSelect)
            field.error_messages["required"] = "Say which numbers stand."
            self.fields[row.public_id] = field
        self.order_fields([*(row.public_id for row in self.rows), "reason"])

    @property
    def stands(self) -> dict[str, str]:
        return {row.public_id: self.cleaned_data[row.public_id] for row in self.rows}


def _choices(row: Measured) -> Iterator[tuple[str, str]]:
    if row.numbers:
        yield Stands.MEASURED, f"What was measured stands: {percent(row.numbers['share'])}"
    declared = row.declared["share"]
    yield Stands.DECLARED, f"What was declared stands: {'no extent' if declared is None else percent(declared)}"
    yield REFUSE, "Refuse the asset: nothing is signed"


def answer(request: HttpRequest, key: str) -> HttpResponse:
    """A held asset goes on with the numbers that a lawyer lets stand, or is refused."""
    asset = asset_for(request, key, permissions.may_enter)
    form = AnswerForm(request.POST or None, rows=_waiting(asset))

    def answered() -> str:
        acting = {"by": request.user, "at": timezone.now(), "reason": form.why}
        if REFUSE in form.stands.values():
            intake.refuse(asset, **acting)
            return "It is refused, and the vendor is told that the desk decided so."
        evidence.answer(asset, form.stands, **acting)
        return "It goes on to be signed with the numbers you let stand."

    address = ("admin:provenance_asset_change", asset.public_id)
    if request.method == "POST" and (said := attempt(form, answered)):
        messages.success(request, said)
        return redirect(*address)
    return page(
        request, "desk/form.html", status=form.status, form=form, title="Answer for what was measured",
        back=redirect(*address).url, back_words=printable(asset.title) or "Untitled asset", button="Answer", about=ABOUT,
    )  # fmt: skip


ABOUT = (
    "Compare what was measured with what the vendor declared; the picture and the times are on the asset’s page. The numbers "
    "you let stand are signed and published with their method; the others stay here."
)


def _waiting(asset: Asset) -> list[Measured]:
    return findings.unanswered(findings.of(asset))


picture_view, answer_view = map(admin.site.admin_view, (picture, answer))
