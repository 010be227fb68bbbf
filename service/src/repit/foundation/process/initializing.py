"""Making an installation: a key, a database, a file of settings. The only place where any of them is made.

In: a role, a data folder, what else is known. Out: an installation that can be started; or a refusal, and
nothing made. Next: `repit.installing`.

In this order: the database is looked at under a key that stands nowhere yet; only where it is empty the key
is written, then the tables, then the row that ties both, last `repit.toml`. Killed in between, the same
command goes on where it stopped.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.configuration import keys
from repit.foundation.configuration.databases import shown
from repit.foundation.configuration.found import NAME, ROLES
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.keyfile import write_once
from repit.foundation.process import starting

_FILE_NAMES: Final = {code: name for name, code in ROLES.items()}
_KEPT: Final = ("database_url", "database_url_file", "operator_key_file", "address", "language")


@dataclass(frozen=True, slots=True)
class Made:
    """What there is now; `new_key`: its file, where one was made."""

    file: Path
    database: str
    fingerprint: str
    new_key: Path | None


def make(role: str, data: Path, given: Mapping[str, str]) -> Made:
    """An installation in `data`; `given`: settings as `repit.toml` names them, which go into it. Raises
    `SettingsRefused`, `DatabaseUnavailable`.
    """
    file = data / NAME
    if os.path.lexists(file):
        raise SettingsRefused(
            Text(f"There is an installation already: {file}.", f"Il y a déjà une installation : {file}."),
            Text(
                "Start it, or name another folder with --data. Nothing was changed.",
                "Démarrez-la, ou donnez un autre dossier avec --data. Rien n’a été modifié.",
            ),
        )
    _folder(data)
    new_key = _set_up(role, data, given)
    from repit.foundation.process import initial_database  # noqa: PLC0415 - once Django is set up

    fingerprint = initial_database.make(role, data, new_key)
    _write(file, role, given)
    made_key = data / keys.NAME if new_key else None
    return Made(file, shown(settings.DATABASES["default"]), fingerprint, made_key)


def _folder(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(data, os.W_OK | os.X_OK):
            raise PermissionError
    except OSError:
        raise SettingsRefused(
            Text(
                f"The folder {data} cannot be made or written to by this user.",
                f"Le dossier {data} ne peut être créé ou écrit par cet utilisateur.",
            ),
            Text(
                "Make it as root and give it away: `install -d -m 700 -o repit -g repit FOLDER`.",
                "Créez-le en root pour cet utilisateur : `install -d -m 700 -o repit -g repit DOSSIER`.",
            ),
        ) from None


def _set_up(role: str, data: Path, given: Mapping[str, str]) -> bytes | None:
    """Settings read and Django started; a key that stands nowhere yet, where the installation has none."""
    os.environ["REPIT_DATA"] = str(data)
    for name in _KEPT:
        if given.get(name):
            os.environ[f"REPIT_{name.upper()}"] = given[name]
    has_one = any(os.environ.get(name) for name in ("REPIT_OPERATOR_KEY", "REPIT_OPERATOR_KEY_FILE"))
    new_key = None if has_one or os.path.lexists(data / keys.NAME) else secrets.token_bytes(32)
    if new_key:
        os.environ["REPIT_OPERATOR_KEY"] = new_key.hex()
    try:
        starting.set_up(role)
    finally:
        if new_key:
            del os.environ["REPIT_OPERATOR_KEY"]
    return new_key


def _write(file: Path, role: str, given: Mapping[str, str]) -> None:
    lines = [
        "# Répit: the settings of one installation, for its servers and its commands (docs/en/settings.md).",
        f'role = "{_FILE_NAMES[role]}"',
        f"data = {_quoted(str(file.parent))}",
        *(f"{name} = {_quoted(given[name])}" for name in _KEPT if given.get(name)),
    ]
    write_once(file, ("\n".join(lines) + "\n").encode())


def _quoted(value: str) -> str:
    """A basic string of TOML 1.0."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c for c in escaped) + '"'
