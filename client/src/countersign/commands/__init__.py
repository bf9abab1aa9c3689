"""The command line: every command, and how it ends – with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, NoReturn

import click

from countersign import errors
from countersign.commands import access, assets, clear, completion, declare, deliver, verify, webhooks
from countersign.errors import CountersignError, Interrupted, Misused
from countersign.screen import SCREEN
from countersign.version import VERSION

EPILOG = """\b
Exit codes
  0  done                          5  registry away, or out of patience
  1  failed                        6  not signed in, or not allowed to
  2  asked for what cannot be      7  a file is not as it was signed
  3  refused                       8  still under way
  4  held, or needs counsel      130  stopped; the same again goes on

Environment: COUNTERSIGN_SITE, COUNTERSIGN_CLIENT_ID, COUNTERSIGN_CLIENT_SECRET
(or …_SECRET_FILE), COUNTERSIGN_PROFILE. NO_COLOR and HTTPS_PROXY are obeyed.
"""


class InTurn(click.Group):
    """Commands in the order of a vendor's day."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InTurn, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(VERSION, prog_name="countersign", message="%(prog)s %(version)s")
def main() -> None:
    """Ask whether a use is covered, deliver shots to be signed, fetch them.

    Begin with “countersign login”. Every command tells of itself with --help.
    """


for _command in (
    access.login, access.productions, clear.clear, declare.declare, declare.check, deliver.upload, assets.status, assets.wait,
    assets.download, verify.verify, assets.report, webhooks.webhooks, access.profiles_command, access.logout,
    completion.completion,
):  # fmt: skip
    main.add_command(_command)


def run(arguments: list[str] | None = None) -> NoReturn:
    """The program `countersign`."""
    signal.signal(signal.SIGTERM, _interrupted)
    SCREEN.renew()
    code = ended(arguments)
    if code == errors.INTERRUPTED:
        # What was sent is on record, and a thread may be waiting for a line that stands still: nobody else waits for it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def ended(arguments: list[str] | None = None) -> int:
    """What a command ends with, whatever happens in it."""
    try:
        found = main.main(arguments, prog_name="countersign", standalone_mode=False)
        return int(found or 0)
    except click.exceptions.Abort:
        SCREEN.fail(Interrupted("Stopped."))
        return errors.INTERRUPTED
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _misused(error)
    except CountersignError as error:
        SCREEN.fail(error)
        return error.exit_code
    except KeyboardInterrupt:
        SCREEN.fail(Interrupted("Stopped. The same command again goes on where this one stopped."))
        return errors.INTERRUPTED
    except BrokenPipeError:
        # Whoever read has read enough; nothing is to be flushed to them at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.FAILED
    except Exception as error:
        if os.environ.get("COUNTERSIGN_DEBUG"):
            raise
        told = f"This program made a mistake: {type(error).__name__}: {error}. Set COUNTERSIGN_DEBUG=1 to see where."
        SCREEN.fail(CountersignError(told))
        return errors.FAILED


def _misused(error: click.ClickException) -> int:
    if SCREEN.json:
        SCREEN.fail(Misused(error.format_message()))
    else:
        error.show()
    return errors.USAGE


def _interrupted(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
