"""Lines into a sealed file, whole or not at all; and the lines of one again.

In: lines, a path, the offline key's halves. Out: a file; lines. Next: `making`, `restoring`.

A file is written under a draft's name in the same folder and gets its own once it is on the disk. A draft
that a killed backup left is taken away by the next one in that folder: its writer held a lock that nobody
holds any more.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from repit.foundation import sealed_file
from repit.foundation.backups import refusals

_LEVEL: Final = 3
_ENDING: Final = ".repit-draft"
_FEW: Final = 1 << 16


class Draft:
    """A file that is not there yet."""

    def __init__(self, path: Path, lines: Iterable[str], public: bytes, *, replaces: bool = False) -> None:
        """Write it all under the draft's name. Raises `InputRefused`, and leaves nothing then."""
        self._path = path
        self._draft = path.with_name(f".{path.name}{_ENDING}")
        if not replaces and path.exists():
            raise refusals.file_exists(path.name)
        self._replaces = replaces
        try:
            _sweep(path.parent)
            self._file = self._taken()
        except OSError as error:
            raise refusals.not_written(error, path.name) from None
        try:
            sealed_file.write(self._file, _packed(lines), public)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self.drop()
            raise refusals.not_written(error, path.name) from None
        except BaseException:
            self.drop()
            raise

    def keep(self) -> None:
        """Give it its name. Raises `InputRefused`."""
        try:
            if not self._replaces and self._path.exists():
                self.drop()
                raise refusals.file_exists(self._path.name)
            self._draft.replace(self._path)
            _settled(self._path.parent)
        except OSError as error:
            self.drop()
            raise refusals.not_written(error, self._path.name) from None
        finally:
            self._file.close()

    def drop(self) -> None:
        """Leave nothing of it."""
        self._draft.unlink(missing_ok=True)
        self._file.close()

    def _taken(self) -> BinaryIO:
        descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        file = os.fdopen(descriptor, "wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise refusals.being_written(self._path.name) from None
        os.fchmod(descriptor, 0o600)
        file.truncate(0)
        return file


def unpacked(path: Path, private: bytes, advance: Callable[[int], None] | None = None) -> Iterator[str]:
    """The lines of a sealed file; `advance` hears how many of its bytes were read. Raises
    `SealedFileRefused`, `InputRefused`."""
    grow = zstandard.ZstdDecompressor().decompressobj()
    held, done = b"", 0
    try:
        with path.open("rb") as sealed:
            for piece in sealed_file.read(sealed, private):
                *whole, held = (held + grow.decompress(piece)).split(b"\n")
                for line in whole:
                    yield line.decode()
                done += len(piece)  # within a thousandth of the file; it may be a pipe, which has no place
                if advance is not None:
                    advance(done)
    except OSError:
        raise refusals.not_read(path.name) from None
    except (zstandard.ZstdError, UnicodeDecodeError):
        raise refusals.not_a_backup() from None


def _packed(lines: Iterable[str]) -> Iterator[bytes]:
    squeeze = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
    held, size = list[str](), 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size > _FEW:
            yield squeeze.compress(("\n".join(held) + "\n").encode())
            held, size = [], 0
    if held:
        yield squeeze.compress(("\n".join(held) + "\n").encode())
    yield squeeze.flush()


def _sweep(folder: Path) -> None:
    """Take away drafts that nobody is writing any more."""
    for path in filter(Path.is_file, folder.glob(f".*{_ENDING}")):
        with suppress(OSError), path.open("rb") as file:  # locked: somebody writes it; or it is not ours
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)


def _settled(folder: Path) -> None:
    """That the name, too, is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
