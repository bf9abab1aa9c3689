"""The sheets of the desk, the vendors and the letter come after site.css, and lay nothing out that it lays out already."""

import re
from itertools import combinations
from pathlib import Path

import pytest

SHEETS = Path(__file__).resolve().parents[2] / "registry" / "static" / "countersign"
# What a page loads, in this order.
TOGETHER = [("site.css", "desk.css", "vendor.css"), ("site.css", "letter.css")]
COMMENT, RULE, ONE_CLASS = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile(r"([^{}]+)\{([^{}]*)\}"), re.compile(r"\.[\w-]+")
MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")


def laid_out(sheet: str) -> set[str]:
    """The classes that a sheet gives a layout of their own, wherever they stand."""
    rules = RULE.findall(MEDIA.sub("", COMMENT.sub("", (SHEETS / sheet).read_text())))
    return {
        selector.strip()
        for selectors, said in rules
        if re.search(r"\bdisplay: (grid|flex|block)", said)
        for selector in selectors.split(",")
        if ONE_CLASS.fullmatch(selector.strip())
    }


@pytest.mark.parametrize(("first", "second"), [pair for loaded in TOGETHER for pair in combinations(loaded, 2)])
def test_a_class_is_laid_out_by_one_sheet_alone(first, second):
    """`.beside` meant compared pictures in one sheet and paper beside a form in the other: the paper stood in half a page."""
    assert laid_out(first)
    assert not laid_out(first) & laid_out(second)
