"""For which role a command acts.

In: what stands on the command line. Out: the settings of that role read, Django set up. Next: the commands
that every role has.
"""

# ruff: noqa: PLC0415 - Django is loaded only once a command is known
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from repit.foundation.configuration.found import NAME, ROLES, located
from repit.foundation.errors import InputRefused, SettingsRefused, Text
from repit.foundation.process import kinds

_FILE_NAMES: Final = {code: name for name, code in ROLES.items()}
_DATABASE: Final = ("REPIT_DATABASE_URL", "REPIT_DATABASE_URL_FILE")

Role = Annotated[
    str, typer.Option(help="hotline, gate, both, where no repit.toml says it. / Quelle installation.")
]


def set_up(role: str) -> str:
    """Read the settings of a role; its name. The database may be of another form, or not be there.

    Raises `SettingsRefused`.
    """
    from repit.foundation.process import starting

    meant = starting.meant(wanted(role))
    starting.set_up(meant)
    starting.say_which()
    return meant


def set_up_to_fill(role: str) -> str:
    """The same for a command that fills a database: only one that somebody named, in the file of settings
    that `repit init` wrote or by its address. A data folder alone names none: beside a service on PostgreSQL
    it would stand for an SQLite file that nobody serves from. Raises `SettingsRefused`.
    """
    if located(os.environ).file is None and not any(os.environ.get(name) for name in _DATABASE):
        raise _nothing_to_fill(wanted(role))
    return set_up(role)


def ready(role: str) -> str:
    """The same, with the database in its present form. Raises `SettingsRefused`, `DatabaseUnavailable`."""
    from repit.foundation.process import starting

    return starting.ready(wanted(role))


def wanted(role: str) -> str:
    """What `starting` is asked for. Raises `BadParameter`."""
    if role not in ("", *kinds.ROLES):
        raise typer.BadParameter(", ".join(kinds.ROLES), param_hint="--role")
    return role or "any"


def _nothing_to_fill(role: str) -> SettingsRefused:
    folder = Path(os.environ["REPIT_DATA"]).expanduser().absolute()
    command = f"`repit init {_FILE_NAMES.get(role, 'hotline')} --data {folder} --operator-key-file"
    return SettingsRefused(
        Text(
            f"Nothing was put back: there is no installation here to put it into (no {folder / NAME}, and"
            f" {_DATABASE[0]} is not set).",
            f"Rien n’a été remis : il n’y a pas d’installation ici pour le recevoir (pas de {folder / NAME},"
            f" et {_DATABASE[0]} n’est pas défini).",
        ),
        Text(
            "If its settings stand elsewhere, name them: `repit --config FILE restore …`. On a new machine"
            " make the installation first, with a copy of its operator’s key, then restore:"
            f" {command} COPY`.",
            "Si ses réglages sont ailleurs, désignez-les : `repit --config FICHIER restore …`. Sur une"
            " nouvelle machine, créez d’abord l’installation avec une copie de sa clé d’exploitation, puis"
            f" restaurez : {command} COPIE`.",
        ),
    )


def private_key(file: Path) -> bytes:
    """The offline key in a file. Raises `InputRefused`."""
    try:
        raw = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raw = b""
    if len(raw) != 32:
        raise InputRefused(
            Text("That file holds no offline key.", "Ce fichier ne contient pas de clé hors ligne."),
            Text(
                "Name the file that `repit offline-key` wrote: 64 hexadecimal digits.",
                "Indiquez le fichier écrit par `repit offline-key` : 64 chiffres hexadécimaux.",
            ),
        )
    return raw
