"""A kept decision on paper and as data: the clearance certificate for a file, an insurer or a court.

It says what was asked, what was answered and on what that stood; the hash lets anybody with access ask the registry
whether this is the decision it keeps.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import pymupdf_fonts
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from consent import clearance, wording
from consent.answer_in_words import Told
from consent.facts import moment
from consent.models import Decision
from consent.vocabulary import ACTS, MEDIA

INK, SOFT, LINE = HexColor("#1c1b19"), HexColor("#5f5b53"), HexColor("#d9d4c8")
COLOURS = {"deny": HexColor("#8a2b20"), "review": HexColor("#7a5b14"), "permit": HexColor("#2b4a74")}
NO_ADVICE = (
    "This certificate states what the registry answered from the record as it stood at the moment given. It is not legal "
    "advice, and it does not show what was recorded afterwards."
)


def as_pdf(decision: Decision, told: Told) -> bytes:
    """The certificate, A4. A long answer runs over as many pages as it needs, each with its number and the hash."""
    styles = _styles()
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=22 * mm, rightMargin=22 * mm, topMargin=20 * mm, bottomMargin=22 * mm,
        title=f"Clearance {decision.public_id}", author="Countersign", subject=told.headline, invariant=1,
    )  # fmt: skip
    foot = _foot(decision)
    document.build(list(_content(decision, told, styles)), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def as_dict(decision: Decision) -> dict[str, Any]:
    """The decision whole, as it is kept: `hash` is the SHA-256 of the RFC 8785 form of `answer`."""
    return {
        "id": decision.public_id,
        "production": decision.production.public_id,
        "purpose": decision.purpose,
        "outcome": decision.outcome,
        "request": decision.request,
        "answer": decision.answer,
        "hash": decision.decision_hash,
        "engine_version": decision.engine_version,
        "as_of": moment(decision.as_of),
        "known_at": moment(decision.known_at),
        "decided_at": moment(decision.recorded_at),
    }


def question_in_words(decision: Decision) -> list[tuple[str, str]]:
    """What was asked, line by line."""
    asked = decision.request
    return [
        ("Production", f"{decision.production}, {decision.production.studio}"),
        ("What is to be done", ACTS[asked["act"]]),
        ("Where", _upper(wording.places_in_words(clearance.unfolded(decision.answer)["by_territory"]))),
        ("Media", ", ".join(MEDIA[code] for code in asked["media"]) or "none named"),
        ("Languages", ", ".join(asked["languages"]) or "none named"),
        ("Scenes and shots", ", ".join(asked["units"]) or "none named"),
        ("As of", f"{decision.as_of:%-d %B %Y, %H:%M} UTC"),
        ("From the record as known on", f"{decision.known_at:%-d %B %Y, %H:%M} UTC"),
    ]


# --- the page -------------------------------------------------------------------------------------------------------


def _content(decision: Decision, told: Told, styles: dict[str, ParagraphStyle]) -> Iterable[Flowable]:
    say = _Said(styles)
    yield say("small", "Countersign · clearance certificate")
    yield say(f"title-{told.verdict.outcome}", told.headline)
    yield say("text", told.lead)
    yield say("heading", "What was asked")
    yield _pairs([(say("soft", name), say("text", value)) for name, value in question_in_words(decision)])
    yield say("heading", "Territory by territory")
    head = [say("soft", one) for one in ("Territory", *told.columns, "Altogether")]
    rows = [
        [say("text", row.where), *(say(f"tag-{cell.outcome}", cell.words) for cell in row.cells),
         say(f"tag-{row.whole.outcome}", row.whole.words)]
        for row in told.rows
    ]  # fmt: skip
    yield _ruled([head, *rows])
    if told.reasons or told.notes:
        yield say("heading", "Why")
        yield _ruled([
            [say(f"tag-{why.tag.outcome}", why.tag.words), say("text", f"{why.text} ({why.where})")]
            for why in (*told.reasons, *told.notes)
        ], first=38 * mm)  # fmt: skip
    if told.duties:
        yield say("heading", "Still to be done")
        yield _ruled([[say("text", one.when), say("text", f"{one.text} ({one.where})")] for one in told.duties], first=38 * mm)
    if told.advice:
        yield say("heading", "Advice, which changes no answer")
        yield say("soft", "From rule packs that no named lawyer of this studio has adopted.")
        yield from (say("text", f"{why.text} ({why.where})") for why in told.advice)
    if told.to_clear:
        yield say("heading", "To clear this")
        yield from (say("text", f"{number}. {line}") for number, line in enumerate(told.to_clear, start=1))
    yield say("heading", "On what it stood")
    stood_on = [
        f"{one.grant.number}, revision {one.number}, in force from {one.effective_from:%-d %B %Y}"
        for one in decision.revisions.select_related("grant").order_by("pk")
    ]
    yield from (say("text", line) for line in stood_on or ["No consent on file: see the reasons above."])
    yield Spacer(1, 4 * mm)
    yield say("small", f"Decision {decision.public_id}, engine {decision.engine_version}, SHA-256 of the answer:")
    yield say("small", decision.decision_hash)
    yield say("small", NO_ADVICE)


class _Said:
    """Text as a paragraph of a style; whatever is in it stays text."""

    def __init__(self, styles: dict[str, ParagraphStyle]) -> None:
        self.styles = styles

    def __call__(self, style: str, text: str) -> Paragraph:
        return Paragraph(escape(_visible(text)), self.styles[style])


def _visible(text: str) -> str:
    """Without characters that print nothing, turn the line around or that no font has a shape for."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _pairs(rows: Sequence[Sequence[Flowable]]) -> Table:
    table = Table(rows, colWidths=[46 * mm, 118 * mm], hAlign="LEFT")
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0),
                               ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]))  # fmt: skip
    return table


def _ruled(rows: Sequence[Sequence[Flowable]], *, first: float | None = None) -> Table:
    width, columns = 164 * mm, len(rows[0])
    rest = (width - first) / (columns - 1) if first else width / columns
    table = Table(rows, colWidths=[first or rest, *[rest] * (columns - 1)], repeatRows=0 if first else 1, hAlign="LEFT")
    table.setStyle(TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("LEFTPADDING", (0, 0), (0, -1), 0),
    ]))  # fmt: skip
    return table


def _foot(decision: Decision):
    def draw(canvas, document) -> None:
        canvas.saveState()
        canvas.setFont(_fonts()[0], 7.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(22 * mm, 12 * mm, f"{decision.public_id} · {decision.decision_hash}")
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, f"Page {document.page}")
        canvas.restoreState()

    return draw


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, str]:
    """FiraGO, for Latin, Greek, Cyrillic, Hebrew, Arabic, Thai, Georgian and Devanagari names alike."""
    names = ("FiraGO", "FiraGO-Bold")
    for name, kept in zip(names, ("figo", "figbo"), strict=True):
        pdfmetrics.registerFont(TTFont(name, BytesIO(pymupdf_fonts.fontbuffers[kept]())))
    return names


@lru_cache(maxsize=1)
def _styles() -> dict[str, ParagraphStyle]:
    regular, bold = _fonts()
    text = ParagraphStyle("text", fontName=regular, fontSize=9.5, leading=13, textColor=INK, spaceAfter=2)
    title = ParagraphStyle("title", text, fontName=bold, fontSize=17, leading=21, spaceBefore=6, spaceAfter=6)
    tag = ParagraphStyle("tag", text, fontName=bold)
    return {
        "text": text,
        "soft": ParagraphStyle("soft", text, textColor=SOFT),
        "small": ParagraphStyle("small", text, fontSize=8, leading=11, textColor=SOFT),
        "heading": ParagraphStyle("heading", text, fontName=bold, fontSize=11.5, leading=15, spaceBefore=10, spaceAfter=3),
        **{f"title-{one}": ParagraphStyle(f"title-{one}", title, textColor=colour) for one, colour in COLOURS.items()},
        **{f"tag-{one}": ParagraphStyle(f"tag-{one}", tag, textColor=colour) for one, colour in COLOURS.items()},
    }  # fmt: skip


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
