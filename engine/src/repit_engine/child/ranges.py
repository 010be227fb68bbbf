"""A file that lies with the parent, and is read by a child piece by piece through its pipes.

In: questions for a range. Out: bytes. Next: `serving` hands `Ranged` to a decoder; `heard` is the parent's
half, which whoever holds the file calls.

So a decoder of videos opens nothing, and nobody copies a gigabyte through a pipe before it is known that a
tenth of it is needed. The parent may hold the file in memory, encrypted on a disk, or far away; where it is
still arriving, `read_at` waits.
"""

import io
from typing import Any, BinaryIO, Final, Protocol

from repit_engine.pipe import PipeClosed, receive, receive_json, send, send_json

MOST: Final = 1 << 20
"""Bytes of one piece."""
_AHEAD: Final = 1 << 18
_MOST_WORDS: Final = 1 << 16


class Spool(Protocol):
    """A file that can be read anywhere; `size`: its bytes in all."""

    @property
    def size(self) -> int:
        """In all, also where some have not come yet."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes from there, all of them unless the file ends. Where they have not come yet: waits."""


class Ranged(io.RawIOBase):
    """The child's half: a file object that asks for what it reads. Raises `PipeClosed` for an answer that is
    none."""

    def __init__(self, pipe_in: BinaryIO, pipe_out: BinaryIO, size: int) -> None:
        super().__init__()
        self._in, self._out, self._size = pipe_in, pipe_out, size
        self._at, self._begin, self._piece = 0, 0, b""

    def readable(self) -> bool:
        """See `io.IOBase`."""
        return True

    def seekable(self) -> bool:
        """See `io.IOBase`."""
        return True

    def tell(self) -> int:
        """See `io.IOBase`."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See `io.IOBase`."""
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if at < 0:
            raise ValueError
        self._at = at
        return at

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end of the file: whoever is given less takes it for damage."""
        left = max(0, self._size - self._at)
        wanted = left if size < 0 else min(size, left)
        parts = []
        while wanted > 0:
            if not self._begin <= self._at < self._begin + len(self._piece):
                self._fetch(max(wanted, _AHEAD))
            begin = self._at - self._begin
            part = self._piece[begin : begin + wanted]
            if not part:
                raise PipeClosed
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def _fetch(self, size: int) -> None:
        size = min(size, MOST, self._size - self._at)
        send_json(self._out, {"range": [self._at, size]})
        self._begin, self._piece = self._at, receive(self._in, most=size)


def heard(
    pipe_in: BinaryIO, pipe_out: BinaryIO, spool: Spool, deadline: float | None = None
) -> dict[str, Any]:
    """The parent's half: give the child what it asks for until it says something else, which is returned.
    Raises `PipeClosed`, `PipeSilent`, and whatever the spool raises."""
    while True:
        message = receive_json(pipe_out, deadline, most=_MOST_WORDS)
        asked = message.get("range")
        if asked is None:
            return message
        send(pipe_in, _read(spool, asked), deadline)


def _read(spool: Spool, asked: Any) -> bytes:
    """A child that was taken over may ask for anything. Raises `PipeClosed`."""
    if not isinstance(asked, list) or len(asked) != 2 or not all(type(part) is int for part in asked):
        raise PipeClosed
    offset, size = asked
    if not (offset >= 0 and 0 < size <= MOST and offset + size <= spool.size):
        raise PipeClosed
    return spool.read_at(offset, size)[:size]
