"""An upload while it arrives: kept in memory as far as a picture may reach, digested beyond.

In: pieces of a file, from any channel. Out: `UploadBuffer`, which becomes a question about a whole file, or
about the digests of a larger one. Next: `inspection`.

All uploads of the process share one `Room` (`admission`), so that many slow or large ones end in "come back
later" and never in a process that is killed for its memory. Nothing is written to disk.
"""

import hashlib
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from repit.foundation.admission.room import Held, Room
from repit.foundation.errors import TooLarge
from repit.foundation.hashes import Algorithm
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.question import LongFile, WholeFile
from repit_engine.picture.formats import Format
from repit_engine.picture.kinds import Kind, Refused, sniffed

HEAD: Final = 4096
"""Bytes by which a file that is not kept is told to be a picture, a film or a letter."""


def _nobody_counts() -> None:
    pass


class UploadBuffer:
    """One upload; use it in a `with`, which gives its memory back.

    Up to `keep` bytes are kept; a longer file is digested as it comes, up to `most` bytes. `sender`: whatever
    tells apart those who send; in memory alone, so that they take turns at the decoders. `refused` is called
    once, where there is no room. Until somebody takes it for whole, it may have to give way to others.
    """

    def __init__(
        self,
        room: Room,
        keep: int,
        most: int,
        sender: str = "",
        refused: Callable[[], None] = _nobody_counts,
    ) -> None:
        self.sender = sender
        self._keep, self._most = keep, max(keep, most)
        self._refused, self._is_counted = refused, False
        self._held = Held(room)
        self._digests: dict[Algorithm, hashlib._Hash] = {}
        self._sniffed: tuple[int, Format | Refused] | None = None
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
            self._hold(piece)

    @property
    def data(self) -> bytes | None:
        """What has come, which gives way to nobody until more comes; None if it is too long to keep. Raises
        `Overloaded` where it had to give way."""
        if self._digests:
            return None
        self._settle()
        pieces = self._held.pieces
        if len(pieces) != 1:
            whole = b"".join(pieces)
            pieces.clear()
            pieces.append(whole)
        return pieces[0]

    @property
    def looks_like(self) -> Format | Refused:
        """What its head says of it, found out once."""
        if self._sniffed is None or self._sniffed[0] != len(self.head):
            self._sniffed = len(self.head), sniffed(self.head, whole=False)
        return self._sniffed[1]

    @property
    def kind(self) -> Kind:
        """As what it would be shown, by its head."""
        seen = self.looks_like
        return seen.kind if isinstance(seen, Refused) else Kind.PICTURE

    def asked(self, channel: str) -> WholeFile | LongFile:
        """The question about it, now that it is whole. Raises `Overloaded`, as `data` does."""
        data = self.data
        if data is None:
            return LongFile(self.digests(), self.kind, channel, self.sender)
        return WholeFile(data, channel, self.sender)

    def digests(self) -> tuple[tuple[Algorithm, bytes], ...]:
        """MD5 and SHA-256 of a file that was too long to be kept; none of one that was kept."""
        return tuple((name, running.digest()) for name, running in self._digests.items())

    def forget(self) -> None:
        """Let go of the bytes."""
        self._held.forget()

    def _hold(self, piece: bytes) -> None:
        try:
            self._held.begin()
            self._held.add(piece)
        except Overloaded:
            self._count()
            raise

    def _settle(self) -> None:
        try:
            self._held.settle()
        except Overloaded:
            self._count()
            raise

    def _count(self) -> None:
        if not self._is_counted:
            self._is_counted = True
            self._refused()

    def _digest_from_here(self, piece: bytes) -> None:
        self._settle()
        self._digests = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
        for held in self._held.pieces:
            self._digest(held)
        self.forget()
        self._digest(piece)

    def _digest(self, piece: bytes) -> None:
        for running in self._digests.values():
            running.update(piece)
