"""A database address into Django's form, with what this service needs of each database.

In: `sqlite:///path`, `postgresql://…`, or nothing. Out: one entry of DATABASES. Next: `base`, `test`.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from repit.foundation.errors import SettingsRefused, Text

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
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(default), "OPTIONS": dict(SQLITE_OPTIONS)}
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(unquote(parts.path[1:]))),
            "OPTIONS": dict(SQLITE_OPTIONS),
        }
    if parts.scheme in ("postgres", "postgresql") and len(parts.path) > 1:
        options: dict[str, Any] = {**dict(parse_qsl(parts.query)), "connect_timeout": 5}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise SettingsRefused(
        Text("REPIT_DATABASE_URL cannot be read.", "REPIT_DATABASE_URL est illisible."),
        Text(
            "Write postgresql://user:password@host:port/name or sqlite:///path"
            " (four slashes for an absolute one).",
            "Écrivez postgresql://utilisateur:motdepasse@hôte:port/nom ou sqlite:///chemin"
            " (quatre barres pour un chemin absolu).",
        ),
    )
