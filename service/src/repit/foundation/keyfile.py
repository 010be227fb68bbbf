"""Small files that hold keys.

In: a path, bytes. Out: a file that only its owner may read, whole or absent. Next:
`repit offline-key`.
"""

import os
from pathlib import Path


def write_once(path: Path, raw: bytes) -> None:
    """Raises `FileExistsError`, `OSError`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, raw)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
