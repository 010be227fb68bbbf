"""What a sealed file says of itself in its first line: what it is, who made it, with which key in use.

In: a kind of file, or a line. Out: a line, or a `Head`. Next: `making`, `restoring`.
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from repit import __version__
from repit.foundation.backups import refusals
from repit.foundation.backups.tables import Migration
from repit.foundation.clock import now
from repit.foundation.sealing import keyed_digest

FORM: Final = "repit backup 2"
ROWS: Final = "rows"


@dataclass(frozen=True, slots=True)
class Head:
    """`kind`: rows, or the name of the keys of which it is a copy; `version`: of Répit."""

    kind: str
    version: str
    role: str
    made_at: datetime
    migrations: tuple[Migration, ...]
    salt: bytes
    operator: bytes


def written(kind: str, role: str, migrations: tuple[Migration, ...] = ()) -> str:
    """The first line of a file that is made now."""
    salt = secrets.token_bytes(16)
    return json.dumps(
        {
            "form": FORM,
            "kind": kind,
            "version": __version__,
            "role": role,
            "made_at": now().isoformat(),
            "migrations": migrations,
            "salt": salt.hex(),
            "operator": _operator(salt).hex(),
        }
    )


def read(line: str) -> Head:
    """Raises `InputRefused` for a line that begins no file of this form."""
    try:
        held = json.loads(line)
        if held["form"] != FORM:
            raise refusals.newer_version(str(held.get("version", "?")))
        return Head(
            kind=str(held["kind"]),
            version=str(held["version"]),
            role=str(held["role"]),
            made_at=datetime.fromisoformat(held["made_at"]),
            migrations=tuple((str(app), str(name)) for app, name in held["migrations"]),
            salt=bytes.fromhex(held["salt"]),
            operator=bytes.fromhex(held["operator"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise refusals.not_a_backup() from None


def fits(head: Head) -> bool:
    """Whether the operator's key of this machine was in use where the file was made."""
    return hmac.compare_digest(_operator(head.salt), head.operator)


def _operator(salt: bytes) -> bytes:
    return keyed_digest("backup", salt)
