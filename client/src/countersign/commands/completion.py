"""`countersign completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from countersign import errors
from countersign.errors import Misused


@click.command(short_help="Print what a shell needs to complete commands.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print what your SHELL needs to complete commands and options.

    Write it where the shell looks:

    \b
      bash   ~/.local/share/bash-completion/completions/countersign
      zsh    _countersign, in a folder of your fpath
      fish   ~/.config/fish/completions/countersign.fish
    """
    from countersign.commands import main

    found = get_completion_class(shell)
    if found is None:
        raise Misused(f"There is no completion for {shell}.")
    click.echo(_without_asking(found)(main, {}, "countersign", "_COUNTERSIGN_COMPLETE").source())
    return errors.DONE


def _without_asking(kind: type) -> type:
    """Bash is not asked for its version: this may be written on another machine than it is read on."""
    return type(kind.__name__, (kind,), {"_check_version": staticmethod(lambda: None)})
