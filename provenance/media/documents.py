"""Documents: SVG, PDF, plain text, archives and office files. What could act on whoever opens one is a fault."""

import re
import struct
import zipfile
import zlib
from typing import NamedTuple
from xml.parsers import expat

from provenance.media.bounds import Fault, Scan
from provenance.media.projects import outside
from provenance.media.refusal import MediaRefused

# ── SVG ──────────────────────────────────────────────────────────────────────────────────────────────────────────

LARGEST_SVG = 64 * 1024 * 1024
MOST_ELEMENTS = 200_000
DEEPEST_ELEMENT = 256
ACTING = {
    "script": "a script",
    "foreignobject": "foreign content (foreignObject)",
    "iframe": "a frame",
    "embed": "an embedded object",
    "object": "an embedded object",
    "handler": "an event handler",
    "listener": "an event handler",
    "audio": "foreign content",
    "video": "foreign content",
    "canvas": "foreign content",
}
OUTSIDE = re.compile(
    r"""url\(\s*['"]?(?!\s*\#|\s*['"]?\s*\#|\s*data:image/(?:png|jpeg|gif|webp|avif);)[^)\s]|@import|expression\(""",
    re.I,
)
INSIDE_REFERENCE = re.compile(r"^\s*(#|data:image/(?:png|jpeg|gif|webp|avif);base64,|$)", re.I)


def svg(scan: Scan) -> None:
    if not scan.deep:
        return
    if scan.size > LARGEST_SVG:
        raise MediaRefused(
            "media.too_many_parts",
            f"This SVG is {scan.size / 1e6:,.0f} MB of text; at most {LARGEST_SVG / 1e6:,.0f} MB are read. "
            "Export it as a picture of pixels.",
        )
    _Drawing(scan).read()
    scan.facts.frames = 1


# expat's codes for a document that stops in the middle: of everything, a tag, a character, a CDATA section.
ENDED_EARLY = (3, 5, 6, 20)


class _Drawing:
    """One pass of an XML parser that resolves nothing: a document type is refused before any entity could be used."""

    def __init__(self, scan: Scan):
        self.scan, self.depth, self.elements, self.style = scan, 0, 0, 0
        self.told: set[str] = set()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.CharacterDataHandler = self.text
        self.parser.ProcessingInstructionHandler = self.instruction

    def read(self) -> None:
        self.scan.file.seek(0)
        try:
            self.parser.ParseFile(self.scan.file)
        except expat.ExpatError as error:
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
                self.scan.trailing(self.scan.size - max(0, self.parser.ErrorByteIndex))
                return
            if error.code in ENDED_EARLY:
                raise self.scan.truncated(self.scan.size + 1) from None
            raise self.scan.malformed(f"its XML is not well-formed in line {error.lineno}") from None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements, self.depth = self.elements + 1, self.depth + 1
        if self.elements > MOST_ELEMENTS:
            raise MediaRefused(
                "media.too_many_parts",
                f"This SVG has more than {MOST_ELEMENTS:,} elements. Export it as a picture of pixels.",
            )
        if self.depth > DEEPEST_ELEMENT:
            raise MediaRefused(
                "media.too_deep", f"This SVG holds elements within elements more than {DEEPEST_ELEMENT} deep."
            )
        plain = name.rpartition(":")[2].lower()
        if self.elements == 1:
            self.sizes(plain, attributes)
        if plain in ACTING:
            self.tell(ACTING[plain])
        self.style += plain == "style"
        for key, value in attributes.items():
            self.attribute(plain, key.rpartition(":")[2].lower(), value)

    def attribute(self, element: str, key: str, value: str) -> None:
        if key.startswith("on"):
            self.tell(f"an event handler ({key[:40]})")
        elif (
            key in ("href", "src", "base")
            and not INSIDE_REFERENCE.match(value)
            and not (element == "a" and _plain_link(value))
        ):
            self.tell("a reference to something outside it")
        elif (key == "attributename" and value.rpartition(":")[2].lower() in ("href", "src")) or (
                key == "attributename" and value.lower().startswith("on")):
            self.tell("an animation that changes where it points")
        elif OUTSIDE.search(value):
            self.tell("a reference to something outside it")

    def sizes(self, element: str, attributes: dict[str, str]) -> None:
        if element != "svg":
            raise self.scan.malformed("its first element is not svg")
        width, height = (_pixels(attributes.get(key, "")) for key in ("width", "height"))
        box = [_number(part) for part in re.split(r"[\s,]+", attributes.get("viewBox", "").strip())]
        if not (width and height) and len(box) == 4:
            width, height = box[2], box[3]
        if width and height and width < 1e9 and height < 1e9:
            self.scan.facts.width, self.scan.facts.height = round(width), round(height)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.style -= name.rpartition(":")[2].lower() == "style"

    def text(self, data: str) -> None:
        if self.style and (OUTSIDE.search(data) or "@import" in data.lower()):
            self.tell("a style that reaches outside it")

    def doctype(self, *_: object) -> None:
        raise Fault(
            "media.active_content",
            "This SVG declares a document type (DOCTYPE), by which it could pull in other files. Save it without one.",
        )

    def instruction(self, target: str, _data: str) -> None:
        self.tell(f"an instruction to other programs ({target[:40]})")

    def tell(self, what: str) -> None:
        if what not in self.told and len(self.told) < 8:
            self.told.add(what)
            self.scan.active(what)


def _plain_link(value: str) -> bool:
    """A link that somebody must follow is not content that acts; only ordinary addresses are."""
    return value.strip().lower().startswith(("https://", "http://", "mailto:"))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 < number < 1e9 else 0.0


def _pixels(text: str) -> float:
    found = re.fullmatch(r"\s*([0-9.]{1,12})(px)?\s*", text)
    return _number(found[1]) if found else 0.0


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def pdf(scan: Scan) -> None:
    """Begins at byte 0, ends with its end mark. What a page holds is not looked at."""
    if not scan.deep:
        return
    tail = scan.upto(scan.size - 4_096, 4_096)
    mark = tail.rfind(b"%%EOF")
    if mark < 0:
        raise scan.truncated(scan.size + 6)
    rest = tail[mark + 5:].strip(b"\r\n \0\t")
    if rest:
        scan.trailing(len(rest))


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────────

WORD = re.compile(r"\S+")
# A novel is one megabyte. Of longer texts the words are not counted.
LARGEST_TEXT = 16 * 1024 * 1024


def text(scan: Scan) -> None:
    if not scan.deep:
        return
    if scan.size > LARGEST_TEXT:
        return
    data = scan.at(0, scan.size)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    written = data.decode(encoding, "replace")
    scan.facts.words = sum(1 for _ in WORD.finditer(written))


# ── Archives ─────────────────────────────────────────────────────────────────────────────────────────────────────

LARGEST_STORY = 32 * 1024 * 1024
END_OF_DIRECTORY = b"PK\x05\x06"


class EndMark(NamedTuple):
    """Where an archive's directory begins, and where it says that it does; how many members it names, and how many bytes
    follow it."""

    directory: int
    stated: int
    members: int
    after: int


def archive(scan: Scan) -> None:
    """Counts the members by the directory's own end mark, before anybody reads the directory; then reads it as programs
    that open archives do, and refuses what two of them would read differently."""
    end = _end_of_directory(scan)
    if end is None:
        raise scan.truncated(scan.size + 22)
    if end.members > scan.bounds.parts:
        raise MediaRefused(
            "media.too_many_parts",
            f"This {scan.name} holds {end.members:,} files; at most {scan.bounds.parts:,} are accepted.",
        )
    if scan.deep:
        _directory(scan, end)


def _directory(scan: Scan, end: EndMark) -> None:
    """The directory's members (APPNOTE 4.3.12), each held against its own header: a program that reads from the front
    finds other files in an archive where the two disagree."""
    if end.after:
        scan.trailing(end.after)
    position, before, names = end.directory, end.directory - end.stated, set()
    if before:
        raise scan.malformed(f"{abs(before):,} bytes stand before its first file, or are missing there")
    for _ in range(end.members):
        head = scan.at(position, 46)
        if head[:4] != b"PK\x01\x02":
            raise scan.malformed(f"its directory breaks off at byte {position:,}")
        long, extra, comment = struct.unpack_from("<HHH", head, 28)
        (offset,) = struct.unpack_from("<I", head, 42)
        name = scan.at(position + 46, long)
        if name in names:
            raise scan.malformed("two of its files have the same name")
        names.add(name)
        outside(scan, name.decode("utf-8", "replace"))
        if offset != 0xFFFFFFFF and _own_name(scan, offset) != name:
            raise scan.malformed("its directory names other files than are in it")
        position += 46 + long + extra + comment


def _own_name(scan: Scan, offset: int) -> bytes:
    head = scan.at(offset, 30)
    return scan.at(offset + 30, int.from_bytes(head[26:28], "little")) if head[:4] == b"PK\x03\x04" else b""


def word(scan: Scan) -> None:
    """The words of the main story."""
    archive(scan)
    if scan.deep:
        scan.facts.words = len(story(scan).split())


def story(scan: Scan) -> str:
    """The text of a Word document's main story: what is read in it, without what was deleted and what fields compute."""
    archive(scan)
    try:
        with zipfile.ZipFile(scan.file) as package:
            member = package.getinfo("word/document.xml")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise NotImplementedError
            with package.open(member) as written:
                xml = written.read(LARGEST_STORY + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise scan.malformed("its main text cannot be unpacked") from error
    if len(xml) > LARGEST_STORY:
        raise MediaRefused(
            "media.too_many_parts",
            f"The text of this {scan.name} unpacks to more than {LARGEST_STORY / 1e6:,.0f} MB, far more than any text has. "
            "Save it afresh.",
        )
    return _Story(scan).of(xml)


class _Story:
    """One pass over a main story's XML (ECMA-376-1, 17.3). Nothing in it is resolved: a document type is refused."""

    BREAKS = ("p", "tab", "br", "cr", "tc")

    def __init__(self, scan: Scan):
        self.scan, self.parts, self.reading = scan, [], False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def of(self, xml: bytes) -> str:
        try:
            self.parser.Parse(xml, True)
        except expat.ExpatError as error:
            raise self.scan.malformed(f"its main text is not well-formed in line {error.lineno}") from None
        return "".join(self.parts)

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.reading = name.rpartition(":")[2] == "t"

    def end(self, name: str) -> None:
        self.reading = False
        if name.rpartition(":")[2] in self.BREAKS:
            self.parts.append("\n")

    def text(self, data: str) -> None:
        if self.reading:
            self.parts.append(data)

    def doctype(self, *_: object) -> None:
        raise self.scan.malformed("its main text declares a document type, which no Word document has")


def hidden_archive(scan: Scan) -> None:
    """An archive's directory at the end of a file that is none: programs for archives would open it as one."""
    if scan.faults:
        return
    end = _end_of_directory(scan)
    if end is not None and scan.upto(end.directory, 4) == b"PK\x01\x02":
        scan.faults.append(
            Fault(
                "media.trailing_data",
                f"This {scan.name} is a ZIP archive at the same time: an archive's directory stands at its "
                "end. It would be signed with it; export the file without it.",
            )
        )




def _end_of_directory(scan: Scan) -> EndMark | None:
    """What an archive's end mark says (APPNOTE 4.3.16): where its directory begins and how many members it names."""
    start = max(0, scan.size - 65_557)
    tail = scan.upto(start, 65_557)
    place = tail.rfind(END_OF_DIRECTORY)
    while place >= 0:
        if place + 22 <= len(tail):
            members, length, stated, comment = struct.unpack_from("<HIIH", tail, place + 10)
            if place + 22 + comment <= len(tail):
                after = len(tail) - place - 22 - comment
                large = _large_directory(scan, tail[place - 20 : place]) if place >= 20 else None
                found = large or (start + place - length, stated, members)
                return EndMark(*found, after)
        place = tail.rfind(END_OF_DIRECTORY, 0, place)
    return None


def _large_directory(scan: Scan, locator: bytes) -> tuple[int, int, int] | None:
    """The same of an archive beyond 4 GB, from the record that its locator names (APPNOTE 4.3.14, 4.3.15)."""
    if locator[:4] != b"PK\x06\x07":
        return None
    (at,) = struct.unpack_from("<Q", locator, 8)
    record = scan.upto(at, 56) if at < scan.size else b""
    if len(record) < 56 or record[:4] != b"PK\x06\x06":
        raise scan.malformed("the record of its directory is not where it should be")
    members, length, stated = struct.unpack_from("<QQQ", record, 32)
    return at - length, stated, members
