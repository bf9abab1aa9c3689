"""A statement for the registration of a copyright, as text: what is declared to be people's, and what AI generated.

It follows how the US Copyright Office asks (88 Fed. Reg. 16190, 16 March 2023): name what people authored, and exclude
what AI generated where it is more than trifling. It repeats what was declared for one file and decides nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from provenance.extent_wording import NAMES
from provenance.models import Asset
from provenance.printable import printable
from provenance.public.figures import ROLES
from provenance.reading import listing, mapping
from provenance.said import percent
from provenance.techniques import GENERATIVE, TECHNIQUES, TRAINED, involvement

TITLE = "Statement for copyright registration"


def statement(asset: Asset, *, at: datetime) -> str:
    """The statement about one signed or unsigned file, in plain text of lines short enough for any form."""
    declared = asset.declaration
    authorship = [mapping(one) for one in listing(declared.get("authorship"))]
    made = [one for one in map(mapping, listing(declared.get("operations"))) if _generative(one)]
    credential = getattr(asset, "credential", None)
    lines = [
        TITLE.upper(),
        "",
        f"File: {printable(asset.title)}",
        f"Work: {printable(asset.production.title)}",
        f"Declared by: {printable(asset.vendor.name)}",
        f"Credential: {credential.public_id if credential else 'none; this file is not signed'}",
        f"As of: {at:%-d %B %Y, %H:%M} UTC",
        "",
        "AUTHOR CREATED (what is declared to be made by people)",
        *(_authored(authorship) or ["Not stated."]),
        "",
        "MATERIAL EXCLUDED (what is declared to be generated or altered by AI)",
        *(_excluded(made, authorship) or [_none(declared)]),
        "",
        "OTHER TOOLS (declared, without generated content)",
        *(_assistive(declared) or ["None declared."]),
        "",
        "Each line repeats a declaration; this registry did not watch the work being made. Whether a part is more than",
        "trifling, and who its author is in law, is for the applicant and the Copyright Office. This is not legal advice.",
        "",
    ]
    return "\n".join(lines)


def _authored(authorship: list[Mapping[str, Any]]) -> list[str]:
    return [
        f"- {_element(one)}: {percent(one['human_share']) if one.get('human_share') is not None else 'share not stated'}"
        f" by people ({_method(one)}){_roles(one)}"
        for one in authorship if one.get("human_share") != 0
    ]  # fmt: skip


def _roles(one: Mapping[str, Any]) -> str:
    roles = [
        " ".join(filter(None, (str(ROLES[each["role"]]), f"({each['people']})" if each.get("people") else "")))
        for each in map(mapping, listing(one.get("contributors"))) if each.get("role") in ROLES
    ]  # fmt: skip
    return f"; {', '.join(roles)}" if roles else ""


def _excluded(made: list[Mapping[str, Any]], authorship: list[Mapping[str, Any]]) -> list[str]:
    shares = [
        f"- {_element(one)}: {percent(one['ai_share'])} by AI ({_method(one)})" for one in authorship if one.get("ai_share")
    ]
    return [*shares, *(f"- {line}" for line in _operations(made))]


def _operations(made: list[Mapping[str, Any]]) -> Iterator[str]:
    for one in made:
        technique = TECHNIQUES.get(str(one.get("technique")))
        verb = "generated" if one.get("digital_source_type") == TRAINED else "altered"
        label = technique.label if technique else printable(one.get("technique"))
        tool = " ".join(filter(None, (printable(mapping(one.get("tool")).get(name)) for name in ("name", "version"))))
        yield f"{_element(one)} {verb} with AI: {label}, with {tool or 'a tool not named'}; {_extent(one)}"


def _extent(one: Mapping[str, Any]) -> str:
    if one.get("whole"):
        return "the whole of it"
    if one.get("share") is not None:
        return f"{percent(one['share'])} of it, as declared"
    places = len(listing(one.get("regions")))
    return f"in {places} marked place{'s' if places != 1 else ''}" if places else "how much is not stated"


def _assistive(declared: Mapping[str, Any]) -> list[str]:
    rows = [one for one in map(mapping, listing(declared.get("operations"))) if not _generative(one)]
    labels = {(str(one.get("element")), str(one.get("technique"))) for one in rows}
    return [
        f"- {NAMES[element].capitalize()}: {TECHNIQUES[technique].label}"
        for element, technique in sorted(labels) if element in NAMES and technique in TECHNIQUES
    ]  # fmt: skip


def _none(declared: Mapping[str, Any]) -> str:
    complete = declared.get("complete", True)
    return "None: the declaration lists every operation, and none is generative." if complete else "Not stated."


def _generative(one: Mapping[str, Any]) -> bool:
    return involvement(str(one.get("digital_source_type"))) == GENERATIVE


def _element(one: Mapping[str, Any]) -> str:
    name = NAMES.get(str(one.get("element")), "element")
    return name.capitalize()


def _method(one: Mapping[str, Any]) -> str:
    compared = "by comparing versions, " if one.get("method") == "measured:difference" else ""
    return f"{compared}as its producer states"
