"""When the last good backup was made, for whoever must see to it that there is one.

In: a backup that lies on its disk whole. Out: its moment and its rows, in a file of the data folder; not
where it lies. Next: `/ready`, metrics, `repit check`.

A file and not a row: a backup is also made of a database that is not migrated yet, and none holds its own
note.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

_FILE: Final = "last-backup.json"


@dataclass(frozen=True, slots=True)
class Noted:
    """`rows`: how many it holds."""

    at: datetime
    rows: int


def note(at: datetime, rows: int) -> None:
    """Write down that a backup was made. Raises `OSError`."""
    path = _path()
    draft = path.with_name(f".{_FILE}.new")
    with draft.open("w", encoding="ascii") as file:
        json.dump({"at": at.isoformat(), "rows": rows}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def noted() -> Noted | None:
    """The last one; None where none was ever made from this data folder."""
    try:
        held = json.loads(_path().read_text(encoding="ascii"))
        return Noted(datetime.fromisoformat(held["at"]), int(held["rows"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_backup() -> datetime | None:
    """When the last good backup was made."""
    found = noted()
    return None if found is None else found.at


def _path() -> Path:
    return Path(settings.REPIT_DATA) / _FILE
