"""What the credentials that a file carries already say of it: actions, tools, how it began, and what it was made from."""

from collections.abc import Mapping
from typing import Any

from provenance.printable import printable
from provenance.reading import Reading, listing, mapping
from provenance.suggestions.said import LIKELY, POSSIBLE, STATED, Findings
from provenance.techniques import ASSISTIVE, GENERATIVE, involvement, source_type

MOST_ACTIONS = 100
# C2PA actions that name one technique of ours; all others may be many.
ACTIONS = {
    "c2pa.color_adjustments": "colour_grade", "c2pa.adjustedColor": "colour_grade", "c2pa.dubbed": "lip_sync_dub",
    "c2pa.translated": "translation",
}  # fmt: skip
SAFE = {"Trusted": STATED, "Valid": LIKELY}


def read(credentials: Mapping[str, Any], found: Findings) -> None:
    """The active manifest. Where it does not hold, nothing of it is proposed."""
    reading = Reading.of(credentials)
    if not reading.active:
        return
    if reading.state not in SAFE:
        found.remark("The file carries credentials that do not hold; nothing of them is proposed.")
        return
    sure = SAFE[reading.state]
    found.remark(
        "The file carries credentials. Sent as it is, their history comes along by itself and need not be declared; "
        "declare what stands here only where the work goes on from a copy without them."
    )
    source = f"c2pa:{printable(reading.active, 100)}"
    for number, action in enumerate(reading.actions()):
        if number == MOST_ACTIONS:
            found.remark(f"Its credentials list more than {MOST_ACTIONS} actions; the first were looked at.")
            break
        _action(number, action, source, sure, found)
    for number, used in enumerate(listing(reading.manifest.get("ingredients"))[:50], start=1):
        one, key = mapping(used), f"c2pa-ingredient-{number}"
        relation = printable(one.get("relationship"))
        if relation in ("parentOf", "componentOf", "inputTo"):
            found.say("ingredients", key, "title", printable(one.get("title")) or key, source, f"ingredient {number}", sure)
            found.say("ingredients", key, "relation", relation, source, f"ingredient {number}", sure)
            found.lack("ingredients", key, "part", "Send the file along under a name, or name it as an asset known here.")


def _action(number: int, action: Mapping[str, Any], source: str, sure: str, found: Findings) -> None:
    kind, term = printable(action.get("action")), source_type(printable(action.get("digitalSourceType")))
    where = f"action {number + 1} ({kind})"
    if kind == "c2pa.created" and term:
        found.say("", "", "digital_source_type", term.rpartition("/")[2], source, where, sure)
    part = involvement(term) if term else None
    if part not in (GENERATIVE, ASSISTIVE) and kind not in ACTIONS:
        return
    agent = action.get("softwareAgent")
    name = mapping(agent).get("name") if isinstance(agent, Mapping) else agent
    key = f"c2pa-{number + 1}"
    if kind in ACTIONS:
        found.say("operations", key, "technique", ACTIONS[kind], source, where, LIKELY if sure == STATED else POSSIBLE)
    found.say("operations", key, "tool.name", name, source, where, sure)
    found.say("operations", key, "tool.version", mapping(agent).get("version"), source, where, sure)
    if term:
        found.say("operations", key, "digital_source_type", term.rpartition("/")[2], source, where, sure)
    found.say("operations", key, "description", action.get("description"), source, where, sure)
    found.lack("operations", key, "element", "Say what it was done to: picture, voice, music, sound or text.")
    found.lack("operations", key, "technique", f"Say what was done; the credentials call it {kind}.")
    found.lack("operations", key, "tool.name", "Name the tool.")
