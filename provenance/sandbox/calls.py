"""What may be asked of a child: to examine a file, read, measure, describe, draw, fingerprint or sign it."""

import base64
import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from provenance.fingerprint import Code
from provenance.measurement import Measured
from provenance.media.refusal import MediaRefused
from provenance.sandbox.errors import SigningFailed
from provenance.sandbox.pool import Pool
from provenance.sandbox.values import Anchor, Examination, File, IngredientFile, Sign, SignRequest

# All files of a call travel in one message, and the kernel carries at most 253 descriptors in one.
MOST_INGREDIENTS = 240
# Frames of a sequence that are examined in one call: what a call costs is shared, and few wait where one kills the child.
FRAMES_AT_ONCE = 48


class Sandbox(Pool):
    """A pool of children with one method for each thing they do."""

    def examine(self, path: File, name: str = "", *, strict: bool = True) -> Examination:
        """What the file is. `strict` refuses what must not be signed; without it, only what would harm a reader."""
        with _opened(path, "rb") as file:
            found = self._call({"do": "examine", "name": name, "strict": strict}, [file], size=_size(file))
        return Examination.of(found)

    def examine_frames(self, files: Sequence[tuple[File, str]]) -> Iterator[Examination | MediaRefused]:
        """What each of many small files is, each with its name, or why it is refused; in their order, some at a time."""
        for start in range(0, len(files), FRAMES_AT_ONCE):
            some = files[start : start + FRAMES_AT_ONCE]
            try:
                yield from self._examined_at_once(some)
            except MediaRefused:
                # One of them killed the child, or held it for too long: which, shows when each has a call of its own.
                for path, name in some:
                    try:
                        yield self.examine(path, name)
                    except MediaRefused as refused:
                        yield refused

    def _examined_at_once(self, files: Sequence[tuple[File, str]]) -> list[Examination | MediaRefused]:
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(_opened(path, "rb")) for path, _ in files]
            message = {"do": "examine_frames", "names": [name for _, name in files]}
            told = self._call(message, opened, size=sum(_size(file) for file in opened))["frames"]
        return [MediaRefused(*one["refused"]) if "refused" in one else Examination.of(one) for one in told]

    def read(
        self,
        path: File,
        media_type: str = "",
        *,
        sidecar: File | None = None,
        anchors: Sequence[Anchor] | None = None,
        crjson: bool = False,
        pictures: int = 0,
    ) -> dict[str, Any]:
        """What the credentials of a file say and whether they hold, as `provenance/reading.py` takes it.

        `media_type` is a hint at most; the bytes decide. `crjson` adds the C2PA JSON form under that key; `pictures`
        those of the assets used, drawn anew with so many pixels at most to a side.
        """
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_opened(path, "rb"))]
            if sidecar is not None:
                files.append(stack.enter_context(_opened(sidecar, "rb")))
            message = {
                "do": "read", "media_type": media_type, "sidecar": sidecar is not None, "crjson": crjson, "pictures": pictures,
            }  # fmt: skip
            return self._call(message, files, size=_size(files[0]), anchors=anchors)

    def measure(
        self,
        input_file: File | None,
        result_file: File,
        *,
        matte: File | None = None,
        element: str | None = None,
    ) -> Measured:
        """How much of the result differs from the input, or lies within the matte: one measurement for each element.

        `element` is measured alone (picture, text, or which sound element the tracks are: voice, music, sound); without
        it all that the files hold. The input may be None where a matte is given. Raises MediaRefused where the files
        cannot be held against each other; codes: media.mismatch .unmeasurable .too_long, and those of the readers.
        """
        with contextlib.ExitStack() as stack:
            named = {"input": input_file, "result": result_file, "matte": matte}
            files = {name: stack.enter_context(_opened(file, "rb")) for name, file in named.items() if file is not None}
            message = {"do": "measure", "files": list(files), "element": element}
            found = self._call(message, list(files.values()), size=0, extra=self.limits.measuring_seconds)
        return Measured.from_wire(found)

    def describe(self, source: File, destination: File, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Copy a file with `properties` in its XMP, its content byte for byte as it was; gives `why` and `sha256`.

        `why` says what speaks against it, and is empty where the copy was made; else `destination` means nothing.
        """
        with _opened(source, "rb") as file, _opened(destination, "w+b") as copy:
            return self._call({"do": "describe", "properties": dict(properties)}, [file, copy], size=2 * _size(file))

    def draw(self, path: File, *, seconds: float | None = None, side: int = 480) -> bytes:
        """A small JPEG of a still, or of the frame of a film at `seconds`, its sides at most `side`; raises MediaRefused."""
        with _opened(path, "rb") as file:
            found = self._call({"do": "draw", "at": seconds, "side": side}, [file], size=_size(file))
        return base64.b64decode(found["jpeg"])

    def fingerprint(self, path: File) -> tuple[Code, ...]:
        """The fingerprints of what the file shows or says; none where it has none."""
        with _opened(path, "rb") as file:
            found = self._call({"do": "fingerprint"}, [file], size=_size(file))
        return tuple(Code(one["kind"], one["digits"], one.get("at_s")) for one in found["codes"])

    def store(self, path: File, destination: File) -> None:
        """Write the manifest store that a file carries to `destination`. Raises MediaRefused where it carries none."""
        with _opened(path, "rb") as file, _opened(destination, "w+b") as store:
            self._call({"do": "store", "alone": False}, [file, store], size=_size(file))

    def store_alone(self, path: File) -> dict[str, str]:
        """Whose a manifest store is that came without its content: `active` and `signed_by`; raises MediaRefused."""
        with _opened(path, "rb") as file:
            return self._call({"do": "store", "alone": True}, [file], size=_size(file))

    def suggest(self, path: File) -> dict[str, Any]:
        """What a declaration of this file might say, as `provenance.suggestions.reading.suggest` gives it, and its type."""
        with _opened(path, "rb") as file:
            return self._call({"do": "suggest"}, [file], size=_size(file))

    def sign(self, request: SignRequest, sign: Sign) -> dict[str, Any]:
        """Sign file to file; gives manifest_label, signed_sha256 and size. `sign` gets the bytes to be signed, here.

        An exception of `sign` comes out as it is. The result is not to be trusted until `read` has trusted it.
        Where it fails, a destination named by its path is removed.
        """
        target = request.destination if request.sidecar_destination is None else request.sidecar_destination
        if target is None:
            raise ValueError("a signing needs a destination")
        try:
            return self._sign(request, target, sign)
        except BaseException:
            if isinstance(target, str | os.PathLike):
                Path(target).unlink(missing_ok=True)
            raise

    def _sign(self, request: SignRequest, target: File, sign: Sign) -> dict[str, Any]:
        ingredients = [_ingredient(item) for item in request.ingredients]
        if len(ingredients) > MOST_INGREDIENTS:
            raise SigningFailed("signing.failed", f"More than {MOST_INGREDIENTS} ingredients cannot be signed at once.")
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_opened(request.source, "rb"))]
            files.append(stack.enter_context(_opened(target, "w+b")))
            files += [stack.enter_context(_opened(item.path, "rb")) for item in ingredients]
            message = {
                "do": "sign", "media_type": request.media_type, "manifest": request.manifest, "intent": request.intent,
                "chain_pem": request.chain_pem, "alg": request.alg, "tsa_url": request.tsa_url,
                "sidecar": request.sidecar_destination is not None,
                "ingredients": [{"media_type": item.media_type, "title": item.title, "relationship": item.relationship,
                                 "label": item.label} for item in ingredients],
            }
            size = sum(_size(file) for file in files)
            # A silent time-stamp authority is given up on by the library after thirty seconds.
            extra = 35.0 if request.tsa_url else 0.0
            return self._call(message, files, size=size, anchors=request.anchors, sign=sign, extra=extra)


def _ingredient(item: IngredientFile | Mapping[str, Any]) -> IngredientFile:
    return item if isinstance(item, IngredientFile) else IngredientFile(**item)


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


@contextlib.contextmanager
def _opened(file: File, mode: str) -> Iterator[BinaryIO]:
    """A path is opened here and closed after; an open file is used as it is and left at any position."""
    if isinstance(file, str | os.PathLike):
        with open(file, mode) as opened:
            yield opened  # type: ignore[misc]
    else:
        file.flush()
        yield file
