"""Differences that are understood and left as they are, each with its reason.

In: an entry. Out: the reason, or none: unexplained. Next: `report`, and the test that wants none left over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drills.viewers.journal import Entry
from drills.viewers.judge import TURNED


@dataclass(frozen=True)
class Known:
    """`holds` says whether an entry is of this kind; `why` is printed beside it."""

    why: str
    holds: Callable[[Entry], bool]


KNOWN: Final = (
    Known(
        "Turned otherwise than the browser turns it: the gate compares all eight turns of an upload.",
        lambda entry: entry.kind == TURNED,
    ),
)


def reason(entry: Entry) -> str:
    """Why this difference stands; empty where nobody has said."""
    return next((known.why for known in KNOWN if known.holds(entry)), "")
