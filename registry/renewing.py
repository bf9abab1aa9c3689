"""A lease that is renewed while its work lasts, by a thread of its own: whoever is killed renews nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection


@contextmanager
def while_it_lasts(renew: Callable[[], object]) -> Iterator[None]:
    """Call `renew` three times in each LEASE_SECONDS. What the database refuses is asked again before the lease is over."""
    over = Event()

    def keep_on() -> None:
        try:
            while not over.wait(settings.LEASE_SECONDS / 3):
                with suppress(DatabaseError, InterfaceError):
                    renew()
        finally:
            connection.close()

    renewing = Thread(target=keep_on, daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()
