"""What is told of a table leaves every small count open, whoever adds and subtracts; nothing told is wrong."""

from itertools import product

import pytest

from provenance.suppression import FEWER, SMALL, SPREAD, WITHHELD, count, table


def worked_out(total, told):
    """The values that each cell told as small may have, for somebody who knows all that is told. Tables of three cells."""
    most = total["count"]
    ranges = {
        name: [cell["count"]] if "count" in cell else range(SMALL) if cell == FEWER else range(SMALL, most + 1)
        for name, cell in told.items()
    }
    fits = [values for values in product(*ranges.values()) if sum(values) == most]
    return {name: {one[at] for one in fits} for at, name in enumerate(told) if told[name] == FEWER}


def test_no_small_count_can_be_worked_out_from_what_is_told():
    for values in product((0, 1, 4, 9, 10, 13, 30), repeat=3):
        cells = dict(zip("abc", values, strict=True))
        total, told = table(cells)
        for name, cell in told.items():
            assert cell in ({"count": cells[name]}, FEWER if cells[name] < SMALL else WITHHELD), (values, told)
        if "count" in total:
            assert total["count"] == sum(values)
            for possible in worked_out(total, told).values():
                assert max(possible) - min(possible) >= SPREAD, (values, told)
        else:
            assert not any("count" in cell for cell in told.values())


@pytest.mark.parametrize(("cells", "total", "told"), [
    ((40, 30, 20), {"count": 90}, ({"count": 40}, {"count": 30}, {"count": 20})),
    ((40, 30, 3), {"count": 73}, ({"count": 40}, WITHHELD, FEWER)),
    ((20, 0, 0), {"count": 20}, (WITHHELD, FEWER, FEWER)),
    ((3, 2, 1), FEWER, (FEWER, FEWER, FEWER)),
    ((10, 0, 0), WITHHELD, (WITHHELD, FEWER, FEWER)),
    ((0, 0, 0), FEWER, (FEWER, FEWER, FEWER)),
])  # fmt: skip
def test_tables(cells, total, told):
    assert table(dict(zip("abc", cells, strict=True))) == (total, dict(zip("abc", told, strict=True)))


@pytest.mark.parametrize(("value", "cell"), [(0, FEWER), (9, FEWER), (10, {"count": 10})])
def test_a_count_alone(value, cell):
    assert count(value) == cell
