"""Names of objects at rest: sealed, and found again by a keyed digest.

In: an object, and what else belongs to it. Out: bytes for a row, a digest to look it up by. Next:
`queue`, `findings`, `scan_worker`.
"""

import json
import secrets
from typing import Any

from repit.foundation.sealing import Place, keyed_digest, operator
from repit.platform.integrations.s3.stored import Stored

_USE = "stored object"


def name() -> str:
    """For a scan or a finding: random, and easy to give to a command (it never begins with a dash)."""
    return secrets.token_hex(8)


def digest(thing: Stored) -> str:
    """64 hexadecimal digits for one object or version."""
    parts = (thing.bucket, thing.key, thing.version)
    return keyed_digest(_USE, *(part.encode() for part in parts)).hex()


def sealed(value: Any, table: str, row: str, version: int = 1) -> bytes:
    """A value for a row, as JSON under the operator's key."""
    return operator(_USE).seal(json.dumps(value).encode(), Place(table, row, "location", version))


def opened(raw: bytes | memoryview, table: str, row: str, version: int = 1) -> Any:
    """The value again. Raises `SealBroken`."""
    return json.loads(operator(_USE).open(raw, Place(table, row, "location", version)))


def listed(thing: Stored) -> list[str]:
    """An object as JSON has it."""
    return [thing.bucket, thing.key, thing.version]
