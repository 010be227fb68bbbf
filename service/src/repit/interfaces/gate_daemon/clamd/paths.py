"""Files that a client names instead of sending them.

In: a path as sent, the folders that the operator allows. Out: paths of files, files opened; `PathRefused`
with what clamd would say. Next: `session`.

A path is resolved before it is compared with the folders, and an opened file is looked at once more, so that
neither `..`, nor a link, nor a link put there in between leads elsewhere.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

MOST_FILES: Final = 100_000
_DENIED: Final = "Access denied"


class PathRefused(Exception):
    """Why a path is not read; `reason` in clamd's words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def files_under(named: str, folders: tuple[str, ...]) -> list[str]:
    """The file itself, or all files below a folder, links not followed. Raises `PathRefused`."""
    if not named.startswith("/") or "\0" in named:
        raise PathRefused(_DENIED)
    real = os.path.realpath(named)
    if not _inside(real, folders):
        raise PathRefused(_DENIED)
    if not os.path.lexists(real):
        raise PathRefused("File path check failure: No such file or directory")
    if not Path(real).is_dir():
        return [named]
    found: list[str] = []
    for folder, below, files in os.walk(real):
        below.sort()
        found += (os.path.join(folder, name) for name in sorted(files))  # noqa: PTH118 - names may be bytes
        if len(found) > MOST_FILES:
            raise PathRefused("Too many files")
    return found


def open_file(path: str, folders: tuple[str, ...]) -> BinaryIO:
    """A regular file inside the folders. Raises `PathRefused`, `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hold us
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise PathRefused("Not supported file type")
        if not _inside(str(Path(f"/proc/self/fd/{descriptor}").readlink()), folders):
            raise PathRefused(_DENIED)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def printable(path: str) -> str:
    """The path without what would break a reply into two."""
    return "".join(char if char >= " " and char != "\x7f" else "?" for char in path)


def _inside(real: str, folders: tuple[str, ...]) -> bool:
    return any(Path(real).is_relative_to(os.path.realpath(folder)) for folder in folders)
