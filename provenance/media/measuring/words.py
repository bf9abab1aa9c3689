"""Texts and scripts: read into words, and compared by the longest row of words they have in common, exactly.

A word is what stands between white space. Plain text, Markdown and Fountain are compared as written, marks included; of
a Word document the words of its main story, of a PDF the words its pages show.
"""

import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from provenance.footprint import Piece
from provenance.measurement import DIFFERENCE, Measurement
from provenance.media import documents, sniff
from provenance.media.bounds import Bounds, Fault, Scan
from provenance.media.refusal import MediaRefused

# A long novel has 200,000 words. The time to compare grows with the product of both.
MOST_WORDS = 300_000
MOST_PAGES = 5_000
# Tables up to this many bits are kept whole and walked back through; larger ones are halved first.
LARGEST_TABLE = 1 << 25


def measure(input_file: BinaryIO, result_file: BinaryIO, bounds: Bounds) -> Measurement:
    """Which words of the result are not the input's, in its order. Every word is told; nothing is estimated."""
    before, after = read(input_file, bounds, who="input"), read(result_file, bounds, who="result")
    if not after:
        raise MediaRefused("media.unmeasurable", "The result holds no words to measure.")
    kept = common(before, after)
    ranges = list(_ranges(kept, len(after)))
    share = Fraction(len(after) - len(kept), len(after))
    removed = len(before) - len(kept)
    changed = min(removed, len(after) - len(kept))
    remarks = (f"{removed - changed:,} words of the input were left out.",) if removed > changed else ()
    return Measurement(
        "text",
        DIFFERENCE,
        share,
        Fraction(0),
        ranges=tuple({"start_word": start, "end_word": end} for start, end in ranges),
        footprint=tuple(Piece(Fraction(start), Fraction(end)) for start, end in ranges),
        remarks=remarks,
    )


def _ranges(kept: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """The runs of words between those that were kept."""
    for before, after in pairwise((-1, *kept, length)):
        if after - before > 1:
            yield before + 1, after


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read(file: BinaryIO, bounds: Bounds, *, who: str) -> list[str]:
    """The words of a text, composed alike (Unicode NFC) and without marks that nobody sees."""
    kind = sniff.sniff(file)
    if kind is sniff.PDF:
        written = _pdf(file, who)
    elif kind is sniff.DOCX:
        written = _docx(file, bounds, who)
    elif kind in (sniff.HTML, sniff.EPUB):
        raise MediaRefused(
            "media.unmeasurable", f"The text of the {who} is not read here ({kind.name}); send plain text, Word or PDF."
        )
    else:
        written = _plain(file, who)
    words = [_word(word) for word in written.split()]
    if len(words) > MOST_WORDS:
        raise _too_long(who)
    return words


def legible(file: BinaryIO) -> bool:
    """Whether a file of no known kind is text in one of the older encodings: it has no controls but those of lines."""
    file.seek(0)
    head = file.read(sniff.HEAD)
    return bool(head) and not sniff.NOT_TEXT.search(head)


def _word(word: str) -> str:
    # The soft hyphen and zero-width marks: they come and go between programs.
    return unicodedata.normalize("NFC", word).translate({0xAD: None, 0x200B: None, 0x200C: None, 0x200D: None, 0xFEFF: None})


def _plain(file: BinaryIO, who: str) -> str:
    size = file.seek(0, 2)
    if size > documents.LARGEST_TEXT:
        raise _too_long(who)
    file.seek(0)
    data = file.read()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _docx(file: BinaryIO, bounds: Bounds, who: str) -> str:
    try:
        return documents.story(Scan(file, bounds, sniff.DOCX))
    except Fault as fault:
        raise MediaRefused(fault.code, f"The {who}: {str(fault)}") from None


def _pdf(file: BinaryIO, who: str) -> str:
    file.seek(0)
    pages, length = [], 0
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            raise MediaRefused("media.unmeasurable", f"The {who} is an encrypted PDF; send it without a password.")
        if len(reader.pages) > MOST_PAGES:
            raise _too_long(who)
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length > documents.LARGEST_TEXT:
                raise _too_long(who)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, RecursionError):
        raise MediaRefused("media.unreadable", f"The text of the {who} cannot be read from its PDF; export it afresh.") from None
    text = "\n".join(pages)
    if not text.strip():
        raise MediaRefused("media.unmeasurable", f"The {who} is a PDF of pictures: its pages hold no words as text.")
    return text


def _too_long(who: str) -> MediaRefused:
    return MediaRefused(
        "media.too_long", f"The {who} has more than {MOST_WORDS:,} words, the most that are compared. Send it in parts."
    )


# ── The longest common row (Hyyrö 2004, bits for columns; Hirschberg 1975, halves for space) ─────────────────────


def common(before: Sequence[str], after: Sequence[str]) -> list[int]:
    """Places in `after`, rising, of the longest row of words that `before` has in the same order."""
    number: dict[str, int] = {}
    one = [number.setdefault(word, len(number)) for word in before]
    other = [number.setdefault(word, len(number)) for word in after]
    return list(_common(one, other, 0))


def _common(one: list[int], other: list[int], offset: int) -> Iterator[int]:
    first = 0
    while first < min(len(one), len(other)) and one[first] == other[first]:
        first += 1
    yield from range(offset, offset + first)
    last = 0
    while last < min(len(one), len(other)) - first and one[-1 - last] == other[-1 - last]:
        last += 1
    end = len(other)
    one, other = one[first:len(one) - last], other[first:end - last]
    if one and other:
        if len(one) * len(other) <= LARGEST_TABLE or len(one) == 1:
            yield from _walked(one, other, offset + first)
        else:
            yield from _halved(one, other, offset + first)
    yield from range(offset + end - last, offset + end)


def _walked(one: list[int], other: list[int], offset: int) -> list[int]:
    """With the whole table kept: row by row forward, then back through it."""
    rows = list(_rows(one, other))
    found, row, column = [], len(one), len(other)
    while row and column:
        if one[row - 1] == other[column - 1]:
            row, column = row - 1, column - 1
            found.append(offset + column)
        elif rows[row - 1] >> (column - 1) & 1:
            column -= 1
        else:
            row -= 1
    return found[::-1]


def _halved(one: list[int], other: list[int], offset: int) -> Iterator[int]:
    """One half of the input goes with the part of the result with which both halves have most in common."""
    middle = len(one) // 2
    forward = _lengths(one[:middle], other)
    backward = _lengths(one[middle:][::-1], other[::-1])[::-1]
    cut = int(np.argmax(forward + backward))
    yield from _common(one[:middle], other[:cut], offset)
    yield from _common(one[middle:], other[cut:], offset + cut)


def _lengths(one: list[int], other: list[int]) -> NDArray[np.int64]:
    """How long a row all of `one` has in common with each beginning of `other`, the empty one first."""
    row = deque(_rows(one, other), maxlen=1)[0]
    data = np.frombuffer(row.to_bytes(len(other) // 8 + 1, "little"), np.uint8)
    grows = 1 - np.unpackbits(data, bitorder="little")[:len(other)].astype(np.int64)
    return np.concatenate([[0], np.cumsum(grows)])


def _rows(one: list[int], other: list[int]) -> Iterator[int]:
    """After each word of `one`, a bit for each word of `other`: 0 where the common row grows by that word."""
    places: dict[int, list[int]] = {}
    for place, word in enumerate(other):
        places.setdefault(word, []).append(place)
    wanted = set(one)
    masks = {word: _mask(found, len(other)) for word, found in places.items() if word in wanted}
    full = (1 << len(other)) - 1
    row = full
    for word in one:
        mask = masks.get(word)
        if mask is not None:
            row = ((row + (row & mask)) | (row & ~mask)) & full
        yield row


def _mask(places: list[int], length: int) -> int:
    bits = np.zeros(length, np.uint8)
    bits[places] = 1
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")
