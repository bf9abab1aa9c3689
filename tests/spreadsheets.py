"""A studio's consents as its lawyers kept them in a spreadsheet, row by row, for tests of bringing them in."""

import csv
import io

from consent.imports import runs
from consent.imports.columns import guess
from tests import cast as world

HEADINGS = {
    "number": "File no", "alias": "Performer", "birth_date": "Date of birth", "kind": "Type", "effective_from": "Effective from",
    "last_day": "Term end", "uses": "Uses", "modalities": "Modality", "media": "Media", "territories": "Territory",
    "productions": "Production", "description": "Description of use", "effect": "Effect", "authority": "Signed by",
}  # fmt: skip


def row(number="C-0142", **changes):
    """Mira's rider in a lawyer's words."""
    return {
        "number": number, "alias": "M. Vale", "birth_date": "1974-03-02", "kind": "Rider", "effective_from": "2026-05-03",
        "last_day": "2 May 2028", "uses": "De-aging", "modalities": "Face", "media": "All media", "territories": "Worldwide",
        "productions": "Harbor", "description": "De-aging in scenes 110 to 118.", "effect": "Grants", "authority": "",
    } | changes  # fmt: skip


def file(*rows, headings=None, encoding="utf-8-sig", delimiter=","):
    """The rows as the bytes of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    names = list(HEADINGS) if headings is None else headings
    writer.writerow([HEADINGS[name] for name in names])
    writer.writerows([one[name] for name in names] for one in rows)
    return text.getvalue().encode(encoding)


def sent_in(cast, content, *, by=None, order="", name="consents.csv"):
    """Received, and its columns taken as they were recognised."""
    by = by or cast.ines
    run = runs.receive(studio=cast.northlight, name=name, content=content, by=by, at=world.NOON)
    runs.explain(run, said=guess(runs.headings(run), {}), order=order, by=by)
    return run


def begun(cast, content, *, by=None, **how):
    run = sent_in(cast, content, by=by, **how)
    return runs.begin(run, by=by or cast.ines, at=world.NOON, reason="Moving from the old spreadsheet")


def carried_out(cast, content, **how):
    """The whole import, turn after turn."""
    run = begun(cast, content, **how)
    while runs.carry_on(run.public_id, clock=lambda: world.NOON):
        pass
    run.refresh_from_db()
    return run
