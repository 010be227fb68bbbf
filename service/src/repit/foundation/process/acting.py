"""For which role a command acts.

In: what stands on the command line. Out: the settings of that role read, Django set up. Next: the commands
that every role has.
"""

# ruff: noqa: PLC0415 - Django is loaded only once a command is known
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.errors import InputRefused, Text

Role = Annotated[
    str, typer.Option(help="hotline, gate, both, where no repit.toml says it. / Quelle installation.")
]


def set_up(role: str) -> str:
    """Read the settings of a role; its name. The database may be of another form, or not be there.

    Raises `SettingsRefused`.
    """
    from repit.foundation.process import starting

    meant = starting.meant(_known(role))
    starting.set_up(meant)
    starting.say_which()
    return meant


def ready(role: str) -> str:
    """The same, with the database in its present form. Raises `SettingsRefused`, `DatabaseUnavailable`."""
    from repit.foundation.process import starting

    return starting.ready(_known(role))


def _known(role: str) -> str:
    from repit.foundation.process import starting

    if role not in ("", *starting.ROLES):
        raise typer.BadParameter(", ".join(starting.ROLES), param_hint="--role")
    return role or "any"


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
                "Indiquez le fichier écrit par `repit offline-key` : 64 chiffres hexadécimaux.",
            ),
        )
    return raw
