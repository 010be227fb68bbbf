"""SQLite's write-ahead log, emptied soon after each write.

In: nothing. Out: the log's pages in the database file, the log cut to nothing. Next:
`foundation.process.fold_log`.

The log keeps each page as it was after each transaction, one behind the other: what was deleted a moment ago,
and which rows were written together. SQLite itself folds it in only now and then, and does not shorten it.
Whoever still reads an older state (a backup) holds it up; it is tried again as soon as they are done.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from django.db import connection

_TIMEOUT: Final = 0.2
"""Seconds: meanwhile nobody may write."""


def fold() -> bool:
    """Whether the log is empty now. Raises `sqlite3.Error`."""
    path = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not _written(path):
        return True
    with closing(sqlite3.connect(path, timeout=_TIMEOUT, isolation_level=None)) as own:
        [busy, *_] = own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _written(path: str) -> bool:
    log = Path(f"{path}-wal")
    return log.is_file() and log.stat().st_size > 0
