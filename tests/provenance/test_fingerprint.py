"""The index of fingerprints: two codes that differ in at most 31 bits always share a chunk that is looked for."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from provenance import likeness, soft_bindings
from provenance.fingerprint import EXACT, TURNED, WIDTHS, Code, keys, near_keys
from provenance.models import FingerprintChunk, SoftBinding, SoftBindingChunk
from tests.provenance import registered

CODES = st.integers(0, 2**256 - 1)
KINDS = st.sampled_from(["picture", "text"])


def code(bits, kind="picture"):
    return Code(kind, f"{bits:064x}")


@given(whole=CODES, kind=KINDS, turned=st.sets(st.integers(0, 255), max_size=EXACT))
def test_no_code_within_thirty_one_bits_is_missed(whole, kind, turned):
    other = whole ^ sum(1 << bit for bit in turned)
    assert set(near_keys(code(whole, kind))) & set(keys(code(other, kind)))


@given(whole=CODES, chance=st.randoms(use_true_random=False))
def test_not_even_where_the_bits_are_spread_as_evenly_as_they_can_be(whole, chance):
    """The hardest case: in every chunk but one a bit more than is looked for, and all that is left in the last."""
    spared = chance.randrange(len(WIDTHS))
    turned, start = 0, 0
    for place, (width, most) in enumerate(zip(WIDTHS, TURNED, strict=True)):
        many = most if place == spared else most + 1
        turned |= sum(1 << (start + bit) for bit in chance.sample(range(width), many))
        start += width
    assert turned.bit_count() == EXACT
    assert set(near_keys(code(whole))) & set(keys(code(whole ^ turned)))


def test_one_bit_more_in_every_chunk_is_further_than_the_index_promises():
    start, turned = 0, 0
    for width, most in zip(WIDTHS, TURNED, strict=True):
        turned |= ((1 << (most + 1)) - 1) << start
        start += width
    assert start == 256 and turned.bit_count() == EXACT + 1
    assert not set(near_keys(code(0))) & set(keys(code(turned)))


@given(one=CODES, other=CODES)
def test_keys_of_pictures_and_of_texts_never_meet_and_fit_their_column(one, other):
    pictures, texts = near_keys(code(one)), near_keys(code(other, "text"))
    assert not set(pictures) & set(texts)
    assert min(pictures) >= 0 and max(texts) < 2**31
    assert len(set(pictures)) == len(pictures) == 2_843


@pytest.fixture
def kept(db):
    made = registered.credential()
    likeness.keep(made.asset, [code(7), code(9, "text")])
    bound = SoftBinding.objects.create(
        organisation=made.asset.vendor, client=made.asset.client, alg="io.iscc.v0", value="x", value_hash="0" * 64,
        credential=made, recorded_at=registered.SIGNED_AT,
    )  # fmt: skip
    SoftBindingChunk.objects.bulk_create(
        SoftBindingChunk(chunk_key=key, binding=bound, digits=code(8).digits) for key in keys(code(8))
    )
    return made


def test_the_index_is_made_anew_of_the_codes_alone(kept):
    """As an installation finds it whose codes were cut into sixteen chunks of sixteen bits."""
    now = both()
    FingerprintChunk.objects.all().delete()
    SoftBindingChunk.objects.all().delete()
    bound = SoftBinding.objects.get()
    for place in range(16):
        SoftBindingChunk.objects.create(chunk_key=(place << 16) + 8, binding=bound, digits=code(8).digits)
        for one, first in zip(kept.asset.fingerprints.order_by("kind"), (0, 16 << 16), strict=True):
            FingerprintChunk.objects.create(chunk_key=first + (place << 16) + 7, fingerprint=one)
    assert both() != now
    import_module("provenance.migrations.0026_wider_chunks").index_anew(apps, connection.schema_editor())
    assert both() == now
    assert [bits for bits, *_ in likeness.lookup(code(6), within=31)] == [1]
    assert soft_bindings._near_bindings([code(9)], needed=1) == {bound.pk: 1}


def both():
    return (
        set(FingerprintChunk.objects.values_list("chunk_key", "fingerprint_id")),
        set(SoftBindingChunk.objects.values_list("chunk_key", "binding_id", "digits")),
    )
