"""Writes films and sound in plain Python: H.264, FLAC, ALAC, PCM and MP3 streams, in MP4, QuickTime, M4A, AVI and WAV.

The H.264 is real but simple: every block that changes is stored as it is (I_PCM), every other is skipped. So a clip
with a still camera stays small, any player shows it, and no encoder is needed (ITU-T H.264, 7.3 and 9.2).
"""

import math
import struct
from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image

RATE = 48_000

# ── Bits ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Bits:
    """Writes numbers bit by bit, and Exp-Golomb codes as H.264 wants them."""

    def __init__(self) -> None:
        self.done, self.held, self.count = bytearray(), 0, 0

    def put(self, value: int, width: int) -> "Bits":
        self.held, self.count = self.held << width | value, self.count + width
        while self.count >= 8:
            self.count -= 8
            self.done.append(self.held >> self.count & 255)
        self.held &= (1 << self.count) - 1
        return self

    def ue(self, value: int) -> "Bits":
        return self.put(value + 1, 2 * (value + 1).bit_length() - 1)

    def se(self, value: int) -> "Bits":
        return self.ue(2 * value - 1 if value > 0 else -2 * value)

    def align(self, bit: int = 0) -> "Bits":
        while self.count:
            self.put(bit, 1)
        return self

    def raw(self, data: bytes) -> "Bits":
        assert not self.count
        self.done += data
        return self

    def end(self) -> bytes:
        """With the stop bit that ends an H.264 payload."""
        self.put(1, 1).align()
        return bytes(self.done)


# ── H.264 ────────────────────────────────────────────────────────────────────────────────────────────────────────


class H264:
    """Frames of one size to access units. `parameters` are the sequence and the picture parameter set."""

    def __init__(self, width: int, height: int):
        self.width, self.height = width, height
        self.across, self.down = -(-width // 16), -(-height // 16)
        self.before: list[bytes] | None = None
        self.number = 0

    @property
    def parameters(self) -> tuple[bytes, bytes]:
        sequence = Bits().put(66, 8).put(0xC0, 8).put(31, 8).ue(0).ue(4).ue(2).ue(1).put(0, 1)
        sequence.ue(self.across - 1).ue(self.down - 1).put(1, 1).put(1, 1)
        sequence.put(1, 1).ue(0).ue((self.across * 16 - self.width) // 2).ue(0).ue(
            (self.down * 16 - self.height) // 2
        ).put(0, 1)
        picture = Bits().ue(0).ue(0).put(0, 1).put(0, 1).ue(0).ue(0).ue(0).put(0, 1).put(0, 2).se(0).se(0).se(0)
        picture.put(1, 1).put(0, 1).put(0, 1)
        return _unit(0x67, sequence.end()), _unit(0x68, picture.end())

    def frame(self, image: Image.Image) -> tuple[bytes, bool]:
        """One access unit (with lengths before its units), and whether it can be decoded alone."""
        blocks = self._blocks(image)
        alone = self.before is None
        bits = Bits().ue(0).ue(7 if alone else 5).ue(0).put(self.number & 255, 8)
        if alone:
            bits.ue(0).put(0, 1).put(0, 1)
        else:
            bits.put(0, 1).put(0, 1).put(0, 1)
        bits.se(0).ue(1)
        self._code(bits, blocks, alone)
        self.before, self.number = blocks, self.number + 1
        unit = _unit(0x65 if alone else 0x41, bits.end())
        return struct.pack(">I", len(unit)) + unit, alone

    def _code(self, bits: Bits, blocks: list[bytes], alone: bool) -> None:
        skipped = 0
        for place, block in enumerate(blocks):
            if not alone and self.before is not None and block == self.before[place]:
                skipped += 1
                continue
            if not alone:
                bits.ue(skipped)
                skipped = 0
            # I_PCM is macroblock type 25 in an I slice, and 5 more in a P slice.
            bits.ue(25 if alone else 30).align().raw(block)
        if skipped:
            bits.ue(skipped)

    def _blocks(self, image: Image.Image) -> list[bytes]:
        """Each macroblock's 256 brightness samples and 64 + 64 colour samples, in the range of video."""
        full = Image.new("RGB", (self.across * 16, self.down * 16))
        full.paste(image.convert("RGB"), (0, 0))
        bright, blue, red = full.convert("YCbCr").split()
        bright = bright.point(lambda value: 16 + value * 219 // 255)
        half = (self.across * 8, self.down * 8)
        blue, red = (
            plane.resize(half, Image.Resampling.BOX).point(lambda value: 16 + value * 224 // 255)
            for plane in (blue, red)
        )
        return [
            bright.crop((x * 16, y * 16, x * 16 + 16, y * 16 + 16)).tobytes()
            + blue.crop((x * 8, y * 8, x * 8 + 8, y * 8 + 8)).tobytes()
            + red.crop((x * 8, y * 8, x * 8 + 8, y * 8 + 8)).tobytes()
            for y in range(self.down)
            for x in range(self.across)
        ]


def _unit(kind: int, payload: bytes) -> bytes:
    """A unit with the bytes kept apart that would look like the start of another."""
    if b"\0\0" not in payload:
        return bytes([kind]) + payload
    safe = bytearray([kind])
    zeros = 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            safe.append(3)
            zeros = 0
        safe.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(safe)


# ── Sound ────────────────────────────────────────────────────────────────────────────────────────────────────────


def swell(seconds: float, rate: int = RATE) -> list[int]:
    """The sound of the harbour: a low hum that comes and goes, a bell, and nothing that anybody owns."""
    samples = []
    for number in range(round(seconds * rate)):
        at = number / rate
        hum = math.sin(2 * math.pi * 82.4 * at) + 0.5 * math.sin(2 * math.pi * 123.5 * at + 0.4)
        since = at % 1.5
        bell = math.exp(-4 * since) * (math.sin(2 * math.pi * 659.3 * at) + 0.4 * math.sin(2 * math.pi * 1777 * at))
        samples.append(round(3_600 * hum * (0.6 + 0.4 * math.sin(2 * math.pi * 0.4 * at)) + 5_200 * bell))
    return samples


def pcm(samples: Sequence[int], *, big: bool = False) -> bytes:
    return struct.pack(f"{'>' if big else '<'}{len(samples)}h", *samples)


def wav(samples: Sequence[int], rate: int = RATE) -> bytes:
    data = pcm(samples)
    return _riff(b"WAVE", _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)) + _chunk(b"data", data))


FLAC_BLOCK = 4_096


def flac(samples: Sequence[int], rate: int = RATE) -> bytes:
    frames = b"".join(flac_frames(samples))
    comment = struct.pack("<I", 11) + b"countersign" + struct.pack("<I", 0)
    return b"fLaC" + bytes([0]) + (34).to_bytes(3, "big") + flac_information(samples, rate) + (
        bytes([0x84]) + len(comment).to_bytes(3, "big") + comment) + frames


def flac_information(samples: Sequence[int], rate: int = RATE) -> bytes:
    packed = rate << 44 | 0 << 41 | 15 << 36 | len(samples)
    return struct.pack(">HH", FLAC_BLOCK, FLAC_BLOCK) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)


def flac_frames(samples: Sequence[int]) -> Iterator[bytes]:
    """Verbatim frames of 16-bit mono (RFC 9639, section 9): the samples as they are, between two checksums."""
    for number, start in enumerate(range(0, len(samples), FLAC_BLOCK)):
        block = samples[start:start + FLAC_BLOCK]
        head = bytes([0xFF, 0xF8, 0x70, 0x08]) + chr(number).encode() + struct.pack(">H", len(block) - 1)
        frame = head + bytes([_crc(head, 0x07, 8), 0x02]) + pcm(block, big=True)
        yield frame + _crc(frame, 0x8005, 16).to_bytes(2, "big")


def _crc(data: bytes, polynomial: int, width: int) -> int:
    table = _CRC_TABLES.setdefault((polynomial, width), [_crc_step(byte, polynomial, width) for byte in range(256)])
    value, mask = 0, (1 << width) - 1
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> width - 8 ^ byte]
    return value


def _crc_step(byte: int, polynomial: int, width: int) -> int:
    value = byte << width - 8
    for _ in range(8):
        value = value << 1 ^ (polynomial if value >> width - 1 else 0)
        value &= (1 << width) - 1
    return value


_CRC_TABLES: dict[tuple[int, int], list[int]] = {}
ALAC_BLOCK = 4_096


def alac_packets(samples: Sequence[int]) -> Iterator[bytes]:
    """Apple Lossless packets that use its escape: one mono element (0), its length, and the samples as they are."""
    for start in range(0, len(samples), ALAC_BLOCK):
        block = samples[start:start + ALAC_BLOCK]
        bits = Bits().put(0, 3).put(0, 4).put(0, 12).put(1, 1).put(0, 2).put(1, 1).put(len(block), 32)
        for sample in block:
            bits.put(sample & 0xFFFF, 16)
        yield bytes(bits.put(7, 3).align().done)


def mp3(seconds: float) -> bytes:
    """Silence at 128 kbit/s, 44.1 kHz, mono: a layer III frame of zeros after its header is silence."""
    frames = bytearray()
    for number in range(round(seconds * 44_100 / 1152)):
        padding = int((number + 1) * 417.959184) - int(number * 417.959184) - 417
        frames += bytes([0xFF, 0xFB, 0x90 | padding << 1, 0xC4]) + bytes(413 + padding)
    text = b"\x03harbour"
    tag = b"TIT2" + struct.pack(">I", len(text)) + b"\0\0" + text
    return b"ID3\x03\0\0" + bytes([0, 0, 0, len(tag)]) + tag + bytes(frames)


# ── MP4, QuickTime, M4A ──────────────────────────────────────────────────────────────────────────────────────────


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind: bytes, flags: int, *parts: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version]) + flags.to_bytes(3, "big"), *parts)


class Track:
    """Samples of one track: their bytes, the duration of each in the track's own units, and how to describe them."""

    def __init__(self, handler: bytes, scale: int, entry: bytes, samples: Sequence[bytes], durations: Sequence[int], *,
                 size: tuple[int, int] = (0, 0), alone: Sequence[int] = (), per_sample: int = 0):
        self.handler, self.scale, self.entry, self.samples, self.durations = handler, scale, entry, samples, durations
        self.size, self.alone, self.per_sample = size, alone, per_sample

    @property
    def duration(self) -> int:
        return sum(self.durations)


def container(
    brand: bytes,
    tracks: Sequence[Track],
    *,
    padding: bytes = b"",
    compatible: Sequence[bytes] = (b"isom", b"iso2", b"mp41"),
) -> bytes:
    """A film, header before data. Each track's samples lie in one chunk; `padding` follows in the data box."""
    start = box(b"ftyp", brand, struct.pack(">I", 512), *compatible)
    header = _header(brand, tracks, [0] * len(tracks))
    place, offsets = len(start) + len(header) + (16 if len(padding) > 2**31 else 8), []
    for track in tracks:
        offsets.append(place)
        place += sum(map(len, track.samples))
    data = b"".join(sample for track in tracks for sample in track.samples)
    return start + _header(brand, tracks, offsets) + box(b"mdat", data, padding)


def _header(brand: bytes, tracks: Sequence[Track], offsets: Sequence[int]) -> bytes:
    length = max(track.duration * 1000 // track.scale for track in tracks)
    movie = full(
        b"mvhd",
        0,
        struct.pack(">IIII", 0, 0, 1000, length),
        struct.pack(">IH", 0x10000, 0x100),
        bytes(10),
        MATRIX,
        bytes(24),
        struct.pack(">I", len(tracks) + 1),
    )
    return box(b"moov", movie, *(_trak(brand, track, number, offset) for number, (track, offset) in enumerate(
        zip(tracks, offsets, strict=True), 1)))


MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _trak(brand: bytes, track: Track, number: int, offset: int) -> bytes:
    heard = track.handler == b"soun"
    head = full(
        b"tkhd",
        7,
        struct.pack(">IIIII", 0, 0, number, 0, track.duration * 1000 // track.scale),
        bytes(8),
        struct.pack(">HHHH", 0, 0, 0x100 if heard else 0, 0),
        MATRIX,
        struct.pack(">II", track.size[0] << 16, track.size[1] << 16),
    )
    media = full(b"mdhd", 0, struct.pack(">IIIIHH", 0, 0, track.scale, track.duration, 0x55C4, 0))
    kind = b"mhlr" if brand == b"qt  " else bytes(4)
    handler = full(b"hdlr", 0, kind, track.handler, bytes(12), b"harbour\0")
    about = full(b"smhd", 0, bytes(4)) if heard else full(b"vmhd", 1, bytes(8))
    data = box(b"dinf", full(b"dref", 0, struct.pack(">I", 1), full(b"url ", 1)))
    return box(b"trak", head, box(b"mdia", media, handler, box(b"minf", about, data, _table(track, offset))))


def _table(track: Track, offset: int) -> bytes:
    runs: list[list[int]] = []
    for duration in track.durations:
        if runs and runs[-1][1] == duration:
            runs[-1][0] += 1
        else:
            runs.append([1, duration])
    count = len(track.samples)
    if track.per_sample:
        sizes, count = (
            struct.pack(">II", track.per_sample, sum(map(len, track.samples)) // track.per_sample),
            len(track.durations),
        )
    else:
        sizes = struct.pack(f">II{count}I", 0, count, *map(len, track.samples))
    parts = [
        full(b"stsd", 0, struct.pack(">I", 1), track.entry),
        full(b"stts", 0, struct.pack(">I", len(runs)), *(struct.pack(">II", *run) for run in runs)),
        full(b"stsc", 0, struct.pack(">IIII", 1, 1, count, 1)),
        full(b"stsz", 0, sizes),
        full(b"stco", 0, struct.pack(">II", 1, offset)),
    ]
    if track.alone:
        parts.insert(2, full(b"stss", 0, struct.pack(f">I{len(track.alone)}I", len(track.alone), *track.alone)))
    return box(b"stbl", *parts)


def _visual(kind: bytes, size: tuple[int, int], *inside: bytes) -> bytes:
    return box(
        kind,
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        struct.pack(">HHIII", *size, 0x480000, 0x480000, 0),
        struct.pack(">H", 1),
        bytes(32),
        struct.pack(">Hh", 24, -1),
        *inside,
    )


def _audio(kind: bytes, *inside: bytes, rate: int = RATE) -> bytes:
    return box(kind, bytes(6), struct.pack(">H", 1), bytes(8), struct.pack(">HHHHI", 1, 16, 0, 0, rate << 16), *inside)


def h264_track(images: Sequence[Image.Image], fps: int) -> Track:
    coder = H264(*images[0].size)
    coded = [coder.frame(image) for image in images]
    sequence, picture = coder.parameters
    settings = (
        bytes([1])
        + sequence[1:4]
        + b"\xff\xe1"
        + struct.pack(">H", len(sequence))
        + sequence
        + b"\x01"
        + struct.pack(">H", len(picture))
        + picture
    )
    return Track(
        b"vide",
        fps * 512,
        _visual(b"avc1", images[0].size, box(b"avcC", settings)),
        [unit for unit, _ in coded],
        [512] * len(coded),
        size=images[0].size,
        alone=[number for number, (_, alone) in enumerate(coded, 1) if alone],
    )


def jpeg_track(images: Sequence[Image.Image], fps: int) -> Track:
    """Motion JPEG, as QuickTime names it."""
    return Track(
        b"vide",
        fps * 512,
        _visual(b"jpeg", images[0].size),
        [jpeg(image) for image in images],
        [512] * len(images),
        size=images[0].size,
    )


def jpeg(image: Image.Image, quality: int = 82) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def flac_track(samples: Sequence[int]) -> Track:
    """FLAC in ISO boxes: `fLaC` with its stream information in `dfLa`."""
    about = full(b"dfLa", 0, bytes([0x80]), (34).to_bytes(3, "big"), flac_information(samples))
    frames = list(flac_frames(samples))
    lengths = [min(FLAC_BLOCK, len(samples) - number * FLAC_BLOCK) for number in range(len(frames))]
    return Track(b"soun", RATE, _audio(b"fLaC", about), frames, lengths)


def alac_track(samples: Sequence[int]) -> Track:
    cookie = struct.pack(">IBBBBBBHIII", ALAC_BLOCK, 0, 16, 40, 10, 14, 1, 255, 0, 0, RATE)
    packets = list(alac_packets(samples))
    lengths = [min(ALAC_BLOCK, len(samples) - number * ALAC_BLOCK) for number in range(len(packets))]
    return Track(b"soun", RATE, _audio(b"alac", full(b"alac", 0, cookie)), packets, lengths)


def pcm_track(samples: Sequence[int]) -> Track:
    """Little-endian samples as QuickTime's `sowt`: every sample is two bytes and lasts one tick."""
    return Track(b"soun", RATE, _audio(b"sowt"), [pcm(samples)], [1] * len(samples), per_sample=2)


# ── AVI ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def _riff(form: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + form + body


def avi(images: Sequence[Image.Image], fps: int, samples: Sequence[int]) -> bytes:
    """Motion JPEG and PCM, a frame and its share of the sound after one another, with an index."""
    width, height = images[0].size
    coded, per_frame = [jpeg(image) for image in images], RATE // fps
    main = struct.pack("<10I", 1_000_000 // fps, 0, 0, 0x110, len(coded), 0, 2, 1 << 20, width, height) + bytes(16)
    seen = struct.pack(
        "<4s4sIHHIIIIIIII", b"vids", b"MJPG", 0, 0, 0, 0, 1, fps, 0, len(coded), 1 << 20, 0xFFFFFFFF, 0
    ) + struct.pack("<4H", 0, 0, width, height)
    heard = struct.pack(
        "<4s4sIHHIIIIIIII", b"auds", bytes(4), 0, 0, 0, 0, 1, RATE, 0, len(samples), RATE, 0xFFFFFFFF, 2
    ) + bytes(8)
    picture = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    sound = struct.pack("<HHIIHHH", 1, 1, RATE, RATE * 2, 2, 16, 0)
    header = _list(b"hdrl", _chunk(b"avih", main), _list(b"strl", _chunk(b"strh", seen), _chunk(b"strf", picture)),
                   _list(b"strl", _chunk(b"strh", heard), _chunk(b"strf", sound)))
    body, index, place = [], [], 4
    for number, frame in enumerate(coded):
        piece = pcm(samples[number * per_frame:(number + 1) * per_frame])
        for name, data in ((b"00dc", frame), (b"01wb", piece)):
            index.append(struct.pack("<4sIII", name, 0x10, place, len(data)))
            body.append(_chunk(name, data))
            place += len(body[-1])
    return _riff(b"AVI ", header + _list(b"movi", *body) + _chunk(b"idx1", b"".join(index)))


def _list(kind: bytes, *parts: bytes) -> bytes:
    return _chunk(b"LIST", kind + b"".join(parts))
