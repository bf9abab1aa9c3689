"""The house keeps its shape: provenance → consent → registry, upper storeys know lower ones, rules know no framework."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("registry", "consent", "provenance")
KNOWS = {"registry": {"registry"}, "consent": {"registry", "consent"}, "provenance": set(ROOMS)}

# Rules: no Django, no clock, no network; the same answer for the same question. Whatever these import is a rule too.
RULES = {
    "registry.errors", "registry.identifiers", "registry.addresses",
    "registry.webhooks.events", "registry.webhooks.signatures",
    "consent.blast", "consent.decision", "consent.description_lint", "consent.facts", "consent.statements",
    "consent.territories", "consent.vocabulary",
    "consent.wording", "consent.forms.catalogue", "consent.forms.reading", "consent.holding", "consent.transitions",
    "consent.clocks", "consent.retention", "consent.rules_in_words", "consent.receipts.agreed", "consent.receipts.bitstring",
    "consent.receipts.credential", "consent.receipts.dpv", "consent.receipts.odrl",
    "consent.imports.sheet", "consent.imports.columns", "consent.imports.cells", "consent.imports.entries",
    "consent.riders.wordings", "consent.shot_lists",
    "provenance.comparison", "provenance.declaration", "provenance.extent", "provenance.fingerprint",
    "provenance.inheritance", "provenance.manifest", "provenance.measurement", "provenance.report", "provenance.signals",
    "provenance.testimony", "provenance.suggestions.reading",
    "provenance.iscc", "provenance.techniques", "provenance.public.story", "provenance.public.explained",
    "provenance.frame_numbers", "provenance.merkle", "provenance.sequence_index",
    "provenance.said", "provenance.disclosure", "provenance.labels", "provenance.tally", "provenance.places",
    "provenance.badge", "provenance.monthly", "provenance.suppression",
}  # fmt: skip
# Libraries that only calculate.
CALCULATE = {"rfc8785", "jsonschema", "PIL"}
# Hands: they touch the world, and know neither Django nor the record.
HANDS = {
    "consent.receipts.checking", "consent.receipts.keys",
    "provenance.credentials", "provenance.growing", "provenance.keys", "provenance.media", "provenance.sandbox",
    "registry.environment", "registry.household", "registry.lines", "registry.logs", "registry.outbound",
    "registry.sealed_files", "registry.serving",
}  # fmt: skip
FRAMEWORKS = {
    "django", "rest_framework", "celery", "kombu", "allauth", "axes", "csp", "oauth2_provider", "drf_spectacular",
    "django_filters", "structlog", "requests",
}  # fmt: skip
# The frame joins everything and is imported by none but itself.
FRAME = {f"registry.{name}" for name in (
    "settings", "urls", "celery", "asgi", "wsgi", "apps", "middleware", "health", "accounts")}  # fmt: skip
FRAME |= {"consent.apps", "provenance.apps"}
DOORS = ("admin", "api", "vendor", "public", "management")
STOREYS = ("rules", "hands", "memory", "acts", "messengers", "beginnings", "doors", "frame")


@cache
def modules():
    """Every module of the three rooms, by name, parsed."""
    found = {}
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob("*.py")):
            name = ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
            if ".migrations" not in name:
                found[name] = ast.parse(path.read_text(), filename=str(path))
    return found


@cache
def imports(name):
    """What a module imports, wherever in it: dotted names, resolved to modules of ours where they are some."""
    found = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively; the whole name tells where a thing is"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one in modules() else node.module for one in inner}
    return frozenset(found)


def ours(names):
    return {name for name in names if name.split(".")[0] in ROOMS}


@cache
def pure():
    """The rules, with every module of ours that they stand on."""
    found, asked = set(), sorted(RULES & set(modules()))
    while asked:
        name = asked.pop()
        if name not in found:
            found.add(name)
            asked += sorted(ours(imports(name)) & set(modules()))
    return frozenset(found - set(ROOMS))


def storey(name):
    room, _, rest = name.partition(".")
    first = rest.split(".")[0]
    if name in pure():
        return "rules"
    if name in FRAME:
        return "frame"
    if name in HANDS or f"{room}.{first}" in HANDS:
        return "hands"
    if first in DOORS or name in ("registry.problems", "registry.urls"):
        return "doors"
    if first == "models" or name in ("registry.private", "registry.append_only"):
        return "memory"
    beginnings = ("intake", "evidence", "checking", "uploads", "submission", "standing_in")
    return "beginnings" if first in beginnings else "messengers" if first == "tasks" else "acts"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_know_only_those_below(room):
    for name in modules():
        if name.split(".")[0] == room:
            strangers = {one for one in ours(imports(name)) if one.split(".")[0] not in KNOWS[room]}
            assert not strangers, f"{name} imports {strangers}"


def test_upper_storeys_know_lower_ones_and_never_the_reverse():
    for name in modules():
        for one in ours(imports(name)) & set(modules()):
            higher = STOREYS.index(storey(one)) > STOREYS.index(storey(name))
            assert not higher, f"{name} ({storey(name)}) imports {one} ({storey(one)})"


def test_no_module_leads_back_to_itself():
    def walk(name, way):
        assert name not in way, f"a circle of imports: {' → '.join([*way[way.index(name):], name])}"
        if name not in done:
            for one in sorted(ours(imports(name)) & set(modules())):
                if one != name:
                    walk(one, [*way, name])
            done.add(name)

    done = set()
    for name in modules():
        walk(name, [])


def test_rules_know_no_framework():
    allowed = set(sys.stdlib_module_names) | CALCULATE
    for name in pure():
        strangers = {one.split(".")[0] for one in imports(name) - ours(imports(name))} - allowed
        assert not strangers, f"{name} imports {strangers}"


def test_rules_look_at_no_clock_and_make_no_chance():
    clocks = {"now", "today", "utcnow", "time", "perf_counter", "monotonic"}
    chance = {"random", "uuid", "socket", "urllib.request", "subprocess", "os"}
    for name in pure():
        assert not imports(name) & chance, f"{name} imports {imports(name) & chance}"
        for node in ast.walk(modules()[name]):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks:
                owner = ast.unparse(node.func.value)
                assert owner.split(".")[-1] not in ("datetime", "date", "time", "timezone"), f"{name}:{node.lineno}"


def test_hands_know_no_framework():
    for name in modules():
        if storey(name) == "hands" and name != "registry.logs":
            strangers = {one.split(".")[0] for one in imports(name)} & FRAMEWORKS
            assert not strangers, f"{name} imports {strangers}"


def test_only_one_module_speaks_c2pa_and_only_the_child_speaks_to_it():
    speakers = {name for name in modules() if any(one.split(".")[0] == "c2pa" for one in imports(name))}
    assert speakers <= {"provenance.credentials"}
    callers = {name for name in modules() if "provenance.credentials" in imports(name)}
    assert callers <= {"provenance.sandbox.program"}


def test_only_one_module_reads_the_environment():
    for name, tree in modules().items():
        for node in ast.walk(tree):
            reads = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
            assert not reads or name == "registry.environment", f"{name}:{node.lineno} reads the environment"
        assert name == "registry.environment" or "environ" not in {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "os"
            for alias in node.names
        }  # fmt: skip


def test_only_the_journal_writes_the_journal():
    writers = {name for name in modules() if "registry.models.journal" in imports(name)}
    assert writers <= {"registry.journal", "registry.models"}


def test_packages_open_empty():
    for path in HOUSE.glob("*/**/__init__.py"):
        inside = path.relative_to(HOUSE).parts
        if inside[0] in ROOMS and inside[-2] not in ("models", "admin", "declaration", "intake", "signing", "uploads", "sandbox"):
            assert not path.read_text().strip(), f"{path} is not empty"


def test_every_module_begins_with_its_purpose():
    for name, tree in modules().items():
        path = HOUSE / Path(*name.split("."))
        if not path.is_dir() and tree.body:
            purpose = ast.get_docstring(tree)
            assert purpose, f"{name} does not say what it is for"
            assert purpose.splitlines()[0].rstrip()[-1] in ".:?!", f"{name}: {purpose.splitlines()[0]}"


if __name__ == "__main__":
    # For `make check`: the rules are what mypy reads strictly.
    for rule in sorted(pure()):
        path = Path(*rule.split("."))
        print(path / "__init__.py" if (HOUSE / path).is_dir() else path.with_suffix(".py"))
