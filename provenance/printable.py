"""Make hostile text fit to be shown: bounded, without control characters, with bidirectional controls made visible.

Every string out of a manifest, an upload or a certificate passes here once. Markup is left alone: templates escape it.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

SHOWN_AT_MOST = 256
DEEPEST = 12
LONGEST_LIST = 500

# Characters that reorder, hide or join what stands around them. They become a visible token: to drop them would hide
# the attempt.
RANGES = ((0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xE0000, 0xE007F))
INVISIBLE = frozenset("\u061c\u180e\ufeff").union(*(map(chr, range(first, last + 1)) for first, last in RANGES))


def printable(value: object, limit: int = SHOWN_AT_MOST) -> str:
    """`value` as one line of at most `limit` characters; anything but text and numbers becomes empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # Only the head is looked at: a title may be a megabyte long.
    text = str(value)[: limit * 4]
    plain = text.isascii() and text.isprintable()
    line = " ".join((text if plain else "".join(map(_shown, text))).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def bounded(value: Any, depth: int = DEEPEST) -> Any:
    """A JSON value with every string printable, lists and objects of bounded length, and bounded depth."""
    if isinstance(value, str):
        return printable(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        items = list(value.items())[:LONGEST_LIST]
        return {printable(key): bounded(item, depth - 1) for key, item in items}
    if isinstance(value, Sequence):
        return [bounded(item, depth - 1) for item in value[:LONGEST_LIST]]
    return printable(str(value))


def _shown(character: str) -> str:
    if character in INVISIBLE:
        return f"[U+{ord(character):04X}]"
    # Cc: C0 and C1 controls; Cs: lone surrogates, which cannot be written as UTF-8.
    return " " if unicodedata.category(character) in ("Cc", "Cs") else character
