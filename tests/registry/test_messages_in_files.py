"""A message of the embedded house's broker is found whole or not at all.

A worker died of half a message (“Expecting value: line 1 column 1”): it had looked between the file's appearing and its
being written, and signing stood still until the worker was started again.
"""

import threading
import time
from pathlib import Path
from queue import Empty

from kombu import Connection
from kombu.transport import filesystem

from registry import file_queue
from registry.celery import app

MANY = 300


def test_the_house_speaks_through_it():
    with app.connection_for_write() as connection:
        assert connection.transport_cls == "filesystem" and isinstance(connection.transport, file_queue.Transport)


def test_whoever_looks_while_a_message_is_written_finds_none_or_all_of_it(tmp_path, monkeypatch):
    """The writer is stopped at its worst moment: the file is there, and nothing is in it yet."""
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "routes")}
    (tmp_path / "routes").mkdir()
    with Connection("filesystem://", transport=file_queue.Transport, transport_options=options) as connection:
        channel = connection.channel()
        seen, write = [], Path.write_bytes

        def written(path, data):
            write(path, b"")
            seen.append(taken(channel))
            return write(path, data)

        monkeypatch.setattr(Path, "write_bytes", written)
        channel._put("work", {"body": "sign"})
        assert seen == [None] and taken(channel) == {"body": "sign"} and taken(channel) is None


def test_what_many_write_at_once_is_read_whole_and_once(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "routes")}
    (tmp_path / "routes").mkdir()
    with Connection("filesystem://", transport=file_queue.Transport, transport_options=options) as connection:
        channel = connection.channel()
        assert issubclass(type(channel), filesystem.Channel)

        def write(first):
            for number in range(first, MANY, 3):
                channel._put("work", {"body": number})

        writers = [threading.Thread(target=write, args=(first,)) for first in range(3)]
        for one in writers:
            one.start()
        found, until = [], time.monotonic() + 60
        while len(found) < MANY and time.monotonic() < until:
            if (message := taken(channel)) is not None:
                found.append(message["body"])
        assert sorted(found) == list(range(MANY)) and not list(tmp_path.glob("*.m*"))


def taken(channel):
    try:
        return channel._get("work")
    except Empty:
        return None
