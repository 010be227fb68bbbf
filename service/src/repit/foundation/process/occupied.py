"""Who serves from this database at the moment, so that nobody changes its form under them.

In: a server that begins; a command that must be alone. Out: a mark for as long as the process lives; whether
there is another. Next: `serving`, `starting.migrate`.

On PostgreSQL the server itself knows: connections carry a name. An SQLite file has a lock beside it
(flock(2)), which the kernel lets go when a process ends, however it does.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from django.db import connection

APPLICATION: Final = "repit serves"
_LOOKS: Final = 5
_PAUSE_SECONDS: Final = 0.4
_held: list[int] = []


def serve() -> None:
    """Note that this process serves, until it ends."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["application_name"] = APPLICATION
        connection.close()
    elif path := _lock_file():
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_SH)
        _held.append(file)


def by_others() -> bool:
    """Whether a process serves from this database; one that has just ended is waited for, a moment."""
    return all(_now(turn) for turn in range(_LOOKS))


def _now(turn: int) -> bool:
    if turn:
        time.sleep(_PAUSE_SECONDS)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()",
                [APPLICATION],
            )
            return bool(cursor.fetchone()[0])
    path = _lock_file()
    if path is None or not path.is_file():
        return False
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _lock_file() -> Path | None:
    path = Path(connection.settings_dict["NAME"])
    return path.with_name(f"{path.name}.serving") if path.is_file() else None
