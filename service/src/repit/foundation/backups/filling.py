"""Rows of a backup into a table, as fast as the database takes them.

In: a model, the names of its columns, lines of values. Out: rows. Next: `restoring`. The caller holds the
transaction; keys between tables are looked at when it ends.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, cast

from django.db import Error as DatabaseError
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

from repit.foundation.backups import columns, refusals, tables

_AT_ONCE: Final = 2_000
Values = list[Any]


def fill(
    model: type[models.Model],
    names: list[str],
    lines: Iterable[str],
    using: BaseDatabaseWrapper = connection,
) -> int:
    """Write the rows of one table; how many. Raises `InputRefused` where the database does not take them."""
    fields = {field.attname: field for field in tables.fields(model)}
    if set(names) != set(fields):
        raise refusals.not_a_backup()
    held = [fields[name] for name in names]
    try:
        return _written(model, held, _values(held, lines, using), using)
    except DatabaseError:
        raise refusals.row_not_taken(model._meta.label_lower) from None


def _values(fields: list[Any], lines: Iterable[str], using: BaseDatabaseWrapper) -> Iterator[Values]:
    """What the database is given; where JSON holds the very value, it goes through as it is."""
    steps = []
    for place, field in enumerate(fields):
        kind = columns.kind(field)
        if kind.back is not None:
            steps.append((place, kind.back, field))
    for line in lines:
        values: Values = json.loads(line)
        for place, back, field in steps:
            if values[place] is not None:
                values[place] = field.get_db_prep_save(back(values[place]), using)
        yield values


def _written(
    model: type[models.Model], fields: list[Any], rows: Iterator[Values], using: BaseDatabaseWrapper
) -> int:
    quoted = using.ops.quote_name
    into = f"{quoted(model._meta.db_table)} ({', '.join(quoted(field.column) for field in fields)})"
    done = 0
    with using.cursor() as cursor:
        if using.vendor == "postgresql":
            with cast(Any, cursor).copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
                    done += 1
            return done
        statement = f"INSERT INTO {into} VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608
        while some := list(islice(rows, _AT_ONCE)):
            cursor.executemany(statement, some)
            done += len(some)
    return done
