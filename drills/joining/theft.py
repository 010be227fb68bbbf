"""What a thief counts of each case and each item: everything that lies on a hotline's disk and in backups.

In: a database as it lies, backups opened with the offline key, which cases and items belong together. Out:
`Stolen`. Next: `attack`.

Of each row: its values, as far as they are times or numbers; how long the others are; which transaction
wrote it and where it lies (PostgreSQL: `xmin`, `ctid`), where its longest value lies in the file (SQLite),
its place in a backup. Of each case and item: how many rows it has in each table, how many bytes they take,
the least and the most of each of those figures.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg

from drills.joining.attack import Stolen

Row = Mapping[str, Any]
Tables = dict[str, list[Row]]
Figures = dict[str, dict[int, float]]

_CASES: Final = ("cases_case", "id", "case_id")
_ITEMS: Final = ("bank_item", "id", "item_id")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d\S*)?")


def of_sqlite(path: Path) -> Tables:
    """Rows, each with where it begins and ends in the file."""
    log = Path(f"{path}-wal")
    raw = path.read_bytes() + (log.read_bytes() if log.exists() else b"")
    found: Tables = {}
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            rows = connection.execute(f'SELECT *, rowid AS "order row" FROM "{name}"')  # noqa: S608
            found[name] = [_placed(dict(row), raw) for row in rows]
    connection.close()
    return found


def of_postgresql(address: str) -> Tables:
    """Rows, each with who wrote it and where it lies."""
    found: Tables = {}
    with psycopg.connect(address, row_factory=psycopg.rows.dict_row) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for table in names:
            name = table["tablename"]
            rows = connection.execute(
                'SELECT *, xmin::text::bigint AS "order xmin",'  # noqa: S608
                ' (ctid::text::point)[0]::bigint * 1000 + (ctid::text::point)[1]::bigint AS "place ctid"'
                f' FROM "{name}"'
            )
            found[name] = list(rows)
    return found


def of_backup(path: Path) -> Tables:
    """Rows, each with its place in the backup."""
    found: Tables = {}
    table, columns = "", list[str]()
    for number, line in enumerate(path.read_text().splitlines()[1:]):
        held = json.loads(line)
        if isinstance(held, dict):
            table, columns = held["table"].replace(".", "_"), held["columns"]
            continue
        row = {**dict(zip(columns, held, strict=True)), "place backup": number}
        found.setdefault(table, []).append(row)
    return found


def stolen(copies: Sequence[Tables], truth: Sequence[tuple[int, list[int]]]) -> Stolen:
    """The figures of all copies; the first is the database itself. Only what a copy knows a day of counts."""
    cases = {case: at for at, (case, _) in enumerate(truth)}
    items = {item: at for at, item in enumerate(item for _, owned in truth for item in owned)}
    days_of_cases, days_of_items = np.zeros(len(cases), np.int64), np.zeros(len(items), np.int64)
    had = Stolen(days_of_cases, days_of_items, [[items[item] for item in owned] for _, owned in truth])
    for number, tables in enumerate(copies):
        for row in tables.get("cases_case", ()):
            if int(row["id"]) in cases:
                days_of_cases[cases[int(row["id"])]] = _days(row["opened_on"])
        # A case's items come on its own day; of an item the day is that of its first change.
        for row in sorted(
            tables.get("bank_transition", ()), key=lambda transition: str(transition["at"]), reverse=True
        ):
            if int(row["item_id"]) in items:
                days_of_items[items[int(row["item_id"])]] = _days(row["at"])
        had.cases |= _arrays(number, _figures(tables, _CASES), cases)
        had.items |= _arrays(number, _figures(tables, _ITEMS), items)
    return had


def _arrays(number: int, figures: Figures, places: Mapping[int, int]) -> dict[str, Any]:
    """Those that differ from case to case, each once: the least and the most of one row are the same."""
    found: dict[str, Any] = {}
    seen = set[bytes]()
    for name, values in figures.items():
        array = np.full(len(places), np.nan)
        for key, value in values.items():
            if key in places:
                array[places[key]] = value
        known = array[~np.isnan(array)]
        if len(known) and (known != known[0]).any() and array.tobytes() not in seen:
            seen.add(array.tobytes())
            found[name if number == 0 else f"{name} of copy {number}"] = array
    return found


def _figures(tables: Tables, what: tuple[str, str, str]) -> Figures:
    table, own, key = what
    found: Figures = {}
    tokens = {row["token"]: row["id"] for row in tables.get("bank_item", ())}
    for name, rows in tables.items():
        column = own if name == table else key
        for row in rows:
            # Subscribers' rows name items by their token.
            named = row.get(column, row.get("item"))
            if named is None or (column not in row and what is not _ITEMS):
                continue
            of = int(tokens.get(named) or (str(named) if str(named).isdigit() else -1))
            _add(found, f"rows {name}:count", of, 1.0)
            for field, value in row.items():
                if field == column:
                    continue
                for unit, figure in _read(field, value):
                    if unit == "bytes":
                        _add(found, f"bytes {name}:size", of, figure)
                    least, most = f"least {name}.{field}:{unit}", f"most {name}.{field}:{unit}"
                    held = found.setdefault(least, {})
                    held[of] = min(figure, held.get(of, figure))
                    held = found.setdefault(most, {})
                    held[of] = max(figure, held.get(of, figure))
    return found


def _add(found: Figures, name: str, of: int, figure: float) -> None:
    held = found.setdefault(name, {})
    held[of] = held.get(of, 0.0) + figure


def _read(field: str, value: Any) -> Iterator[tuple[str, float]]:
    """(its unit, the figure) of one value."""
    if field.startswith(("order", "place")):
        yield field, float(value)
    elif isinstance(value, bool | int | float):
        yield "number", float(value)
    elif isinstance(value, date) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        yield "moment", _moment(value).timestamp()
    elif isinstance(value, bytes | memoryview | str):
        yield "bytes", float(len(value))


def _placed(row: dict[str, Any], raw: bytes) -> Row:
    longest = max((value for value in row.values() if isinstance(value, bytes | str)), key=len, default=b"")
    sought = longest.encode() if isinstance(longest, str) else longest
    if len(sought) >= 12:
        row["place begins"] = raw.find(sought[:24])
        row["place ends"] = raw.find(sought[-24:])
    return row


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return moment


def _days(value: Any) -> int:
    return _moment(value).date().toordinal()
