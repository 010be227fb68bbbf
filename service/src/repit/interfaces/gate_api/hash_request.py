"""A question without media: only hashes, computed elsewhere.

In: JSON `{"hashes": [{"algorithm": "pdq", "value": "64 hex digits"}]}`. Out: `KnownHash`es. Next:
`Inspector.inspect_hashes`.
"""

import json
from typing import Any, Final, get_args

from repit.foundation.errors import InputRefused, Text
from repit.gate.entries import LENGTHS, Algorithm, KnownHash

MAX_HASHES: Final = 100


def hashes_of(body: bytes) -> tuple[KnownHash, ...]:
    """The hashes asked about. Raises `InputRefused`, never repeating them."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise InputRefused(detail="not JSON") from None
    listed = document.get("hashes") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_HASHES:
        raise InputRefused(
            Text(f"One to {MAX_HASHES} hashes are needed.", f"Il faut une à {MAX_HASHES} empreintes.")
        )
    return tuple(_one(value) for value in listed)


def _one(value: Any) -> KnownHash:
    given = value if isinstance(value, dict) else {}
    for algorithm in get_args(Algorithm):
        if given.get("algorithm") == algorithm:
            return KnownHash(algorithm, "whole", _raw(given.get("value"), LENGTHS[algorithm]))
    raise InputRefused(
        Text("The algorithms are pdq, md5 and sha256.", "Les algorithmes sont pdq, md5 et sha256.")
    )


def _raw(value: Any, length: int) -> bytes:
    try:
        raw = bytes.fromhex(value) if isinstance(value, str) and len(value) == 2 * length else b""
    except ValueError:
        raw = b""
    if len(raw) != length:
        raise InputRefused(
            Text(
                "A hash is written in hexadecimal digits of its full length.",
                "Une empreinte s'écrit en chiffres hexadécimaux, à sa pleine longueur.",
            )
        )
    return raw
