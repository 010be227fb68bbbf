"""Which counts may be shown, and how exactly. Pure.

In: a count. Out: what is shown of it. Next: `counting`, which writes nothing else down.

Counts go down to whole tens, so that one submission more or less does not show, and what is below ten is not
told from nothing. Copies and waiting times are shown only where they come from ten pictures or ten people or
more: a large number of copies of one picture would speak of one person.
"""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

STEP: Final = 10
FEW: Final = 0
"""What stands for a count that is too small to be shown."""


def shown(count: int, *, of: int | None = None) -> int:
    """The count in whole tens, `FEW` below ten; `of`: how many different ones it comes from."""
    if of is not None and of < STEP:
        return FEW
    return count // STEP * STEP


def half_within(days: Sequence[int]) -> int | None:
    """Within how many whole days half of them were done; None where too few were."""
    return math.ceil(median(days)) if len(days) >= STEP else None
