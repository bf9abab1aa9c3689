"""Questions to the database that Django puts into SQL once, and that are then asked again with other values.

Building the SQL of a small query takes Django several times as long as the database takes to answer it. What is read
for every upload and every signature is asked this way; everything else is asked as usual.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Row = tuple[Any, ...]
NOBODY = 0  # the key of no row


class Prepared:
    """`Prepared(build)(*values)` gives the rows of `build(*values)`, a queryset of `values_list`.

    Each value is a text, a whole number, or a collection of one of these for `__in`. `build` hands them to lookups and
    does not look at them: it is called once for each length that the collections have, with stand-ins.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self._build = build
        self._compiled = lru_cache(maxsize=64)(self._compile)

    def __call__(self, *values: Any) -> list[Row]:
        given = [(value,) if isinstance(value, str | int) else tuple(value) for value in values]
        if not all(given):
            return []
        shape = tuple(
            (len(several), isinstance(value, str | int), isinstance(several[0], str))
            for several, value in zip(given, values, strict=True)
        )
        sql, parameters, converters = self._compiled(connection.vendor, shape)
        with connection.cursor() as cursor:
            cursor.execute(sql, [constant if at is None else given[at[0]][at[1]] for constant, at in parameters])
            rows = cursor.fetchall()
        return list(_converted(rows, converters)) if converters else rows

    def _compile(self, vendor: str, shape: tuple[tuple[int, bool, bool], ...]) -> tuple[str, list[Any], list[Any]]:
        """The SQL; its parameters, each a constant or which of which value; and what makes values of columns."""
        stand_ins = [[_stand_in(number, at, text=text) for at in range(many)] for number, (many, _, text) in enumerate(shape)]
        asked = [several[0] if alone else several for several, (_, alone, _) in zip(stand_ins, shape, strict=True)]
        places = {one: (number, at) for number, several in enumerate(stand_ins) for at, one in enumerate(several)}
        compiler = self._build(*asked).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return sql, [(one, places.get(one)) for one in parameters], list(converters.items())


def filled(keys: Iterable[int]) -> list[int]:
    """The keys with none among them, as many as the next power of two: never an empty list, and few forms of one question."""
    kept = [NOBODY, *keys]
    return kept + [NOBODY] * ((1 << (len(kept) - 1).bit_length()) - len(kept))


def _stand_in(number: int, at: int, *, text: bool) -> str | int:
    return f"\0{number}.{at}" if text else -(10**12) - number * 10**6 - at


def _converted(rows: Iterable[Row], converters: list[Any]) -> Iterator[Row]:
    """As Django's own compiler does it."""
    for row in map(list, rows):
        for at, (steps, expression) in converters:
            for step in steps:
                row[at] = step(row[at], expression, connection)
        yield tuple(row)
