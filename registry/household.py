"""Processes kept together: started, restarted with patience, stopped in order, and none left behind.

Each child leads a process group of its own, so that Ctrl-C reaches only who keeps them, and what is left is one group.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
PATIENCE = (1, 2, 4, 8, 15, 30)
# A child that lived this long had started well: its next fall is a first one.
STARTED_WELL = 60


def die_with_parent(how: int = signal.SIGTERM) -> None:
    """Have the kernel end this process when its parent ends, however that ends (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, how)


@dataclass
class Child:
    """One process of the household, with its log."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen | None = None
    started_at: float = 0
    falls: int = 0
    due_at: float | None = field(default=None)

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent,
            )
        self.started_at, self.due_at = time.monotonic(), None

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep(self) -> str:
        """Start it again when it has fallen and its pause is over; what there is to say of it, mostly nothing."""
        now = time.monotonic()
        if self.runs():
            return ""
        if self.due_at is None:
            self.falls = 0 if now - self.started_at > STARTED_WELL else self.falls
            pause = PATIENCE[min(self.falls, len(PATIENCE) - 1)]
            self.falls, self.due_at = self.falls + 1, now + pause
            self.clear()
            return f"The {self.name} ended ({ending(self.process)}); starting it again in {pause} s. See {self.log}."
        if now >= self.due_at:
            self.start()
        return ""

    def ask_to_stop(self) -> None:
        if self.runs():
            self.process.send_signal(signal.SIGTERM)

    def clear(self) -> None:
        """End whatever of its group is still there."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def ending(process: subprocess.Popen | None) -> str:
    code = process.returncode if process else None
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def stop(children: list[Child], *, within: float) -> bool:
    """Ask all to stop, wait, and end those that do not; True when all went by themselves."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + within
    while any(child.runs() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    willing = not any(child.runs() for child in children)
    for child in children:
        child.clear()
        if child.process is not None:
            child.process.wait()
    return willing


def turned(log: Path) -> Path:
    """An empty log; what the last run wrote is kept beside it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    return log
