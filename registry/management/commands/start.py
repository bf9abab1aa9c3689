"""Open the whole house on this machine: web and worker together, one process tree, closed by Ctrl-C."""

import fcntl
import gc
import json
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from registry import environment, heartbeats
from registry.household import Child, ending, stop, turned
from registry.models import Membership, Organisation
from registry.permissions import DELIVERS, DESK

BECOMES_READY_WITHIN = 90
STOPS_WITHIN = 30
ASKS_TO_CLOSE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """Somebody asked to close; like Ctrl-C, nothing on the way takes it for a fault to be mended."""


class Command(BaseCommand):
    help = "Start web and worker together on this machine; Ctrl-C stops both."
    requires_migrations_checks = False

    def handle(self, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("start is for one machine; in production web, worker and beat run apart (docs/operations.md).")
        lock = self._alone()
        self._refuse_taken_port()
        children: list[Child] = []
        heard = _listen(_stop)
        try:
            self._set_up()
            children += [self._web(), self._worker()]
            self._run(*children)
        except Stopped:
            self._say("Closing …")
        finally:
            # Whoever asks twice waits all the same: what is at work is let finish.
            for asked in heard:
                signal.signal(asked, signal.SIG_IGN)
            willing = stop(children, within=STOPS_WITHIN)
            lock.close()
        self._say("Closed." if willing else "Closed; what did not stop by itself was ended. Nothing is lost by it.")

    # ── Before opening ────────────────────────────────────────────────────────────────────────────────────────────

    def _alone(self):
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = open(settings.DATA_DIR / "start.lock", "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"Countersign already runs from {settings.DATA_DIR}. Stop it first, or set DATA_DIR.") from None
        return lock

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((environment.text("BIND", "127.0.0.1"), settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"Port {settings.PORT} cannot be used: {error.strerror}. Choose another: PORT={settings.PORT + 10} make run"
                ) from None

    def _set_up(self) -> None:
        self._say("Preparing the database …")
        # Migrations make and drop thousands of classes; what is loaded by now need not be searched for garbage each time.
        gc.freeze()
        call_command("migrate", verbosity=0, interactive=False)
        if not Organisation.objects.exists() and "demo_studio" in get_commands():
            self._say("Making a small demonstration studio …")
            call_command("demo_studio")

    def _web(self) -> Child:
        command = ["gunicorn", "--config", "python:registry.serving", "registry.wsgi"]
        return self._child("web", command)

    def _worker(self) -> Child:
        # And one more: delivering webhooks waits for others, and keeps no more than one child busy with waiting.
        children = (settings.WORKER_CHILDREN or len(os.sched_getaffinity(0))) + 1
        command = [
            "celery", "--app", "registry", "worker", "--beat", "--pool", "prefork", "--concurrency", str(children),
            "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat",
        ]
        return self._child("worker", command)

    def _child(self, name: str, command: list[str]) -> Child:
        return Child(
            name=name, command=[sys.executable, "-m", *command], log=turned(settings.DATA_DIR / "logs" / f"{name}.log"),
            environment=environment.for_child(PORT=str(settings.PORT), PYTHONUNBUFFERED="1"),
        )

    # ── While open ────────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self, web: Child, worker: Child) -> None:
        opened_at, began = timezone.now(), time.monotonic()
        web.start()
        worker.start()
        welcomed = False
        while True:
            if not web.runs():
                raise CommandError(f"The web ended ({ending(web.process)}). The last it said:\n{_last_words(web.log)}")
            if said := worker.keep():
                self.stderr.write(said)
            late = time.monotonic() - began > BECOMES_READY_WITHIN
            if not welcomed and (ready(opened_at) or late):
                self._welcome(in_time=not late)
                welcomed = True
            time.sleep(0.1)

    def _welcome(self, *, in_time: bool) -> None:
        site = settings.SITE_URL
        lines = [
            "", "Countersign is open." if in_time else f"Countersign is slow to open; {site}/health/ready says why.", "",
            f"  The window   {site}/", "               anyone: check a file, read a report",
            f"  The desk     {site}/admin/", *_people(DESK),
            f"  Deliveries   {site}/vendor/", *_people(DELIVERS),
            f"  The hatch    {site}/api/v1/docs", *_programs(), "",
            "  This is a demonstration: development keys sign, and nobody outside trusts them.",
            f"  Logs and files are in {settings.DATA_DIR}. Ctrl-C closes everything.", "",
        ]
        self._say("\n".join(lines))

    def _say(self, words: str) -> None:
        """At once, also where what is said goes into a file."""
        self.stdout.write(words)
        self.stdout.flush()


def _stop(signum: int, frame: object) -> None:
    raise Stopped


def _listen(hears: Callable[[int, object], None]) -> list[int]:
    """Hear whoever asks to close; a hang-up that nohup had us ignore stays ignored."""
    heard = [asked for asked in ASKS_TO_CLOSE if asked != signal.SIGHUP or signal.getsignal(asked) != signal.SIG_IGN]
    for asked in heard:
        signal.signal(asked, hears)
    return heard


def ready(opened_at: datetime) -> bool:
    """Every part is well, and the heartbeat is this worker's, not one that the last run left."""
    with suppress(OSError, DatabaseError):
        beat = heartbeats.freshest()
        if beat and beat.seen_at >= opened_at:
            return urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/health/ready", timeout=5).status == 200
    return False


def _people(roles: tuple[str, ...]) -> list[str]:
    people = [one for one in _sign_ins().get("people", []) if one["role"] in roles]
    return [
        f"               {who['username']} / {who['password']}   {who['name']}, {Membership.Role(who['role']).label}"
        for who in people
    ]


def _programs() -> list[str]:
    lines = []
    for program in _sign_ins().get("programs", []):
        lines += [f"               {program['name']}", f"               client_id      {program['client_id']}",
                  f"               client_secret  {program['client_secret']}"]  # fmt: skip
    return lines


def _sign_ins() -> dict:
    """What the demonstration studio was given to sign in with; only an embedded installation keeps such a file."""
    try:
        return json.loads((settings.DATA_DIR / "sign-ins.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
