"""Where this package keeps things: settings, state and what can be lost, each in the platform's own place."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

OURS = "countersign"
WINDOWS, MAC = sys.platform.startswith("win"), sys.platform == "darwin"


def config() -> Path:
    return _named("COUNTERSIGN_CONFIG") or _place("XDG_CONFIG_HOME", ".config", "APPDATA", "Library/Application Support")


def state() -> Path:
    """What was sent: losing it means to send again."""
    return _named("COUNTERSIGN_STATE") or _place("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA", "Library/Application Support")


def cache() -> Path:
    return _named("COUNTERSIGN_CACHE") or _place("XDG_CACHE_HOME", ".cache", "LOCALAPPDATA", "Library/Caches")


def private(folder: Path) -> Path:
    """The folder, made where it is not there yet, for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def keep(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner alone (0600) from its first moment."""
    descriptor, making = tempfile.mkstemp(dir=private(path.parent), prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(making).replace(path)
    finally:
        Path(making).unlink(missing_ok=True)


def _named(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None


def _place(xdg: str, otherwise: str, windows: str, mac: str) -> Path:
    if WINDOWS:
        return Path(os.environ.get(windows) or Path.home()) / OURS
    if MAC:
        return Path.home() / mac / OURS
    return Path(os.environ.get(xdg) or Path.home() / otherwise) / OURS
