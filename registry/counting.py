"""Counting together: numbers that grow by what every process adds, in the cache that all of them share.

In a cache of files a count is a file that grows by a byte for each: adding is atomic, so that none is lost between two
processes, and takes a fortieth of what reading a number and writing it back does. It is culled as other entries are.
"""

import contextlib
import os
import secrets

from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache

LONGEST = 1_000_000  # bytes of one file; nothing here is counted further


def count(key: str, number: int = 1, *, seconds: int) -> int:
    """Add so many to a key, and give what it is now: all since it began, or since it was taken; kept for so long at least."""
    shared = caches["default"]
    if isinstance(shared, FileBasedCache):
        return _grown(shared, key, number)
    shared.add(key, 0, timeout=seconds)
    try:
        return shared.incr(key, number)
    except ValueError:  # forgotten between the two
        return 0


def taken(key: str) -> int:
    """What was counted under a key, which begins anew. Two who take at once may both be given it where the cache is no file's:
    the count is then below nought, and makes up for it."""
    shared = caches["default"]
    if isinstance(shared, FileBasedCache):
        return _moved_away(shared, key)
    number = max(0, shared.get(key) or 0)
    with contextlib.suppress(ValueError):
        shared.decr(key, number)
    return number


def _grown(shared: FileBasedCache, key: str, number: int) -> int:
    path = shared._key_to_file(key)
    try:
        file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    except FileNotFoundError:
        shared._createdir()
        file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        if (already := os.fstat(file).st_size) >= LONGEST:
            return already
        os.write(file, b"." * number)
        return os.fstat(file).st_size
    finally:
        os.close(file)


def _moved_away(shared: FileBasedCache, key: str) -> int:
    path = shared._key_to_file(key)
    own = f"{path}.{secrets.token_hex(8)}"
    try:
        os.rename(path, own)
    except FileNotFoundError:
        return 0
    number = os.stat(own).st_size
    os.unlink(own)
    return number
