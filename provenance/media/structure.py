"""The scan before anything else: walks a file's parts without decoding it, and says what is there and what is wrong.

Limits come first: c2pa takes a time that grows with the square of an MP4's boxes or a JPEG's segments, so a file of
320 kB could hold a processor for seconds. Decoding is left to others; nothing here makes a picture.
"""

import struct
from collections.abc import Callable
from typing import Any, BinaryIO

from provenance.media import boxes, documents, pictures, projects, sniff, sound
from provenance.media.bounds import Bounds, Facts, Fault, Scan
from provenance.media.refusal import MediaRefused
from provenance.media.sniff import Kind

SCANS: dict[Kind, Callable[[Scan], None]] = {
    sniff.JPEG: pictures.jpeg,
    sniff.PNG: pictures.png,
    sniff.GIF: pictures.gif,
    sniff.WEBP: pictures.webp,
    sniff.TIFF: pictures.tiff,
    sniff.SVG: documents.svg,
    sniff.AVIF: boxes.avif,
    sniff.HEIC: boxes.avif,
    sniff.MP4: boxes.movie,
    sniff.MOV: boxes.movie,
    sniff.M4A: boxes.movie,
    sniff.JXL: boxes.any_boxes,
    sniff.WAV: sound.wav,
    sniff.AVI: sound.avi,
    sniff.MP3: sound.mp3,
    sniff.FLAC: sound.flac,
    sniff.PDF: documents.pdf,
    sniff.EXR: pictures.exr,
    sniff.DPX: pictures.dpx,
    sniff.TEXT: documents.text,
    sniff.DOCX: documents.word,
    sniff.DNG: pictures.tiff,
    sniff.ZIP: documents.archive,
    sniff.EPUB: documents.archive,
    sniff.XLSX: documents.archive,
    sniff.PPTX: documents.archive,
    sniff.USDZ: documents.archive,
    sniff.USDC: projects.usd_crate,
    sniff.TAR: projects.tar,
    sniff.AEP: projects.after_effects,
}
# Kinds that are archives themselves, at whose end an archive's directory belongs.
ARCHIVES = {sniff.ZIP, sniff.DOCX, sniff.XLSX, sniff.PPTX, sniff.EPUB, sniff.USDZ}


def examine(
    file: BinaryIO, name: str, bounds: Bounds, *, strict: bool, look: Callable[[BinaryIO, str], dict[str, Any]]
) -> dict[str, Any]:
    """Everything `provenance.sandbox.Examination` holds. With `strict` the first fault is raised as a refusal.

    `look` tells whether there are credentials (it needs the library, which this module does not know).
    """
    kind, scan = _scan(file, bounds, deep=True)
    promised = sniff.contradicts(name, kind)
    if promised in ARCHIVES and kind is sniff.ZIP and scan.faults:
        # Cut short, an office file has lost the directory by which it is told from any other archive.
        promised = None
    if promised is not None:
        found = kind.name if kind is not sniff.UNKNOWN else "something else"
        scan.faults.insert(0, Fault(
            "media.type_mismatch", f'The name "{name[-80:]}" says {promised.name}, but by its bytes this is {found}. '
            "Rename it, or send the file that was meant."))
    if strict:
        _refuse_first(scan.faults)
    credentials = look(file, kind.media_type)
    about = _about_credentials(kind, credentials)
    if strict:
        _refuse_first(about)
    problems = [{"code": fault.code, "detail": fault.detail} for fault in (*scan.faults, *about)]
    return _told(kind, scan) | credentials | {"problems": problems}


def _refuse_first(faults: list[Fault]) -> None:
    if faults:
        raise MediaRefused(faults[0].code, faults[0].detail)


def _about_credentials(kind: Kind, credentials: dict[str, Any]) -> list[Fault]:
    """A file whose history cannot be read here cannot be signed either: its history would be lost without a word."""
    if credentials.get("remote_url"):
        return [
            Fault(
                "media.credentials_elsewhere",
                f"This {kind.name} says that its credentials are kept at another address, and this "
                "registry fetches nothing that a file names. Send it with its credentials inside.",
            )
        ]
    if credentials.get("unreadable") and kind.embed:
        return [
            Fault(
                "media.credentials_unreadable",
                f"This {kind.name} carries something that should be its credentials and cannot be read "
                f"({credentials['unreadable'][:120]}). Send it as it left the program that made it.",
            )
        ]
    return []


def guard(file: BinaryIO, bounds: Bounds) -> str:
    """Refuse what would harm the reader, and nothing else; gives the media type by the bytes."""
    kind, _ = _scan(file, bounds, deep=False)
    return kind.media_type


def facts(file: BinaryIO, bounds: Bounds) -> dict[str, Any]:
    """What the file is by its container, without its credentials; nothing where the scan does not come to its end."""
    kind, scan = _scan(file, bounds, deep=True)
    return {} if scan.faults else _told(kind, scan)


def _scan(file: BinaryIO, bounds: Bounds, *, deep: bool) -> tuple[Kind, Scan]:
    scan = Scan(file, bounds, deep=deep)
    if scan.size == 0:
        raise MediaRefused("media.empty", "This file is empty: it has no bytes at all. Upload it again.")
    kind = sniff.sniff(file)
    scan.kind = kind
    if kind in SCANS:
        try:
            SCANS[kind](scan)
        except Fault as fault:
            scan.faults.append(fault)
        except (IndexError, ValueError, struct.error) as error:
            scan.faults.append(scan.malformed(f"it makes no sense at some point ({type(error).__name__})"))
    kind = scan.kind
    if deep and kind not in ARCHIVES:
        documents.hidden_archive(scan)
    return kind, scan


def _told(kind: Kind, scan: Scan) -> dict[str, Any]:
    facts = scan.facts
    return {
        "media_type": kind.media_type,
        "kind": _family(kind, facts),
        "extension": kind.extension,
        "embed": kind.embed,
        "size": scan.size,
        "width": facts.width,
        "height": facts.height,
        "orientation": facts.orientation,
        "frames": facts.frames,
        "fps": [facts.fps.numerator, facts.fps.denominator] if facts.fps else None,
        "seconds": facts.seconds,
        "audio_tracks": facts.audio_tracks,
        "words": facts.words,
        "display": list(facts.display) if facts.display else None,
        "pixels": facts.pixels,
        "elements": _elements(kind, facts),
    }


def _family(kind: Kind, facts: Facts) -> str:
    """An MP4 with sound and no picture is sound, whatever its brand."""
    return "audio" if kind.kind == "video" and facts.audio_tracks and not facts.video_tracks else kind.kind


def _elements(kind: Kind, facts: Facts) -> list[str]:
    """What a viewer perceives apart, as far as a container can tell: it does not know voice from music."""
    family = _family(kind, facts)
    heard = ["sound"] if family == "audio" or facts.audio_tracks else []
    return {"image": ["picture"], "video": ["picture", *heard], "audio": ["sound"], "text": ["text"]}.get(family, [])
