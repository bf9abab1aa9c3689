"""One cell of a spreadsheet as the value it states, in the words lawyers write: days, codes, places, many of each."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from consent import territories
from consent.vocabulary import (
    ACTS,
    AUTHORITY_KINDS,
    GRANT_KINDS,
    LINE_EFFECTS,
    MEDIA,
    MODALITIES,
    USES,
    Vocabulary,
)

DAY_FIRST, MONTH_FIRST = "day", "month"
YEARS = range(1850, 2200)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "n.a."})
NO_END = frozenset({
    "none", "none stated", "no end", "no end stated", "not stated", "open", "open ended", "open-ended", "perpetual", "perpetuity",
    "in perpetuity", "unlimited", "indefinite",
})  # fmt: skip
# What stands for all of something: "All media", "any", "all media now known or hereafter devised".
ANY = re.compile(r"(all|any|every|unrestricted|no restriction)( (media|acts|productions|pictures|titles|projects))?"
                 r"( (whether )?now known( (and|or) hereafter (devised|developed|known|invented))?)?")  # fmt: skip
EXCEPT = re.compile(r"\(?\s*\b(?:ex|excl|excluding|except(?: for| in)?|without|but not|other than|save(?: for)?)\b[.:\s-]*", re.I)

_MIDNIGHT = r"(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?Z?)?"
ISO = re.compile(rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_MIDNIGHT}")
NUMERIC = re.compile(rf"([0-9]{{1,2}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{4}}){_MIDNIGHT}")
DAY_IN_WORDS = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[\s.-]+([a-z]{3,9})[\s.,-]+([0-9]{4})", re.I)
MONTH_IN_WORDS = re.compile(r"([a-z]{3,9})[\s.-]+([0-9]{1,2})(?:st|nd|rd|th)?[\s.,-]+([0-9]{4})", re.I)
SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.\s](?:[0-9]{1,2}|[a-z]{3,9})[-/.\s][0-9]{2}", re.I)


class Words:
    """A vocabulary's codes by their labels, by themselves, and by what else spreadsheets call them."""

    def __init__(self, vocabulary: Vocabulary, /, **called: str) -> None:
        names = [(name, code) for code, name in vocabulary.items()] + [(code, code) for code in vocabulary]
        names += [(name.strip(), code) for code, more in called.items() for name in more.split(",")]
        self._names = {_bare(name): code for name, code in names}
        few, whole = list(vocabulary.values())[:8], len(vocabulary) <= 8
        named = f"{', '.join(few[:-1])} or {few[-1]}" if whole else f"{', '.join(few[:3])} or {few[3]}"
        self.advice = f"Write {named}." if whole else f"Write it as on the entry form, such as {named}, or its code."

    def find(self, text: str) -> str | None:
        return self._names.get(_bare(text))


def _bare(text: str) -> str:
    """Letters and digits alone: “De-aging”, “de aging” and “de_aging” are the same."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


KIND = Words(GRANT_KINDS, individual="agreement, individual consent", estate="estate agreement")
EFFECT = Words(
    LINE_EFFECTS, grant="yes, granted, permitted, allowed", exclude="exclusion, excluded, reserved, prohibited",
    approval_required="approval, needs approval, with approval, subject to approval",
)  # fmt: skip
AUTHORITY = Words(AUTHORITY_KINDS, self="performer, the performer", guardian="parent", attorney_in_fact="power of attorney")
USE = Words(
    USES, de_aging="de-ageing, age reduction", aging_up="aging", face_replacement="face swap", digital_double="digital replica",
    stunt_double="stunt double", crowd_replica="crowd", voice_clone="cloned voice", lip_sync_dub="lip sync",
    model_training="AI training, training", archival_restoration="restoration", previs_internal="previs",
)  # fmt: skip
MODALITY = Words(MODALITIES, motion="movements", performance="performances")
ACT = Words(ACTS, capture="scan, scanning", train="training", dub="dubbing", promote="promotion")
MEDIUM = Words(
    MEDIA, theatrical="cinema, theaters, theatres", physical="DVD, Blu-ray, home video", free_tv="free tv", pay_tv="pay tv",
    airline="airlines, inflight", game="games, video game, video games", radio_podcast="radio, podcast, podcasts",
    theme_park="theme parks", advertising="advertisements, ads",
)  # fmt: skip


class Unread(Exception):
    """A cell that states nothing we can take. The sentence says what to write; `shown` quotes what was found."""

    def __init__(self, advice: str, shown: str = "") -> None:
        super().__init__(advice)
        self.advice, self.shown = advice, shown


def is_nothing(text: str) -> bool:
    return text.strip().casefold() in NOTHING


def ambiguous(text: str) -> bool:
    """Whether the cell is a day that could be read in two orders: 03/04/2026."""
    found = NUMERIC.fullmatch(text.strip())
    return found is not None and int(found[1]) != int(found[2]) and int(found[1]) <= 12 and int(found[2]) <= 12


def day(text: str, order: str) -> date:
    """A day as it is written in contracts; numbers alone are read in the file's `order`."""
    text = text.strip()
    if found := ISO.fullmatch(text):
        return _date(text, *found.groups())
    if found := NUMERIC.fullmatch(text):
        return _numeric(text, order, *found.groups())
    if found := DAY_IN_WORDS.fullmatch(text):
        return _date(text, found[3], _month(found[2], text), found[1])
    if found := MONTH_IN_WORDS.fullmatch(text):
        return _date(text, found[3], _month(found[1], text), found[2])
    if SHORT_YEAR.fullmatch(text):
        raise Unread("Write the year with four digits.", text)
    raise Unread("Write a day such as 2026-12-31 or 31 Dec 2026.", text)


def first_day_after(text: str, order: str) -> date | None:
    """The day after the last one covered; None where no end is stated."""
    return None if text.strip().casefold() in NO_END | NOTHING else day(text, order) + timedelta(days=1)


def code(text: str, words: Words) -> str:
    """The one code that the cell names."""
    found = words.find(text)
    if found is None:
        raise Unread(words.advice, text)
    return found


def codes(text: str, words: Words) -> tuple[str, ...]:
    """All the codes that the cell names, with commas, semicolons, line breaks, slashes or “and” between them."""
    if ANY.fullmatch(" ".join(text.casefold().split())):
        raise Unread("Name each one as the paper does: a consent to all of them is not recorded in one word.", text)
    return many(text, words.find, words.advice)


def codes_or_any(text: str, words: Words) -> tuple[str, ...]:
    """The same, where nothing and “all media” leave it open: an empty list means any."""
    return () if means_any(text) else codes(text, words)


def means_any(text: str) -> bool:
    return is_nothing(text) or bool(ANY.fullmatch(" ".join(text.casefold().split())))


def places(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The territories named, and those taken out in the same cell: “World ex. China”, “EU except France and Malta”."""
    among, _, apart = _parted(text)
    return _territories(among), _territories(apart) if apart else ()


def places_except(text: str) -> tuple[str, ...]:
    return () if is_nothing(text) or text.strip().casefold() == "none" else _territories(text)


def many(text: str, find: Callable[[str], str | None], advice: str) -> tuple[str, ...]:
    """What `find` knows of the things named in the cell; raises `Unread` with those nobody knows."""
    found: list[str] = []
    unknown: list[str] = []
    for part in re.split(r"[;|\n]", text):
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        at = 0
        while at < len(pieces):
            # Some names have commas in them (“Interactive, in real time”): the longest that is known is meant.
            known = ((end, find(", ".join(pieces[at:end]))) for end in range(min(at + 4, len(pieces)), at, -1))
            end, one = next(((end, one) for end, one in known if one), (at + 1, None))
            if one is not None:
                found.append(one)
            else:
                _apart(pieces[at], find, found, unknown)
            at = end
    if unknown:
        raise Unread(advice, ", ".join(unknown))
    return tuple(dict.fromkeys(found))


def _apart(piece: str, find: Callable[[str], str | None], found: list[str], unknown: list[str]) -> None:
    """One piece that is not known as it stands: “face and voice”, “US/Canada”."""
    for name in re.split(r"(?:^|\s+)(?:and|und)\s+|\s*[&/+]\s*", piece):
        one = find(name) if name else None
        if one is not None:
            found.append(one)
        elif name:
            unknown.append(name)


def _parted(text: str) -> tuple[str, str, str]:
    found = EXCEPT.search(text)
    if found is None or territories.named(text):
        return text, "", ""
    return text[: found.start()].rstrip(" ,;("), found[0], text[found.end() :].strip(" ()")


def _territories(text: str) -> tuple[str, ...]:
    return many(text, territories.named, "Write World, European Union, a country’s name, or a code such as DE or US-CA.")


def _numeric(text: str, order: str, first: str, second: str, year: str) -> date:
    if order == DAY_FIRST or (not order and int(first) > 12):
        return _date(text, year, second, first)
    if order == MONTH_FIRST or (not order and int(second) > 12) or int(first) == int(second):
        return _date(text, year, first, second)
    raise Unread("Say whether days or months come first in this file.", text)


def _month(name: str, text: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if name.casefold().startswith(month):
            return number
    raise Unread("Write a day such as 2026-12-31 or 31 Dec 2026.", text)


def _date(text: str, year: str, month: str | int, day: str | int) -> date:
    if int(year) not in YEARS:
        raise Unread("Check the year.", text)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unread("There is no such day, in the order that this file has of days and months.", text) from None
