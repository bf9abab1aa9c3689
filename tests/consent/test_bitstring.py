"""The packed bits of a status list, as Bitstring Status List v1.0 has them; what is damaged is not read."""

import base64
import gzip

import pytest
from hypothesis import given, strategies

from consent.receipts import bitstring
from consent.receipts.bitstring import LENGTH, ListUnreadable


@given(strategies.sets(strategies.integers(0, LENGTH - 1), max_size=40), strategies.integers(0, LENGTH - 1))
def test_a_bit_is_set_where_it_was_set_and_nowhere_else(places, other):
    text = bitstring.encoded(places)
    assert all(bitstring.is_set(text, place) for place in places)
    assert bitstring.is_set(text, other) == (other in places)


def test_the_first_bit_is_the_leftmost_of_sixteen_kilobytes():
    text = bitstring.encoded({0, 9})
    packed = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    assert text[0] == "u" and "=" not in text and packed == bytes([0x80, 0x40]) + bytes(16 * 1024 - 2)


def multibase(content):
    return "u" + base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize("text", [
    "", "u", bitstring.encoded({5})[1:], bitstring.encoded({5})[:-8], "u!!!", multibase(b"not gzip at all"),
    multibase(gzip.compress(bytes(100), mtime=0)), multibase(gzip.compress(bytes(bitstring.LARGEST + 1), mtime=0)),
])  # fmt: skip
def test_a_list_that_is_cut_short_or_no_list_is_not_read(text):
    with pytest.raises(ListUnreadable):
        bitstring.is_set(text, 5)


@pytest.mark.parametrize("place", [-1, LENGTH, 10**9])
def test_a_place_behind_the_end_is_not_answered(place):
    with pytest.raises(ListUnreadable):
        bitstring.is_set(bitstring.encoded(()), place)
