"""Declarations made easier: a draft from what files tell of themselves, and a check before anything is sent."""

from __future__ import annotations

import click


@click.command()
def declare() -> int:
    """Draft."""
    return 0


@click.command()
def check() -> int:
    """Check."""
    return 0
