"""The work queue. Its messages are hints: the job row is the truth, and a sweep finds what a lost hint left behind."""

import logging
import signal
from pathlib import Path

from celery import Celery, signals
from celery.contrib.django.task import DjangoTask
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from kombu.transport import TRANSPORT_ALIASES

from registry import checks, environment, household, logs, watch

environment.name_settings()


class Task(DjangoTask):
    """A task whose hint may fail to be sent: what was committed stands, and the sweep sends it again."""

    def delay_on_commit(self, *args, **kwargs) -> None:
        # A function with a name: where it fails, Django logs that name, and falls over a partial, which has none.
        def send_hint() -> None:
            self.delay(*args, **kwargs)

        transaction.on_commit(send_hint, robust=True)


# Messages in files, for the embedded house, without kombu's half-written ones.
TRANSPORT_ALIASES["filesystem"] = "registry.file_queue:Transport"
app = Celery("registry", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The file broker does not make its folders.
for _folder in ("data_folder_in", "control_folder"):
    if _path := app.conf.broker_transport_options.get(_folder):
        Path(_path).mkdir(mode=0o700, parents=True, exist_ok=True)


@signals.setup_logging.connect
def log_like_the_web(**_) -> None:
    logs.configure()


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_when_unsafe(**_) -> None:
    try:
        checks.refuse_when_unsafe()
    except ImproperlyConfigured as unsafe:
        # A signal's handler may fail without anything coming of it; only leaving stops the worker.
        raise SystemExit(str(unsafe)) from None


@signals.worker_ready.connect
def first_pulse(**_) -> None:
    """A worker that opens says so, and looks for what was left undone, without waiting for its first beat."""
    for name in ("heartbeat", "sweep"):
        app.send_task(app.conf.beat_schedule[name]["task"])


@signals.worker_ready.connect
def watch_over(sender, **_) -> None:
    if sender.controller.beat is not None:
        watch.over(sender.controller)


@signals.worker_process_init.connect
@signals.beat_embedded_init.connect
def leave_no_orphan(**_) -> None:
    household.die_with_parent(signal.SIGKILL)


# A broker that is away is told once, not at every attempt to reach it.
logging.getLogger("celery.worker.consumer").setLevel(logging.WARNING)
