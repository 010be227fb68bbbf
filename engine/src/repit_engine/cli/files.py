"""Which files a command works on.

In: the paths that a person named. Out: paths of files, each folder in a stable order, and of folders that
cannot be read. Next: `hash`, `scan_listing`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

UNREADABLE_FOLDER: Final = "unreadable-folder"
"""The reason of a row for a folder: what lies below it was not looked at."""


class Found(NamedTuple):
    """A file; or, where `is_folder`, a folder that cannot be read."""

    path: Path
    is_folder: bool = False


def files_under(folder: Path) -> Iterator[Found]:
    """Every ordinary file below `folder`, sorted by name, depth first; links are not followed, so nothing
    is met twice. Memory: one folder's names per level.
    """
    levels = [_entries(folder)]
    while levels:
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
        elif isinstance(entry, Found):
            yield entry
        else:
            levels.append(_entries(Path(entry.path)))


def _entries(folder: Path) -> Iterator["Found | os.DirEntry[str]"]:
    """What lies in a folder: files as they are to be given, folders as entries."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield Found(folder, is_folder=True)
        return
    for entry in entries:
        try:
            is_folder, is_file = entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)
        except OSError:
            is_folder, is_file = False, True  # what opens it will say why it cannot
        if is_folder:
            yield entry
        elif is_file:
            yield Found(Path(entry.path))
