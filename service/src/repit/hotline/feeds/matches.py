"""Matches that a subscriber reports, of what it may see and as much as one may say.

In: counts by item and window. Out: rows of the bank, of how many items they were. Next:
`hotline.bank.floods`, which asks a person where there are far too many.
"""

from collections.abc import Mapping
from datetime import datetime

from repit.hotline.bank import floods
from repit.hotline.feeds import caps, eligibility
from repit.hotline.feeds.keys import Granted


def report(who: Granted, counts: Mapping[str, int], begins: datetime, ends: datetime) -> int:
    """Take a report in; of how many items this subscriber may speak. Raises `InputRefused`,
    `caps.MovedTooMuch`."""
    seen = eligibility.visible(who, list(counts)).values_list("token", flat=True)
    mine = {token: counts[token] for token in seen}
    caps.spend(who, "matches", len(mine))
    taken = floods.report(who.name, mine, begins, ends)
    if taken.beyond:
        caps.raise_alarm(who, "matches")
    return taken.known
