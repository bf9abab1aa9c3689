"""Shot lists as questions: a table (CSV) with a row for each person in each shot, or a cut (OpenTimelineIO) that says it.

Pure. What is read here has the shape that a question has in JSON; whether it can be asked is not judged here. Each shot
knows where it stood, so that whatever is wrong with it is told of its own rows, or of its own clip, and of no others.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consent import territories
from consent.imports import sheet
from registry import strict_json
from registry.errors import Fault, Invalid, TooLarge
from registry.spreadsheets import harmless
from registry.strict_json import pointer

MOST_SHOTS = 500
OF_THE_QUESTION = ("production", "act", "territories", "media", "languages", "release_on", "as_of")
OF_THE_DEPICTION = ("person", "role", "modality", "use", "content_flags", "depicted_age", "routine_reason")
COLUMNS = ("shot", *OF_THE_DEPICTION, *OF_THE_QUESTION)
NEEDED = ("shot", "role", "modality", "use")
LISTS = frozenset({"territories", "media", "languages", "content_flags"})
PASSED_OVER = "x_"
# A table's way to say that somebody real is depicted whom nobody has identified.
UNIDENTIFIED = "unidentified"
_EXAMPLES: tuple[dict[str, str], ...] = (
    {"shot": "sh010", "person": "M. Vale", "role": "target_likeness", "modality": "face", "use": "de_aging",
     "depicted_age": "30", "act": "sign", "territories": "WORLD", "media": "svod", "release_on": "2027-03-01"},
    {"shot": "sh020", "person": UNIDENTIFIED, "role": "background", "modality": "face", "use": "crowd_replica", "act": "sign",
     "territories": "US; CA", "media": "theatrical; svod", "release_on": "2027-03-01"},
)  # fmt: skip
TEMPLATE = (COLUMNS, *(tuple(one.get(name, "") for name in COLUMNS) for one in _EXAMPLES))

KEY = "countersign"
COMPOSED = ("Timeline", "SerializableCollection", "Stack", "Track")
DEEPEST = 40
MOST_PARTS = 200_000
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Shot:
    """A question as it was found. `rows` are those of a table; `at` and `depicted_at` point to where it and each depiction
    stood; `faults` say why it cannot be asked at all."""

    name: str
    asked: Mapping[str, Any]
    at: str
    depicted_at: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()

    def place(self, of_question: str) -> str:
        """Where in what was sent the place of the question lies, which is given as a pointer into its JSON."""
        _, *steps = of_question.split("/")
        if steps[:1] == ["depictions"] and len(steps) > 1 and steps[1].isdigit() and int(steps[1]) < len(self.depicted_at):
            return pointer_under(self.depicted_at[int(steps[1])], steps[2:] if not self.rows else steps[2:3])
        if self.rows:
            steps = ["shot" if one == "units" else one for one in steps[:1]]
        return pointer_under(self.at, steps)


@dataclass(frozen=True, slots=True)
class Shots:
    """All that is asked; `passed_over` clips say nothing of it."""

    shots: tuple[Shot, ...]
    passed_over: int = 0


class ListUnreadable(Invalid):
    """The list as a whole cannot be read; the sentence says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__("clearance.list_unreadable", sentence)


class ListTooLong(TooLarge):
    def __init__(self, found: str) -> None:
        super().__init__(
            "clearance.list_too_long", f"{found}. Up to {MOST_SHOTS} questions are answered at once: send them in parts."
        )


def pointer_under(at: str, steps: Iterable[str]) -> str:
    return "/".join([at, *steps])


def refuse_long(number: int, what: str) -> None:
    if number > MOST_SHOTS:
        raise ListTooLong(f"The list has {number} {what}")


# --- a table ------------------------------------------------------------------------------------------------------


def from_table(content: bytes) -> Shots:
    """The shots of a CSV file: in UTF-8, parted by commas, semicolons or tabs. Rows that say the same of one shot, but for
    who is depicted, are one question. Raises ListUnreadable and ListTooLong."""
    found = _sheet(content)
    columns = _columns(found.headings)
    refuse_long(len(found.rows), "rows")
    together: dict[tuple[Any, ...], list[tuple[int, dict[str, Any], tuple[Fault, ...]]]] = {}
    for row in found.rows:
        cells, faults = _row(row, columns, len(found.headings))
        key = (cells.get("shot"), *(str(cells.get(name)) for name in OF_THE_QUESTION))
        # A row that does not say its shot belongs to no other.
        together.setdefault(key if cells.get("shot") else (row.number,), []).append((row.number, cells, faults))
    return Shots(tuple(_shot_of(rows) for rows in together.values()))


def _sheet(content: bytes) -> sheet.Sheet:
    try:
        sheet.check_size(content)
        encoding = sheet.guess_encoding(content)
        if not encoding or encoding in sheet.WITHOUT_A_MARK:
            try:
                content.decode()
            except UnicodeDecodeError as error:
                raise ListUnreadable(f"The list is not in UTF-8 (byte {error.start + 1}). Save it as CSV UTF-8.") from error
        return sheet.read(content, encoding=encoding, delimiter=sheet.guess_delimiter(content, encoding))
    except sheet.Unreadable as error:
        raise ListUnreadable(error.detail) from error
    except TooLarge as error:
        raise ListTooLong(error.detail.partition(".")[0]) from error


def _columns(headings: tuple[str, ...]) -> dict[int, str]:
    """Which column says what. One that is not known is not passed over: what it says could be meant."""
    named = {at: re.sub(r"[\s-]+", "_", heading.strip().lower()) for at, heading in enumerate(headings)}
    strange = [headings[at] for at, name in named.items() if name not in COLUMNS and not name.startswith(PASSED_OVER)]
    if strange:
        raise ListUnreadable(
            f"The column “{sheet.shown(strange[0])}” is not known here. Known are {', '.join(COLUMNS)}; a column whose heading "
            f"begins with {PASSED_OVER} is passed over."
        )
    missing = [name for name in NEEDED if name not in named.values()]
    if missing:
        raise ListUnreadable(f"The list has no column {', '.join(missing)}. A template is at /api/v1/clearances/shot-list.csv.")
    return {at: name for at, name in named.items() if name in COLUMNS}


def _row(row: sheet.Row, columns: dict[int, str], width: int) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    at = f"/rows/{row.number}"
    found: dict[str, Any] = {}
    faults = []
    if any(row.cells[width:]):
        detail = "The row has more cells than there are columns: a cell with a comma may lack its quotes."
        faults.append(Fault(at, "clearance.row", detail))
    for number, name in columns.items():
        cell = row.cells[number] if number < len(row.cells) else ""
        if harmless(cell) != cell:
            detail = "The cell begins as a formula does (=, +, -, @). Write what it comes to."
            faults.append(Fault(f"{at}/{name}", "clearance.formula", detail))
        elif any(True for _ in strict_json.unfit(cell)):
            faults.append(Fault(f"{at}/{name}", "clearance.row", "The cell holds control or direction marks. Type it anew."))
        elif cell:
            found[name] = _several(cell, name) if name in LISTS else cell
    if not found.get("shot") and not faults:
        faults.append(Fault(f"{at}/shot", "clearance.row", "The row names no shot. Give its code."))
    return found, tuple(faults)


def _several(cell: str, name: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"[;,|]", cell) if part.strip()]
    return [territories.named(part) or part for part in parts] if name == "territories" else parts


def _shot_of(rows: list[tuple[int, dict[str, Any], tuple[Fault, ...]]]) -> Shot:
    first = rows[0][1]
    asked = {name: first[name] for name in OF_THE_QUESTION if name in first}
    if "shot" in first:
        asked["units"] = [first["shot"]]
    return Shot(
        name=str(first.get("shot", "")), rows=tuple(number for number, *_ in rows), at=f"/rows/{rows[0][0]}",
        depicted_at=tuple(f"/rows/{number}" for number, *_ in rows),
        asked=asked | {"depictions": [_depiction(cells) for _, cells, _ in rows]},
        faults=tuple(fault for *_, faults in rows for fault in faults),
    )  # fmt: skip


def _depiction(cells: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: cells[name] for name in OF_THE_DEPICTION if name in cells}
    if str(told.get("person", "")).lower() == UNIDENTIFIED:
        told = {name: value for name, value in told.items() if name != "person"} | {"unidentified": True}
    return told


# --- a cut --------------------------------------------------------------------------------------------------------


def from_timeline(content: bytes) -> Shots:
    """The shots of an OpenTimelineIO document: every clip whose metadata, or whose markers' metadata, say `countersign`.
    What a timeline, stack or track says of it is so for the clips within, as far as they say nothing else.

    Raises ListUnreadable and ListTooLong. Of the document nothing else is looked at, and nothing it names is fetched.
    """
    try:
        document = strict_json.read(content)
    except strict_json.NotJSON as error:
        raise ListUnreadable(f"The timeline cannot be read as JSON: {error}.") from error
    if _schema(document) not in (*COMPOSED, "Clip"):
        raise ListUnreadable("This is no OpenTimelineIO document: it does not begin with an OTIO_SCHEMA such as Timeline.1.")
    found: list[Shot] = []
    passed_over = 0
    for node, at, inherited in _parts(document):
        if _schema(node) != "Clip":
            found += _misplaced(node, at)
        elif shot := _clip(node, at, inherited):
            found.append(shot)
        else:
            passed_over += 1
        refuse_long(len(found), "or more clips that ask")
    if not found:
        raise ListUnreadable(
            "No clip says what is asked of it. Say it in its metadata, or in a marker's, under the name “countersign”; "
            "docs/hatch.md shows how."
        )
    return Shots(tuple(found), passed_over)


def _schema(node: Any) -> str:
    said = node.get("OTIO_SCHEMA") if isinstance(node, dict) else None
    return said.partition(".")[0] if isinstance(said, str) else ""


def _parts(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], tuple[Any, ...], dict[str, Any]]]:
    """Compositions and clips in their order, each with the way to it and what those around it say."""
    waiting: list[tuple[Any, tuple[Any, ...], dict[str, Any], int]] = [(document, (), {}, 0)]
    seen = 0
    while waiting:
        node, at, inherited, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST:
            raise ListUnreadable(f"The timeline is nested more than {DEEPEST} deep. Flatten it, and send it again.")
        if seen > MOST_PARTS:
            raise ListTooLong(f"The timeline has more than {MOST_PARTS} parts")
        schema = _schema(node)
        if schema == "Clip":
            yield node, at, inherited
        elif schema in COMPOSED:
            yield node, at, inherited
            own = _said(node)
            within = inherited | {name: value for name, value in own.items() if name in OF_THE_QUESTION}
            if schema == "Timeline":
                waiting.append((node.get("tracks"), (*at, "tracks"), within, depth + 1))
            children = node.get("children") if schema != "Timeline" else None
            if isinstance(children, list):
                waiting += [(one, (*at, "children", number), within, depth + 1) for number, one in enumerate(children)][::-1]


def _said(node: Mapping[str, Any]) -> dict[str, Any]:
    metadata = node.get("metadata")
    said = metadata.get(KEY) if isinstance(metadata, dict) else None
    return said if isinstance(said, dict) else {}


def _says(node: Any) -> bool:
    metadata = node.get("metadata") if isinstance(node, dict) else None
    return isinstance(metadata, dict) and KEY in metadata


def _markers(node: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    markers = node.get("markers")
    for number, one in enumerate(markers if isinstance(markers, list) else []):
        if _says(one):
            yield number, one


def _misplaced(node: dict[str, Any], at: tuple[Any, ...]) -> Iterator[Shot]:
    """What a composition says that can only be said of a clip; passed over, it would be taken for answered."""
    name, own = _name(node), pointer(*at, "metadata", KEY)
    strange = sorted(set(_said(node)) - set(OF_THE_QUESTION))
    if strange:
        detail = (
            f"“{sheet.shown(strange[0])}” cannot be said of a whole {_schema(node)}. Said of it may be "
            f"{', '.join(OF_THE_QUESTION)}; all else is said of a clip."
        )
        yield Shot(name, {}, own, faults=(Fault(own, "clearance.timeline", detail),))
    for number, _ in _markers(node):
        place = pointer(*at, "markers", number)
        detail = f"This marker stands on a {_schema(node)}. Put it on the clip that it is about."
        yield Shot(name, {}, place, faults=(Fault(place, "clearance.timeline", detail),))


def _clip(node: dict[str, Any], at: tuple[Any, ...], inherited: Mapping[str, Any]) -> Shot | None:
    marked = list(_markers(node))
    if not _says(node) and not marked:
        return None
    own, place = _said(node), pointer(*at, "metadata", KEY)
    name = _name(node)
    depictions, depicted_at = _depictions(own.get("depictions"), place)
    faults = [] if isinstance(own.get("depictions", []), list) else [
        Fault(f"{place}/depictions", "clearance.timeline", "List them: “depictions” is an array.")]  # fmt: skip
    for number, marker in marked:
        there, where = _said(marker), pointer(*at, "markers", number, "metadata", KEY)
        listed, places = _depictions(there["depictions"], where) if "depictions" in there else ([there], [where])
        depictions, depicted_at = depictions + listed, depicted_at + places
        if set(there) - {"depictions"} and "depictions" in there:
            faults.append(Fault(where, "clearance.timeline", "A marker tells one depiction, or lists several, and nothing else."))
    faults += [Fault(f"{place}{where}", "clearance.timeline", sentence) for where, sentence in strict_json.unfit(own)]
    faults += [Fault(at_, "clearance.timeline", sentence) for at_, one in zip(depicted_at, depictions, strict=True)
               for _, sentence in strict_json.unfit(one)]  # fmt: skip
    asked = {**inherited, **{key: value for key, value in own.items() if key not in ("shot", "depictions")}}
    if "units" not in asked:
        asked["units"] = [own.get("shot", name)]
    return Shot(name, asked | {"depictions": depictions}, place, tuple(depicted_at), faults=tuple(faults))


def _depictions(said: Any, at: str) -> tuple[list[Any], list[str]]:
    listed = said if isinstance(said, list) else []
    return list(listed), [f"{at}/depictions/{number}" for number in range(len(listed))]


def _name(node: Mapping[str, Any]) -> str:
    name = node.get("name")
    return sheet.shown(name, 100) if isinstance(name, str) else ""
