"""Installations for tests, by `repit init`, which finds the tables there already: making those is most of its
work, and the same every time.

In: an environment with REPIT_DATA. Out: an installation there, with keys, an identity and a feed of its own.
Next: whatever starts one. It is as if `repit init` had been killed after its migrations, and goes on.
"""

from __future__ import annotations

import atexit
import secrets
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from terminal import bare_environment, typed

from repit.foundation.configuration import keys
from repit.foundation.configuration.found import NAME, ROLES

_NAMES = {code: name for name, code in ROLES.items()}


def made(environ: Mapping[str, str], role: str) -> None:
    """Have the installation of an environment made, unless there is one. Raises `terminal.Refused`."""
    data = Path(environ["REPIT_DATA"])
    if (data / NAME).exists():
        return
    named = " ".join(environ)
    if "REPIT_DATABASE_URL" not in named and not any(data.glob("*.sqlite3")):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if "REPIT_OPERATOR_KEY" not in named and not (data / keys.NAME).exists():
            keys.write(data, secrets.token_bytes(32))  # without one, what is there would be another's
        tables = _tables(role)
        _draw_anew(Path(shutil.copy(tables, data / tables.name)))
    typed(environ, "init", _NAMES[role], check=True)


@cache
def _tables(role: str) -> Path:
    """The file of a database in which there is no more than migrations write."""
    data = Path(tempfile.mkdtemp(prefix=f"repit-tables-{role}-"))
    atexit.register(shutil.rmtree, data)
    typed({**bare_environment(), "REPIT_DATA": str(data)}, "init", _NAMES[role], check=True)
    [file] = data.glob("*.sqlite3")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM foundation_installation")
    return file


def _draw_anew(database: Path) -> None:
    """What a migration draws by chance, a feed's identity, no two installations share."""
    with closing(sqlite3.connect(database)) as connection, connection:
        if connection.execute("SELECT name FROM sqlite_master WHERE name = 'bank_feed'").fetchone():
            connection.execute("UPDATE bank_feed SET feed_id = ?", (uuid.uuid4().hex,))
