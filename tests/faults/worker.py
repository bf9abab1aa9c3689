"""A process of its own that is warm, and forks another for whatever it is asked to do: `python -m tests.faults.worker`.

What is asked is the name of a function and what it is given, as one line of JSON; the fork says its process id, does it,
and answers. A fork that is killed answers nothing, and whoever waits for it sees that.
"""

import importlib
import json
import os
import signal
import socket
import sys
import traceback

import django


def serve(listener: socket.socket) -> None:
    while True:
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _leave(line)
        line.close()


def _leave(line: socket.socket) -> None:
    """Do what is asked, in a process group of its own, and end."""
    # What the fork starts itself, it also waits for; only the forks are nobody's to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgrp()
    with line.makefile("rw") as wire:
        asked = json.loads(wire.readline())
        _say(wire, {"pid": os.getpid()})
        module, _, name = asked["act"].partition(":")
        try:
            answer = {"answer": getattr(importlib.import_module(module), name)(**asked["given"])}
        except BaseException:
            answer = {"error": traceback.format_exc()}
        _say(wire, answer)
    os._exit(0)


def _say(wire, told: dict) -> None:
    wire.write(json.dumps(told, default=str) + "\n")
    wire.flush()


def main() -> None:
    from registry import environment

    environment.name_settings()
    django.setup()
    from django.db import connections

    from registry import household

    # What the forks need is loaded before they are made; Celery would load the transport of its broker in each of them.
    importlib.import_module("kombu.transport.filesystem")
    from tests.faults import acts

    household.die_with_parent(signal.SIGKILL)
    acts.open_house()
    # A connection to the database is no thing to share among processes.
    connections.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(128)
    print("open", flush=True)
    serve(listener)


if __name__ == "__main__":
    main()
