"""Sound, and AVI: WAV, FLAC, MP3. How long, how many tracks, and where the file ends."""

import struct
from fractions import Fraction

from provenance.media.bounds import Scan
from provenance.media.pictures import riff
from provenance.media.sniff import id3_length


def wav(scan: Scan) -> None:
    rate = length = None
    for kind, body, amount in riff(scan):
        if kind == b"fmt " and amount >= 16:
            rate = int.from_bytes(scan.at(body + 8, 4), "little")
        elif kind == b"data":
            length = amount
    if not rate or length is None:
        raise scan.malformed("it holds no sound, or does not say how fast to play it")
    scan.facts.audio_tracks, scan.facts.seconds = 1, round(length / rate, 6)


def avi(scan: Scan) -> None:
    """The main header and the stream headers, inside the list `hdrl`."""
    header = None
    for kind, body, amount in riff(scan):
        if header is None and kind == b"LIST" and scan.upto(body, 4) == b"hdrl":
            header = scan.at(body + 4, min(amount - 4, 1 << 20))
    if header is None:
        raise scan.malformed("it has no header list (hdrl)")
    if not scan.deep:
        return
    place = header.find(b"avih")
    if place < 0 or len(header) < place + 48:
        raise scan.malformed("it has no main header (avih)")
    micros, frames, width, height = (struct.unpack_from("<I", header, place + 8 + at)[0] for at in (0, 16, 32, 36))
    _streams(scan, header)
    if scan.facts.video_tracks:
        scan.picture(width, height)
        scan.facts.frames = scan.facts.frames or frames or None
        if micros and frames and not scan.facts.seconds:
            scan.facts.fps, scan.facts.seconds = Fraction(1_000_000, micros), frames * micros / 1e6


def _streams(scan: Scan, header: bytes) -> None:
    place = header.find(b"strh")
    while place >= 0 and place + 56 <= len(header):
        kind = header[place + 8:place + 12]
        scale, rate = struct.unpack_from("<II", header, place + 8 + 20)
        length = struct.unpack_from("<I", header, place + 8 + 32)[0]
        seconds = length * scale / rate if rate else 0.0
        if kind == b"vids":
            scan.facts.video_tracks += 1
            scan.facts.frames = length or None
            scan.facts.fps = Fraction(rate, scale) if scale and rate else None
        elif kind == b"auds":
            scan.facts.audio_tracks += 1
        scan.facts.seconds = round(max(scan.facts.seconds or 0.0, seconds), 6) or None
        scan.part()
        place = header.find(b"strh", place + 56)


def flac(scan: Scan) -> None:
    """RFC 9639: blocks of metadata, the first of which says rate and length, then frames."""
    position = first = _tag_length(scan) + 4
    while True:
        scan.part()
        head = scan.at(position, 4)
        length = int.from_bytes(head[1:], "big")
        if position == first:
            if head[0] & 0x7F != 0 or length < 34:
                raise scan.malformed("it does not begin with its stream information")
            packed = int.from_bytes(scan.at(position + 14, 8), "big")
            rate, samples = packed >> 44, packed & (1 << 36) - 1
            if not rate:
                raise scan.malformed("it does not say how fast to play it")
            scan.facts.seconds = round(samples / rate, 6) or None
        position += 4 + length
        if position > scan.size:
            raise scan.truncated(position)
        if head[0] & 0x80:
            break
    if scan.upto(position, 2)[:1] != b"\xff":
        raise (
            scan.truncated(position + 2)
            if position >= scan.size
            else scan.malformed("after its header there is no sound")
        )
    scan.facts.audio_tracks = 1


# ── MP3 (ISO/IEC 11172-3, 13818-3; ID3) ──────────────────────────────────────────────────────────────────────────

BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = (44_100, 48_000, 32_000)
MOST_FRAMES = 400_000


def mp3(scan: Scan) -> None:
    """Tags, then frames one after the other, then tags. Very long files are not walked to the end."""
    position = _tag_length(scan)
    if not scan.deep:
        return
    scan.file.seek(position)
    data = scan.file.read(min(scan.size - position, 512 * 1024 * 1024))
    at = frames = 0
    seconds = Fraction(0)
    while frames < MOST_FRAMES:
        found = _frame(data[at:at + 4])
        if found is None:
            break
        length, duration = found
        at, seconds, frames = at + length, seconds + duration, frames + 1
    if not frames:
        raise scan.malformed("it holds no sound")
    if at > len(data):
        raise scan.truncated(position + at)
    if frames < MOST_FRAMES:
        _only_tags(scan, data[at:])
    scan.facts.audio_tracks, scan.facts.seconds = 1, round(float(seconds), 6)


def _tag_length(scan: Scan) -> int:
    length = id3_length(scan.upto(0, 10))
    if length > scan.size:
        raise scan.truncated(length)
    return length


def _frame(head: bytes) -> tuple[int, Fraction] | None:
    """Length in bytes and duration of a layer III frame, or None where none begins."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    first = version == 3
    hertz = RATES[rate] // (1 if first else 2 if version == 2 else 4)
    samples = 1152 if first else 576
    return samples // 8 * BITRATES[1 if first else 2][bitrate] * 1000 // hertz + (head[2] >> 1 & 1), Fraction(
        samples, hertz
    )


def _only_tags(scan: Scan, rest: bytes) -> None:
    """ID3v1, APE and Lyrics3 tags may follow the sound; so may a little padding."""
    if rest[-128:-125] == b"TAG":
        rest = rest[:-128]
    if rest.startswith((b"APETAGEX", b"LYRICSBEGIN", b"ID3")) or not rest.strip(b"\0"):
        return
    scan.trailing(len(rest))
