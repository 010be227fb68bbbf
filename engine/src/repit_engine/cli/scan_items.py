"""One file to scan, wherever it lies: on its own, or inside a tar or zip archive.

In: a line of the listing. Out: the bytes, or the path, that are to be hashed. Next: `scan_batch`.

An archive's member is read straight from its place, so that a million of them cost no directory read each
time and any worker can take any batch.
"""

import json
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

FOLDER: Final = "folder"
"""The packing of a folder that cannot be read: there is nothing to open."""
_LOCAL_HEADER: Final = 30
_PACKINGS: Final = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}


@dataclass(frozen=True, slots=True)
class Item:
    """`member` is empty for a file on its own; `offset` and `size` are in bytes of the archive."""

    path: str
    member: str = ""
    packing: str = "file"
    offset: int = 0
    size: int = 0

    @property
    def name(self) -> str:
        """What the results call it."""
        return f"{self.path}!{self.member}" if self.member else self.path

    def as_line(self) -> str:
        """One line of the listing."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> "Item":
        """The inverse of `as_line`."""
        return cls(**json.loads(line))

    def source(self, limit: int) -> bytes | Path | None:
        """The path, or up to ``limit + 1`` bytes of the member; None if the archive has none, or it is a
        folder that cannot be read."""
        if self.packing in ("file", FOLDER):
            return Path(self.path) if self.packing == "file" else None
        try:
            with Path(self.path).open("rb") as archive:
                if not self._seek(archive):
                    return None
                packed = archive.read(min(self.size, limit + 1))
        except OSError:
            return None
        if self.packing in ("tar", "stored"):
            return packed
        return _inflated(packed, limit) if self.packing == "deflated" else None

    def film(self, limit: int) -> "bytes | Path | Member | None":
        """The same of a video, which is not read into memory: a member that lies in its archive as it is
        stays there. Close a `Member`."""
        if self.packing not in ("tar", "stored"):
            return self.source(limit)
        try:
            archive = Path(self.path).open("rb")  # noqa: SIM115 - `Member` closes it
        except OSError:
            return None
        if self._seek(archive):
            return Member(archive, archive.tell(), self.size)
        archive.close()
        return None

    def _seek(self, archive: BinaryIO) -> bool:
        """Go to where the member's bytes begin; False where there is no member."""
        archive.seek(self.offset)
        if self.packing == "tar":
            return True
        header = archive.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\3\4"):
            return False
        # APPNOTE 4.3.7: the name and an extra field stand between the local header and the data.
        archive.seek(int.from_bytes(header[26:28], "little"), os.SEEK_CUR)
        archive.seek(int.from_bytes(header[28:30], "little"), os.SEEK_CUR)
        return True


class Member:
    """A member that is read where it lies in its archive (`child.ranges.Spool`); close it."""

    def __init__(self, archive: BinaryIO, begin: int, size: int) -> None:
        # A cut archive ends before its last member does.
        self.size = max(0, min(size, archive.seek(0, os.SEEK_END) - begin))
        self._archive, self._begin = archive, begin

    def read_at(self, offset: int, size: int) -> bytes:
        """See `child.ranges.Spool`. Raises `OSError`."""
        self._archive.seek(self._begin + offset)
        return self._archive.read(max(0, min(size, self.size - offset)))

    def close(self) -> None:
        """Let go of the archive."""
        self._archive.close()


def items_of_tar(path: Path) -> Iterator[Item]:
    """Members of an uncompressed tar. Raises `tarfile.TarError`, `OSError`."""
    with tarfile.open(path, "r:") as archive:
        for member in archive:
            if member.isreg() and not member.issparse():
                yield Item(str(path), member.name, "tar", member.offset_data, member.size)
            # The module would keep every member that it has met.
            archive.members.clear()  # type: ignore[attr-defined]


def items_of_zip(path: Path) -> Iterator[Item]:
    """Members of a zip. Raises `zipfile.BadZipFile`, `OSError`."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                encrypted = member.flag_bits & 1
                packing = "unread" if encrypted else _PACKINGS.get(member.compress_type, "unread")
                yield Item(str(path), member.filename, packing, member.header_offset, member.compress_size)


def _inflated(packed: bytes, limit: int) -> bytes | None:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit + 1)
    except zlib.error:
        return None
