"""A declaration read: its shape, then what must hold beyond it; what is not understood is refused."""

from typing import Any

from provenance.declaration.faults import duplicate_faults, given_faults, statement_faults
from provenance.declaration.shape import refuse, shape_faults
from provenance.declaration.statements import Declaration
from provenance.declaration.values import declared
from registry.errors import Fault


def parse(data: Any) -> Declaration:
    """Read a declaration from JSON values.

    Raises Invalid with a JSON pointer per fault: `declaration.invalid`, `declaration.unknown_term`,
    `declaration.depiction_without_person`; the first of them names the whole when they are of one kind.
    """
    refuse(shape_faults(data))
    refuse(tuple(given_faults(data)))
    declaration = declared(data)
    refuse((*duplicate_faults(declaration), *statement_faults(declaration)))
    return declaration


def remembered(data: Any) -> Declaration:
    """One that was taken in, from its own JSON shape as it is on record: it was held against its rules at the door."""
    return declared(data)


def look_through(data: Any) -> tuple[Declaration | None, tuple[Fault, ...]]:
    """All that `parse` would refuse, at once; and the declaration as far as it can be read, None where its shape is wrong."""
    wrong = shape_faults(data)
    if wrong:
        return None, wrong
    declaration = declared(data)
    return declaration, (*given_faults(data), *duplicate_faults(declaration), *statement_faults(declaration))
