"""PostgreSQL's write-ahead log, begun anew where the operator lets the hotline do so.

In: nothing. Out: a log that holds nothing from before. Next: `hotline.loops.upkeep`, after rows were laid
anew.

The log keeps every write in its order, with its moment, until the server has no use for it, and then renames
the file and keeps it for later. Two rights and a setting (docs/en/retention.md) change that: the log goes on
in a new file, a checkpoint ends the need for the old ones, and they are deleted. An archive of the log and
replicas keep what they were sent.
"""

from typing import Final

from django.db import connection

_MAY: Final = (
    "SELECT has_function_privilege('pg_switch_wal()', 'EXECUTE') AND pg_has_role('pg_checkpoint', 'MEMBER')"
)


def begin_anew() -> bool:
    """Whether it was; False on SQLite, within a transaction, or without the rights."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_MAY)
        [may] = cursor.fetchone()
        if may:
            cursor.execute("SELECT pg_switch_wal()")
            cursor.execute("CHECKPOINT")
    return bool(may)
