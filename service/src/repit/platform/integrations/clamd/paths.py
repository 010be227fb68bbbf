"""Files that a client names, or hands in opened, instead of sending them.

In: a path as sent, the folders that the operator allows; a descriptor. Out: paths of files, files opened;
`PathRefused` with what clamd would say. Next: `session`.

A path is resolved before it is compared with the folders, and an opened file is looked at once more, so that
neither `..`, nor a link, nor a link put there in between leads elsewhere.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO, Final, Self

MOST_FILES: Final = 100_000
_DENIED: Final = "Access denied"


class PathRefused(Exception):
    """Why a path is not read; `reason` in clamd's words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def files_under(named: str, folders: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The file itself, or all files below a folder; and folders there that are not looked into, since they
    cannot be read or are links. Raises `PathRefused`."""
    if not named.startswith("/") or "\0" in named:
        raise PathRefused(_DENIED)
    real = os.path.realpath(named)
    if not _inside(real, folders):
        raise PathRefused(_DENIED)
    if not os.path.lexists(real):
        raise PathRefused("File path check failure: No such file or directory")
    if not Path(real).is_dir():
        return [named], []
    found: list[str] = []
    closed: list[str] = []

    def unread(error: OSError) -> None:
        closed.append(str(error.filename))

    for folder, below, files in os.walk(real, onerror=unread):
        below.sort()
        closed += [path for name in below if os.path.islink(path := os.path.join(folder, name))]  # noqa: PTH118, PTH114
        found += (os.path.join(folder, name) for name in sorted(files))  # noqa: PTH118 - names may be bytes
        if len(found) > MOST_FILES:
            raise PathRefused("Too many files")
    return found, closed


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


class Handed:
    """A file that the client opened, from its beginning on: where the client stands in it is shared with it.

    Use it in a `with`, which closes it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = descriptor, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def opened(self) -> Self:
        """Itself, if it is a regular file. Raises `PathRefused`, and is closed then."""
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            os.close(self._descriptor)
            raise PathRefused("Not a regular file")
        return self

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end. Raises `OSError`."""
        data = os.pread(self._descriptor, size, self._at)
        self._at += len(data)
        return data


def printable(path: str) -> str:
    """The path without what would break a reply into two."""
    return "".join(char if char >= " " and char != "\x7f" else "?" for char in path)


def _inside(real: str, folders: tuple[str, ...]) -> bool:
    return any(Path(real).is_relative_to(os.path.realpath(folder)) for folder in folders)
