"""The list of what a scan will read, written down before it starts, so that a resumed scan means the same
files.

In: folders, archives, files, or a listing. Out: a file of one item a line, and batches of it. Next:
`scan_run`.
"""

import itertools
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

from repit_engine.cli.files import files_under
from repit_engine.cli.scan_items import FOLDER, Item, items_of_tar, items_of_zip
from repit_engine.cli.words import CommandRefused, Text

_STRETCH: Final = 1 << 16
_COMPRESSED: Final = (".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")


class ListingRefused(CommandRefused):
    """A source that cannot be listed."""

    code = "listing-refused"


def items_of(sources: Sequence[Path], listing: Path | None) -> Iterator[Item]:
    """Files below folders, members of archives named themselves, and the paths that `listing` holds, one a
    line, or each ended by a zero byte, as ``find -print0`` has it.

    `listing` ``-`` is standard input. Archives found inside folders are not opened. A folder that cannot be
    read is an item too. Raises `ListingRefused`.
    """
    for source in sources:
        if os.path.isdir(source):  # noqa: PTH112 - as `exists` below: false, too, for what may not be looked at
            yield from (
                Item(str(found.path), packing=FOLDER) if found.is_folder else Item(str(found.path))
                for found in files_under(source)
            )
        elif source.suffix.lower() in (".tar", ".zip"):
            yield from _members(source)
        elif source.name.lower().endswith(_COMPRESSED):
            raise ListingRefused(
                Text(
                    f"{source} is compressed as a whole and can only be read from its start.",
                    f"{source} est compressé en bloc et ne se lit que depuis le début.",
                ),
                Text("Unpack it, then scan the folder.", "Décompressez-le, puis parcourez le dossier."),
            )
        elif os.path.exists(source):  # noqa: PTH110
            yield Item(str(source))
        else:
            raise ListingRefused(
                Text(
                    f"{source} does not exist, or may not be looked at.",
                    f"{source} n’existe pas ou n’est pas accessible.",
                ),
                Text("Check the name and the rights.", "Vérifiez le nom et les droits d’accès."),
            )
    if listing is not None:
        yield from _lines(listing)


def outside(own: Sequence[Path]) -> Callable[[Item], bool]:
    """Whether an item lies outside the scan's own files, which may stand below a folder that it scans."""
    roots = [os.path.realpath(path) for path in own]
    # A folder's items follow one another: one look at the disk serves them all.
    real = lru_cache(maxsize=1024)(os.path.realpath)

    def holds(item: Item) -> bool:
        folder, name = os.path.split(item.path)
        found = f"{real(folder or '.')}{os.sep}{name}"
        return not any(found == root or found.startswith(root + os.sep) for root in roots)

    return holds


def write_listing(path: Path, items: Iterator[Item]) -> int:
    """Write `items`, one a line, whole or not at all; return how many."""
    unfinished, count = path.with_suffix(".unfinished"), 0
    with unfinished.open("w", encoding="utf-8") as file:
        for item in items:
            file.write(item.as_line() + "\n")
            count += 1
    unfinished.replace(path)
    return count


def batches(path: Path, size: int, skip: int) -> Iterator[list[Item]]:
    """The listing in batches of `size`, without the first `skip` batches."""
    with path.open(encoding="utf-8") as file:
        lines = itertools.islice(file, skip * size, None)
        while batch := [Item.from_line(line) for line in itertools.islice(lines, size)]:
            yield batch


def _members(source: Path) -> Iterator[Item]:
    try:
        yield from items_of_tar(source) if source.suffix.lower() == ".tar" else items_of_zip(source)
    except (OSError, tarfile.TarError, zipfile.BadZipFile):
        raise ListingRefused(
            Text(
                f"{source} cannot be read, is damaged, or is not the archive that its name says.",
                f"{source} ne peut pas être lu, est abîmé, ou n’est pas l’archive que dit son nom.",
            ),
            Text(
                "Leave it out, or name a whole copy of it.",
                "Laissez-le de côté ou indiquez-en une copie intacte.",
            ),
        ) from None


def _lines(listing: Path) -> Iterator[Item]:
    source: int | Path = os.dup(sys.stdin.fileno()) if str(listing) == "-" else listing
    try:
        with open(source, "rb") as file:  # noqa: PTH123
            yield from (Item(os.fsdecode(name)) for name in _names(file) if name.strip())
    except OSError:
        raise ListingRefused(
            Text(f"--listing {listing} cannot be read.", f"--listing {listing} ne peut pas être lu."),
            Text("Check the name and the rights.", "Vérifiez le nom et les droits d’accès."),
        ) from None


def _names(file: BinaryIO) -> Iterator[bytes]:
    stretch, rest = file.read(_STRETCH), b""
    zero = b"\0" in stretch
    while stretch:
        *whole, rest = (rest + stretch).split(b"\0" if zero else b"\n")
        for name in whole:
            # No path holds a zero byte: where lines do, it is no part of one either.
            yield from [name] if zero else name.removesuffix(b"\r").split(b"\0")
        stretch = file.read(_STRETCH)
    yield rest if zero else rest.removesuffix(b"\r")
