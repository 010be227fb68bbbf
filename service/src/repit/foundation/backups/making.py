"""A backup, and copies of the files of keys.

In: the database, paths to write to. Out: sealed files, all of them or none. Next: `repit backup`.

The keys are copied after the rows, so that they hold every slot that a row names; their copies get their
names before the backup does, so that no backup stands beside copies older than itself.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation.backups import head, keys, last, refusals, tables
from repit.foundation.backups.packing import Draft
from repit.foundation.clock import now
from repit.foundation.one_moment import one_moment

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """`copies`: the names of the keys that were copied."""

    rows: int
    at: datetime
    bytes: int
    copies: tuple[str, ...]


class _Counted:
    rows = 0


def make(
    file: Path,
    role: str,
    copies: Mapping[str, Path] | None = None,
    advance: Callable[[int], None] | None = None,
) -> Made:
    """Write a backup, and replace the copies of keys. `advance` hears how many rows were read.

    Raises `SettingsRefused`, `InputRefused`.
    """
    public: bytes = settings.REPIT_OFFLINE_KEY
    if not public:
        raise refusals.no_offline_key()
    wanted = keys.chosen(copies or {}, role)
    require_database()
    counted, at = _Counted(), now()
    with ExitStack() as drafts:
        try:
            with one_moment():
                rows = Draft(file, _lines(counted, role, advance or _unheard), public)
        except DatabaseError:
            raise refusals.not_reached() from None
        drafts.callback(rows.drop)
        others = []
        for folder, path in wanted:
            others.append(Draft(path, keys.lines(folder, role), public, replaces=True))
            drafts.callback(others[-1].drop)
        for other in others:
            other.keep()
        rows.keep()
    try:
        last.note(at, counted.rows)
    except OSError as error:  # the backup is good; whoever watches its age is alarmed too early
        _log.warning("the moment of this backup could not be noted: %s", type(error).__name__)
    return Made(counted.rows, at, file.stat().st_size, tuple(folder.name for folder, _ in wanted))


def require_database() -> None:
    """No command makes a database by looking for one. Raises `SettingsRefused`."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return
    if not Path(connection.settings_dict["NAME"]).is_file():
        raise refusals.no_such_database()


def _lines(counted: _Counted, role: str, advance: Callable[[int], None]) -> Iterator[str]:
    form = tables.present()
    yield head.written(head.ROWS, role, form.migrations)
    for model in form.tables:
        of_table = tables.lines(model)
        yield next(of_table)
        for line in of_table:
            counted.rows += 1
            if counted.rows % tables.AT_ONCE == 0:
                advance(counted.rows)
            yield line


def _unheard(done: int) -> None:
    """Nobody is looking."""
