"""Merkle trees over a list (RFC 6962, section 2.1): one root for all of it, and a short proof for each of its members.

Pure. Leaves and inner nodes are hashed under different prefixes, so that none passes for the other. A long list keeps the
roots of its blocks: a proof then needs the leaves of one block, and not of the whole list.
"""

import hashlib
from collections.abc import Iterable, Sequence

BLOCK = 256  # a power of two: whole blocks, one after the other, are nodes of the tree
LEAF, NODE = b"\x00", b"\x01"
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one member: SHA-256(0x00 ‖ entry)."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(NODE + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of a list of leaf hashes, or of the roots of its blocks; that of nothing is SHA-256("")."""
    if not hashes:
        return EMPTY
    level = hashes
    while len(level) > 1:
        level = _above(level)
    return level[0]


def block_roots(hashes: Sequence[bytes]) -> list[bytes]:
    """The root of each run of BLOCK leaves, the last one of what is left; the root of these is that of the whole list."""
    return [root(hashes[start : start + BLOCK]) for start in range(0, len(hashes), BLOCK)]


def path(hashes: Sequence[bytes], place: int) -> list[bytes]:
    """The audit path of the leaf at `place` (RFC 6962, section 2.1.1), the nearest node first."""
    found, level = [], hashes
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            found.append(level[beside])
        level, place = _above(level), place // 2
    return found


def path_through_blocks(block: Sequence[bytes], blocks: Sequence[bytes], place: int) -> list[bytes]:
    """The same of a long list: `block` are the leaf hashes of the leaf's own block, `blocks` the roots of them all."""
    return path(block, place % BLOCK) + path(blocks, place // BLOCK)


def root_by_path(leaf: bytes, place: int, size: int, steps: Iterable[bytes]) -> bytes | None:
    """The root that a leaf hash at `place` of `size` leaves has by its path (RFC 9162, section 2.1.3.2).

    None where the path is not as long as it would have to be.
    """
    if not 0 <= place < size:
        return None
    found, node, last = leaf, place, size - 1
    for step in steps:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The level above: pairs are joined, and one that has no neighbour goes up as it is."""
    joined = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    return [*joined, level[-1]] if len(level) % 2 else joined
