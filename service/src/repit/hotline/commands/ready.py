"""What every command of a hotline needs first.

In: nothing. Out: Django set up, the database ready, or a refusal that says what to do. Next: the commands.
"""

# ruff: noqa: PLC0415 - Django is loaded only once a command is known
from pathlib import Path

from repit.foundation.errors import InputRefused, Text


def ready() -> None:
    """Raises `SettingsRefused`, `DatabaseUnavailable`."""
    from repit.foundation.process import starting

    starting.ready("hotline")


def private_key(file: Path) -> bytes:
    """The offline key in a file. Raises `InputRefused`."""
    try:
        raw = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raw = b""
    if len(raw) != 32:
        raise InputRefused(
            Text("That file holds no offline key.", "Ce fichier ne contient pas de clé hors ligne.")
        )
    return raw
