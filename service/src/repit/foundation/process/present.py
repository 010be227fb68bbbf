"""The database in the form of this version, with its own keys; and bringing it there, where someone asks for
it.

In: Django set up. Out: nothing, or a refusal that says what to do. Next: `starting`, `initializing`,
`repit migrate`, `/ready`.
"""

import gc
import os
from typing import Final, Literal

from django.conf import settings
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection, transaction

from repit import __version__
from repit.foundation import installation
from repit.foundation.configuration.databases import shown
from repit.foundation.database_words import unavailable
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.process import holding, occupied
from repit.foundation.process.database_form import Form, form
from repit.foundation.process.kinds import NAMES


def require() -> None:
    """Raises `SettingsRefused` unless there is a database of this very version, with its own keys, and
    `DatabaseUnavailable` where it does not answer."""
    found = form()
    require_role(found)
    require_form(found)
    try:
        row = installation.found()
        if row is not None and row.version != __version__:
            raise _of_another_version(row.version)
        keys_fit()
    except DatabaseError as error:
        raise unavailable(error) from None


def migrate(*, anyway: bool = False) -> bool:
    """Bring the database into the form of this version; whether that changed anything. Raises
    `SettingsRefused`, `DatabaseUnavailable`."""
    found = form()
    require_role(found)
    if found not in (Form.BEHIND, Form.PRESENT):
        require_form(found)
    try:
        if not anyway and occupied.by_others():
            raise _served()
        if found is Form.BEHIND:
            apply()
        row = installation.found()
        with transaction.atomic():
            if row is None:
                installation.adopt(_role())
            keys_fit()
            installation.stamp()
    except DatabaseError as error:
        raise unavailable(error) from None
    return found is Form.BEHIND or row is None or row.version != __version__


def apply() -> None:
    """Run the migrations that are to come."""
    call_command("migrate", verbosity=0, interactive=False)
    gc.collect()  # each step made models of its own, which hold one another


def require_role(found: Form) -> None:
    """Raise `SettingsRefused` where a hotline's settings meet a gate's database, or the reverse: seen from
    there it is one of an earlier version, and migrating would put the tables of both into it."""
    if found in (Form.MISSING, Form.EMPTY, Form.FOREIGN):
        return
    there, here = _stated("role"), _role()
    if {there, here} == {"hotline", "gate"}:
        where, name = shown(settings.DATABASES["default"]), NAMES[there]
        raise SettingsRefused(
            Text(
                f"{where} is the database of another kind of installation: {name.en}.",
                f"{where} est la base d’une installation d’un autre type : {name.fr}.",
            ),
            Text(
                "Name the file of its settings in REPIT_CONFIG; where there is none, say which kind it is:"
                f" `--role {there}`.",
                "Donnez le fichier de ses réglages dans REPIT_CONFIG ; s’il n’y en a pas, dites de quel type"
                f" elle est : `--role {there}`.",
            ),
        )


def _role() -> str:
    """Under whose settings Django was set up."""
    return os.environ["DJANGO_SETTINGS_MODULE"].rpartition(".")[2]


def require_form(found: Form) -> None:
    """Raise `SettingsRefused` unless the database is in the form of this version."""
    where = shown(settings.DATABASES["default"])
    if found in (Form.MISSING, Form.EMPTY):
        raise SettingsRefused(
            Text(
                f"There is no installation yet in {where}.",
                f"Il n’y a pas encore d’installation dans {where}.",
            ),
            Text(
                "If there should be one, this is the wrong database: give this command the settings that the"
                " server has (REPIT_CONFIG, REPIT_DATABASE_URL). A new one: `repit init`.",
                "S’il devrait y en avoir une, ce n’est pas la bonne base : donnez à cette commande les"
                " réglages du service (REPIT_CONFIG, REPIT_DATABASE_URL). Une nouvelle : `repit init`.",
            ),
        )
    if found is Form.FOREIGN:
        raise SettingsRefused(
            Text(
                f"{where} is the database of another program.", f"{where} est la base d’un autre programme."
            ),
            Text("Give Répit one of its own.", "Donnez à Répit une base à lui."),
        )
    if found is Form.AHEAD:
        raise _of_another_version(_stated("version"))
    if found is Form.BEHIND:
        raise SettingsRefused(
            Text(
                f"The database is of an earlier version; this is {__version__}.",
                f"La base est d’une version antérieure ; ce programme est la {__version__}.",
            ),
            _UPGRADE,
        )


_UPGRADE: Final = Text(
    "Stop what serves from it, back it up (`repit backup` works already), then run `repit migrate`.",
    "Arrêtez ce qui s’en sert, sauvegardez-la (`repit backup` fonctionne déjà), puis lancez `repit migrate`.",
)


def _of_another_version(there: str) -> SettingsRefused:
    """Two versions on one database would each write what the other does not know."""
    return SettingsRefused(
        Text(
            f"The database was brought into form by version {there}; this is {__version__}.",
            f"La base a été mise en forme par la version {there} ; ce programme est la {__version__}.",
        ),
        Text(
            f"To go on with version {__version__}: back up, then `repit migrate`. To go back: install version"
            f" {there}. A form that this version does not know is never changed.",
            f"Pour continuer avec la version {__version__} : sauvegardez, puis `repit migrate`. Pour"
            f" revenir : installez la version {there}. Une forme inconnue de cette version n’est jamais"
            f" modifiée.",
        ),
    )


def _stated(column: Literal["role", "version"]) -> str:
    """What a database says of itself, which a later version may have changed; `?` where it says nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM foundation_installation WHERE id = 1")  # noqa: S608 - of ours
            row = cursor.fetchone()
    except DatabaseError:
        row = None
    return str(row[0]) if row else "?"


def _served() -> SettingsRefused:
    return SettingsRefused(
        Text("A process still serves from this database.", "Un processus se sert encore de cette base."),
        Text(
            "Stop every hotline and gate that uses it, on every machine; then again. (--anyway does it"
            " meanwhile: what was running must then be restarted at once.)",
            "Arrêtez, sur chaque machine, tout service qui l’utilise ; puis recommencez. (--anyway passe"
            " outre : ce qui tournait doit alors être relancé aussitôt.)",
        ),
    )


def keys_fit() -> None:
    """Raise `SettingsRefused`, or whatever a room's check raises, unless the keys of this installation are
    those of its database."""
    installation.prove()
    holding.check()
