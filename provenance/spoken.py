"""What the rules said, in the language of whoever reads it now: words, numbers and days by Django's catalogue."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from dataclasses import replace as changed
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format, number_format

from provenance.report import Report
from provenance.said import ENGLISH, Said, in_


class Spoken:
    """The language that is active, as translations and formats have it."""

    @property
    def language(self) -> str:
        return translation.get_language() or "en"

    def sentence(self, english: str) -> str:
        return translation.gettext(english)

    def counted(self, one: str, several: str, count: int) -> str:
        return translation.ngettext(one, several, count)

    def number(self, value: float, decimals: int) -> str:
        # number_format alone would cut off, not round.
        return number_format(round(value, decimals), decimals, force_grouping=True)

    def day(self, day: date) -> str:
        return date_format(day, translation.gettext("j F Y"))

    def month(self, day: date) -> str:
        return date_format(day, translation.gettext("F Y"))


SPEECH = Spoken()


def spoken(value: Any) -> Any:
    """The same value with everything of ours in it said in the language that is active; the rest as it is."""
    if SPEECH.language == ENGLISH.language:
        return value
    if isinstance(value, str):
        return in_(SPEECH, value)
    if isinstance(value, Mapping):
        return {key: spoken(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(spoken(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type | Report):
        return changed(value, **{one.name: spoken(getattr(value, one.name)) for one in fields(value)})
    return value


def left_in_english(text: str) -> bool:
    """Whether these words of somebody's stay English on a page in another language."""
    return SPEECH.language != "en" and isinstance(text, Said) and in_(SPEECH, text) == str(text)
