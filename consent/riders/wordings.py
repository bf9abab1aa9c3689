"""The rider templates: text files in plain words of our own, each with its version, and the blanks that are filled in.

A template is never reworded under its version: what was drafted from it stays what it was. All are drafts for lawyers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
BLANK = re.compile(r"\{([a-z_]+)\}")
BLANKS = frozenset({
    "studio", "performer", "production", "signatory", "capacity", "signed_for", "drafted_on", "blocks", "description", "term",
})  # fmt: skip
TO_FILL_IN = "[to be filled in]"


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph; `kind` is title, notice, heading, text or signature."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """The first line is the title, the second what it is not; then `# ` a heading, `> ` a line to sign on, else text."""

    code: str
    version: int
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.lines[0]


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Template]:
    """The newest version of each template, by its code."""
    found: dict[str, Template] = {}
    for path in sorted(TEXTS.glob("*.txt")):
        code, version = path.stem.rsplit(".", 1)
        if code not in found or found[code].version < int(version):
            found[code] = Template(code, int(version), tuple(path.read_text(encoding="utf-8").splitlines()))
    return found


def merged(template: Template, values: Mapping[str, str]) -> tuple[Part, ...]:
    """The template with its blanks filled in; what is filled in stays as it is, and a blank left empty says so."""
    parts = [Part("title", template.title), Part("notice", template.lines[1])]
    for line in filter(None, template.lines[2:]):
        kind, text = ("heading", line[2:]) if line.startswith("# ") else ("text", line)
        kind, text = ("signature", line[2:]) if line.startswith("> ") else (kind, text)
        filled = BLANK.sub(lambda blank: _filled(values, blank[1]), text)
        parts += [Part(kind, one.strip()) for one in filled.splitlines() if one.strip()]
    return tuple(parts)


def _filled(values: Mapping[str, str], name: str) -> str:
    return values[name] if name == "signed_for" else values[name].strip() or TO_FILL_IN
