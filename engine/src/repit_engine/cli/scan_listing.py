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
from collections.abc import Iterator, Sequence
from pathlib import Path

from repit_engine.cli.files import files_under
from repit_engine.cli.scan_items import Item, items_of_tar, items_of_zip


class ListingRefused(Exception):
    """A source that cannot be listed."""


def items_of(sources: Sequence[Path], listing: Path | None) -> Iterator[Item]:
    """Files below folders, members of archives named themselves, and the paths that `listing` holds, one a
    line.

    `listing` ``-`` is standard input. Archives found inside folders are not opened. Raises `ListingRefused`.
    """
    for source in sources:
        if source.is_dir():
            yield from (Item(str(path)) for path in files_under(source))
        elif source.suffix.lower() in (".tar", ".zip"):
            yield from _members(source)
        elif source.name.lower().endswith((".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")):
            raise ListingRefused(f"{source} can only be read from its start, being compressed: unpack it.")
        elif source.exists():
            yield Item(str(source))
        else:
            raise ListingRefused(f"{source} does not exist.")
    if listing is not None:
        yield from _lines(listing)


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
        raise ListingRefused(f"{source} is damaged, or not the archive that its name says.") from None


def _lines(listing: Path) -> Iterator[Item]:
    source: int | Path = os.dup(sys.stdin.fileno()) if str(listing) == "-" else listing
    try:
        with open(source, encoding="utf-8", errors="surrogateescape") as lines:  # noqa: PTH123
            yield from (Item(line.rstrip("\r\n")) for line in lines if line.strip())
    except OSError:
        raise ListingRefused(f"{listing} cannot be read.") from None
