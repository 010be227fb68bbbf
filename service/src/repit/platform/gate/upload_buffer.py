"""An upload while it arrives: kept in memory as far as a picture may reach, digested beyond.

In: pieces of a file, from any door. Out: `Arriving`, which holds the bytes of a picture, or only the digests
of a larger file. Next: `inspection`.

`Reception` bounds what all uploads of the process hold together, so that many slow or large ones end in
"come back later" and never in a process that is killed for its memory. Nothing is written to disk.
"""

import hashlib
import threading
from types import TracebackType
from typing import Final, Self

from repit.foundation.errors import TooLarge
from repit.foundation.hashes import Algorithm
from repit.platform.gate.errors import Overloaded

HEAD: Final = 4096
"""Bytes by which a file that is not kept is told to be a picture, a film or a letter."""


class Reception:
    """How many bytes of uploads are held at once, by all doors."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.held = 0
        self._turn = threading.Lock()

    def take(self, size: int) -> None:
        """Make room for more bytes. Raises `Overloaded`."""
        with self._turn:
            if self.held + size > self.room:
                raise Overloaded
            self.held += size

    def give_back(self, size: int) -> None:
        """These bytes are held no more."""
        with self._turn:
            self.held -= size


class Arriving:
    """One upload; use it in a `with`, which gives its memory back.

    Up to `keep` bytes are kept; a longer file is digested as it comes, up to `most` bytes. `sender`: whatever
    tells apart those who send; in memory alone, so that they take turns at the decoders.
    """

    def __init__(self, reception: Reception, keep: int, most: int, sender: str = "") -> None:
        self.sender = sender
        self._reception, self._keep, self._most = reception, keep, max(keep, most)
        self._pieces: list[bytes] = []
        self._held = 0
        self._digests: dict[Algorithm, hashlib._Hash] = {}
        self.size = 0
        self.head = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forget()

    def write(self, piece: bytes) -> None:
        """The next bytes. Raises `Overloaded`, `TooLarge`."""
        if self.size + len(piece) > self._most:
            raise TooLarge
        if len(self.head) < HEAD:
            self.head += bytes(piece[: HEAD - len(self.head)])
        self.size += len(piece)
        if self._digests:
            self._digest(piece)
        elif self.size > self._keep:
            self._digest_from_here(piece)
        else:
            self._reception.take(len(piece))
            self._held += len(piece)
            self._pieces.append(piece)

    @property
    def data(self) -> bytes | None:
        """The whole file; None if it was too long to be kept."""
        if self._digests:
            return None
        if len(self._pieces) != 1:
            self._pieces = [b"".join(self._pieces)]
        return self._pieces[0]

    def digests(self) -> tuple[tuple[Algorithm, bytes], ...]:
        """MD5 and SHA-256 of a file that was too long to be kept; none of one that was kept."""
        return tuple((name, running.digest()) for name, running in self._digests.items())

    def forget(self) -> None:
        """Let go of the bytes."""
        self._pieces = []
        self._reception.give_back(self._held)
        self._held = 0

    def _digest_from_here(self, piece: bytes) -> None:
        self._digests = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
        for held in self._pieces:
            self._digest(held)
        self.forget()
        self._digest(piece)

    def _digest(self, piece: bytes) -> None:
        for running in self._digests.values():
            running.update(piece)
