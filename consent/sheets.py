"""A4 sheets as the house prints them: its type, its tables, a foot with the number of the page, and files they carry.

Whatever stands in a text stays text: nothing in it is markup, hides, or turns the line around.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from xml.sax.saxutils import escape

import pymupdf_fonts
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

INK, SOFT, FAINT, LINE = HexColor("#1c1b19"), HexColor("#5f5b53"), HexColor("#8d877b"), HexColor("#d9d4c8")
# Script → a font of Chinese, Japanese and Korean that every reader of PDFs has or replaces (ISO 32000-1 §9.7.5): not in the file.
EASTERN = {
    "CJK": "STSong-Light", "FULLWIDTH": "STSong-Light", "IDEOGRAPHIC": "STSong-Light", "HIRAGANA": "HeiseiMin-W3",
    "KATAKANA": "HeiseiMin-W3", "KATAKANA-HIRAGANA": "HeiseiMin-W3", "HANGUL": "HYSMyeongJo-Medium",
}  # fmt: skip
COLOURS = {"deny": HexColor("#8a2b20"), "review": HexColor("#7a5b14"), "permit": HexColor("#2b4a74")}


def printed(content: Iterable[Flowable], *, title: str, subject: str, foot: str, mark: str = "") -> bytes:
    """The content as a PDF, over as many pages as it needs, each with the `foot`, its number, and the `mark` of a copy."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=22 * mm, rightMargin=22 * mm, topMargin=20 * mm, bottomMargin=22 * mm,
        title=visible(title), author="Countersign", subject=visible(subject), invariant=1,
    )  # fmt: skip
    at_the_foot = _foot(foot, mark)
    document.build(list(content), onFirstPage=at_the_foot, onLaterPages=at_the_foot)
    return out.getvalue()


def copy_mark(by: str, at: datetime) -> str:
    """What stands on a paper that is printed from the record and is not the record."""
    return f"Copy – printed on {at:%-d %B %Y, %H:%M} UTC by {by}; what counts is the record."


def carrying(pdf: bytes, name: str, content: bytes) -> bytes:
    """The PDF with a file attached to it."""
    writer, out = PdfWriter(clone_from=BytesIO(pdf)), BytesIO()
    writer.add_attachment(name, content)
    writer.write(out)
    return out.getvalue()


def carried(pdf: bytes, ending: str) -> bytes | None:
    """The one file attached to a PDF whose name ends so; None if there is none, or several, or it is no PDF."""
    try:
        attached = PdfReader(BytesIO(pdf)).attachments.items()
        files = [content for name, each in attached if name.endswith(ending) for content in each]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return files[0] if len(files) == 1 else None


def say(style: str, text: str) -> Paragraph:
    """Text as a paragraph of a style: text, soft, small, heading, title, or title- and tag- with an outcome."""
    runs = ((font, escape("".join(letters))) for font, letters in groupby(visible(text), _font_of))
    return Paragraph("".join(f'<font name="{font}">{run}</font>' if font else run for font, run in runs), _styles()[style])


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names with their values."""
    told = [(say("soft", name), say("text", value)) for name, value in rows]
    table = Table(told, colWidths=[46 * mm, 118 * mm], hAlign="LEFT")
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0),
                               ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]))  # fmt: skip
    return table


def ruled(rows: Sequence[Sequence[Flowable]], *, first: float | None = None) -> Table:
    """Rows under a hairline each; the first is the heading, unless the width of a `first` column is given."""
    width, columns = 164 * mm, len(rows[0])
    rest = (width - first) / (columns - 1) if first else width / columns
    table = Table(rows, colWidths=[first or rest, *[rest] * (columns - 1)], repeatRows=0 if first else 1, hAlign="LEFT")
    table.setStyle(TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("LEFTPADDING", (0, 0), (0, -1), 0),
    ]))  # fmt: skip
    return table


def visible(text: str) -> str:
    """Without characters that print nothing or turn the line around."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _font_of(letter: str) -> str:
    """The font of a letter that the house's own has no shape for, "" for any other: by its script, which has its one name."""
    fonts()
    if ord(letter) in pdfmetrics.getFont("FiraGO").face.charToGlyph:
        return ""
    script = unicodedata.name(letter, "").partition(" ")[0]
    return EASTERN.get(script, "")


def _foot(text: str, mark: str):
    def draw(canvas, document) -> None:
        canvas.saveState()
        if mark:
            canvas.setFont(fonts()[0], 7)
            canvas.setFillColor(FAINT)
            canvas.translate(9 * mm, A4[1] / 2)
            canvas.rotate(90)
            canvas.drawCentredString(0, 0, visible(mark))
            canvas.rotate(-90)
            canvas.translate(-9 * mm, -A4[1] / 2)
        canvas.setFont(fonts()[0], 7.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(22 * mm, 12 * mm, visible(text))
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, f"Page {document.page}")
        canvas.restoreState()

    return draw


@lru_cache(maxsize=1)
def fonts() -> tuple[str, str]:
    """FiraGO, for Latin, Greek, Cyrillic, Hebrew, Arabic, Thai, Georgian and Devanagari names alike."""
    names = ("FiraGO", "FiraGO-Bold")
    for eastern in set(EASTERN.values()):
        pdfmetrics.registerFont(UnicodeCIDFont(eastern))
    for name, kept in zip(names, ("figo", "figbo"), strict=True):
        pdfmetrics.registerFont(TTFont(name, BytesIO(pymupdf_fonts.fontbuffers[kept]())))
    return names


@lru_cache(maxsize=1)
def _styles() -> dict[str, ParagraphStyle]:
    regular, bold = fonts()
    text = ParagraphStyle("text", fontName=regular, fontSize=9.5, leading=13, textColor=INK, spaceAfter=2)
    title = ParagraphStyle("title", text, fontName=bold, fontSize=17, leading=21, spaceBefore=6, spaceAfter=6)
    tag = ParagraphStyle("tag", text, fontName=bold)
    return {
        "text": text,
        "soft": ParagraphStyle("soft", text, textColor=SOFT),
        "small": ParagraphStyle("small", text, fontSize=8, leading=11, textColor=SOFT),
        "heading": ParagraphStyle("heading", text, fontName=bold, fontSize=11.5, leading=15, spaceBefore=10, spaceAfter=3),
        "title": title,
        **{f"title-{one}": ParagraphStyle(f"title-{one}", title, textColor=colour) for one, colour in COLOURS.items()},
        **{f"tag-{one}": ParagraphStyle(f"tag-{one}", tag, textColor=colour) for one, colour in COLOURS.items()},
    }  # fmt: skip
