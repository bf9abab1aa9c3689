"""Merkle trees as RFC 6962 has them: its known roots, proofs of every leaf, and nothing that proves what is not there."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import merkle
from provenance.sequence_index import Frame

# The leaves and roots by which implementations of RFC 6962 are held against each other (Certificate Transparency).
LEAVES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.one_of(st.integers(1, 20), st.integers(250, 262), st.integers(510, 1_300))


def leaves(count):
    return [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(count):
    assert merkle.root([merkle.leaf_hash(leaf) for leaf in LEAVES[:count]]).hex() == ROOTS[count - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@settings(max_examples=40, deadline=None)
@given(SIZES, st.data())
def test_every_leaf_is_proven_by_its_path_also_through_blocks(count, data):
    hashes = leaves(count)
    place = data.draw(st.integers(0, count - 1))
    root, blocks = merkle.root(hashes), merkle.block_roots(hashes)
    start = place // merkle.BLOCK * merkle.BLOCK
    path = merkle.path(hashes, place)

    assert merkle.root(blocks) == root
    assert merkle.path_through_blocks(hashes[start : start + merkle.BLOCK], blocks, place) == path
    assert merkle.root_by_path(hashes[place], place, count, path) == root


@settings(max_examples=40, deadline=None)
@given(SIZES, st.data())
def test_no_path_proves_another_leaf_place_or_length(count, data):
    hashes = leaves(count)
    place = data.draw(st.integers(0, count - 1))
    root, path = merkle.root(hashes), merkle.path(hashes, place)

    assert merkle.root_by_path(merkle.leaf_hash(b"other"), place, count, path) != root
    if count > 1:
        elsewhere = data.draw(st.integers(0, count - 1).filter(lambda one: one != place))
        assert merkle.root_by_path(hashes[place], elsewhere, count, path) != root
        assert merkle.root_by_path(hashes[place], place, count, path[:-1]) != root
    assert merkle.root_by_path(hashes[place], place, count, [*path, root]) is None
    assert merkle.root_by_path(hashes[place], count, count, path) is None


def test_a_frame_is_a_leaf_of_its_number_and_its_hash():
    """The vector of docs/hatch.md: an independent reckoning of the leaf."""
    sha256 = hashlib.sha256(b"frame 1001").digest()
    expected = hashlib.sha256(b"\x00" + bytes.fromhex("00000000000003e9") + sha256).digest()

    assert Frame(1001, sha256.hex(), 10).leaf == expected
    assert Frame(1002, sha256.hex(), 10).leaf != expected


def test_the_root_is_that_of_the_published_example():
    """The vector of docs/hatch.md."""
    leaves_of = [Frame(n, hashlib.sha256(f"frame {n}".encode()).hexdigest(), 10).leaf for n in (1001, 1002, 1003)]
    published = (Path(__file__).resolve().parents[2] / "docs" / "hatch.md").read_text()
    assert f"root        {merkle.root(leaves_of).hex()}\n" in published
    assert all(f"   {leaf.hex()}\n" in published for leaf in leaves_of)
    assert all(step.hex() in published for step in merkle.path(leaves_of, 1))
