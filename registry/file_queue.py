"""The embedded house's broker, messages in files of a folder: each appears there whole, and not while it is being written.

kombu's own writes a message under the name by which it is found. Whoever looks at that moment reads nothing, and a worker
that reads nothing ends: every job of the house then waits until it has been started again.
"""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        """As kombu names it, for it is kombu that reads it: the moment, a random part, the queue."""
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        making = folder / f"{name}.making"
        try:
            making.write_bytes(dumps(payload).encode())
            making.rename(folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add a message to {folder}") from error


class Transport(filesystem.Transport):
    Channel = Channel
