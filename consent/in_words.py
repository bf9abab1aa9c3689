"""What a consent says, in a lawyer's sentences: one for each rights block, and one for its term."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from consent import territories
from consent.models import GrantRevision, ScopeLine
from consent.vocabulary import ACT_PHRASES, CONTENT_FLAGS, MEDIA, MODALITIES, USES
from consent.wording import day_in_words

OPENINGS = {
    "grant": "Grants {what} {where}",
    "exclude": "Excludes {what} {where}",
    "approval_required": "Asks for approval of the exact file before {what} {where}",
}


def line_in_words(line: ScopeLine) -> str:
    """The block as one sentence; what is left blank in it is said to be any."""
    what = f"{_listed(line.uses, USES) or 'no use'} ({_listed(line.modalities, MODALITIES) or 'no modality'})"
    parts = [OPENINGS[line.effect].format(what=what, where=_where(line))]
    every = "for every act but training a model" if line.effect == ScopeLine.Effect.GRANT else "for every act"
    parts.append(f"for {_listed(line.acts, ACT_PHRASES)}" if line.acts else every)
    parts.append(f"in {_and(str(one) for one in line.productions.all())}" if line.productions.all() else "in any production")
    if line.units:
        parts.append(f"scenes and shots {_and(line.units)}")
    parts.append(f"in these media: {_listed(line.media, MEDIA)}" if line.media else "in all media")
    parts.append(f"in the languages {_and(line.languages)}" if line.languages else "in any language")
    if line.content_excluded:
        parts.append(f"but not with {_listed(line.content_excluded, CONTENT_FLAGS)}")
    if line.start:
        parts.append(f"from {day_in_words(line.start)}")
    if line.end:
        parts.append(f"until {last_day(line.end)}")
    return f"{', '.join(parts)}."


def term_in_words(revision: GrantRevision) -> str:
    begins = f"From {day_in_words(revision.effective_from)}"
    return f"{begins} until {last_day(revision.term_end)}" if revision.term_end else f"{begins}, no end stated"


def last_day(end: date) -> str:
    """The last day of a span that is stored by the first day no longer covered."""
    return day_in_words(end - timedelta(days=1))


def _where(line: ScopeLine) -> str:
    if not line.territories:
        return "nowhere"
    where = f"in {_and(territories.label(code) for code in line.territories)}"
    if line.territories_except:
        where += f" except {_and(territories.label(code) for code in line.territories_except)}"
    return where


def _listed(codes: Iterable[str], vocabulary: Mapping[str, str]) -> str:
    return _and(_lower(vocabulary.get(code, code)) for code in codes)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _and(words: Iterable[str]) -> str:
    found = list(words)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
