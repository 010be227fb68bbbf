"""Which files a command works on.

In: the paths that a person named. Out: paths of files, each folder in a stable order. Next: `hash`,
`scan_listing`.
"""

import os
from collections.abc import Iterator
from pathlib import Path


def files_under(folder: Path) -> Iterator[Path]:
    """Every ordinary file below `folder`, sorted by name, depth first; links are not followed, so nothing
    is met twice.

    A folder that cannot be read is passed over. Memory: one folder's names per level.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from files_under(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
