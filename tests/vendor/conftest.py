"""Vera works for Parallax, Ulf for Umbra: nobody of one sees anything of the other."""

import pytest

from tests.vendor.people import deliverer, signed_in


@pytest.fixture
def vera(cast):
    return deliverer("vera", "Lind", cast.parallax)


@pytest.fixture
def ulf(cast):
    return deliverer("ulf", "Brekke", cast.umbra)


@pytest.fixture
def board(vera):
    """Vera's browser."""
    return signed_in(vera)
