"""When a platform's own people are asked about a banked item that refuses uploads here.

In: how often an item was refused here, objections, what was decided before. Out: whether to ask. Next:
`questions`. Pure; `bench.game` plays it (docs/en/game.md).

A flood costs moderators one look: everything that one item refuses is one question. The answer rests for a
while, however many object: whoever spreads a picture would otherwise ask until somebody errs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LOOK_AFTER: Final = 5
"""Refused uploads of one item in a day, each sender counted once, after which someone looks unasked."""
ANSWER_RESTS: Final = timedelta(days=7)
LONGEST_REST: Final = timedelta(days=90)
LOOKS_A_DAY: Final = 20
"""Questions that counts alone may put to the desk in a day; objections always may."""


@dataclass(frozen=True, slots=True)
class Stands:
    """How things stand with one item here: `refused` in a day, each sender once; `objections` since the last
    answer; `looks` so far; `answered_at`: when the last of them ended."""

    refused: int = 0
    objections: int = 0
    looks: int = 0
    answered_at: datetime | None = None


def asks(item: Stands, moment: datetime, today: int = 0) -> bool:
    """Whether the desk is asked now. `today`: questions that counts have put within a day.

    Once someone has looked, only objections ask again.
    """
    if item.answered_at is not None and moment < item.answered_at + rest(item.looks):
        return False
    if item.objections:
        return True
    return not item.looks and item.refused >= LOOK_AFTER and today < LOOKS_A_DAY


def rest(looks: int) -> timedelta:
    """For how long an answer stands: a week, two, four … three months."""
    doubled: timedelta = ANSWER_RESTS * 2 ** min(max(looks - 1, 0), 10)
    return min(LONGEST_REST, doubled)
