"""Copies of files of keys: taken while they are in use, put back only where they are missing or foreign.

In: a folder of `key_pool` files. Out: its content, piece by piece; the folder again. Next: `hotline.backup`.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from repit.foundation.keyfile import write_once

_PIECE: Final = 1 << 16

Piece = tuple[str, str]
"""A file's name, and some of its bytes in hexadecimal digits."""


def pieces(folder: Path) -> Iterator[Piece]:
    """What the files hold, one after the other, each without a change in between."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield path.name, ""
            while piece := file.read(_PIECE):
                yield path.name, piece.hex()


def put_back(folder: Path, some: Iterable[Piece]) -> None:
    """Write files in place of those of the same names. Raises `OSError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: list[tuple[Path, Path]] = []
    for name, digits in some:
        path = folder / name
        draft = path.with_name(f".{name}.new")
        if not written or written[-1][1] != path:
            draft.unlink(missing_ok=True)
            write_once(draft, b"")
            written.append((draft, path))
        with draft.open("ab") as file:
            file.write(bytes.fromhex(digits))
            file.flush()
            os.fsync(file.fileno())
    for draft, path in written:
        os.utime(draft, ns=(0, 0))
        draft.replace(path)
