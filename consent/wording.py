"""The sentences of an answer: what was found, and what would clear it.

Nobody is named here. A person is "the person depicted as “mira”", a consent and a production go by their ids; `named` puts
in what the reader may be told.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from consent import territories
from consent.answers import Cited, Gap, Ground
from consent.vocabulary import ACT_PHRASES, CERTAINTIES, CONTENT_FLAGS, MEDIA, MODALITIES, ROUTINE_REASONS, USES

PLACES_NAMED = 6

Sentences = tuple[str, str]


def sentences(ground: Ground, places: tuple[str, ...]) -> Sentences:
    """What was found in these territories, and what would clear it (empty where nothing needs clearing)."""
    text, to_clear = _BY_CODE[ground.code](ground, places)
    return _opened(text), _opened(to_clear)


def named(text: str, names: Mapping[str, str]) -> str:
    """The text with people, consents and works called by `names`, which maps the ids of depictions, grants and productions
    to display names."""
    for key, name in names.items():
        text = text.replace(_person(key), name).replace(_opened(_person(key)), name)
        text = text.replace(f"consent {key}", f"consent {name}").replace(f"Consent {key}", f"Consent {name}")
        text = text.replace(f"the production {key}", f"the production “{name}”")
    return text


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def places_in_words(codes: Iterable[str]) -> str:
    """Places as a reader would say them: everywhere, everywhere except Cuba, Germany and France."""
    asked = frozenset(codes)
    missing = territories.WORLD - asked
    if not missing:
        return "everywhere"
    if len(missing) <= PLACES_NAMED:
        return f"everywhere except {_listing(_place_names(missing))}"
    for group in ("EEA", "EU"):
        if territories.GROUPS[group] <= asked:
            rest = _place_names(asked - territories.GROUPS[group])
            return _listing([territories.label(group), *_shortened(rest)])
    return _listing(_shortened(_place_names(asked)))


def _place_names(codes: Iterable[str]) -> list[str]:
    return sorted(territories.label(code) for code in codes)


def _shortened(names: list[str]) -> list[str]:
    if len(names) <= PLACES_NAMED:
        return names
    return [*names[: PLACES_NAMED - 1], f"{len(names) - PLACES_NAMED + 1} other territories"]


def _listing(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _opened(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


# --- the parts of a sentence ---------------------------------------------------------------------------------------


def _person(depiction: str) -> str:
    return f"the person depicted as “{depiction}”"


def _who(ground: Ground) -> str:
    return _person(ground.depiction.id) if ground.depiction else "everybody depicted"


def _consent(ground: Ground) -> str:
    return f"consent {ground.grant} (revision {ground.revision}) of {_who(ground)}"


def _use(ground: Ground) -> str:
    """The use and the modality: "de-aging (face)"."""
    if ground.depiction is None:
        return "any use"
    return f"{_lower(USES[ground.depiction.use])} ({_lower(MODALITIES[ground.depiction.modality])})"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _where(places: tuple[str, ...]) -> str:
    where = places_in_words(places)
    return where if where.startswith("everywhere") else f"in {where}"


def _on(ground: Ground) -> str:
    return day_in_words(ground.day) if ground.day else "a day not stated"


def _gap(gap: Gap) -> str:
    """One dimension that is not covered, with its values."""
    if gap.dimension == "territory":
        return f"the territory {places_in_words(gap.values)}"
    if _is_open(gap):
        return f"every {_DIMENSIONS[gap.dimension][0]}, and the question names none"
    noun, label = _DIMENSIONS[gap.dimension]
    return f"the {noun} {_listing(_shortened([label(value) for value in gap.values]))}"


_DIMENSIONS: dict[str, tuple[str, Callable[[str], str]]] = {
    "use": ("use", lambda code: _lower(USES[code])),
    "modality": ("modality", lambda code: _lower(MODALITIES[code])),
    "act": ("act", lambda code: ACT_PHRASES[code]),
    "production": ("production", str),
    "content": ("content", lambda code: _lower(CONTENT_FLAGS[code])),
    "date": ("date", lambda code: day_in_words(date.fromisoformat(code))),
    "unit": ("scene or shot", str),
    "medium": ("medium", lambda code: _lower(MEDIA[code])),
    "language": ("language", str),
}


def _gaps(gaps: Iterable[Gap]) -> str:
    return "; ".join(_gap(gap) for gap in gaps)


def _is_open(gap: Gap) -> bool:
    """Whether the question names nothing in this dimension, of which the consent covers only a part."""
    return gap.values == ("",)


# --- one sentence for each code ------------------------------------------------------------------------------------


def _prohibited(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"sexual content with {_who(ground)} is prohibited: no consent can cover a minor, or anybody shown as one."
    if ground.grant:
        found = f"{_consent(ground)} was given by a minor, so it can never cover sexual content."
    return found, "Nothing clears this. Take the sexual content out."


def _locked(ground: Ground, places: tuple[str, ...]) -> Sentences:
    what = f"consent {ground.grant} of {_who(ground)}" if ground.grant else f"the use of {_who(ground)}"
    return f"{what} is locked ({ground.detail}).", "The legal desk lifts the lock."


def _disputed(ground: Ground, places: tuple[str, ...]) -> Sentences:
    what = f"consent {ground.grant} of {_who(ground)}" if ground.grant else f"the consent of {_who(ground)}"
    return f"{what} is disputed ({ground.detail}).", "The legal desk records how the dispute was resolved."


def _excluded(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} excludes {_use(ground)} {_where(places)}."
    return found, f"An amendment signed by {_who(ground)} that no longer excludes it, or leave it out."


def _no_grant(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"no consent of {_who(ground)} is on file that could cover {_use(ground)} {_where(places)}."
    return (
        found,
        f"A consent signed by {_who(ground)} that covers {_use(ground)} {_where(places)}, verified by two lawyers.",
    )


def _out_of_scope(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} comes nearest to {_use(ground)} and does not cover: {_gaps(ground.gaps)}."
    unnamed = [_DIMENSIONS[gap.dimension][0] for gap in ground.gaps if _is_open(gap)]
    named = [gap for gap in ground.gaps if not _is_open(gap)]
    ways = [f"Name the {_listing(unnamed)} in the question."] if unnamed else []
    if named:
        ways.append(f"An amendment signed by {_who(ground)} that covers {_gaps(named)}. Or leave that out.")
    return found, " ".join(ways)


def _not_yet(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} begins on {_on(ground)}." if ground.day else f"{_consent(ground)} was not yet signed."
    return found, f"Wait until it is in force, or an earlier start signed by {_who(ground)}."


def _expired(ground: Ground, places: tuple[str, ...]) -> Sentences:
    return f"{_consent(ground)} ran until {_on(ground)}.", f"An extension signed by {_who(ground)}."


def _ended(ground: Ground, places: tuple[str, ...]) -> Sentences:
    ended = "is recorded as never valid" if ground.detail == "annul" else f"ended on {_on(ground)}"
    if ground.severity == "review":
        return f"{_consent(ground)} {ended}.", "A lawyer decides what becomes of the work already released."
    return f"{_consent(ground)} {ended}.", f"A new consent signed by {_who(ground)}."


def _awaiting(ground: Ground, places: tuple[str, ...]) -> Sentences:
    by_one = "was verified by the lawyer who entered it" if ground.detail == "same_lawyer" else "has not been verified"
    return f"{_consent(ground)} {by_one}.", "A second lawyer compares it with the paper and verifies it."


def _offered(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} is only offered, and nobody has signed it."
    return found, f"{_opened(_who(ground))} agrees to it, and a second lawyer verifies it."


def _evidence_missing(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} has no signature whose signed document is on file."
    return found, "An amendment that carries the signed document."


def _authority(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} was signed by somebody whose authority for that day is not shown."
    return found, f"A verified record of who may speak for {_who(ground)}, or their own signature."


def _guardian(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} needs the consent of a parent or guardian, which is not on file."
    return found, "The signature of a parent or guardian whose authority is verified."


def _approval_missing(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"{_consent(ground)} asks for approval of this exact file {_where(places)}, and there is none."
    return found, f"Approval of this file by or for {_who(ground)}, recorded with its hash."


def _approval_refused(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"under {_consent(ground)}, approval of this exact file was refused."
    return found, f"Another version that {_who(ground)} approves."


def _unidentified(ground: Ground, places: tuple[str, ...]) -> Sentences:
    return f"{_who(ground)} is real, and nobody has said who it is.", f"Identify {_who(ground)}."


def _needs_counsel(ground: Ground, places: tuple[str, ...]) -> Sentences:
    if ground.missing:
        wanted = _listing(list(ground.missing))
        found = f"nobody can tell whether {_ASKED[ground.rule]}, because this is not stated: {wanted}."
        return found, f"State the {wanted}."
    if ground.rule == "CORE-EXCLUDE":
        found = f"{_consent(ground)} reserves something without naming the uses, modalities and territories."
        return found, "A lawyer amends the line so that it says what is reserved."
    return (
        f"the use of {_who(ground)} is none of those listed, so a lawyer must decide.",
        "Name one of the listed uses.",
    )


_ASKED = {
    "CORE-MINOR-SEX": "a minor is shown in sexual content",
    "CORE-MINOR-GUARDIAN": "a parent or guardian had to consent",
    "CORE-AUTH": "whoever signed could speak for the person",
    "CORE-EXCLUDE": "an exclusion applies",
    "CORE-APPROVAL": "a right of approval applies",
}


def obligation(cited: Cited) -> str:
    """What is still to be done, with its source: one sentence."""
    return f"{_opened(_required(cited))}."


def _rule(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"for {_who(ground)}, {ground.rule} is not met{_in(places)}: {_required(ground.cited)}."
    return found, _to_clear(ground)


def _rule_unclear(ground: Ground, places: tuple[str, ...]) -> Sentences:
    wanted = _listing(list(ground.missing)) if ground.missing else "what the rule asks for"
    found = (
        f"for {_who(ground)}, nobody can tell{_in(places)} whether {ground.rule} is met, because this is not stated: "
        f"{wanted}. It asks: {_required(ground.cited)}."
    )
    return found, "" if ground.severity == "note" else _to_clear(ground) or f"State the {wanted}."


def _obligation(ground: Ground, places: tuple[str, ...]) -> Sentences:
    found = f"for {_who(ground)}, this must be done first{_in(places)} ({ground.rule}): {_required(ground.cited)}."
    return found, _to_clear(ground)


def _agreement_expired(ground: Ground, places: tuple[str, ...]) -> Sentences:
    title = ground.cited.text if ground.cited else ground.rule
    found = f"for {_who(ground)}, the agreement expired on {_on(ground)} and no successor that decides is loaded: {title}."
    return found, _to_clear(ground)


def _required(cited: Cited | None) -> str:
    """What a rule asks for, where that stands, and how far its text was read."""
    if cited is None:
        return "it is not said"
    source = "; ".join(filter(None, (cited.citation, CERTAINTIES.get(cited.certainty, ""))))
    return f"{_lower(cited.text) if cited.text[1:2].islower() else cited.text} ({source})"


def _to_clear(ground: Ground) -> str:
    return ground.cited.to_clear if ground.cited and ground.severity not in ("note", "obligation") else ""


def _in(places: tuple[str, ...]) -> str:
    where = _where(places)
    return "" if where == "everywhere" else f" {where}"


def _routine(ground: Ground, places: tuple[str, ...]) -> Sentences:
    reason = f": {_lower(ROUTINE_REASONS[ground.detail])}" if ground.detail else ""
    return f"{_use(ground)} of {_who(ground)} is declared as routine{reason}, which needs no consent.", ""


def _determined(ground: Ground, places: tuple[str, ...]) -> Sentences:
    return f"two lawyers determined ({ground.detail}) that {_use(ground)} of {_who(ground)} needs no consent.", ""


def _continues(ground: Ground, places: tuple[str, ...]) -> Sentences:
    goes_on = "what was finished before may be released" if ground.detail == "fixed" else "what was released before may continue"
    return f"{_consent(ground)} ended on {_on(ground)}; {goes_on}.", ""


_BY_CODE: dict[str, Callable[[Ground, tuple[str, ...]], Sentences]] = {
    "consent.prohibited": _prohibited,
    "consent.locked": _locked,
    "consent.disputed": _disputed,
    "consent.excluded": _excluded,
    "consent.no_grant": _no_grant,
    "consent.out_of_scope": _out_of_scope,
    "consent.not_yet": _not_yet,
    "consent.expired": _expired,
    "consent.ended": _ended,
    "consent.offered": _offered,
    "consent.awaiting_verification": _awaiting,
    "consent.evidence_missing": _evidence_missing,
    "consent.authority": _authority,
    "consent.guardian": _guardian,
    "consent.approval_missing": _approval_missing,
    "consent.approval_refused": _approval_refused,
    "consent.unidentified": _unidentified,
    "consent.needs_counsel": _needs_counsel,
    "consent.rule": _rule,
    "consent.rule_unclear": _rule_unclear,
    "consent.obligation": _obligation,
    "consent.agreement_expired": _agreement_expired,
    "consent.routine": _routine,
    "consent.determined": _determined,
    "consent.continues": _continues,
}
