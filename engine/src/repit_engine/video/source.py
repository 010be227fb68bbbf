"""The bytes of a video, wherever they lie, as the one thing that a demuxer is given.

In: bytes, the path of an ordinary file, or an open file. Out: `Source`, which reads and seeks and has no
name. Next: `container`, `animation`.

A demuxer is never given a path: what it is told to open by a stranger's file must have no way to be opened,
and the ending of a name must decide nothing.
"""

import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from repit_engine.video.limits import VideoLimits
from repit_engine.video.refusals import unreadable

HEAD: Final = 4096
_MOST_BOXES: Final = 256
"""Looked at, as far as no film has begun."""
_MOST_OF_FILM: Final = 16
"""And behind where one has: in fragments it has thousands."""
_FILM: Final = frozenset({b"moov", b"moof"})
_LIKE_INDEX: Final = frozenset({b"mvhd", b"cmov"})
"""What demuxers take for an index by what it begins with, whatever its own name is."""


_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS: Final = 4096


class Readable(Protocol):
    """A file that is open for reading in bytes, and can be read anywhere."""

    def read(self, size: int = ..., /) -> bytes:
        """See `io.RawIOBase`."""

    def seek(self, offset: int, whence: int = ..., /) -> int:
        """See `io.RawIOBase`."""

    def tell(self) -> int:
        """See `io.RawIOBase`."""

    def close(self) -> None:
        """See `io.IOBase`."""


@dataclass(slots=True)
class Boxes:
    """`kinds` in the order of the file; `whole`: there are no others."""

    kinds: list[bytes]
    whole: bool

    @property
    def has_film(self) -> bool:
        """Whether tracks are among them."""
        return not _FILM.isdisjoint(self.kinds)


class Source:
    """A file to read from; `failure`: what reading it raised, if anything did. `ended`: whether it is to be
    at its end for whoever reads on, since there is no time left: a demuxer may pass over gigabytes before it
    gives the next packet.
    """

    def __init__(self, file: Readable, *, owned: bool) -> None:
        self._file, self._owned = file, owned
        self.failure: Exception | None = None
        self.ended: Callable[[], bool] = bool
        self.size = file.seek(0, os.SEEK_END)
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase`."""
        if self.ended():
            return b""
        try:
            return self._file.read(size)
        except Exception as failure:
            self.failure = failure
            raise

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """See `io.RawIOBase`."""
        try:
            return self._file.seek(offset, whence)
        except ValueError:  # before the beginning: the demuxer's mistake
            raise
        except Exception as failure:
            self.failure = failure
            raise

    def tell(self) -> int:
        """See `io.RawIOBase`."""
        return self._file.tell()

    def head(self) -> bytes:
        """The first bytes, from which it is known what the file is."""
        self.seek(0)
        head = self.read(HEAD)
        self.seek(0)
        return head

    def boxes(self) -> Boxes:
        """The first boxes of an ISO media file (ISO/IEC 14496-12, 4.2)."""
        found = Boxes([], whole=True)
        at, most, began = 0, _MOST_BOXES, False
        while at + 8 <= self.size:
            if len(found.kinds) >= most:
                found.whole = False
                break
            self.seek(at)
            head = self.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            found.kinds.append(b"moov" if head[12:16] in _LIKE_INDEX else kind)
            if not began and found.has_film:
                began, most = True, len(found.kinds) + _MOST_OF_FILM
            if size == 1:
                size = int.from_bytes(head[8:16], "big")
            if size < 8:
                break
            at += size
        self.seek(0)
        return found

    def is_moving_png(self) -> bool:
        """Whether it is a PNG that says before its data that it moves (PNG, third edition, 11.3.6.1), or says
        so many other things that nobody looks on."""
        self.seek(0)
        at, name = len(_PNG), b""
        if self.read(at) != _PNG:
            return False
        for _ in range(_MOST_CHUNKS):
            self.seek(at)
            head = self.read(8)
            name = head[4:]
            if len(head) < 8 or name in {b"acTL", b"IDAT", b"IEND"}:
                break
            at += 12 + int.from_bytes(head[:4], "big")
        self.seek(0)
        return len(name) == 4 and name not in {b"IDAT", b"IEND"}

    def close(self) -> None:
        """Let go of a file that was opened here."""
        if self._owned:
            self._file.close()


def source_of(given: bytes | Path | Readable, limits: VideoLimits) -> Source:
    """Raises `VideoTooLarge`, or `NotAVideo` for a path that cannot be opened or is no ordinary file (a
    pipe would wait)."""
    if isinstance(given, bytes):
        source = Source(io.BytesIO(given), owned=True)
    elif isinstance(given, Path):
        source = Source(_opened(given), owned=True)
    else:
        source = Source(given, owned=False)
    try:
        limits.check_bytes(source.size)
    except Exception:
        source.close()
        raise
    return source


def _opened(path: Path) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        raise unreadable() from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise unreadable()
    return os.fdopen(descriptor, "rb", buffering=0)
