"""A database address into Django's form, with what this service needs of each database.

In: `sqlite:///path`, `postgresql://…`, or nothing. Out: one entry of DATABASES. Next: `base`, `test`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from repit.foundation.errors import SettingsRefused, Text

_FILE: Final = re.compile(r"sqlite:///(?P<path>.+)", re.DOTALL)
# The password reaches to the last @ before the host, so that one with / or @ or ? in it is taken as it is.
_SERVER: Final = re.compile(
    r"postgres(?:ql)?://(?:(?P<user>[^:/@]*)(?::(?P<password>.*))?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/@?\[\]]*)(?::(?P<port>[0-9]{1,5}))?/(?P<name>[^/?@]+)(?:\?(?P<options>[^@]*))?",
    re.DOTALL,
)
# WAL: readers never wait for the writer. IMMEDIATE: a transaction takes the write lock at its start, so that
# it waits its turn (timeout) and cannot fail half-way when it first writes. secure_delete: erased means
# overwritten.
# trusted_schema stays on: with it off, SQLite before 3.41 refuses json_valid, which Django writes into the
# schema of every JSONField (sign-in has one). Python loads no extension that a schema could misuse.
# synchronous=FULL: what was acknowledged survives a power cut, not only a killed process.
SQLITE_OPTIONS: Final[dict[str, Any]] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-16000;"
    ),
}


def database(url: str, default: Path) -> dict[str, Any]:
    """One entry of DATABASES. Raises `SettingsRefused`, never repeating the address (it holds a password)."""
    if not url:
        return _sqlite(default)
    if found := _FILE.fullmatch(url):
        return _sqlite(Path(unquote(found["path"])))
    if found := _SERVER.fullmatch(url):
        return _postgresql(found)
    raise SettingsRefused(
        Text("REPIT_DATABASE_URL cannot be read.", "REPIT_DATABASE_URL est illisible."),
        Text(
            "Write postgresql://user:password@host:port/name or sqlite:///path"
            " (four slashes for an absolute one). In a password write % as %25.",
            "Écrivez postgresql://utilisateur:motdepasse@hôte:port/nom ou sqlite:///chemin"
            " (quatre barres pour un chemin absolu). Dans un mot de passe, écrivez % comme %25.",
        ),
    )


def shown(entry: Mapping[str, Any]) -> str:
    """Which database that is, without its password."""
    if entry["ENGINE"].endswith("sqlite3"):
        return str(entry["NAME"])
    host = entry["HOST"] or "localhost"
    return f"PostgreSQL {entry['NAME']} @ {host}{':' if entry['PORT'] else ''}{entry['PORT']}"


def _sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": dict(SQLITE_OPTIONS)}


def _postgresql(found: re.Match[str]) -> dict[str, Any]:
    options: dict[str, Any] = {**dict(parse_qsl(found["options"] or "")), "connect_timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(found["name"]),
        "USER": unquote(found["user"] or ""),
        "PASSWORD": unquote(found["password"] or ""),
        "HOST": options.pop("host", None) or unquote(found["host"].strip("[]")),
        "PORT": found["port"] or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
