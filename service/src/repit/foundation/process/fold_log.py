"""What was deleted does not stay in SQLite's log.

In: writes of any process. Out: an empty log within a second or two of each. Next: each wing's `process`
starts it beside a hotline or a gate.
"""

import sqlite3
import threading
from contextlib import suppress
from typing import Final

from django.db import connection

from repit.foundation import sqlite_log
from repit.foundation.jobs.loop import Loop

EVERY: Final = 1.0
_NEVER: Final = 86_400.0


def start() -> Loop:
    """Look again and again in a thread of this process."""
    return Loop("repit-log", _fold).start()


def _fold(_stop: threading.Event) -> float:
    if connection.vendor != "sqlite":
        return _NEVER
    with suppress(sqlite3.OperationalError):  # somebody writes
        sqlite_log.fold()
    return EVERY
