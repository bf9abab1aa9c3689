"""Every code that an answer may carry leads to a page that explains it."""

import re
from pathlib import Path

import pytest

from provenance.public.problem_types import explained

HOUSE = Path(__file__).resolve().parents[2]
FAMILIES = (
    "client", "request", "consent", "declaration", "media", "provenance", "asset", "production", "intake", "identifier",
    "manifest", "signing", "key", "storage", "service", "statement", "journal", "desk", "evidence", "ending",
    "verification", "credential", "clearance", "organisation", "extent", "upload", "webhook", "outbound", "concern", "trust",
    "verdict", "sequence", "queue",
)  # fmt: skip
CODE = re.compile(rf'"((?:{"|".join(FAMILIES)})\.[a-z_]+)"')


def codes():
    found = set()
    for room in ("registry", "consent", "provenance"):
        for path in (HOUSE / room).rglob("*.py"):
            if "migrations" not in path.parts:
                found |= set(CODE.findall(path.read_text()))
    return sorted(found)


@pytest.mark.parametrize("code", codes())
def test_every_code_is_explained(code):
    found = explained(code)
    assert found is not None and all((found.title, found.explanation, found.remedy))
