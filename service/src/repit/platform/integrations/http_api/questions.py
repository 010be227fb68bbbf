"""A question without media: hashes computed elsewhere, or the address of a picture.

In: JSON `{"hashes": [{"algorithm": "pdq", "value": "64 hex digits"}]}` or `{"url": "https://…"}`. Out:
`Hash`es, or the address. Next: `Inspector.inspect`, `repit.platform.gate.fetching`.
"""

import json
from typing import Any, Final

from repit.foundation.errors import InputRefused, Text
from repit.foundation.hashes import ALGORITHMS, FORMS, Hash

MAX_HASHES: Final = 100
MAX_URL: Final = 2048


def question_of(body: bytes) -> tuple[Hash, ...] | str:
    """The hashes asked about, or an address. Raises `InputRefused`, never repeating them."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise InputRefused(detail="not JSON") from None
    asked = document if isinstance(document, dict) else {}
    if "url" in asked:
        return _address(asked)
    return _hashes(asked.get("hashes"))


def _address(asked: dict[str, Any]) -> str:
    url = asked["url"]
    if not isinstance(url, str) or not 0 < len(url) <= MAX_URL or "hashes" in asked:
        raise InputRefused(
            Text(
                f"One address of at most {MAX_URL} characters is needed, and nothing else.",
                f"Il faut une seule adresse d'au plus {MAX_URL} caractères, et rien d'autre.",
            )
        )
    return url


def _hashes(listed: Any) -> tuple[Hash, ...]:
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_HASHES:
        raise InputRefused(
            Text(f"One to {MAX_HASHES} hashes are needed.", f"Il faut une à {MAX_HASHES} empreintes.")
        )
    return tuple(_one(value) for value in listed)


def _one(value: Any) -> Hash:
    given = value if isinstance(value, dict) else {}
    for algorithm in ALGORITHMS:
        if given.get("algorithm") == algorithm:
            return Hash(algorithm, "whole", _raw(given.get("value"), FORMS[algorithm].length))
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
