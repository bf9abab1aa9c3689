"""What a person or a script reads: sentences and tables, or with --json one document a line; progress only on a terminal."""

from __future__ import annotations

import json
import sys
import threading
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from countersign.errors import CountersignError, Refused

STYLES = {"yes": "green", "no": "red", "needs counsel": "yellow", "not asked": "red", "signed": "green", "sent": "green",
          "held": "yellow", "refused": "red", "dead": "red", "failed": "red"}  # fmt: skip
# Line ends and tabs, and the two joiners without which some languages cannot be written.
KEPT = "\n\t\u200c\u200d"
SERVER_ERROR = 500
WHOLE = frozenset({"asset", "clearance", "production", "person", "webhook", "delivery", "covered?", "state"})


class Screen:
    """One for the whole run; each command says what is wanted of it."""

    def __init__(self) -> None:
        self.json = False
        self.quiet = False
        self._one_at_a_time = threading.Lock()
        self.renew()

    def renew(self) -> None:
        self.out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.err = Console(file=sys.stderr, highlight=False, soft_wrap=True)

    @property
    def lively(self) -> bool:
        return self.err.is_terminal and not self.quiet and not self.json

    def event(self, name: str, /, **told: Any) -> None:
        """One line of JSON, where JSON was asked for."""
        if self.json:
            with self._one_at_a_time:
                sys.stdout.write(json.dumps({"event": name, **told}, ensure_ascii=True) + "\n")
                sys.stdout.flush()

    def say(self, text: str, style: str = "") -> None:
        if not self.json:
            self.out.print(Text(printable(text), style=style))

    def note(self, text: str, style: str = "dim") -> None:
        """Beside the point: to the error channel, and not where quiet was asked for."""
        if not self.json and not self.quiet:
            self.err.print(Text(printable(text), style=style))

    def warn(self, text: str) -> None:
        if not self.json:
            self.err.print(Text(printable(text), style="yellow"))

    def fail(self, error: CountersignError, about: str = "", **told: Any) -> None:
        """Why something was not done, and what would clear it."""
        if self.json:
            self.event("failed", exit_code=error.exit_code, **({"file": about} if about else {}), **told, problem=error.told())
            return
        self.err.print(Text(printable(f"{about}: {error}" if about else str(error)), style="red"))
        for line in reasons(error):
            self.err.print(Text(f"  {printable(line)}"))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """On a terminal a table; otherwise a line for each row, with tabs between."""
        if not self.out.is_terminal:
            for row in rows:
                self.say("\t".join(one.replace("\n", " ") for one in row))
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            # Ids are copied: they stay in one piece.
            table.add_column(name, overflow="fold", no_wrap=name in WHOLE)
        for row in rows:
            table.add_row(*(Text(printable(one), style=STYLES.get(one, "")) for one in row))
        self.out.print(table, soft_wrap=False)

    def progress(self) -> Bars:
        return Bars(self)


class Bars:
    """A bar for everything and one for each file on its way, with rate and time left; nothing where nobody looks."""

    def __init__(self, screen: Screen) -> None:
        self._shown = screen.lively
        self._one_at_a_time = threading.Lock()
        self._sizes: dict[str, int] = {}
        self._tasks: dict[str, TaskID] = {}
        self._arrived: dict[str, int] = {}
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=None), DownloadColumn(binary_units=True),
            TransferSpeedColumn(), TimeRemainingColumn(compact=True), console=screen.err, transient=True, expand=True,
            disable=not self._shown,
        )  # fmt: skip
        self._whole: TaskID | None = None

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def all(self, count: int, size: int) -> None:
        self._count, self._done, self._size = count, 0, size
        if self._shown:
            self._whole = self._bars.add_task(f"0 of {count}", total=size)

    def began(self, name: str, size: int) -> None:
        with self._one_at_a_time:
            self._sizes[name] = size
            if self._shown:
                self._tasks[name] = self._bars.add_task(_short(name), total=size)

    def moved(self, name: str, arrived: int) -> None:
        with self._one_at_a_time:
            self._arrived[name] = min(arrived, self._sizes.get(name, arrived))
            if self._shown:
                if name in self._tasks:
                    self._bars.update(self._tasks[name], completed=self._arrived[name])
                self._told()

    def ended(self, name: str) -> None:
        with self._one_at_a_time:
            self._arrived[name] = self._sizes.get(name, 0)
            self._done += 1
            if self._shown:
                if name in self._tasks:
                    self._bars.remove_task(self._tasks.pop(name))
                self._told()

    def _told(self) -> None:
        if self._whole is not None:
            told = f"{self._done} of {self._count}"
            self._bars.update(self._whole, completed=sum(self._arrived.values()), description=told)


class Counter:
    """How many of them are done; nothing where nobody looks."""

    def __init__(self, screen: Screen, what: str, total: int) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=screen.err, transient=True,
            disable=not screen.lively,
        )  # fmt: skip
        self._task = self._bars.add_task(what, total=total)

    def __enter__(self) -> Counter:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def one(self) -> None:
        self._bars.advance(self._task)


def reasons(error: CountersignError) -> Iterable[str]:
    """What stands below the sentence of a refusal: its code, what would clear it, and where in what was sent it lies."""
    if isinstance(error, Refused):
        yield from problem_lines(error.told())


def problem_lines(problem: Mapping[str, Any]) -> Iterable[str]:
    yield f"code: {problem.get('code', '')}"
    for one in problem.get("to_clear") or ():
        yield f"to clear it: {one}"
    for fault in problem.get("errors") or ():
        same = str(fault.get("detail")) == str(problem.get("detail"))
        if fault.get("pointer"):
            yield f"at {fault['pointer']}" + ("" if same else f": {fault.get('detail', '')}")
        elif not same:
            yield str(fault.get("detail", ""))
    if problem.get("request_id") and int(problem.get("status") or 0) >= SERVER_ERROR:
        yield f"request id: {problem['request_id']}"


def printable(text: str) -> str:
    """Without what could move a cursor or turn a line around: names of files and sentences come from elsewhere."""
    return "".join(one if one in KEPT or unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cs") else "\ufffd" for one in text)


def _short(name: str) -> str:
    clean = printable(name)
    return clean if len(clean) <= 32 else f"{clean[:14]}…{clean[-17:]}"


SCREEN = Screen()
