"""A storage that fails when it is told to: by raising, by keeping half, or only after it has kept everything."""

import errno
from collections.abc import Callable

from django.core.files.storage import FileSystemStorage


class Faulty(FileSystemStorage):
    """`Faulty.mood` is asked before each save with its number: a word names the fault, and nothing means none."""

    mood: Callable[[int], str] = staticmethod(lambda number: "")
    saves = 0

    def _save(self, name, content):
        Faulty.saves += 1
        match Faulty.mood(Faulty.saves):
            case "raise":
                raise OSError(errno.EIO, "Input/output error")
            case "full":
                raise OSError(errno.ENOSPC, "No space left on device")
            case "half":
                path = self.path(name)
                super()._save(name, content)
                with open(path, "r+b") as file:
                    file.truncate(file.seek(0, 2) // 2)
                raise OSError(errno.ENOSPC, "No space left on device")
            case "after":
                super()._save(name, content)
                raise TimeoutError("the storage did not say whether it had kept the file")
        return super()._save(name, content)


class Stuck(FileSystemStorage):
    """Lets go of nothing."""

    def delete(self, name):
        raise OSError(errno.EROFS, "Read-only file system")
