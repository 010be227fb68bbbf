"""The database of a new installation: looked at, filled with tables, tied to its key.

In: Django set up under the key. Out: tables and the row that ties both; or a refusal, and nothing made. Next:
`initializing`.
"""

from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from repit.foundation import installation
from repit.foundation.configuration import keys
from repit.foundation.configuration.databases import shown
from repit.foundation.database_words import unavailable
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.keyfile import write_once
from repit.foundation.models import AuditRow
from repit.foundation.process import present
from repit.foundation.process.database_form import Form, form


def make(role: str, data: Path, new_key: bytes | None) -> str:
    """The database in its form, tied to its key; the key's fingerprint. A new key is kept in `data` once the
    database proved empty. Raises `SettingsRefused`, `DatabaseUnavailable`.
    """
    found = form()
    present.require_role(found)
    if found is Form.FOREIGN or (new_key and found not in (Form.MISSING, Form.EMPTY)):
        raise _not_empty()
    try:
        if found is Form.MISSING:
            write_once(Path(connection.settings_dict["NAME"]), b"")
        if new_key:
            keys.write(data, new_key)
        if found is Form.AHEAD or (found is Form.BEHIND and _holds_something()):
            present.require_form(found)
        if found is not Form.PRESENT:
            present.apply()
        if installation.found() is None:
            installation.adopt(role)
        present.require()
        return installation.fingerprint()
    except DatabaseError as error:
        raise unavailable(error) from None
    except OSError as error:
        raise SettingsRefused(
            Text("Files cannot be written.", "Des fichiers ne peuvent pas être écrits."),
            Text(
                "Check rights and room in the data folder and in that of the database, then again.",
                "Vérifiez droits et place dans le dossier de données et celui de la base, puis recommencez.",
            ),
            detail=type(error).__name__,
        ) from None


def _holds_something() -> bool:
    """Whether anything was ever done there: then it is upgraded by someone who means it, not here."""
    try:
        return AuditRow.objects.exists()
    except DatabaseError:
        return False  # killed before that table was made


def _not_empty() -> SettingsRefused:
    where = shown(settings.DATABASES["default"])
    return SettingsRefused(
        Text(
            f"{where} is not empty, and this installation has no key: none is made for rows of another one.",
            f"{where} n’est pas vide, et cette installation n’a pas de clé : on n’en crée pas pour les"
            " données d’une autre.",
        ),
        Text(
            "Name an empty database; or, if it is this one’s, put its key into operator.key or"
            " REPIT_OPERATOR_KEY_FILE first.",
            "Donnez une base vide ; ou, si c’est bien la sienne, remettez d’abord sa clé dans operator.key ou"
            " REPIT_OPERATOR_KEY_FILE.",
        ),
    )
