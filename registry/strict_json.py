"""JSON as strangers send it (RFC 8259): in UTF-8, every name once, and nothing in it that hides, turns or never ends."""

import json
import math
import unicodedata
from collections.abc import Iterator
from typing import Any

MOST_VALUES = 60_000
DEEPEST = 12
LONGEST_NAME = 100
MOST_DIGITS = 300  # of a whole number that is read as one; a longer one is read as a fraction is, and may be infinite
# Marks that turn the direction of writing, so that a line reads otherwise than it is stored.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL = frozenset({"Cc", "Zl", "Zp"})


class NotJSON(ValueError):
    """What stands in the way of reading it, as words that end a sentence."""


def read(text: bytes) -> Any:
    """The value that `text` is; raises NotJSON. A byte order mark is passed over."""
    try:
        return json.loads(
            text.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number, parse_int=_whole
        )
    except UnicodeDecodeError as error:
        raise NotJSON(f"it is not in UTF-8 (byte {error.start + 1})") from error
    except RecursionError as error:
        raise NotJSON("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise NotJSON(f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}") from error


def unfit(data: Any, *, most: int = MOST_VALUES) -> Iterator[tuple[str, str]]:
    """What can be taken from nobody, whatever it is meant to say: a JSON pointer to it, and a sentence."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    count = 0
    while waiting:
        path, value = waiting.pop()
        count += 1
        if count > most or len(path) > DEEPEST:
            yield "", f"At most {most} values are read, and {DEEPEST} deep."
            return
        if isinstance(value, str) and (sentence := _text_fault(value)):
            yield pointer(*path), sentence
        elif isinstance(value, float) and not math.isfinite(value):
            yield pointer(*path), "This number is too large to be read."
        elif isinstance(value, dict):
            if any(len(name) > LONGEST_NAME or _text_fault(name) for name in value):
                yield pointer(*path), "A name in this object is not one known here."
                return
            waiting.extend(((*path, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, number), inner) for number, inner in enumerate(value))


def pointer(*path: str | int) -> str:
    """A JSON pointer (RFC 6901) from the names and numbers on the way."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _text_fault(text: str) -> str | None:
    if text.isascii() and text.isprintable():
        return None
    categories = {unicodedata.category(letter) for letter in text}
    if "Cs" in categories:
        return "This text holds half a character (a lone surrogate): send the whole of it, or leave it out."
    if categories & _CONTROL or not _BIDI.isdisjoint(text):
        return "Text without control or direction marks is needed."
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a name given twice, nobody can say which value is meant."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJSON(f"the name {name[:LONGEST_NAME]!r} is given twice in one object")
        found[name] = value
    return found


def _no_number(name: str) -> float:
    raise NotJSON(f"{name} is no number there")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)
