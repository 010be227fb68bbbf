"""Files that are either wholly there or not at all.

In: a path and what writes it. Out: the file, durable, in place of the old one. Next: `write`,
`live.manifest`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600
"""Hashes are personal data: a file of them is its owner's."""
PARTIAL = ".partial"


def replace_file(path: Path, write: Callable[[BinaryIO], None], *, durable: bool = True) -> None:
    """Write beside, flush to disk, rename over `path`, flush the folder. A failure leaves the old file."""
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_RDWR, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
