"""Words that know how they were made: English as they stand, and sayable again in the language of whoever reads them.

Rules speak with these; a door lets them be said in its visitor's language (`provenance.spoken`), from the house's one
catalogue. What stands in no call of `said` or `counted` – names, titles, whatever a file says – is never translated.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Protocol


class Speech(Protocol):
    """A language: its words for our sentences, and its way with numbers and days."""

    language: str

    def sentence(self, english: str) -> str: ...
    def counted(self, one: str, several: str, count: int) -> str: ...
    def number(self, value: float, decimals: int) -> str: ...
    def day(self, day: date) -> str: ...
    def month(self, day: date) -> str: ...


class English:
    """The language our sentences are written in."""

    language = "en"

    def sentence(self, english: str) -> str:
        return english

    def counted(self, one: str, several: str, count: int) -> str:
        return one if count == 1 else several

    def number(self, value: float, decimals: int) -> str:
        return f"{value:,.{decimals}f}"

    def day(self, day: date) -> str:
        return f"{day.day} {day:%B %Y}"

    def month(self, day: date) -> str:
        return f"{day:%B %Y}"


ENGLISH = English()
Telling = Callable[[Speech], str]


class Said(str):
    """English text that can be told in another language."""

    tell: Telling

    def __new__(cls, tell: Telling) -> "Said":
        made = super().__new__(cls, tell(ENGLISH))
        made.tell = tell
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


def said(english: str, **values: str) -> Said:
    """A sentence of the catalogue with its places filled: `said("Signed by {name}.", name=producer)`."""

    def tell(speech: Speech) -> str:
        words = speech.sentence(english)
        return words.format(**_told(values, speech)) if values else words

    return Said(tell)


def counted(one: str, several: str, count: int, /, **values: str) -> Said:
    """The sentence for one, or for several of something; `{count}` is filled with how many."""
    filled = {"count": number(count)} | values
    return Said(lambda speech: speech.counted(one, several, count).format(**_told(filled, speech)))


def number(value: float, decimals: int = 0) -> Said:
    return Said(lambda speech: speech.number(value, decimals))


def day(on: date) -> Said:
    return Said(lambda speech: speech.day(on))


def month(on: date) -> Said:
    return Said(lambda speech: speech.month(on))


def moment(at: datetime | None) -> str:
    """A time of day in UTC: 14 July 2026, 09:41 UTC; nothing for none."""
    return said("{day}, {time} UTC", day=day(at), time=f"{at:%H:%M}") if at else ""


def percent(share: float) -> Said:
    """A share as a person reads it: one decimal, never a rounded-off zero, never a rounded-up whole."""
    value = float(share) * 100
    if 0 < value < 0.1:
        return said("less than {number} %", number=number(0.1, 1))
    if 99.95 <= value < 100:
        return said("more than {number} %", number=number(99.9, 1))
    return said("{number} %", number=number(value, 0 if value in (0, 100) else 1))


def joined(parts: Iterable[str], between: str = " ") -> Said:
    """Parts that are there, one after the other."""
    kept = [part for part in parts if part]
    return Said(lambda speech: between.join(in_(speech, part) for part in kept))


def listed(parts: Iterable[str]) -> Said:
    """`a`, `a and b`, or `a, b and c`."""
    *most, last = parts
    if not most:
        return Said(lambda speech: in_(speech, last))
    return said("{most} and {last}", most=joined(most, ", "), last=last)


def capital(text: str) -> Said:
    """The same with a capital letter at its beginning."""

    def tell(speech: Speech) -> str:
        words = in_(speech, text)
        return words[:1].upper() + words[1:]

    return Said(tell)


def in_(speech: Speech, text: str) -> str:
    """`text` in that language; what was not made of our words stays as it is."""
    return text.tell(speech) if isinstance(text, Said) else text


def _told(values: dict[str, str], speech: Speech) -> dict[str, Any]:
    return {name: in_(speech, value) for name, value in values.items()}
