"""The forms that files come in (multipart/form-data, RFC 7578): taken whole, with each part once, or not at all."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http.multipartparser import MultiPartParser as DjangoParser
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request

from provenance.printable import printable
from registry.errors import Invalid
from registry.receiving import MOST_FILES, TextTooLarge

BYTES = "latin-1"  # in which every byte is a letter, so that none is replaced
LONGEST_END = 1024
SHOWN_OF_A_NAME = 60
LONGEST_TEXT = 200
NAMELESS = "file"
MOST_FRAMES = 2_000  # as parts of one form; of more, each is sent as an upload of its own


class PartRepeated(Invalid):
    """Of two parts of the same name, nobody can say which is meant."""

    def __init__(self, name: str) -> None:
        detail = f"More than one part is named “{shown(name)}”. Send each part once, under a name of its own."
        super().__init__("request.part_repeated", detail)


class PartNotAFile(Invalid):
    """A part that is only text, where a file belongs."""

    def __init__(self, name: str) -> None:
        detail = f"The part “{shown(name)}” was sent as text. Send it as a file: with a filename beside its name."
        super().__init__("request.part_not_a_file", detail)


class WholeForm(MultiPartParser):
    """Text is given as the bytes that were sent (`request.data`): what they say is for the view to read."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        request = parser_context["request"]
        body = _Body(stream)
        try:
            parts = _Parts(request.META | {"CONTENT_TYPE": media_type}, body, request.upload_handlers, BYTES)
            texts, files = parts.parse()
        except MultiPartParserError as error:
            raise ParseError(f"The form cannot be read: {printable(str(error))}") from error
        except RequestDataTooBig as error:
            raise TextTooLarge from error
        form = DataAndFiles(
            MultiValueDict({_read(name): [one.encode(BYTES) for one in values] for name, values in texts.lists()}),
            MultiValueDict({_read(name): values for name, values in files.lists()}),
        )
        try:
            _refuse_in_pieces(form, body.end, parts.closing)
        except Exception:
            for _, given in form.files.lists():
                for file in given:
                    file.close()
            raise
        return form


class FramesForm(WholeForm):
    """The same for a form that may hold the frames of a sequence: two thousand, and what else an asset comes with."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        for handler in parser_context["request"].upload_handlers:
            handler.most_files = MOST_FRAMES + MOST_FILES
        return super().parse(stream, media_type, parser_context)


def files_in(request: Request, *, but: Iterable[str] = ()) -> dict[str, UploadedFile]:
    """The parts of a form by their names, all but these. Raises PartNotAFile."""
    parts = {name: part for name, part in request.data.items() if name not in but}
    for name, part in parts.items():
        if not isinstance(part, UploadedFile):
            raise PartNotAFile(name)
    return parts


def texts_in(request: Request, *, needed: Iterable[str], maybe: Iterable[str]) -> dict[str, str]:
    """The parts of a form that are short texts, by their names. Raises Invalid for one that is missing or is no text."""
    found = {name: _text(name, request.data[name]) for name in (*needed, *maybe) if name in request.data}
    for name in needed:
        if not found.get(name):
            raise Invalid("request.part_missing", f"The part “{name}” is missing. Send it as text.")
    return found


def refuse_unknown(request: Request, *, known: Iterable[str]) -> None:
    """Raises Invalid for a part that is called otherwise."""
    for name in request.data:
        if name not in known:
            detail = f"The part “{shown(name)}” is not known here. Known are {', '.join(known)}."
            raise Invalid("request.part_unknown", detail)


def _text(name: str, part: bytes | UploadedFile) -> str:
    if isinstance(part, UploadedFile):
        detail = f"The part “{name}” was sent as a file. Send it as text: without a filename beside its name."
        raise Invalid("request.part_not_text", detail)
    try:
        text = part.decode()
    except UnicodeDecodeError as error:
        raise Invalid("request.part_not_text", f"The part “{name}” is not UTF-8.") from error
    if len(text) > LONGEST_TEXT:
        raise Invalid("request.part_not_text", f"The part “{name}” has more than {LONGEST_TEXT} characters.")
    return text


def shown(name: str) -> str:
    """The name of a part, as it can be told."""
    return printable(name, SHOWN_OF_A_NAME)


def _refuse_in_pieces(form: DataAndFiles, end: bytes, closing: bytes) -> None:
    if closing not in end:
        detail = "The form breaks off: the boundary that its Content-Type names does not close it. Send it again, whole"
        raise ParseError(detail)
    names = Counter(name for parts in (form.data, form.files) for name, given in parts.lists() for _ in given)
    for name, times in names.items():
        if times > 1:
            raise PartRepeated(name)


def _read(text: str) -> str:
    """What was taken byte for byte, as the UTF-8 it is; Django passes over parts whose headers are not."""
    return text.encode(BYTES).decode(errors="replace")


class _Parts(DjangoParser):
    @property
    def closing(self) -> bytes:
        return b"--" + self._boundary + b"--"

    def sanitize_file_name(self, file_name: str) -> str:
        """Never none: Django would pass over the file, and take what it holds for further parts."""
        return super().sanitize_file_name(_read(file_name)) or NAMELESS


class _Body:
    """A body, and how it ended."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.end = b""

    def read(self, size: int) -> bytes:
        piece: bytes = self._stream.read(size)
        self.end = piece[-LONGEST_END:] if len(piece) >= LONGEST_END else (self.end + piece)[-LONGEST_END:]
        return piece
