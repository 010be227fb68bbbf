"""What must be so before a process serves: settings read, database there and in its present form.

In: a role. Out: Django set up, or a refusal that says what to do. Next: the commands of
each wing.
"""

import gc
import os
from collections.abc import Callable
from typing import Final

import django
from django.conf import settings
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from repit.foundation.errors import DatabaseUnavailable, SettingsRefused, Text

ROLES: Final = ("hotline", "gate", "both")
_MUST_HOLD: Final[list[Callable[[], None]]] = []
_REACHABLE: Final = Text(
    "Check REPIT_DATABASE_URL, that the database runs, and that the disk is not full.",
    "Vérifiez REPIT_DATABASE_URL, que la base tourne, et que le disque n'est pas plein.",
)


def require(check: Callable[[], None]) -> None:
    """Have something checked once the database is ready, which refuses to go on by raising; a room's app says
    so as Django starts."""
    _MUST_HOLD.append(check)


def set_up(role: str) -> None:
    """Read the settings of a role and start Django. Raises `SettingsRefused`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"repit.settings.{role}"
    django.setup()


def ready(role: str) -> None:
    """Django set up and the database ready, as every command needs it. Raises `SettingsRefused`,
    `DatabaseUnavailable`.
    """
    set_up(role)
    ready_database()


def migrate() -> None:
    """Bring the database into its present form, with what must hold beside it. Raises `DatabaseUnavailable`,
    `SettingsRefused`.
    """
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise DatabaseUnavailable(next_step=_REACHABLE, detail=type(error).__name__) from None
    gc.collect()  # each step made models of its own, which hold one another
    _check()


def ready_database() -> None:
    """The embedded database is migrated here; a server's must have been, by someone who meant it."""
    if _behind():
        if not settings.REPIT_EMBEDDED:
            raise SettingsRefused(
                Text("The database is not in its present form.", "La base de données n'est pas à jour."),
                Text("Back it up, then run `repit migrate`.", "Sauvegardez-la, puis lancez `repit migrate`."),
            )
        migrate()
    else:
        _check()


def _check() -> None:
    for check in _MUST_HOLD:
        check()


def _behind() -> bool:
    """Whether the database has a migration to come."""
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        connection.close()
    except DatabaseError as error:
        raise DatabaseUnavailable(next_step=_REACHABLE, detail=type(error).__name__) from None
    return behind
