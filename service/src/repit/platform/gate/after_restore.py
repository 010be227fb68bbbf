"""A gate whose database was put back begins its feed with a snapshot.

In: the settings. Out: an index store that has not come anywhere. Next: `foundation.backups`.

The index store lies beside the database and is in no backup: what was withdrawn is gone from it. But the
database is older now than what the store has heard: the snapshot tells the desk anew what banks ask of it,
and what they hold no more.
"""

import sqlite3
from pathlib import Path

from django.conf import settings

from repit.platform.gate.index_store import FILE


def begin_anew() -> None:
    """Forget how far each source was taken in; the entries are served meanwhile."""
    wanted: str = settings.REPIT_GATE_INDEX
    if wanted == "memory":
        return
    file = (Path(settings.REPIT_DATA) if wanted == "sealed" else Path(wanted).absolute()) / FILE
    if not file.is_file():
        return
    store = sqlite3.connect(file, isolation_level=None, timeout=20)
    try:
        store.execute("DELETE FROM position")
        store.execute("UPDATE exchange SET checkpoint = ''")
    finally:
        store.close()
