"""Questions to the database that Django puts into SQL once, and that are then asked again with other values.

Building the SQL of a small query takes Django several times as long as the database takes to answer it. What is read
for every upload and every signature is asked this way; everything else is asked as usual.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
NOBODY = 0  # the key of no row


class Prepared:
    """`Prepared(build)(*values)` gives what `build(*values)` would: rows of a `values_list`, or models with those that
    they were asked for together with.

    Each value is a text, a whole number, or a collection of one of these for `__in`. `build` hands them to lookups and
    does not look at them: it is called with stand-ins, once for each power of two to which the collections are filled up.
    """

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self._build = build
        self._compiled = lru_cache(maxsize=64)(self._compile)

    def __call__(self, *values: Any) -> list[Any]:
        given = [(value,) if isinstance(value, str | int) else _filled_up(tuple(value)) for value in values]
        if not all(given):
            return []
        shape = tuple(
            (len(several), isinstance(value, str | int), isinstance(several[0], str))
            for several, value in zip(given, values, strict=True)
        )
        sql, parameters, converters, made = self._compiled(connection.vendor, shape)
        with connection.cursor() as cursor:
            cursor.execute(sql, [constant if at is None else given[at[0]][at[1]] for constant, at in parameters])
            rows = cursor.fetchall()
        if converters:
            rows = list(_converted(rows, converters))
        return [made(row) for row in rows] if made else rows

    def _compile(
        self, vendor: str, shape: tuple[tuple[int, bool, bool], ...]
    ) -> tuple[str, list[Any], list[Any], Callable[[Row], Any] | None]:
        """The SQL; its parameters, each a constant or which of which value; what makes values of columns; and what makes
        a model of a row, where models are asked for."""
        stand_ins = [[_stand_in(number, at, text=text) for at in range(many)] for number, (many, _, text) in enumerate(shape)]
        asked = [several[0] if alone else several for several, (_, alone, _) in zip(stand_ins, shape, strict=True)]
        places = {one: (number, at) for number, several in enumerate(stand_ins) for at, one in enumerate(several)}
        queryset = self._build(*asked)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        made = _maker(compiler) if queryset._iterable_class is ModelIterable else None
        return sql, [(one, places.get(one)) for one in parameters], list(converters.items()), made


def filled(keys: Iterable[int]) -> list[int]:
    """The keys with none among them, as many as the next power of two: never an empty list, and few forms of one question."""
    kept = [NOBODY, *keys]
    return kept + [NOBODY] * ((1 << (len(kept) - 1).bit_length()) - len(kept))


def _stand_in(number: int, at: int, *, text: bool) -> str | int:
    return f"\0{number}.{at}" if text else -(10**12) - number * 10**6 - at


def _filled_up(several: tuple[Any, ...]) -> tuple[Any, ...]:
    """As many as a power of two: one named twice is found once."""
    return several + several[-1:] * ((1 << (len(several) - 1).bit_length()) - len(several)) if several else several


def _maker(compiler: SQLCompiler) -> Callable[[Row], Any]:
    """What makes a model of a row, as Django's own ModelIterable does it."""
    info, select = compiler.klass_info, compiler.select
    own = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    names = [column.target.attname for column, *_ in select[own]]
    related = get_related_populators(info, select, connection.alias)

    def made(row: Row) -> Any:
        found = info["model"].from_db(connection.alias, names, row[own])
        for one in related:
            one.populate(row, found)
        return found

    return made


def _converted(rows: Iterable[Row], converters: list[Any]) -> Iterator[Row]:
    """As Django's own compiler does it."""
    for row in map(list, rows):
        for at, (steps, expression) in converters:
            for step in steps:
                row[at] = step(row[at], expression, connection)
        yield tuple(row)
