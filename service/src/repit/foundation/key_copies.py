"""Copies of files of keys: taken while they are in use, put back only where nothing lies yet.

In: a folder of `key_pool` files. Out: its content, piece by piece; the folder again. Next: `backups`.
"""

import fcntl
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

_PIECE: Final = 1 << 16

Piece = tuple[str, str]
"""A file's name, and some of its bytes in hexadecimal digits."""


def pieces(folder: Path, names: Collection[str]) -> Iterator[Piece]:
    """What the files of these names hold, one after the other, each without a change in between."""
    for name in sorted(names):
        path = folder / name
        if not path.is_file():
            continue
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield path.name, ""
            while piece := file.read(_PIECE):
                yield path.name, piece.hex()


class Drafts:
    """Files of keys beside their places, until it is sure that they are wanted."""

    def __init__(self, folder: Path, some: Iterable[Piece]) -> None:
        """Write them all. Raises `OSError`, and whatever the pieces raise; leaves nothing then."""
        self._folder = folder
        self._written: dict[str, Path] = {}
        self._placed: list[Path] = []
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            for name, digits in some:
                self._add(name, digits)
        except BaseException:
            self.drop()
            raise

    def place(self) -> None:
        """Into their places, which are empty. Raises `OSError`."""
        for name, draft in self._written.items():
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            os.utime(draft, ns=(0, 0))
            draft.replace(self._folder / name)
            self._placed.append(self._folder / name)

    def take_back(self) -> None:
        """Leave the places empty again."""
        for path in self._placed:
            path.unlink(missing_ok=True)
        self.drop()

    def drop(self) -> None:
        """Leave no draft."""
        for draft in self._written.values():
            draft.unlink(missing_ok=True)

    def _add(self, name: str, digits: str) -> None:
        draft = self._folder / f".{name}.new"
        first = name not in self._written
        self._written[name] = draft
        if first:
            draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(bytes.fromhex(digits))


def empty(folder: Path, names: Iterable[str]) -> bool:
    """Whether none of these files holds a key."""
    return not any(path.is_file() and path.stat().st_size for path in (folder / name for name in names))
