"""The life of an item, as a table.

In: a state and the state asked for. Out: whether that step exists, and whether subscribers hear of it. Next:
`items`, which leaves a row for each step taken. Pure.
"""

from typing import Final, NamedTuple

from repit.hotline.bank import refusals
from repit.hotline.bank.types import State


class Step(NamedTuple):
    """What a transition means."""

    about: str
    announced: bool
    """Whether it goes into the feed (for an item that subscribers know of)."""


TRANSITIONS: Final[dict[tuple[State, State], Step]] = {
    ("received", "active"): Step("published", True),
    ("received", "withdrawn"): Step("withdrawn before anyone saw it", False),
    ("active", "disputed"): Step("put in doubt: subscribers keep it apart", True),
    ("disputed", "active"): Step("the doubt is settled", True),
    ("active", "withdrawn"): Step("everyone must forget it", True),
    ("disputed", "withdrawn"): Step("everyone must forget it", True),
    ("withdrawn", "erased"): Step("its hashes are gone here too", False),
}
LIVE: Final[tuple[State, ...]] = ("received", "active", "disputed")
SHARED: Final[tuple[State, ...]] = ("active", "disputed")


def by_day_only(before: str, after: str) -> bool:
    """Whether only the day of a step is kept. Doubts and their end are decided by gates, subscribers and
    staff, and are compared with their reports; all else may be what a person did just now."""
    return "disputed" not in (before, after) or after == "withdrawn"


def step(name: str, before: State, after: State) -> Step:
    """The transition of an item from one state to another. Raises `TransitionRefused`."""
    try:
        return TRANSITIONS[before, after]
    except KeyError:
        raise refusals.stands(name, before, detail=f"{before} to {after}") from None
