"""Badges as pictures: a line of text as SVG, a QR code with its address below, and the picture that goes with a shared link.

Text only, and none of it can become markup. Nothing of the work itself is drawn.
"""

import base64
import hashlib
from functools import lru_cache
from html import escape
from io import BytesIO

import pymupdf_fonts
import qrcode
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

HEIGHT, PADDING, SIZE, NOTE_SIZE, GAP = 32, 10, 14, 11, 8
PREVIEW = (1200, 630)
MARGIN = 80
PAPER, INK, SOFT, WASH, ACCENT = "#faf9f6", "#1d1c1a", "#5d5a54", "#ece8f6", "#5b4b8a"
# Light and dark by what the reader prefers; one colour for every label, whatever it says.
STYLE = (
    ".p{fill:#fff;stroke:#8a867d}.n{fill:#1d1c1a;font-weight:600}.l{fill:#5b4b8a}.w{fill:#ece8f6}.s{fill:#5d5a54}"
    "text{font-family:'Source Sans 3','Segoe UI',system-ui,sans-serif}"
    "@media (prefers-color-scheme:dark){.p{fill:#1f2024;stroke:#7d7a73}.n{fill:#ecebe7}.l{fill:#bcaee6}.w{fill:#2e2942}"
    ".s{fill:#aaa69d}}"
)
QR_STYLE = "text{font-family:ui-monospace,Consolas,monospace;fill:#000}"
# What an SVG may do where it is opened alone: use the style that stands in it, and nothing else.
POLICY = "default-src 'none'; style-src 'sha256-{}'; frame-ancestors 'none'; sandbox"


def policy(style: str) -> str:
    return POLICY.format(base64.b64encode(hashlib.sha256(style.encode()).digest()).decode())


def badge_svg(name: str, label: str, note: str, *, title: str, language: str) -> tuple[str, int, int]:
    """The badge as SVG, with its width and height in pixels; `title` is what a screen reader says."""
    x, parts = PADDING, []

    def put(text: str, style: str, size: int, *, wash: bool = False) -> None:
        nonlocal x
        width = round(_font("bold" if style == "n" else "regular", size).getlength(text))
        if wash:
            parts.append(f'<rect class="w" x="{x}" y="5" width="{width + 12}" height="22" rx="11"/>')
            x += 6
        parts.append(f'<text class="{style}" x="{x}" y="21" font-size="{size}" textLength="{width}" '
                     f'lengthAdjust="spacingAndGlyphs">{escape(text)}</text>')  # fmt: skip
        x += width + (6 if wash else 0) + GAP

    put(name, "n", SIZE)
    if label:
        put(label, "l", SIZE, wash=True)
    if note:
        put(note, "s", NOTE_SIZE)
    width = x - GAP + PADDING
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" '
        f'role="img" aria-labelledby="t" xml:lang="{escape(language)}"><title id="t">{escape(title)}</title>'
        f'<style>{STYLE}</style><rect class="p" x=".5" y=".5" width="{width - 1}" height="{HEIGHT - 1}" rx="6"/>'
        f'{"".join(parts)}</svg>'
    )
    return drawn, width, HEIGHT


def qr_svg(address: str) -> str:
    """The address as a QR code, error correction Q (a quarter may be damaged), four modules of quiet zone (ISO/IEC 18004),
    black on white in every theme, and below it the address for people."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=4)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    wide = len(rows)
    runs = "".join(_runs(row, y) for y, row in enumerate(rows))
    size = min(2.0, 1.5 * (wide - 4) / len(address))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {wide + 3}" width="{wide * 8}" height="{(wide + 3) * 8}" '
        f'role="img" aria-labelledby="t"><title id="t">{escape(address)}</title><style>{QR_STYLE}</style>'
        f'<rect width="{wide}" height="{wide + 3}" fill="#fff"/><path shape-rendering="crispEdges" d="{runs}"/>'
        f'<text x="{wide / 2}" y="{wide + 0.5}" font-size="{size:.2f}" text-anchor="middle" textLength="{wide - 4}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(address)}</text></svg>'
    )


def _runs(row: list[bool], y: int) -> str:
    """Dark modules of a row, neighbours together."""
    found, x = [], 0
    while x < len(row):
        if not row[x]:
            x += 1
            continue
        end = next((at for at in range(x, len(row)) if not row[at]), len(row))
        found.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
        x = end
    return "".join(found)


def preview_png(*, sentence: str, title: str, signer: str, name: str, label: str, note: str, site: str) -> bytes:
    """1200 × 630 pixels, as shared links show them: the sentence, whose signature, and where to look."""
    picture = Image.new("RGB", PREVIEW, PAPER)
    draw = ImageDraw.Draw(picture)
    wide, high = PREVIEW[0] - 2 * MARGIN, PREVIEW[1]
    head, pill = _font("bold", 34), _font("regular", 30)
    draw.text((MARGIN, 70), name, font=head, fill=INK)
    if label:
        left = MARGIN + head.getlength(name) + 28
        draw.rounded_rectangle((left, 64, left + pill.getlength(label) + 44, 118), 27, fill=WASH)
        draw.text((left + 22, 71), label, font=pill, fill=ACCENT)
    font = _font("bold", 52)
    for number, line in enumerate(_wrapped(sentence, font, wide, most=5)):
        draw.text((MARGIN, 155 + number * 64), line, font=font, fill=INK)
    small = _font("regular", 28)
    draw.text((MARGIN, high - 150), _wrapped(title, small, wide, most=1)[0], font=small, fill=SOFT)
    below = " · ".join(one for one in (signer, note) if one)
    draw.text((MARGIN, high - 108), _wrapped(below, small, wide, most=1)[0], font=small, fill=SOFT)
    draw.text((MARGIN, high - 66), site, font=small, fill=SOFT)
    content = BytesIO()
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(content, "PNG", optimize=True)
    return content.getvalue()


def _wrapped(text: str, font: FreeTypeFont, wide: float, *, most: int) -> list[str]:
    """The text in lines that fit; what is too long ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        tried = f"{lines[-1]} {word}".strip()
        if font.getlength(tried) <= wide or not lines[-1]:
            lines[-1] = tried
        else:
            lines.append(word)
    cut = len(lines) > most
    return [_fitting(line + (" …" if cut and number == most - 1 else ""), font, wide) for number, line in enumerate(lines[:most])]


def _fitting(line: str, font: FreeTypeFont, wide: float) -> str:
    while font.getlength(line) > wide and len(line) > 1:
        line = line.rstrip("… ")[:-1].rstrip() + "…"
    return line


@lru_cache(maxsize=16)
def _font(kind: str, size: int) -> FreeTypeFont:
    """FiraGO, as on this house's papers: for Latin, Greek, Cyrillic, Hebrew, Arabic, Thai and Devanagari names alike."""
    kept = {"regular": "figo", "bold": "figbo"}[kind]
    return ImageFont.truetype(BytesIO(pymupdf_fonts.fontbuffers[kept]()), size)
