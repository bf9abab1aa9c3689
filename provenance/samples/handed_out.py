"""The samples as a sandbox is given them: the ids of its own production and people filled in, and each file by its hash."""

import hashlib
from functools import cache
from importlib import resources
from typing import Any

from consent import sandboxes
from provenance.samples.corpus import CLEARANCES, SAMPLES, Expected
from registry.errors import NotFound
from registry.models import Organisation, Production

SCHEMA = "/schemas/samples-1.json"


class NoSuchSample(NotFound):
    def __init__(self) -> None:
        super().__init__("request.not_found", "There is no sample file of that name. The list of samples names them all.")


def index(vendor: Organisation, *, site: str) -> dict[str, Any]:
    """All samples for the sandbox of an organisation, in an order in which they can be sent. Raises NotFound."""
    studio = sandboxes.of(vendor)
    production = Production.objects.get(studio=studio).public_id
    people = {alias: one.public_id for alias, one in sandboxes.cast(studio).items()}
    return {
        "version": 1, "$schema": f"{site}{SCHEMA}", "production": production,
        "people": [
            {"id": people[one.alias], "alias": one.alias, "outcome": one.outcome, "code": one.code or None, "about": one.about}
            for one in sandboxes.PEOPLE
        ],
        "samples": [
            {
                "name": one.name, "about": one.about, "file": _file(one.file),
                "parts": {part: _file(file) for part, file in one.parts.items()},
                "declaration": one.declaration(production, people), "after": list(one.after),
                "expected": one.expected.as_dict(), "then": _then(one.then),
            }
            for one in SAMPLES
        ],
        "clearances": [
            {"name": one.name, "about": one.about, "question": one.question(production, people),
             "expected": {"outcome": one.outcome, "codes": list(one.codes)}}
            for one in CLEARANCES
        ],
    }  # fmt: skip


@cache
def files() -> tuple[str, ...]:
    """The names of all files, each once."""
    return tuple(dict.fromkeys(name for one in SAMPLES for name in (one.file, *one.parts.values())))


@cache
def content(name: str) -> bytes:
    """The bytes of a sample's file; all of them together are some 300 KB. Raises NoSuchSample."""
    if name not in files():
        raise NoSuchSample
    return resources.files("provenance").joinpath("samples", "files", name).read_bytes()


def _file(name: str) -> dict[str, Any]:
    made = content(name)
    return {"name": name, "sha256": hashlib.sha256(made).hexdigest(), "size": len(made)}


def _then(then: tuple[str, Expected] | None) -> dict[str, Any] | None:
    return {"answer": then[0], "expected": then[1].as_dict()} if then else None
