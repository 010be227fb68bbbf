"""Who else on the machine may touch the file of settings.

In: the file, what stands in it. Out: a refusal with the command that mends it, or nothing. Next: `found`.
"""

import os
import stat
from pathlib import Path

from repit.foundation.errors import SettingsRefused, Text


def require_trusted(file: Path) -> None:
    """A file that strangers could write would let them name a database, or a file of keys, of their own.
    Raises `SettingsRefused`, `OSError`."""
    found = file.stat()
    if found.st_uid not in (0, os.geteuid()) or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SettingsRefused(
            Text(
                f"{file} belongs to somebody else, or others may write to it.",
                f"{file} appartient à quelqu’un d’autre, ou d’autres peuvent y écrire.",
            ),
            Text(
                "Run this as the service’s user (`sudo -u repit repit …`); `chmod go-w` the file.",
                "Lancez ceci sous l’utilisateur du service (`sudo -u repit repit …`) ; `chmod go-w` le"
                " fichier.",
            ),
        )


def require_unread(file: Path, name: str) -> None:
    """For a file in which a secret stands, under this name: that owner and group alone may read it. Raises
    `SettingsRefused`, `OSError`."""
    if file.stat().st_mode & stat.S_IROTH:
        raise SettingsRefused(
            Text(
                f"{file} holds a secret, {name}, and every account of this machine may read it.",
                f"{file} contient un secret, {name}, et tous les comptes de cette machine peuvent le lire.",
            ),
            Text(
                f"`chmod 640 {file}`, or let {name}_file name a file of its own. If the secret may have been"
                " read, replace it.",
                f"`chmod 640 {file}`, ou donnez-lui son propre fichier avec {name}_file. Si le secret a pu"
                " être lu, remplacez-le.",
            ),
        )
