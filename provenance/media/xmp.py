"""XMP packets: which of IPTC's and PLUS's properties on AI one holds, and a packet with ours written into it.

An XML parser that resolves nothing reads them, within bounds: a document type is refused before any entity could be
used. A packet is changed at the places that are ours and stays as it was, byte for byte, everywhere else.
Layout: ISO 16684-1; IPTC Photo Metadata 2025.1; PLUS LDF. What containers hold them is for packets.py.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}
# What is read, and how it is called here. Prompts and their writers are not: they are nobody's business but the sender's.
READ = {
    "Iptc4xmpExt:DigitalSourceType": "digital_source_type",
    "Iptc4xmpExt:AISystemUsed": "ai_system",
    "Iptc4xmpExt:AISystemVersionUsed": "ai_system_version",
    "plus:ModelReleaseStatus": "model_release_status",
    "plus:DataMining": "data_mining",
}
# What is read besides for whoever sent the file, and told to nobody else: prompts may be private.
NOTES = READ | {
    "Iptc4xmpExt:AIPromptInformation": "ai_prompt",
    "Iptc4xmpExt:AIPromptWriterName": "ai_prompt_writer",
    "xmp:CreatorTool": "creator_tool",
}
# Known by their names when they are read; never written.
READ_ONLY = {"xmp": "http://ns.adobe.com/xap/1.0/", "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/"}
LARGEST = 4 * 1024 * 1024
MOST_ELEMENTS, DEEPEST = 50_000, 64
LONGEST_VALUE = 1_000
NOTE = "http://ns.adobe.com/xmp/note/"

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
START_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
EMPTY_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF></x:xmpmeta>\n'
    '<?xpacket end="w"?>'
).encode()

Properties = Mapping[str, str | Sequence[str] | Sequence[Mapping[str, str]]]


class Unreadable(Exception):
    """The packet is no XMP that may be read here; the text says why."""


@dataclass(slots=True)
class Place:
    """Where a property stands: an element from `start` to its end tag at `end`, or an attribute of the tag at `start`."""

    name: str
    start: int
    end: int = 0
    attribute: str = ""


@dataclass(slots=True)
class Description:
    """One rdf:Description: where it stands, the elements in it, and how many attributes it has besides its names."""

    start: int
    end: int = 0
    properties: list[Place] = field(default_factory=list)
    attributes: list[Place] = field(default_factory=list)
    others: int = 0


@dataclass(slots=True)
class Packet:
    """What one parse found: our properties' values, the descriptions, and where a further one can be put in."""

    values: dict[str, str] = field(default_factory=dict)
    descriptions: list[Description] = field(default_factory=list)
    about: str = ""
    rdf_start: int = -1
    rdf_end: int = -1
    extended: str = ""


def properties(packet: bytes, names: Mapping[str, str] = READ) -> dict[str, str]:
    """The values of these properties in a packet, by the names used here. Raises Unreadable."""
    values = _parse(packet).values
    return {name: values[known] for known, name in names.items() if values.get(known)}


def extension(packet: bytes) -> str:
    """The name (a GUID) of the further packet that a JPEG's main one says it goes on in; empty where it does not."""
    return _parse(packet).extended


def describes(document: bytes) -> bool:
    """Whether an XML document holds descriptions (rdf:RDF) at all. Raises Unreadable."""
    return _parse(document).rdf_end >= 0


def merged(packet: bytes | None, wanted: Properties) -> bytes:
    """A packet that says what `wanted` does, under names with our prefixes, and for the rest what it said before.

    Raises Unreadable where the packet cannot be changed without risk to what else it holds.
    """
    data = EMPTY_PACKET if packet is None else _trimmed(packet)
    if b"\0" in data:
        raise Unreadable("its metadata is not written in UTF-8")
    found = _parse(data)
    if found.rdf_end < 0:
        raise Unreadable("its metadata holds no description (rdf:RDF)")
    cuts = [cut for one in found.descriptions for cut in _cuts(data, one, wanted)]
    cuts.append(_insertion(data, found, _description(wanted, found.about)))
    for start, end, instead in sorted(cuts, reverse=True):
        data = data[:start] + instead + data[end:]
    return data


# --- reading ------------------------------------------------------------------------------------------------------


def _trimmed(packet: bytes) -> bytes:
    wide = packet[:2] in (b"\xfe\xff", b"\xff\xfe")
    return packet if wide else packet.rstrip(b"\0").removeprefix(b"\xef\xbb\xbf")


def _parse(packet: bytes) -> Packet:
    if len(packet) > LARGEST:
        raise Unreadable("its metadata is far larger than any program writes")
    data = _trimmed(packet)
    reader = _Reader(data)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(f"its metadata is not well-formed XML in line {error.lineno}") from None
    return reader.packet


class _Reader:
    """One pass. Names are resolved by hand, so that the places of tags and attributes stay known."""

    def __init__(self, data: bytes):
        self.data, self.packet = data, Packet()
        self.scopes: list[dict[str, str]] = [{}]
        self.path: list[str] = []
        self.elements = 0
        self.open: Place | None = None
        self.text: list[str] = []
        self.items: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self.parser.ExternalEntityRefHandler = (
            self.refuse
        )
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(self, *_: object) -> int:
        raise Unreadable("its metadata declares a document type, by which it could pull in other files")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS or len(self.path) >= DEEPEST:
            raise Unreadable("its metadata holds more parts than any program writes")
        declared = {
            name.partition(":")[2]: value for name, value in attributes.items() if name.partition(":")[0] == "xmlns"
        }
        self.scopes.append({**self.scopes[-1], **declared} if declared else self.scopes[-1])
        name, at = self.resolved(tag), self.parser.CurrentByteIndex
        if name == f"{{{RDF}}}RDF" and self.packet.rdf_start < 0:
            self.packet.rdf_start = at
        elif self.path[-1:] == [f"{{{RDF}}}RDF"]:
            self.describe(attributes, at)
        elif self.path[-2:-1] == [f"{{{RDF}}}RDF"]:
            self.property(name, attributes, at)
        self.path.append(name)

    def describe(self, attributes: dict[str, str], at: int) -> None:
        one = Description(at)
        self.packet.descriptions.append(one)
        for key, value in attributes.items():
            name = self.resolved(key, attribute=True)
            if name == f"{{{RDF}}}about":
                self.packet.about = self.packet.about or value
            elif name == f"{{{NOTE}}}HasExtendedXMP":
                self.packet.extended = value.strip()
                one.others += 1
            elif known := _known(name):
                one.attributes.append(Place(known, at, attribute=key))
                self.keep(known, value)
            else:
                one.others += key.partition(":")[0] != "xmlns"

    def property(self, name: str, attributes: dict[str, str], at: int) -> None:
        self.open, self.text, self.items = Place(_known(name) or name, at), [], []
        resource = next(
            (value for key, value in attributes.items() if self.resolved(key, attribute=True) == f"{{{RDF}}}resource"), ""
        )
        if resource:
            self.items.append(resource)

    def characters(self, data: str) -> None:
        if self.open and sum(map(len, self.text)) < LONGEST_VALUE:
            self.text.append(data)

    def end(self, tag: str) -> None:
        name = self.path.pop()
        self.scopes.pop()
        at = self.parser.CurrentByteIndex
        if self.open and name == f"{{{RDF}}}li":
            self.items.append("".join(self.text))
            self.text = []
        elif self.open and self.path[-2:-1] == [f"{{{RDF}}}RDF"]:
            self.close(at)
        elif self.path[-1:] == [f"{{{RDF}}}RDF"] and self.packet.descriptions:
            self.packet.descriptions[-1].end = at
        elif name == f"{{{RDF}}}RDF" and self.packet.rdf_end < 0:
            self.packet.rdf_end = at

    def close(self, at: int) -> None:
        place, self.open = self.open, None
        assert place is not None
        place.end = at
        self.packet.descriptions[-1].properties.append(place)
        value = next((item for item in self.items if item.strip()), "".join(self.text)).strip()
        if place.name == f"{{{NOTE}}}HasExtendedXMP":
            self.packet.extended = value
        elif not place.name.startswith("{"):
            self.keep(place.name, value)

    def keep(self, name: str, value: str) -> None:
        self.packet.values.setdefault(name, value.strip()[:LONGEST_VALUE])

    def resolved(self, name: str, *, attribute: bool = False) -> str:
        prefix, colon, local = name.partition(":")
        if not colon:
            return name if attribute else f"{{{self.scopes[-1].get('', '')}}}{name}"
        return f"{{{self.scopes[-1].get(prefix, '')}}}{local}"


def _known(name: str) -> str:
    """`{namespace}local` as a name with our prefix; empty for a namespace that is none of ours."""
    namespace, _, local = name.removeprefix("{").partition("}")
    return next((f"{prefix}:{local}" for prefix, known in (PREFIXES | READ_ONLY).items() if known == namespace), "")


# --- writing ------------------------------------------------------------------------------------------------------


Cut = tuple[int, int, bytes]


def _tag(data: bytes, start: int) -> bytes:
    found = START_TAG.match(data, start)
    if found is None:
        raise Unreadable("its metadata cannot be told apart")
    return found[0]


def _end(data: bytes, start: int, end: int) -> int:
    """Behind the element that begins at `start` and whose end tag, if it has one, is at `end`."""
    tag = _tag(data, start)
    return start + len(tag) if tag.endswith(b"/>") else data.index(b">", end) + 1


def _cuts(data: bytes, one: Description, wanted: Properties) -> list[Cut]:
    """What of a description gives way: all of it, where it says nothing else."""
    ours = [place for place in one.properties if place.name in wanted]
    attributes = [place.attribute for place in one.attributes if place.name in wanted]
    left = len(one.properties) - len(ours) + len(one.attributes) - len(attributes) + one.others
    if not left and (ours or attributes):
        return [(one.start, _end(data, one.start, one.end), b"")]
    cuts = [(place.start, _end(data, place.start, place.end), b"") for place in ours]
    if attributes:
        tag = _tag(data, one.start)
        cuts.append((one.start, one.start + len(tag), _without(tag, attributes)))
    return cuts


def _without(tag: bytes, attributes: Sequence[str]) -> bytes:
    for name in attributes:
        pattern = rb"""\s+%s\s*=\s*(?:"[^"]*"|'[^']*')""" % re.escape(name.encode())
        tag = re.sub(pattern, b"", tag, count=1)
    return tag


def _insertion(data: bytes, found: Packet, said: bytes) -> Cut:
    """Before the end of the descriptions; an empty element is opened for it."""
    tag = _tag(data, found.rdf_start)
    if not tag.endswith(b"/>"):
        return found.rdf_end, found.rdf_end, said
    name = tag[1:].split()[0].rstrip(b"/>")
    opened = tag[:-2].rstrip() + b">" + said + b"</" + name + b">"
    return found.rdf_start, found.rdf_start + len(tag), opened


def _description(wanted: Properties, about: str) -> bytes:
    names = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in PREFIXES.items())
    about = escape(about, {'"': "&quot;"})
    inside = "".join(f"<{name}>{_value(value)}</{name}>" for name, value in wanted.items())
    said = f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="{about}"{names}>{inside}</rdf:Description>'
    # In ASCII, so that it fits a packet whatever encoding that declares.
    return said.encode("ascii", "xmlcharrefreplace")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return escape(NOT_XML.sub("", value))
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_value(text)}</{name}>" for name, text in value.items())
    return f"<rdf:Bag>{''.join(map(_item, value))}</rdf:Bag>"


def _item(value: Any) -> str:
    kind = ' rdf:parseType="Resource"' if isinstance(value, Mapping) else ""
    return f"<rdf:li{kind}>{_value(value)}</rdf:li>"
