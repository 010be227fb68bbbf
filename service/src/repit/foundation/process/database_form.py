"""In which form a database is, seen from this version's migrations.

In: the database of the settings. Out: one of five forms; a refusal that says why the database does not
answer. Next: `starting`, `initializing`. Looking makes nothing: an embedded database that is not there stays
away.
"""

import re
from enum import Enum
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from repit.foundation.configuration.databases import shown
from repit.foundation.errors import DatabaseUnavailable, Text


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


def unavailable(error: DatabaseError) -> DatabaseUnavailable:
    """What a person can do about it; never what the server said, which may repeat what it was given."""
    stated = str(error)
    for pattern, message, next_step in _SENTENCES:
        if pattern.search(stated):
            where = shown(settings.DATABASES["default"])
            named = Text(message.en.format(where), message.fr.format(where))
            return DatabaseUnavailable(named, next_step, detail=type(error).__name__)
    return DatabaseUnavailable(next_step=_REACHABLE, detail=type(error).__name__)


_URL: Final = "REPIT_DATABASE_URL"
_REACHABLE: Final = Text(
    f"Check {_URL}, that the database runs, and that the disk is not full.",
    f"Vérifiez {_URL}, que la base tourne, et que le disque n'est pas plein.",
)
# As libpq and SQLite say it; a server may say its part in French.
_SENTENCES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), message, next_step)
    for pattern, message, next_step in (
        (
            r"password authentication failed|authentification par mot de passe|no password supplied"
            r"|role .* does not exist|le rôle .* n'existe pas",
            Text("{}: the user or the password is wrong.", "{} : l'utilisateur ou le mot de passe est faux."),
            Text(f"Correct it in {_URL}.", f"Corrigez-le dans {_URL}."),
        ),
        (
            r"no pg_hba.conf entry|pg_hba\.conf",
            Text(
                "{}: the server lets nobody in from here.", "{} : le serveur ne laisse entrer personne d'ici."
            ),
            Text(
                "Add a line for this user and this machine to the server's pg_hba.conf.",
                "Ajoutez une ligne pour cet utilisateur et cette machine au pg_hba.conf du serveur.",
            ),
        ),
        (
            r"database .* does not exist|la base de données .* n'existe pas",
            Text("{}: there is no such database.", "{} : cette base n'existe pas."),
            Text(
                f"Make it (`createdb --owner USER NAME`), or correct the name in {_URL}.",
                f"Créez-la (`createdb --owner UTILISATEUR NOM`), ou corrigez le nom dans {_URL}.",
            ),
        ),
        (
            r"certificate verify failed|does not support SSL|root certificate|SSL error",
            Text("{}: no trusted encrypted connection.", "{} : pas de connexion chiffrée de confiance."),
            Text(
                f"Name the server's certificate authority in {_URL} (?sslmode=verify-full&sslrootcert=FILE).",
                f"Donnez l'autorité de certification du serveur dans {_URL}"
                " (?sslmode=verify-full&sslrootcert=FICHIER).",
            ),
        ),
        (
            r"could not translate host name|Name or service not known|nodename nor servname|failed to"
            r" resolve host",
            Text("{}: there is no host of that name.", "{} : aucun hôte ne porte ce nom."),
            Text(f"Correct the host in {_URL}.", f"Corrigez l'hôte dans {_URL}."),
        ),
        (
            r"connection refused|No such file or directory|timeout expired|connection timeout|No route to"
            r" host|Network is unreachable|is the server running",
            Text("{}: no database answers there.", "{} : aucune base ne répond là."),
            Text(
                f"Start it (`systemctl status postgresql`), or correct host and port in {_URL}.",
                f"Démarrez-la (`systemctl status postgresql`), ou corrigez hôte et port dans {_URL}.",
            ),
        ),
        (
            r"database or disk is full|No space left|could not extend file",
            Text("{}: the disk is full.", "{} : le disque est plein."),
            Text(
                "Make room; nothing that was acknowledged is lost.",
                "Libérez de la place ; rien de ce qui a été confirmé n'est perdu.",
            ),
        ),
        (
            r"readonly database|read-only transaction|attempt to write a readonly",
            Text("{}: it can only be read.", "{} : elle n'est accessible qu'en lecture."),
            Text(
                "Give the service's user the right to write to it and to its folder.",
                "Donnez à l'utilisateur du service le droit d'y écrire, ainsi que dans son dossier.",
            ),
        ),
        (
            r"permission denied|unable to open database file|must be owner",
            Text("{}: this user may not use it.", "{} : cet utilisateur n'y a pas droit."),
            Text(
                "Run this as the service's user; the database must belong to it.",
                "Lancez ceci sous l'utilisateur du service ; la base doit lui appartenir.",
            ),
        ),
        (
            r"file is not a database|malformed",
            Text("{}: that is no whole database.", "{} : ce n'est pas une base entière."),
            Text(
                "Rename it and restore the last backup (`repit restore`).",
                "Renommez-la et restaurez la dernière sauvegarde (`repit restore`).",
            ),
        ),
    )
)
