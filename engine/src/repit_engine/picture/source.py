"""The bytes of a picture, within the limit, wherever they lie.

In: bytes, or the path of an ordinary file. Out: bytes. Next: `formats.sniff`.
"""

import os
import stat
from pathlib import Path

from repit_engine.errors import UnreadableFile
from repit_engine.picture.limits import Limits


def bytes_of(data: bytes | Path, limits: Limits) -> bytes:
    """Raises `TooManyBytes`, or `UnreadableFile` for what cannot be opened or is no ordinary file (a pipe
    would wait).
    """
    if isinstance(data, Path):
        try:
            data = _read(data, limits)
        except (OSError, ValueError):
            raise _unreadable() from None
    limits.check_bytes(len(data))
    return data


def _read(path: Path, limits: Limits) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable()
        limits.check_bytes(found.st_size)
        return file.read(limits.bytes + 1)


def _unreadable() -> UnreadableFile:
    return UnreadableFile("The file could not be read.", "Check that it exists and that you may read it.")
