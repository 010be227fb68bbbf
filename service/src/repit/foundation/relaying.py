"""Rows written anew in an order of chance, so that how they lie on the disk says nothing but the day.

In: models, how far the last time came. Out: the same rows, laid down by one transaction. Next: the upkeep of
each night and of each minute (`hotline.loops.upkeep`).

A database tells more to whoever reads its files than a query does. PostgreSQL notes in each row which
transaction wrote it, and lays rows down one behind the other; SQLite hands out the pages of long values in
the order they are asked for. So rows of two tables that were written together, or in the same order, could be
put side by side. Whoever looks afterwards sees rows that one transaction wrote.

While it lasts, others read and nobody writes. It gives up at once where somebody holds a table, and long
before PostgreSQL would look for a deadlock: a person is waiting there, and there is another night.
"""

from collections.abc import Sequence
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection, models, transaction

MOST_AT_NIGHT: Final = 256 * 1024**2
"""An SQLite file up to this size is written anew whole, within seconds; of a larger one only these tables.
PostgreSQL: all rows of tables up to this size together, within seconds; of larger ones those of the day."""
MOST_BY_DAY: Final = 32 * 1024**2
"""What is written anew within a fraction of a second, while people are at work."""
_WAIT: Final = "300ms"


def relay(tables: Sequence[type[models.Model]], done: int, most: int = MOST_AT_NIGHT) -> int | None:
    """Write rows anew that came or changed since `done` (0: all); how far that brings it, None where the
    tables are in use. No table may refuse DELETE. `most`: see `sweep`, and `fits`."""
    names = [model._meta.db_table for model in tables]
    if connection.vendor == "sqlite":
        return 1 if _sqlite(names, most) else None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
            listed = ", ".join(map(_quoted, names))
            # Readers go on; whoever writes waits before looking, and so never misses a row that moved.
            cursor.execute(f"LOCK TABLE {listed} IN EXCLUSIVE MODE")
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            [reached] = cursor.fetchone()
            if done > reached:  # it was counted in another cluster, from which this database was restored
                done = 0
            for name in names:
                cursor.execute(_POSTGRESQL.format(table=_quoted(name)), [max(0, reached - done), done])
    except DatabaseError:
        return None
    sweep(tables, most)
    return int(reached)


def fits(tables: Sequence[type[models.Model]], most: int) -> bool:
    """Whether the values of all of this are no longer than so many bytes: what deleted rows left behind, and
    what else lies in a file of SQLite, keeps nothing from being laid anew."""
    return sum(map(_length, tables)) <= most


def sweep(tables: Sequence[type[models.Model]], most: int = MOST_AT_NIGHT) -> None:
    """Take away what deleted and changed rows left behind. PostgreSQL only; inside a transaction nothing is
    done.

    A table of up to `most` bytes is written anew, since PostgreSQL does not overwrite what it sets free; of a
    larger one the rest is overwritten in time.
    """
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for model in tables:
            name = _quoted(model._meta.db_table)
            cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [name])
            [size] = cursor.fetchone()
            if size <= most and _tried(f"VACUUM (FULL) {name}"):
                continue
            _tried(f"VACUUM {name}")


_POSTGRESQL: Final = """
WITH taken AS (DELETE FROM {table} WHERE age(xmin) < %s OR %s = 0 RETURNING *)
INSERT INTO {table} SELECT * FROM taken ORDER BY random()
"""


def _tried(statement: str) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{_WAIT}'")
            try:
                cursor.execute(statement)
            finally:
                cursor.execute("RESET lock_timeout")
    except DatabaseError:
        return False
    return True


def _sqlite(names: Sequence[str], most: int) -> bool:
    """All pages in the order of the keys, or these tables' rows in pages dealt out anew."""
    try:
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                # What is copied on the way stays in memory.
                cursor.execute("PRAGMA temp_store = MEMORY")
                if _size() <= most:
                    cursor.execute("VACUUM")
                    return True
        with transaction.atomic(), connection.cursor() as cursor:
            for name in names:
                table = _quoted(name)
                cursor.execute(f"CREATE TEMP TABLE laid AS SELECT * FROM {table}")  # noqa: S608
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
                cursor.execute(f"INSERT INTO {table} SELECT * FROM laid ORDER BY random()")  # noqa: S608
                cursor.execute("DROP TABLE laid")
    except DatabaseError:
        return False
    return True


def _length(model: type[models.Model]) -> int:
    """Bytes of a table's values, as they are stored. A database knows how long a value is without reading
    it."""
    length = "length" if connection.vendor == "sqlite" else "pg_column_size"
    columns = [field.column for field in model._meta.concrete_fields if field.column is not None]
    lengths = " + ".join(f"coalesce({length}({_quoted(column)}), 0)" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum({lengths}), 0) FROM {_quoted(model._meta.db_table)}")  # noqa: S608
        [found] = cursor.fetchone()
    return int(found)


def _size() -> int:
    with connection.cursor() as cursor:
        pages, page = (
            cursor.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in ("page_count", "page_size")
        )
    return int(pages) * int(page)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
