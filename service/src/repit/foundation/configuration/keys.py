"""The operator's key: read where it is kept, made by `repit init` alone.

In: the data folder. Out: 32 bytes, from a file that only its owner may read. Next: `repit.settings.base`,
`foundation.process.initializing`.

The file lies outside the database, so that a copy of the database alone opens nothing. A key that is missing
is missed, never replaced: with another one nothing opens that the first one sealed, and what is sealed
meanwhile opens for nobody else.
"""

from pathlib import Path
from typing import Final

from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.keyfile import write_once
from repit.foundation.sealing import derive

NAME: Final = "operator.key"
_BYTES: Final = 32


def read(data: Path) -> bytes:
    """The key in the data folder. Raises `SettingsRefused`."""
    path = data / NAME
    try:
        raw, mode = path.read_text(encoding="ascii").strip(), path.stat().st_mode
        key = bytes.fromhex(raw)
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError:
        raise SettingsRefused(
            Text(
                f"The operator’s key {path} cannot be read by this user.",
                f"La clé d’exploitation {path} n’est pas lisible par cet utilisateur.",
            ),
            Text(
                "Run this as the service’s user (`sudo -u repit repit …`).",
                "Lancez ceci sous l’utilisateur du service (`sudo -u repit repit …`).",
            ),
        ) from None
    except ValueError:
        key, mode = b"", 0
    if len(key) != _BYTES or mode & 0o077:
        raise SettingsRefused(
            Text(
                f"The operator’s key {path} is damaged, or others may read it.",
                f"La clé d’exploitation {path} est abîmée, ou d’autres peuvent la lire.",
            ),
            Text(
                "Put back its copy, 64 hexadecimal digits, and `chmod 600` it.",
                "Remettez sa copie, 64 chiffres hexadécimaux, puis `chmod 600`.",
            ),
        )
    return key


def write(data: Path, key: bytes) -> None:
    """Keep a new key in the data folder. Raises `FileExistsError`, `OSError`."""
    write_once(data / NAME, key.hex().encode() + b"\n")


def of_forms(key: bytes) -> str:
    """What signs sessions and forms where nothing else was set: so that processes on several machines agree,
    and there is no second file to lose. From it nobody finds the operator's key (BLAKE2b, RFC 7693)."""
    return derive(key, "forms and sessions").hex()


def _missing(path: Path) -> SettingsRefused:
    return SettingsRefused(
        Text(
            f"The operator’s key is missing: there is no {path}.",
            f"La clé d’exploitation manque : il n’y a pas de {path}.",
        ),
        Text(
            "Put back its copy there (`chmod 600`), or name its file in REPIT_OPERATOR_KEY_FILE. Only a new"
            " installation gets a new one: `repit init`.",
            "Remettez-y sa copie (`chmod 600`), ou donnez son fichier dans REPIT_OPERATOR_KEY_FILE. Seule une"
            " nouvelle installation en reçoit une nouvelle : `repit init`.",
        ),
    )
