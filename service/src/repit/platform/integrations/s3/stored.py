"""Which object of the storage is meant.

In: the names of a bucket and an object, from a notification or an operator. Out: `Stored`. Next:
`events_wire`, `queue`, `store`. Pure.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

MOST_KEY: Final = 1024
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_VERSION: Final = re.compile(r"[\x21-\x7e]{0,1024}")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object, or one version of it; `version` is empty where the bucket keeps none."""

    bucket: str
    key: str
    version: str = ""

    def __repr__(self) -> str:
        return "Stored(…)"


def stored(bucket: Any, key: Any, version: Any = "") -> Stored | None:
    """An object by its names; None if it cannot be one."""
    version = "" if version in (None, "null") else version
    if not (isinstance(bucket, str) and isinstance(key, str) and isinstance(version, str)):
        return None
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return None
    fine = _BUCKET.fullmatch(bucket) and _VERSION.fullmatch(version) and 0 < size <= MOST_KEY
    return Stored(bucket, key, version) if fine and "\0" not in key else None
