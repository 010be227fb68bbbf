"""Putting a backup back into an empty database: all rows or none, and the keys that belong to them.

In: a sealed file, the offline key, copies of keys. Out: rows; what was withdrawn, erased or is over since
then is gone again. Next: `repit restore`.

Killed at any moment, the database is as empty as before, and the same command may be given again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import Error as DatabaseError
from django.db import connection, transaction

from repit.foundation import audit
from repit.foundation.backups import filling, head, keys, packing, parts, refusals, tables
from repit.foundation.backups.head import Head
from repit.foundation.backups.tables import Form

ACTOR = "operator (command line)"


@dataclass(frozen=True, slots=True)
class Restored:
    """`keys`: of each file of keys, whether it was in place, was put back, or is lost. `audit`: how the
    audit's chain stands, with the row that tells of the restore."""

    rows: int
    made_by: Head
    audit: audit.Finding
    keys: Mapping[str, str] = field(default_factory=dict)


def restore(
    file: Path,
    role: str,
    private: bytes,
    copies: Mapping[str, Path] | None = None,
    *,
    keys_lost: bool = False,
    begin: Callable[[], object] | None = None,
    advance: Callable[[int], None] | None = None,
) -> Restored:
    """Fill an empty database of today's form, then do anew what was done since the backup. `begin`: makes its
    tables where it has none; called once the file proved to be a backup of this role and this operator.

    Raises `InputRefused`, `SealedFileRefused`, `SettingsRefused`; no row was written then.
    """
    lines = packing.unpacked(file, private, advance)
    made_by = head.read(next(lines, ""))
    _require_ours(made_by, role)
    if begin is not None:
        begin()
    form = tables.present()
    _require_empty(made_by, form)
    try:
        with keys.read(copies or {}, role, private) as putting, transaction.atomic():
            transaction.on_commit(putting.hold)
            _clear(form)
            rows = _fill(form, lines)
            _count_on(form)
            placed = putting.prove(lost=keys_lost)
            parts.settle()
            reason = f"backup of {made_by.made_at:%Y-%m-%d %H:%M} by {made_by.version}"
            audit.record(ACTOR, "restore", "", reason)
            found = audit.examine()
    except DatabaseError:
        raise refusals.not_taken() from None
    parts.catch_up()
    return Restored(rows, made_by, found, placed)


def _require_ours(made_by: Head, role: str) -> None:
    if made_by.kind != head.ROWS:
        raise refusals.another_kind(made_by.kind, head.ROWS)
    if made_by.role != role:
        raise refusals.another_role(made_by.role, role)
    if not head.fits(made_by):
        raise refusals.another_operator()


def _require_empty(made_by: Head, form: Form) -> None:
    if made_by.migrations != form.migrations:
        if set(made_by.migrations) - tables.known():
            raise refusals.newer_version(made_by.version)
        raise refusals.older_version(made_by.version)
    at_once = parts.there_at_once()
    for model in form.tables:
        label = model._meta.label_lower
        if label not in at_once and model._base_manager.exists():
            raise refusals.not_empty(label)


def _clear(form: Form) -> None:
    """What a migration wrote comes again with the rows."""
    at_once = parts.there_at_once()
    for model in form.tables:
        if model._meta.label_lower in at_once:
            model._base_manager.all().delete()


def _fill(form: Form, lines: Iterator[str]) -> int:
    rows, of_table = 0, _Tables(lines)
    for label, names in of_table:
        model = form.table(label)
        if model is None:
            raise refusals.not_a_backup()
        rows += filling.fill(model, names, of_table.rows())
    return rows


class _Tables:
    """The tables of a backup one after the other, each with its rows."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._next: str | None = next(lines, None)

    def __iter__(self) -> Iterator[tuple[str, list[str]]]:
        while self._next is not None:
            try:
                held = json.loads(self._next)
                label, names = held["table"], held["columns"]
            except (ValueError, KeyError, TypeError):
                raise refusals.not_a_backup() from None
            yield label, names

    def rows(self) -> Iterator[str]:
        """Up to the line that names the next table."""
        for line in self._lines:
            if line.startswith("{"):
                self._next = line
                return
            yield line
        self._next = None


def _count_on(form: Form) -> None:
    """Let counters go on after the highest number restored."""
    found: list[Any] = list(form.tables)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)
