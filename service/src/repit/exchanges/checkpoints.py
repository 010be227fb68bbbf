"""Checkpoints: small JSON objects that a partner's client wrote and reads again.

In: text from the database. Out: whole numbers and words, or the default where it is not what was written.
Next: the clients. A checkpoint that cannot be read begins anew, which repeats much and loses nothing. Pure.
"""

import json


def read(text: str) -> dict[str, object]:
    """The object; empty where there is none."""
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def write(**values: int | str) -> str:
    """As text."""
    return json.dumps(values, separators=(",", ":"))


def number(source: dict[str, object], name: str, absent: int = 0) -> int:
    """A whole number from 0 up."""
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        return absent
    return value


def word(source: dict[str, object], name: str) -> str:
    """A text, empty where there is none."""
    value = source.get(name)
    return value if isinstance(value, str) else ""
