"""What the credentials, or the registry's record, state: how much AI, whose consent, which assets were used.

Pure. Nothing is repeated from credentials nobody here vouches for.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provenance import marked, signals, testimony
from provenance.conclusion import STATES, Conclusion, RegistryFacts
from provenance.extent import Extent
from provenance.extent_wording import NONE_STATED, THE, marked_in, sentence, tells_deeds
from provenance.printable import bounded, printable
from provenance.reading import Reading, Used, listing, mapping
from provenance.said import ENGLISH, Said, Speech, counted, in_, joined, listed, number, percent, said
from provenance.soundness import signer_name
from provenance.techniques import GENERATIVE, OPERATION_SOURCE_TYPES, involvement
from provenance.testimony import Statement, Step, changed

PARAGRAPH = 1024
MOST_MANIFESTS = 100
# What this report adds to an extent; an extent out of a file does not get to say it.
ADDED_HERE = frozenset({"strength", "statements", "metadata", "signals", "training_and_mining"})
PURPOSES = ("ai_training", "ai_generative_training", "data_mining", "ai_inference")
UNQUANTIFIED = said("AI was used, but how much is not stated.")

GENERATIVE_SOURCES = frozenset(source for source in OPERATION_SOURCE_TYPES if involvement(source) == GENERATIVE)


def extent_of(
    extent: Mapping[str, Any], reading: Reading, integrity: Conclusion, signature: Conclusion, relied_on: bool
) -> Conclusion:
    """How much AI: in the quantities of `extent` where there is one, else by what is said in the file and by whom."""
    if extent:
        text = extent_text(extent)
        told = {name: value for name, value in extent.items() if name not in ADDED_HERE}
        shown = {**bounded(told), "headline": {**bounded(mapping(extent.get("headline"))), "text": text}}
        return Conclusion(extent_state(shown), text, shown)

    signed = _signed(integrity, signature)
    given = testimony.statements(reading, relied_on=relied_on, signed=signed)
    places = marked.extent(reading, given) if signed else None
    how_much = marked_in(places.as_dict()["elements"], vouched=relied_on) if places else ""
    state, said_of_it = _implied(given, reading, integrity, relied_on, testimony.told(given, how_much))
    details = _details(given, reading)
    if places is None or not relied_on:
        return Conclusion(state, said_of_it, details)
    by_places = _by_places(places, said_of_it)
    known = extent_state(by_places) == "stated"
    return Conclusion("stated" if known else state, said_of_it, {**by_places, **mapping(details)})


def _by_places(places: Extent, text: str) -> dict[str, Any]:
    """The extent by the places a maker marked, in the shape of one that states its quantities."""
    told = places.as_dict()
    elements = [{name: value for name, value in row.items() if name not in ("operations", "done")} for row in told["elements"]]
    return {"bands_version": told["bands_version"], "headline": {"band": places.band, "text": text}, "elements": elements}


def _signed(integrity: Conclusion, signature: Conclusion) -> bool:
    return integrity.state == "intact" and signature.state == "valid"


def _implied(
    given: Sequence[Statement], reading: Reading, integrity: Conclusion, relied_on: bool, told: str
) -> tuple[str, str]:
    """From what is said of AI without quantities; only what somebody known here vouches for counts as stated."""
    if relied_on:
        return _implied_by_signer(given, reading, told)

    if integrity.state == "altered":
        held = said("What was stated about AI held for the file as it was signed, not for this copy.")
        return "not_stated", joined([held, told])

    if told:
        return "not_stated", told

    if reading.active and integrity.state == "intact":
        text = said("What these credentials state about AI is not repeated here: nobody known here vouches for them.")
        return "not_stated", text

    return "not_stated", said("Nothing is stated about AI. That says nothing about whether AI was used.")


def stated_extent(reading: Reading, relied_on: bool) -> Mapping[str, Any]:
    return reading.assertion("org.countersign.extent") if relied_on else {}


def _implied_by_signer(given: Sequence[Statement], reading: Reading, told: str) -> tuple[str, str]:
    if any(one.says in testimony.OF_AI and one.strength in testimony.VOUCHED for one in given):
        return "partly_stated", told

    if told and given[0].says == testimony.MAY:
        return "not_stated", joined([told, said("Whether it does is not stated.")])

    if any(reading.actions()) and reading.all_actions_included():
        text = said("The signer lists all edits and names none that used generative AI. No quantities are stated.")
        return "not_stated", joined([told, text])

    text = said("The credentials do not state whether AI was used. Some edits or activity may not have been recorded.")
    return "not_stated", joined([told, text])


def _details(given: Sequence[Statement], reading: Reading) -> dict[str, Any] | None:
    """Each statement with who makes it; and what the metadata says, whoever wrote it there."""
    told: dict[str, Any] = {}
    if given:
        told |= {"strength": given[0].strength, "statements": [one.as_dict() for one in given]}
    if reading.metadata:
        told["metadata"] = bounded(reading.metadata)
    return told or None


def complemented(extent: Conclusion, reading: Reading) -> Conclusion:
    """The extent with the official signals of the active manifest and of each manifest in its history, and with what
    the file may be used for in training and mining."""
    mining = _training_and_mining(reading)
    more = {"signals": _signals(reading), **({"training_and_mining": mining} if mining else {})}
    return replace(extent, details={**mapping(extent.details), **more})


def _training_and_mining(reading: Reading) -> dict[str, str]:
    """CAWG's statement, or C2PA's of before 2.0. What is constrained without saying how counts as not allowed."""
    told: dict[str, str] = {}
    for label in ("cawg.training-mining", "c2pa.training-mining"):
        for entries in (mapping(data.get("entries")) for data in reading.assertions(label)):
            for purpose in PURPOSES:
                entry = mapping(entries.get(f"{label.partition('.')[0]}.{purpose}"))
                use = entry.get("use")
                if use == "constrained" and not entry.get("constraint_info"):
                    use = "notAllowed"
                if use in ("allowed", "notAllowed", "constrained"):
                    told.setdefault(purpose, str(use))
    return told


def _signals(reading: Reading) -> dict[str, Any]:
    manifests = []
    for step in testimony.history(reading)[:MOST_MANIFESTS]:
        manifest = mapping(reading.manifests.get(step.label))
        told = {
            "manifest": printable(step.label), "title": step.title or printable(manifest.get("title")),
            "relation": printable(step.relation), "signed_by": signer_name(manifest), "listed": step.listed,
        }  # fmt: skip
        manifests.append({**told, **signals.of(manifest).as_dict()})
        manifests += _signals_of_plain(manifest, step)
    return {"rubric": signals.RUBRIC, **signals.of(reading.manifest).as_dict(), "manifests": manifests[:MOST_MANIFESTS]}


def _signals_of_plain(manifest: Mapping[str, Any], step: Step) -> Iterator[dict[str, Any]]:
    """Of assets used without credentials whose source type the manifest that used them states."""
    for ingredient in map(mapping, listing(manifest.get("ingredients"))):
        source = ingredient.get("digital_source_type")
        if isinstance(source, str) and not ingredient.get("active_manifest"):
            told = {
                "manifest": "", "title": printable(ingredient.get("title")),
                "relation": printable(ingredient.get("relationship")), "signed_by": "", "listed": step.listed,
            }  # fmt: skip
            yield {**told, **signals.of_plain_ingredient(source).as_dict()}


def generative_acts(reading: Reading, *, but: Collection[str] = ()) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each action that says a model made content, with the manifest it stands in: of the file's own credentials and of
    all that went before, `but` for the manifests of those labels."""
    for step in testimony.history(reading) if reading.active else ():
        if step.label not in but:
            yield from ((step.label, action) for action in reading.actions(of=step.label) if _generative(action))


def _generative(action: Mapping[str, Any]) -> bool:
    return action.get("digitalSourceType") in GENERATIVE_SOURCES


def extent_state(extent: Mapping[str, Any]) -> str:
    """`stated` when every element has a known extent, `partly_stated` when some have or AI is named without one."""
    elements = [mapping(element) for element in listing(extent.get("elements"))]
    known = [element for element in elements if quantified(element)]
    if elements and len(known) == len(elements):
        return "stated"
    operations = any(mapping(operation).get("generative") is True for operation in listing(extent.get("operations")))
    return "partly_stated" if known or operations else "not_stated"


def quantified(element: Mapping[str, Any]) -> bool:
    """Whether an element's extent is known: a share, or a statement that there was none; not a mere lower bound."""
    band = str(element.get("band", "unknown"))
    if band == "unknown" or band.startswith("at_least") or element.get("at_least") is True:
        return False
    return band == "none_stated" or share_of(element) is not None


def share_of(stated: Mapping[str, Any]) -> float | None:
    """The share of an element or operation, if it is one: a number from 0 to 1."""
    share = stated.get("share")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        return None
    return float(share)


def extent_text(extent: Mapping[str, Any]) -> Said:
    """The headline the extent brings along, or the plainest sentence its numbers allow."""
    headline = printable(mapping(extent.get("headline")).get("text"), PARAGRAPH)
    if headline:
        return _as_signed(headline, extent)
    shares = [
        said("{share} of {what}", share=percent(share), what=THE.get(name := printable(element.get("element")), name))
        for element in map(mapping, listing(extent.get("elements")))
        if quantified(element) and (share := share_of(element))
    ]
    if shares:
        return said("AI altered or made {what}.", what=listed(shares))
    if extent_state(extent) == "stated":
        return NONE_STATED
    return UNQUANTIFIED if extent_state(extent) == "partly_stated" else said("Whether AI was used is not stated.")


def _as_signed(headline: str, extent: Mapping[str, Any]) -> Said:
    """The headline word for word as it was signed; in other languages from what it stands on, where the extent says."""
    if not tells_deeds(extent):
        return Said(lambda speech: headline)

    def tell(speech: Speech) -> str:
        if speech.language == ENGLISH.language:
            return headline
        return in_(speech, sentence(_rows(extent, "elements"), _rows(extent, "assistive")))

    return Said(tell)


def _rows(extent: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [mapping(row) for row in listing(extent.get(name))]


def consent_of(facts: RegistryFacts) -> Conclusion:
    details = {"at_signing": facts.consent_at_signing, "now": facts.consent_now}
    text = consent_text(facts.consent_at_signing, facts.consent_now, facts.may_continue)
    return Conclusion(facts.consent_at_signing, text, details)


def consent_text(at_signing: str, now: str, may_continue: bool = True) -> Said:
    if at_signing == "confirmed" and now == "ended":
        goes_on = said("Works made before may continue.") if may_continue else ""
        ended = said("On file for everyone whose consent it needs when this was signed; it has since ended.")
        return joined([ended, goes_on])
    if at_signing == "confirmed":
        return _SINCE.get(now, said("On file for everyone whose consent it needs when this was signed."))
    return _AT_SIGNING.get(at_signing, said("Not stated."))


_SINCE = {
    "confirmed": said("On file for everyone whose consent it needs, when this was signed and today."),
    "under_review": said("On file for everyone whose consent it needs when this was signed; it is now under review."),
}
_AT_SIGNING = {
    "not_required": said("Not required: as the producer states what was done, it needs nobody's consent."),
    "under_review": said("Under review."),
    "ended": said("It had ended when this was signed."),
}


def stated_consent(reading: Reading, integrity: Conclusion, relied_on: bool) -> Conclusion:
    """For files this registry has no record of: what the signer states, and nothing about today."""
    stated = printable(reading.assertion("org.countersign.consent").get("state_at_signing")) if relied_on else ""
    if stated in STATES["consent"] and stated != "not_stated":
        today = said("So the signer states; how it stands today is not known here.")
        text = joined([consent_text(stated, "not_stated"), today])
        return Conclusion(stated, text, {"at_signing": stated, "now": "not_stated"})
    changed = integrity.state == "altered"
    of_copy = said("Not stated for this copy, which was changed after it was signed.")
    text = of_copy if changed else said("Not stated.")
    return Conclusion("not_stated", text, {"at_signing": "not_stated", "now": "not_stated"})


def ingredients_of(reading: Reading, relied_on: bool) -> Conclusion:
    if not relied_on:
        return Conclusion("none", said("None shown."), [])

    used = list(reading.used())
    rows = [_ingredient_row(item, reading) for item in used[:200]]
    altered = sum(changed(item) for item in used)
    if not used:
        return Conclusion("none", said("No assets used are listed."), [])

    total = len(used)
    if not altered and any(not item.manifest for item in used):
        text = counted("1 asset used, without a sign of alteration.", "{count} assets used, without a sign of alteration.", total)
        return Conclusion("intact", text, rows)

    if not altered:
        return Conclusion("intact", counted("1 asset used, not altered.", "{count} assets used, none altered.", total), rows)

    if total == 1:
        text = said("1 asset used; it was changed after signing, before this file was made.")
        return Conclusion("altered", text, rows)

    text = counted(
        "{total} assets used; {count} of them was changed after signing, before this file was made.",
        "{total} assets used; {count} of them were changed after signing, before this file was made.",
        altered, total=number(total),
    )  # fmt: skip
    return Conclusion("altered", text, rows)


def _ingredient_row(item: Used, reading: Reading) -> dict[str, Any]:
    state = "altered" if changed(item) else "intact" if item.manifest else "no_credentials"
    row: dict[str, Any] = {"title": item.title or "untitled", "relation": item.relationship, "state": state}
    # Nothing an altered or unknown asset says of itself is repeated, not even its signer.
    if state == "intact" and not item.failure:
        signer = signer_name(mapping(reading.manifests.get(item.manifest)))
        return {**row, "signed_by": signer} if signer else row
    return row
