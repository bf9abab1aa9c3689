"""What the credentials, or the registry's record, state: how much AI, whose consent, which assets were used.

Pure. Nothing is repeated from credentials nobody here vouches for.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provenance import signals, testimony
from provenance.conclusion import STATES, Conclusion, RegistryFacts
from provenance.printable import bounded, printable
from provenance.reading import Reading, Used, listing, mapping
from provenance.soundness import signer_name
from provenance.techniques import GENERATIVE, OPERATION_SOURCE_TYPES, involvement
from provenance.testimony import Statement, Step, changed

PARAGRAPH = 1024
MOST_MANIFESTS = 100
# What this report adds to an extent; an extent out of a file does not get to say it.
ADDED_HERE = frozenset({"strength", "statements", "metadata", "signals"})
UNQUANTIFIED = "AI was used, but how much is not stated."

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

    given = testimony.statements(reading, relied_on=relied_on, signed=_signed(integrity, signature))
    return Conclusion(*_implied(given, reading, integrity, relied_on), _details(given, reading))


def _signed(integrity: Conclusion, signature: Conclusion) -> bool:
    return integrity.state == "intact" and signature.state == "valid"


def _implied(
    given: Sequence[Statement], reading: Reading, integrity: Conclusion, relied_on: bool
) -> tuple[str, str]:
    """From what is said of AI without quantities; only what somebody known here vouches for counts as stated."""
    told = testimony.told(given)
    if relied_on:
        return _implied_by_signer(given, reading, told)

    if integrity.state == "altered":
        held = "What was stated about AI held for the file as it was signed, not for this copy."
        return "not_stated", " ".join(filter(None, (held, told)))

    if told:
        return "not_stated", told

    if reading.active and integrity.state == "intact":
        text = "What these credentials state about AI is not repeated here: nobody known here vouches for them."
        return "not_stated", text

    return "not_stated", "Nothing is stated about AI. That says nothing about whether AI was used."


def stated_extent(reading: Reading, relied_on: bool) -> Mapping[str, Any]:
    return reading.assertion("org.countersign.extent") if relied_on else {}


def _implied_by_signer(given: Sequence[Statement], reading: Reading, told: str) -> tuple[str, str]:
    if any(one.says in testimony.OF_AI and one.strength in testimony.VOUCHED for one in given):
        return "partly_stated", told

    if told and given[0].says == testimony.MAY:
        return "not_stated", f"{told} Whether it does is not stated."

    captured = f"{told} " if told else ""
    if any(reading.actions()) and reading.all_actions_included():
        text = "The signer lists all edits and names none that used generative AI. No quantities are stated."
        return "not_stated", captured + text

    text = "The credentials do not state whether AI was used. Some edits or activity may not have been recorded."
    return "not_stated", captured + text


def _details(given: Sequence[Statement], reading: Reading) -> dict[str, Any] | None:
    """Each statement with who makes it; and what the metadata says, whoever wrote it there."""
    told: dict[str, Any] = {}
    if given:
        told |= {"strength": given[0].strength, "statements": [one.as_dict() for one in given]}
    if reading.metadata:
        told["metadata"] = bounded(reading.metadata)
    return told or None


def with_signals(extent: Conclusion, reading: Reading) -> Conclusion:
    """The extent with the official signals of the active manifest and of each manifest in its history."""
    return replace(extent, details={**mapping(extent.details), "signals": _signals(reading)})


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


def generative_acts(reading: Reading, *, but: Collection[str] = ()) -> Iterator[Mapping[str, Any]]:
    """Each action that says a model made content, of the file's own credentials and of all that went before, `but`
    for the manifests of those labels."""
    for step in testimony.history(reading) if reading.active else ():
        if step.label not in but:
            yield from (action for action in reading.actions(of=step.label) if _generative(action))


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


def extent_text(extent: Mapping[str, Any]) -> str:
    """The headline the extent brings along, or the plainest sentence its numbers allow."""
    headline = printable(mapping(extent.get("headline")).get("text"), PARAGRAPH)
    if headline:
        return headline
    shares = [
        f"{percent(share)} of the {printable(element.get('element'))}"
        for element in map(mapping, listing(extent.get("elements")))
        if quantified(element) and (share := share_of(element))
    ]
    if shares:
        return f"AI altered or made {' and '.join(shares)}."
    if extent_state(extent) == "stated":
        return "The producer states that no generative AI was used."
    return UNQUANTIFIED if extent_state(extent) == "partly_stated" else "Whether AI was used is not stated."


def percent(share: float) -> str:
    """A share as a person reads it: one decimal, never a rounded-off zero, never a rounded-up whole."""
    value = share * 100
    if 0 < value < 0.1:
        return "less than 0.1 %"
    if 99.9 < value < 100:
        return "more than 99.9 %"
    return f"{value:.1f} %".replace(".0 %", " %") if value in (0, 100) else f"{value:.1f} %"


def consent_of(facts: RegistryFacts) -> Conclusion:
    details = {"at_signing": facts.consent_at_signing, "now": facts.consent_now}
    text = consent_text(facts.consent_at_signing, facts.consent_now, facts.may_continue)
    return Conclusion(facts.consent_at_signing, text, details)


def consent_text(at_signing: str, now: str, may_continue: bool = True) -> str:
    if at_signing == "confirmed":
        since = {
            "confirmed": "On file for everyone whose consent it needs, when this was signed and today.",
            "ended": "On file for everyone whose consent it needs when this was signed; it has since ended."
            + (" Works made before may continue." * may_continue),
            "under_review": "On file for everyone whose consent it needs when this was signed; it is now under review.",
        }
        return since.get(now, "On file for everyone whose consent it needs when this was signed.")
    if at_signing == "not_required":
        return "Not required: as the producer states what was done, it needs nobody's consent."
    others = {"under_review": "Under review.", "ended": "It had ended when this was signed."}
    return others.get(at_signing, "Not stated.")


def stated_consent(reading: Reading, integrity: Conclusion, relied_on: bool) -> Conclusion:
    """For files this registry has no record of: what the signer states, and nothing about today."""
    stated = printable(reading.assertion("org.countersign.consent").get("state_at_signing")) if relied_on else ""
    if stated in STATES["consent"] and stated != "not_stated":
        text = consent_text(stated, "not_stated") + " So the signer states; how it stands today is not known here."
        return Conclusion(stated, text, {"at_signing": stated, "now": "not_stated"})
    changed = integrity.state == "altered"
    text = "Not stated for this copy, which was changed after it was signed." if changed else "Not stated."
    return Conclusion("not_stated", text, {"at_signing": "not_stated", "now": "not_stated"})


def ingredients_of(reading: Reading, relied_on: bool) -> Conclusion:
    if not relied_on:
        return Conclusion("none", "None shown.", [])

    used = list(reading.used())
    rows = [_ingredient_row(item, reading) for item in used[:200]]
    altered = sum(changed(item) for item in used)
    if not used:
        return Conclusion("none", "No assets used are listed.", [])

    count = "1 asset used" if len(used) == 1 else f"{len(used)} assets used"
    if not altered:
        bare = any(not item.manifest for item in used)
        nothing = "without a sign of alteration" if bare else "not altered" if len(used) == 1 else "none altered"
        return Conclusion("intact", f"{count}, {nothing}.", rows)

    which = "it was" if len(used) == 1 else f"{altered} of them {'was' if altered == 1 else 'were'}"
    return Conclusion("altered", f"{count}; {which} changed after signing, before this file was made.", rows)


def _ingredient_row(item: Used, reading: Reading) -> dict[str, Any]:
    state = "altered" if changed(item) else "intact" if item.manifest else "no_credentials"
    row: dict[str, Any] = {"title": item.title or "untitled", "relation": item.relationship, "state": state}
    # Nothing an altered or unknown asset says of itself is repeated, not even its signer.
    if state == "intact" and not item.failure:
        signer = signer_name(mapping(reading.manifests.get(item.manifest)))
        return {**row, "signed_by": signer} if signer else row
    return row
