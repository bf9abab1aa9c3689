"""What README, docs/ and client/README.md tell people to type is there: targets, commands, options, addresses, links."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from countersign import commands
from django.core.management import get_commands, load_command_class

HOUSE = Path(__file__).resolve().parent.parent
DOCUMENTS = [HOUSE / "README.md", HOUSE / "CONTRIBUTING.md", HOUSE / "client" / "README.md", *sorted(HOUSE.glob("docs/**/*.md"))]
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
ANY = ("-h", "--help")


def code(path: Path) -> str:
    """All that stands in code, each piece on lines of its own, and lines that go on put together."""
    pieces = ("\n".join(filter(None, found)) for found in CODE.findall(path.read_text()))
    return re.sub(r"\\\n\s*|^(from|import) .*$", "", "\n".join(pieces), flags=re.MULTILINE)


def typed(path: Path, program: str) -> list[tuple[str, list[str]]]:
    """Each call of a program in a document: its first word, and the options that follow."""
    calls = re.findall(rf"(?:^|[ ;&|]){program} ([a-z_]+)\b([^\n#|&;]*)", code(path), re.MULTILINE)
    return [(name, re.findall(r"(?<=[ \[|])--?[a-z][a-z-]*", rest)) for name, rest in calls]


def taken_by(parser: ArgumentParser) -> Iterator[str]:
    """The options of a command, and of those below it."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action.choices, dict):
            for below in action.choices.values():
                yield from taken_by(below)


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@pytest.fixture(params=DOCUMENTS, ids=name_of)
def document(request):
    return request.param


def test_what_is_typed_is_found_in_the_documents():
    assert {"run", "demo", "check"} <= {name for name, _ in typed(HOUSE / "README.md", "make")}
    assert ("measure", ["--json"]) in typed(HOUSE / "docs" / "measuring.md", r"manage\.py")
    assert ("upload", ["-d", "--match", "--part"]) in typed(HOUSE / "client" / "README.md", "countersign")


def test_the_make_targets_that_are_named_exist(document):
    targets = set(re.findall(r"^([a-z]+):", (HOUSE / "Makefile").read_text(), re.MULTILINE))
    assert {name for name, _ in typed(document, "make")} <= targets


def test_the_management_commands_that_are_named_exist_and_know_their_options(document):
    known = get_commands()
    for name, options in typed(document, r"(?:python )?(?:\./)?manage\.py"):
        assert name in known, f"{name_of(document)} names “manage.py {name}”"
        taken = set(taken_by(load_command_class(known[name], name).create_parser("manage.py", name)))
        assert set(options) <= taken, f"{name_of(document)} gives “manage.py {name}” options it does not take"


def test_the_client_s_commands_that_are_named_exist_and_know_their_options(document):
    group = commands.main
    for name, options in typed(document, "countersign"):
        assert name in group.commands, f"{name_of(document)} names “countersign {name}”"
        taken = {option for one in group.commands[name].params for option in (*one.opts, *one.secondary_opts)}
        assert set(options) <= {*taken, *ANY}, f"{name_of(document)} gives “countersign {name}” options it does not take"


def test_the_addresses_of_the_hatch_that_are_named_are_described(document, described):
    said = re.findall(r"/api/v1(/[a-zA-Z0-9/{}_.…-]+)", code(document))
    for address in said:
        path = re.sub(r"\{\w+\}|…|[a-z]{3}_[\w-]+", "x", address).rstrip("/.")
        assert any(one.fullmatch(path) for one in described), f"{name_of(document)} names /api/v1{address}"


@pytest.fixture(scope="module")
def described():
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    paths = yaml.load((HOUSE / "docs" / "openapi.yaml").read_text(), Loader=loader)["paths"]
    own = [path.removeprefix("/api/v1") for path in paths if path.startswith("/api/v1")] + ["/docs", "/oauth/token"]
    return [re.compile(re.sub(r"\{\w+\}", r"[^/]+", path)) for path in own]


def test_links_lead_to_files_and_headings_that_are_there(document):
    for target in LINK.findall(re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)):
        if re.match(r"[a-z]+:", target) or target.startswith("/"):
            continue
        file, _, heading = target.partition("#")
        there = (document.parent / file).resolve() if file else document
        assert there.exists(), f"{name_of(document)} links to {target}"
        if heading:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
            assert heading in slugs, f"{name_of(document)} links to {target}"


def test_the_settings_that_operations_names_are_read_from_the_environment():
    told = set(re.findall(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`", (HOUSE / "docs" / "operations.md").read_text()))
    source = "".join(path.read_text() for path in (HOUSE / "registry").glob("*.py"))
    read = set(re.findall(r"environment\.\w+\(\s*\"([A-Z0-9_]+)\"", source))
    assert len(told) > 10
    assert told <= read, f"operations.md names settings that nothing reads: {told - read}"
