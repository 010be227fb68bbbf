"""Why a database does not answer, in words for whoever runs it.

In: what a driver raised. Out: a sentence with the database's name and what to do; never what the server said,
which may repeat what it was given. Next: `process.database_form` as something starts, `health` while it runs.
"""

import re
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError

from repit.foundation.configuration.databases import shown
from repit.foundation.errors import DatabaseUnavailable, Text


def unavailable(error: DatabaseError) -> DatabaseUnavailable:
    """What a person can do about it."""
    known = reason(error)
    if known is None:
        return DatabaseUnavailable(next_step=_REACHABLE, detail=type(error).__name__)
    return DatabaseUnavailable(*known, detail=type(error).__name__)


def logged(error: DatabaseError) -> str:
    """For the log: its type, and what is wrong where that can be told."""
    known = reason(error)
    return type(error).__name__ if known is None else f"{type(error).__name__}: {known[0].en}"


def reason(error: DatabaseError) -> tuple[Text, Text] | None:
    """(what is wrong, what to do), where that can be told."""
    stated = str(error)
    for pattern, message, next_step in _SENTENCES:
        if pattern.search(stated):
            where = shown(settings.DATABASES["default"])
            return Text(message.en.format(where), message.fr.format(where)), next_step
    return None


_URL: Final = "REPIT_DATABASE_URL"
_REACHABLE: Final = Text(
    f"Check {_URL}, that the database runs, and that the disk is not full.",
    f"Vérifiez {_URL}, que la base tourne, et que le disque n’est pas plein.",
)
# As libpq and SQLite say it; a server may say its part in French.
_SENTENCES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), message, next_step)
    for pattern, message, next_step in (
        (
            r"password authentication failed|authentification par mot de passe|no password supplied"
            r"|role .* does not exist|le rôle .* n'existe pas",
            Text("{}: the user or the password is wrong.", "{} : l’utilisateur ou le mot de passe est faux."),
            Text(f"Correct it in {_URL}.", f"Corrigez-le dans {_URL}."),
        ),
        (
            r"no pg_hba.conf entry|pg_hba\.conf",
            Text(
                "{}: the server lets nobody in from here.", "{} : le serveur ne laisse entrer personne d’ici."
            ),
            Text(
                "Add a line for this user and this machine to the server’s pg_hba.conf.",
                "Ajoutez une ligne pour cet utilisateur et cette machine au pg_hba.conf du serveur.",
            ),
        ),
        (
            r"database .* does not exist|la base de données .* n'existe pas",
            Text("{}: there is no such database.", "{} : cette base n’existe pas."),
            Text(
                f"Make it (`createdb --owner USER NAME`), or correct the name in {_URL}.",
                f"Créez-la (`createdb --owner UTILISATEUR NOM`), ou corrigez le nom dans {_URL}.",
            ),
        ),
        (
            r"certificate verify failed|does not support SSL|root certificate|SSL error",
            Text("{}: no trusted encrypted connection.", "{} : pas de connexion chiffrée de confiance."),
            Text(
                f"Name the server’s certificate authority in {_URL} (?sslmode=verify-full&sslrootcert=FILE).",
                f"Donnez l’autorité de certification du serveur dans {_URL}"
                " (?sslmode=verify-full&sslrootcert=FICHIER).",
            ),
        ),
        (
            r"could not translate host name|Name or service not known|nodename nor servname|failed to"
            r" resolve host",
            Text("{}: there is no host of that name.", "{} : aucun hôte ne porte ce nom."),
            Text(f"Correct the host in {_URL}.", f"Corrigez l’hôte dans {_URL}."),
        ),
        (
            r"connection refused|No such file or directory|timeout expired|connection timeout|No route to"
            r" host|Network is unreachable|is the server running",
            Text("{}: no database answers there.", "{} : aucune base ne répond là."),
            Text(
                f"Start it (`systemctl status postgresql`), or correct host and port in {_URL}.",
                f"Démarrez-la (`systemctl status postgresql`), ou corrigez hôte et port dans {_URL}.",
            ),
        ),
        (
            r"database or disk is full|No space left|could not extend file",
            Text("{}: the disk is full.", "{} : le disque est plein."),
            Text(
                "Make room; nothing that was acknowledged is lost.",
                "Libérez de la place ; rien de ce qui a été confirmé n’est perdu.",
            ),
        ),
        (
            r"read-only transaction|cannot execute .* during recovery",
            Text("{}: the server takes no writes.", "{} : le serveur n’accepte aucune écriture."),
            Text(
                f"It is a copy that only follows, or was set to `default_transaction_read_only`: {_URL} must"
                " lead to the server that takes writes.",
                f"C’est une copie qui ne fait que suivre, ou `default_transaction_read_only` y est réglé :"
                f" {_URL} doit mener au serveur qui accepte les écritures.",
            ),
        ),
        (
            r"readonly database|attempt to write a readonly",
            Text("{}: it can only be read.", "{} : elle n’est accessible qu’en lecture."),
            Text(
                "Give the service’s user the right to write to it and to its folder.",
                "Donnez à l’utilisateur du service le droit d’y écrire, ainsi que dans son dossier.",
            ),
        ),
        (
            r"permission denied|must be owner",
            Text("{}: this user may not use it.", "{} : cet utilisateur n’y a pas droit."),
            Text(
                "Run this as the service’s user; the database must belong to it.",
                "Lancez ceci sous l’utilisateur du service ; la base doit lui appartenir.",
            ),
        ),
        (
            r"unable to open database file",
            Text("{}: it cannot be opened.", "{} : impossible de l’ouvrir."),
            Text(
                "See that its folder is there, that the service’s user owns and may write to it, and that you"
                " give commands as that user.",
                "Vérifiez que son dossier est là, que l’utilisateur du service le possède et peut y écrire,"
                " et lancez les commandes sous cet utilisateur.",
            ),
        ),
        (
            r"no such table|relation .* does not exist|la relation .* n'existe pas",
            Text("{}: its tables are not there any more.", "{} : ses tables n’y sont plus."),
            Text(
                "Put the database back in its place; if it is lost, restore the last backup (`repit"
                " restore`).",
                "Remettez la base à sa place ; si elle est perdue, restaurez la dernière sauvegarde (`repit"
                " restore`).",
            ),
        ),
        (
            r"file is not a database|malformed",
            Text("{}: that is no whole database.", "{} : ce n’est pas une base entière."),
            Text(
                "Rename it and restore the last backup (`repit restore`).",
                "Renommez-la et restaurez la dernière sauvegarde (`repit restore`).",
            ),
        ),
    )
)
