"""What an index says of weaknesses. In: `audit_index`, `audit_npm`. Out: plain values. Next: `audit`."""

from collections.abc import Sequence
from typing import NamedTuple


class Known(NamedTuple):
    """One advisory on one part."""

    name: str
    version: str
    id: str
    aliases: Sequence[str] = ()
    fixed_in: Sequence[str] = ()


class Answer(NamedTuple):
    """`unknown` says in words what could not be known; empty where everything could."""

    what: str
    asked: int
    found: Sequence[Known]
    unknown: str = ""
