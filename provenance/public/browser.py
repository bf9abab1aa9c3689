"""The reader that checks a file in the visitor's own browser: whether this installation has it, and what a page needs for it."""

from typing import Any

from django.contrib.staticfiles import finders
from django.templatetags.static import static

from provenance import trust
from provenance.public.story import ACTIONS, RELATIONS
from provenance.said import day

READER, ENGINE = "countersign/web/reader.js", "countersign/web/c2pa.wasm"
# A page that reads a file compiles the engine, starts it in a worker made of its own text, and shows the visitor's own file.
POLICY = {
    "script-src": ["'wasm-unsafe-eval'"], "worker-src": ["'self'", "blob:"], "img-src": ["blob:"],
}  # fmt: skip


def reader() -> dict[str, Any] | None:
    """Addresses and words for the page; None where `make web` was not run, and the server reads alone."""
    if not (finders.find(READER) and finders.find(ENGINE)):
        return None
    try:
        script, engine = static(READER), static(ENGINE)
    except ValueError:
        # Built after the pages' own files were collected: no page can name it yet.
        return None
    listed_on = trust.lists().listed_on
    return {
        "script": script, "engine": engine, "lists": trust.published(), "listed": day(listed_on) if listed_on else "",
        "actions": ACTIONS, "relations": RELATIONS,
    }  # fmt: skip
