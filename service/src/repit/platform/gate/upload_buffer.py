"""An upload while it arrives: kept in memory as far as a picture may reach, digested beyond.

In: pieces of a file, from any channel. Out: `UploadBuffer`, which becomes a question about a whole file, or
about the digests of a larger one, and what it shows where it is a video. Next: `inspection`.

All uploads of the process share one `Room` (`admission`), so that many slow or large ones end in "come back
later" and never in a process that is killed for its memory. Nothing of it is written to disk that could be
read there: a video that is longer goes into an encrypted file without a name (`spool`), where there is one.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from repit.foundation.admission.room import Held, Room
from repit.foundation.errors import TooLarge
from repit.foundation.hashes import Algorithm
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.film_kinds import is_film, may_hold_film
from repit.platform.gate.inspection.question import LongFile, WholeFile
from repit.platform.gate.spool import Spool, Spooled
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
    `spool`: where a longer video goes.
    """

    def __init__(  # noqa: PLR0917 - bounds of one upload
        self,
        room: Room,
        keep: int,
        most: int,
        sender: str = "",
        refused: Callable[[], None] = _nobody_counts,
        spool: Spool | None = None,
    ) -> None:
        self.sender = sender
        self._keep, self._most = keep, max(keep, most)
        self._refused, self._is_counted = refused, False
        self._held = Held(room)
        self._spool = spool
        self._spooled: Spooled | None = None
        self._crowded = False
        """There was no room in the spool."""
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

    @property
    def is_film(self) -> bool:
        """Whether it is to be opened as a video, by its head: where nothing opens it as a picture, or a film
        may lie beside one."""
        if self.is_picture:
            return may_hold_film(self.head)
        return is_film(self.head, self.kind)

    @property
    def is_picture(self) -> bool:
        """Whether it is opened as a picture, by its head."""
        return not isinstance(self.looks_like, Refused)

    def asked(self, channel: str) -> WholeFile | LongFile:
        """The question about it, now that it is whole. Raises `Overloaded`, as `data` does."""
        data = self.data
        if data is None:
            return LongFile(
                self.digests(),
                self.kind,
                channel,
                self.sender,
                self._spooled,
                is_film=self.is_film,
                is_picture=self.is_picture,
                is_crowded_out=self._crowded,
            )
        return WholeFile(data, channel, self.sender)

    def digests(self) -> tuple[tuple[Algorithm, bytes], ...]:
        """MD5 and SHA-256 of a file that was too long to be kept; none of one that was kept."""
        return tuple((name, running.digest()) for name, running in self._digests.items())

    def forget(self) -> None:
        """Let go of the bytes."""
        self._held.forget()
        if self._spooled is not None:
            self._spooled.close()

    def _hold(self, piece: bytes) -> None:
        with self._counted():
            self._held.begin()
            self._held.add(piece)

    def _settle(self) -> None:
        with self._counted():
            self._held.settle()

    def _count(self) -> None:
        if not self._is_counted:
            self._is_counted = True
            self._refused()

    def _digest_from_here(self, piece: bytes) -> None:
        self._settle()
        self._digests = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
        if self._spool is not None and self.is_film:
            try:
                self._spooled = self._spool.file()
            except Overloaded:
                self._crowded = True
        for held in self._held.pieces:
            self._digest(held)
        self._held.forget()
        self._digest(piece)

    def _digest(self, piece: bytes) -> None:
        for running in self._digests.values():
            running.update(piece)
        if self._spool is None or self._spooled is None:
            return
        if self.size > self._spool.most:  # it would never have room, however often it came back
            self._drop_copy()
            return
        try:
            self._spooled.write(piece)
        except Overloaded:
            self._drop_copy()
            self._crowded = True

    def _drop_copy(self) -> None:
        """The digests go on: whoever sends slowly, or fills a disk, keeps nobody from being compared."""
        if self._spooled is not None:
            self._spooled.close()
            self._spooled = None

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except Overloaded:
            self._count()
            raise
