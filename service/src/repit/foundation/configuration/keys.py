"""Keys that the embedded default makes for itself at its first start.

In: the data folder. Out: a secret, read from a file there that only its owner may read. Next: `base`.
The files lie outside the database, so that a copy of the database alone opens nothing.
"""

import os
import secrets
import time
from pathlib import Path
from typing import Final

from repit.foundation.errors import SettingsRefused, Text

_HEX_DIGITS: Final = 64


def kept(folder: Path, name: str) -> str:
    """64 hexadecimal digits from `folder/name`, made at the first call. Raises `SettingsRefused`."""
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_once(path)
        return _read(path)
    except OSError:
        raise SettingsRefused(
            Text(
                f"The key file {name} can be neither read nor made in the data folder.",
                f"Le fichier de clé {name} ne peut être ni lu ni créé dans le dossier de données.",
            ),
            Text(
                "Make REPIT_DATA a folder that this user may write to.",
                "Faites de REPIT_DATA un dossier où cet utilisateur peut écrire.",
            ),
        ) from None


def _make_once(path: Path) -> None:
    """Written whole under another name, then linked: two first starts at once agree on one key."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}-{time.monotonic_ns()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_hex(_HEX_DIGITS // 2).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _read(path: Path) -> str:
    value = path.read_text().strip()
    if len(value) != _HEX_DIGITS or path.stat().st_mode & 0o077:
        raise SettingsRefused(
            Text(
                f"The key file {path.name} is damaged, or others may read it.",
                f"Le fichier de clé {path.name} est abîmé, ou d'autres peuvent le lire.",
            ),
            Text(
                "Restore it from its backup, and `chmod 600` it.",
                "Restaurez-le depuis sa sauvegarde, puis `chmod 600`.",
            ),
        )
    return value
