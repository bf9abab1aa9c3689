"""What an asset looks like, at the desk: both pictures side by side with their distance, and what a lawyer finds."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from provenance import intake, likeness, sequences, shelf, trust
from provenance.admin.answers import asset_for
from provenance.admin.measured import PRIVATE
from provenance.media.refusal import MediaRefused
from provenance.models import Asset, Likeness, LikenessAnswer, SigningJob
from provenance.printable import printable
from provenance.public.figures import clock
from registry import permissions
from registry.admin.acts import ActForm, attempt
from registry.desk.site import page

REFUSE = "refuse"
SENT, KNOWN = "sent", "known"
LONGEST_SIDE = 720


def told(asset: Asset) -> list[dict[str, Any]]:
    """Each known asset that an asset, or a file in it, looks like."""
    return [_told(row) for row in likeness.of(asset)]


def _told(row: Likeness) -> dict[str, Any]:
    known, credential = row.known, getattr(row.known, "credential", None)
    own = known.production.studio_id == row.asset.production.studio_id
    return {
        "row": row, "answer": getattr(row, "answer", None), "frames": _frames(row),
        "sent": printable(row.ingredient.title if row.ingredient else row.asset.title) or "untitled",
        "known": printable(known.title) or "untitled", "own": own, "known_at": _moment(row.known_at_s),
        "sent_at": _moment(row.at_s), "carries": [printable(one, 400) for one in row.carries],
        "address": reverse("admin:provenance_asset_change", args=[known.public_id]) if own else "",
        "report": f"/c/{credential.public_id}" if credential else "",
        "shows": {which: _picture_of(row, which) is not None for which in (SENT, KNOWN)},
    }  # fmt: skip


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else clock(seconds)


def _frames(row: Likeness) -> str:
    return f"{row.near} of {row.compared} frames looked at are near." if row.compared > 1 else ""


def _picture_of(row: Likeness, which: str) -> tuple[str, str, float | None] | None:
    """Key, hash and moment of a picture that may be shown here: another studio's is not, and what was refused is gone."""
    if row.kind != "picture":
        return None
    if which == KNOWN:
        asset = row.known
        kept = asset.storage_key and asset.job.state != SigningJob.State.REFUSED
        own = asset.production.studio_id == row.asset.production.studio_id
        return _shown_of(asset, row.known_at_s) if kept and own else None
    file = row.ingredient or row.asset
    if not file.storage_key or row.asset.job.state == SigningJob.State.REFUSED:
        return None
    return (file.storage_key, file.sha256, row.at_s) if row.ingredient else _shown_of(row.asset, row.at_s)


def _shown_of(asset: Asset, at_s: float | None) -> tuple[str, str, float | None] | None:
    """Of a frame sequence, the frame shown then."""
    if sequences.of(asset):
        frame = sequences.picture_key(asset, at_s)
        return (*frame, None) if frame else None
    return asset.storage_key, asset.sha256, at_s


@require_safe
def picture(request: HttpRequest, key: str, near: str, which: str) -> HttpResponse:
    """One of the two pictures, made small from the file as it is kept, for the studio's lawyers alone."""
    asset = asset_for(request, key, permissions.may_read_consent)
    related = ("asset__job", "asset__production", "known__job", "known__production", "ingredient")
    row = get_object_or_404(asset.likenesses.select_related(*related), public_id=near)
    found = _picture_of(row, which) if which in (SENT, KNOWN) else None
    if found is None:
        raise Http404
    stored, sha256, at_s = found
    with shelf.scratch() as folder, shelf.borrowed(stored, sha256, into=folder) as path:
        try:
            content = trust.sandbox().draw(path, seconds=at_s, side=LONGEST_SIDE)
        except MediaRefused:
            raise Http404 from None
    return HttpResponse(content, content_type="image/jpeg", headers=PRIVATE)


# ── Answered ─────────────────────────────────────────────────────────────────────────────────────────────────────


class CompareForm(ActForm):
    """For each likeness that waits, what the reader found; or the whole asset is refused."""

    def __init__(self, *args: Any, rows: Iterable[Likeness], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        for row in self.rows:
            label = f"Beside “{printable(row.known.title) or 'untitled'}”"
            field = forms.ChoiceField(label=label, choices=list(_choices()), widget=forms.RadioSelect)
            field.error_messages["required"] = "Say what you found."
            self.fields[row.public_id] = field
        self.order_fields([*(row.public_id for row in self.rows), "reason"])

    @property
    def found(self) -> dict[str, str]:
        return {row.public_id: self.cleaned_data[row.public_id] for row in self.rows}


def _choices() -> Iterator[tuple[str, str]]:
    yield LikenessAnswer.Finding.DIFFERENT, "They are not the same: nothing of the known one is in it"
    yield LikenessAnswer.Finding.RIGHTLY, "They are the same, and what is declared of it is right"
    yield REFUSE, "Refuse the asset: nothing is signed"


def compare(request: HttpRequest, key: str) -> HttpResponse:
    """A held asset goes on once a lawyer has compared it with what it looks like, or it is refused."""
    asset = asset_for(request, key, permissions.may_enter)
    waiting = likeness.unanswered(asset)
    form = CompareForm(request.POST or None, rows=waiting)

    def answered() -> str:
        acting = {"by": request.user, "at": timezone.now(), "reason": form.why}
        if REFUSE in form.found.values():
            intake.refuse(asset, **acting)
            return "It is refused, and the vendor is told that the desk decided so."
        intake.compare(asset, form.found, **acting)
        return "It goes on to be signed as it was declared."

    address = ("admin:provenance_asset_change", asset.public_id)
    if request.method == "POST" and (said := attempt(form, answered)):
        messages.success(request, said)
        return redirect(*address)
    return page(
        request, "provenance/desk/compare.html", status=form.status, form=form, asset=asset,
        likenesses=[_told(one) for one in waiting], shows_pictures=True, back=redirect(*address).url,
        back_words=printable(asset.title) or "Untitled asset",
    )  # fmt: skip


picture_view, compare_view = map(admin.site.admin_view, (picture, compare))
