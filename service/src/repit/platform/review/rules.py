"""How urgent a review is, and which decisions one person may not take alone.

In: what a decision of the gate rests on. Out: a risk from 0 to 100, a due time, whether a second look is
needed. Next: `queue`, `deciding`. Pure.

Risk says how much harm waiting does: how surely the upload is what someone asked to be kept away. It orders
the queue; it decides nothing.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from repit.platform.review.states import Outcome

_OF_TIER: Final = {"exact": 90, "standard": 80, "orientation": 75, "altered": 65, "possible": 40}
_UNDECIDED: Final = 20
_INDICATOR: Final = 15
_MOST_CONFIRMATIONS: Final = 5
_URGENT: Final = 75


def risk(tier: str, confirmations: int, *, undecided: bool) -> int:
    """0 to 100."""
    if tier in _OF_TIER:
        return min(100, _OF_TIER[tier] + 2 * min(max(confirmations - 1, 0), _MOST_CONFIRMATIONS))
    return _UNDECIDED if undecided else _INDICATOR


def due(taken_in: datetime, hours: int, of_risk: int) -> datetime:
    """When someone must have decided: within `hours`, within a quarter of them where the risk is high."""
    return taken_in + timedelta(hours=hours / 4 if of_risk >= _URGENT else hours)


def basis(tier: str, *, undecided: bool) -> str:
    """On what a decision rests, in one word: a tier, `undecided` or `indicator`."""
    return tier or ("undecided" if undecided else "indicator")


def needs_second(outcome: Outcome, of: str, pairs: Collection[str], *, item: bool = False) -> bool:
    """Whether someone else must look: `pairs` holds `outcome:basis` (REPIT_REVIEW_SECOND_LOOK).

    `item`: the decision is about a banked item and not one upload alone. Then two look whatever they decide,
    unless the operator wants no second looks at all. A referral is never held up by a second look.
    """
    return outcome != "refer" and (f"{outcome}:{of}" in pairs or (item and bool(pairs)))
