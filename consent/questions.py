"""The form of a question: whatever is not understood in it is refused, never guessed at."""

import re
from collections.abc import Iterator, Mapping

from consent.facts import Depiction, Request
from consent.territories import is_territory
from consent.vocabulary import ACTS, CONTENT_FLAGS, MEDIA, MODALITIES, ROLES, ROUTINE_REASONS, USES
from registry.errors import Fault, Invalid

LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # the form of a BCP 47 tag


def refuse_unknown(request: Request) -> None:
    """Raises Invalid with a fault for each code that is unknown, and for what a question cannot do without."""
    faults = tuple(_faults(request))
    if faults:
        code = faults[0].code if len(faults) == 1 else "consent.question_invalid"
        raise Invalid(code, faults[0].detail, errors=faults)


def _faults(request: Request) -> Iterator[Fault]:
    yield from _unknown("/act", request.act, ACTS, "act")
    for index, medium in enumerate(request.media):
        yield from _unknown(f"/media/{index}", medium, MEDIA, "medium")
    for index, territory in enumerate(request.territories):
        if not is_territory(territory):
            yield _not_known(f"/territories/{index}", territory, "territory")
    for index, language in enumerate(request.languages):
        if not LANGUAGE.fullmatch(language):
            yield _not_known(f"/languages/{index}", language, "language tag")
    for index, depiction in enumerate(request.depictions):
        yield from _depiction_faults(f"/depictions/{index}", depiction)
    if not request.territories:
        detail = "The question names no territory. Name at least one, or WORLD."
        yield Fault("/territories", "consent.no_territory", detail)
    if request.fixed_on is not None and request.fixed_on > request.day:
        detail = "The work cannot have been finished after the day that is asked about."
        yield Fault("/fixed_on", "consent.fixed_later", detail)
    for name, moment in (("as_of", request.as_of), ("known_at", request.known_at)):
        if moment.tzinfo is None:
            yield Fault(f"/{name}", "consent.no_time_zone", f"The moment {name} names no time zone.")


def _depiction_faults(at: str, depiction: Depiction) -> Iterator[Fault]:
    yield from _unknown(f"{at}/role", depiction.role, ROLES, "role")
    yield from _unknown(f"{at}/modality", depiction.modality, MODALITIES, "modality")
    yield from _unknown(f"{at}/use", depiction.use, USES, "use")
    for flag in sorted(depiction.content_flags):
        yield from _unknown(f"{at}/content_flags", flag, CONTENT_FLAGS, "kind of content")
    if depiction.routine_reason is not None:
        yield from _unknown(f"{at}/routine_reason", depiction.routine_reason, ROUTINE_REASONS, "routine reason")


def _unknown(pointer: str, code: str, vocabulary: Mapping[str, str], what: str) -> Iterator[Fault]:
    if code not in vocabulary:
        yield _not_known(pointer, code, what)


def _not_known(pointer: str, code: str, what: str) -> Fault:
    return Fault(pointer, "consent.unknown_code", f"“{code[:60]}” is not a {what} this registry knows.")
