"""What a consent says, in sentences: one for each rights block, and one for its term; in the language of the page."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import territories
from consent.grants import Line
from consent.models import GrantRevision, ScopeLine
from consent.vocabulary import ACT_PHRASES, AUTHORITY_KINDS, CONTENT_FLAGS, MEDIA, MODALITIES, USES

OPENINGS = {
    "grant": gettext_lazy("Grants {what} {where}"),
    "exclude": gettext_lazy("Excludes {what} {where}"),
    "approval_required": gettext_lazy("Asks for approval of the exact file before {what} {where}"),
}


def line_in_words(line: ScopeLine, openings: Mapping[str, str] = OPENINGS) -> str:
    """The block as one sentence; what is left blank in it is said to be any. `openings` say who speaks."""
    return block_in_words(line, line.productions.all(), openings)


def block_in_words(line: ScopeLine | Line, productions: Iterable[object], openings: Mapping[str, str] = OPENINGS) -> str:
    """The same of a block that is not on file yet."""
    uses = _listed(line.uses, USES) or _("no use")
    modalities = _listed(line.modalities, MODALITIES) or _("no modality")
    what = f"{uses} ({modalities})"
    parts = [openings[line.effect].format(what=what, where=_where(line))]
    every = _("for every act but training a model") if line.effect == ScopeLine.Effect.GRANT else _("for every act")
    parts.append(_("for {acts}").format(acts=_listed(line.acts, ACT_PHRASES)) if line.acts else every)
    works = _and(str(one) for one in productions)
    parts.append(_("in {works}").format(works=works) if works else _("in any production"))
    if line.units:
        parts.append(_("scenes and shots {units}").format(units=_and(line.units)))
    media = _listed(line.media, MEDIA)
    parts.append(_("in these media: {media}").format(media=media) if media else _("in all media"))
    languages = _and(line.languages)
    parts.append(_("in the languages {languages}").format(languages=languages) if languages else _("in any language"))
    if line.content_excluded:
        parts.append(_("but not with {content}").format(content=_listed(line.content_excluded, CONTENT_FLAGS)))
    if line.start:
        parts.append(_("from {day}").format(day=day_in_words(line.start)))
    if line.end:
        parts.append(_("until {day}").format(day=last_day(line.end)))
    return f"{', '.join(parts)}."


def term_in_words(revision: GrantRevision) -> str:
    return span_in_words(revision.effective_from, revision.term_end)


def span_in_words(start: date, end: date | None) -> str:
    begins = day_in_words(start)
    if end:
        return _("From {first} until {last}").format(first=begins, last=last_day(end))
    return _("From {first}, no end stated").format(first=begins)


def last_day(end: date) -> str:
    """The last day of a span that is stored by the first day no longer covered."""
    return day_in_words(end - timedelta(days=1))


def day_in_words(day: date) -> str:
    # Translators: the form of a date such as 3 May 2026, in the letters of Django's date filter.
    return date_format(day, _("j F Y"))


def place_in_words(code: str) -> str:
    if code in territories.TERRITORIES:
        return _(territories.label(code))
    return f"{code} ({_(territories.COUNTRIES[territories.country_of(code)])})"


def capacity(kind: str) -> str:
    """In what capacity somebody speaks for a person, within a sentence: “executor”."""
    return _lower(_(AUTHORITY_KINDS[kind]))


def _where(line: ScopeLine | Line) -> str:
    if not line.territories:
        return _("nowhere")
    where = _("in {places}").format(places=_and(place_in_words(code) for code in line.territories))
    if line.territories_except:
        without = _and(place_in_words(code) for code in line.territories_except)
        return _("{where} except {places}").format(where=where, places=without)
    return where


def _listed(codes: Iterable[str], vocabulary: Mapping[str, str]) -> str:
    return _and(_lower(_(vocabulary.get(code, code))) for code in codes)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _and(words: Iterable[str]) -> str:
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return _("{most} and {last}").format(most=", ".join(found[:-1]), last=found[-1])
