"""In which form a database is, seen from this version's migrations.

In: the database of the settings. Out: one of five forms. Next: `starting`, `initializing`. Looking makes
nothing: an embedded database that is not there stays away.
"""

from enum import Enum
from pathlib import Path

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from repit.foundation.database_words import unavailable


class Form(Enum):
    """MISSING: no such file; EMPTY: nothing in it yet; FOREIGN: tables, none of ours; BEHIND: migrations are
    to come; AHEAD: a newer version was here."""

    MISSING = 0
    EMPTY = 1
    FOREIGN = 2
    BEHIND = 3
    AHEAD = 4
    PRESENT = 5


def form() -> Form:
    """Raises `DatabaseUnavailable`."""
    if (
        connection.vendor == "sqlite"
        and not _in_memory()
        and not Path(connection.settings_dict["NAME"]).is_file()
    ):
        return Form.MISSING
    try:
        return _form()
    except DatabaseError as error:
        raise unavailable(error) from None
    finally:
        if not connection.in_atomic_block:
            connection.close()  # a process that goes on to start children begins anew


def _in_memory() -> bool:
    name = str(connection.settings_dict["NAME"])
    return name == ":memory:" or "mode=memory" in name


def _form() -> Form:
    executor = MigrationExecutor(connection)
    applied, known = set(executor.loader.applied_migrations), set(executor.loader.disk_migrations or ())
    if not applied:
        return Form.FOREIGN if connection.introspection.table_names() else Form.EMPTY
    # Of rooms that this role has not, a database for both holds migrations that say nothing here.
    ours = {app for app, _ in known}
    if any(app in ours and (app, name) not in known for app, name in applied):
        return Form.AHEAD
    return Form.BEHIND if executor.migration_plan(executor.loader.graph.leaf_nodes()) else Form.PRESENT
