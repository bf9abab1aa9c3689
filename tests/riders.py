"""A rider as the desk drafts it, for tests: Mira's, for Harbor."""

from datetime import date

from consent.riders import drafting, wordings
from tests.cast import FACE_WORLD, NOON


def draft(cast, template="individual", **changes):
    return drafting.Draft(**{
        "template": wordings.shipped()[template], "person": cast.mira, "production": cast.harbor, "lines": (FACE_WORLD,),
        "description": "De-aging of the face in scenes 110 to 118 of “Harbor”.", "effective_from": date(2026, 7, 14),
        "term_end": date(2028, 7, 14), **changes,
    })  # fmt: skip


def kept(cast, *, by=None, at=NOON, **changes):
    return drafting.keep(draft(cast, **changes), by=by or cast.ines, at=at, reason="To be sent to her agent")
