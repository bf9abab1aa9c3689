"""Project files and scenes: tar archives, USD crates, After Effects projects. Where they end, and that nothing follows."""

import re
import struct

from provenance.media.bounds import Fault, Scan

BLOCK = 512
# The names by which a member of an archive would be put somewhere else than where the archive is opened.
OUTSIDE = re.compile(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)")


def outside(scan: Scan, name: str) -> None:
    """A member that would be written elsewhere when the archive is opened is a fault."""
    if OUTSIDE.search(name) and len(scan.faults) < 8:
        scan.faults.append(Fault(
            "media.active_content",
            f"This {scan.name} holds a file that would be put outside the folder it is opened in ({name[:80]!r}). "
            "Make the archive afresh, from within its folder.",
        ))  # fmt: skip


# ── tar (POSIX.1-2001 ustar, GNU) ────────────────────────────────────────────────────────────────────────────────


def tar(scan: Scan) -> None:
    """Members one after the other, each with the sum of its header; then nothing but zeros."""
    position = 0
    while position < scan.size:
        header = scan.at(position, BLOCK)
        if not any(header):
            _only_zeros(scan, position)
            return
        scan.part()
        if _octal(header[148:156]) != sum(header[:148]) + 8 * 32 + sum(header[156:]):
            raise scan.malformed(f"the header at byte {position:,} does not add up")
        length = _size(header[124:136])
        if scan.deep:
            outside(scan, _name(header))
        position += BLOCK + -(-length // BLOCK) * BLOCK
        if position > scan.size:
            raise scan.truncated(position)
    raise scan.truncated(scan.size + 2 * BLOCK)


def _name(header: bytes) -> str:
    """A member's name, with what ustar puts before it where it is long."""
    folder = header[345:500].partition(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    name = header[:100].partition(b"\0")[0]
    return (folder + b"/" + name if folder else name).decode("utf-8", "replace")


def _only_zeros(scan: Scan, position: int) -> None:
    """Whoever writes to tape fills the last record, seldom beyond ten kilobytes; what is not zero is something else."""
    rest = scan.upto(position, 1 << 20)
    if rest.strip(b"\0") or position + len(rest) < scan.size:
        scan.trailing(scan.size - position)


def _octal(field: bytes) -> int:
    digits = field.strip(b"\0 ")
    return int(digits, 8) if digits else 0


def _size(field: bytes) -> int:
    """A length in octal digits or, of what is larger than these can tell, in base 256 (GNU)."""
    return int.from_bytes(field[1:], "big") if field[0] == 0x80 else _octal(field)


# ── USD crate files (pxr/usd/sdf/crateFile, version 0) ───────────────────────────────────────────────────────────

MOST_SECTIONS = 64


def usd_crate(scan: Scan) -> None:
    """The table of contents at byte 16 names every section; the last of them, or the table, ends the file."""
    if scan.upto(0, 8) != b"PXR-USDC":
        return
    (table,) = struct.unpack("<q", scan.at(16, 8))
    if not 24 <= table <= scan.size:
        raise scan.truncated(max(table, scan.size + 1))
    (count,) = struct.unpack("<q", scan.at(table, 8))
    if not 0 < count <= MOST_SECTIONS:
        raise scan.malformed(f"its table of contents says it has {count:,} sections")
    end = table + 8 + 32 * count
    for place in range(count):
        start, length = struct.unpack("<qq", scan.at(table + 8 + 32 * place + 16, 16))
        if start < 0 or length < 0:
            raise scan.malformed("a section of it begins before the file does")
        end = max(end, start + length)
    if scan.deep:
        scan.ends(end)


# ── After Effects projects (RIFX) ────────────────────────────────────────────────────────────────────────────────

XMP_PACKET, XMP_END = b"<?xpacket begin=", re.compile(rb"<\?xpacket end=['\"][rw]['\"]\?>\s*$")


def after_effects(scan: Scan) -> None:
    """One RIFX chunk, and after it at most the packet of metadata that After Effects adds, which ends the file."""
    end = 8 + int.from_bytes(scan.at(4, 4), "big")
    end += end & 1
    packet = scan.upto(end, len(XMP_PACKET)) == XMP_PACKET and XMP_END.search(scan.upto(scan.size - 64, 64))
    if scan.deep and not packet:
        scan.ends(end, tolerated=1)
    elif end > scan.size + 1:
        raise scan.truncated(end)
