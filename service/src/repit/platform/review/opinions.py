"""What the desk thinks of banked items, on its way to the banks they came from.

In: a review that is decided. Out: rows with a due time. Next: `platform.loops.tell_banks` tells the hotline
whose feed is followed, or the exchange that the gate pulls from itself, and tries again. A later decision on
the same item replaces one that is not told yet.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from repit.foundation.clock import now
from repit.foundation.jobs.backoff import pause
from repit.platform.gate.entries import OF_AN_EXCHANGE
from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import SAME
from repit.platform.review.models import OutgoingOpinion, Review
from repit.platform.review.states import Outcome

MOST_ATTEMPTS: Final = 12
_FIRST_WAIT: Final = 30.0
_LONGEST_WAIT: Final = 6 * 3600.0
_LEASE: Final = timedelta(minutes=2)
_SURE: Final = frozenset({*SAME, "altered"})


def note(review: Review, outcome: Outcome, freed: Mapping[str, int | None]) -> None:
    """Rows for the items that were spoken of.

    Whoever refuses an upload that is surely an item's picture confirms that item. Whoever lets one upload go
    says nothing of any item; only of those that are let go with the picture itself (`freed`, with how much of
    each one's family agreed). A referral says nothing about anybody's picture.
    """
    decision = review.decision
    if outcome == "refuse" and decision.item and decision.item != CANARY and decision.tier in _SURE:
        _due(review, decision.item, "blocked", review.depths.get(decision.item))
    if outcome == "allow":
        for item, depth in freed.items():
            _due(review, item, "not_blocked", depth)


def _due(review: Review, item: str, view: str, depth: int | None) -> None:
    known = {"exchange": review.decision.exchange, "item": item}
    OutgoingOpinion.objects.filter(state="due", **known).update(state="replaced")
    OutgoingOpinion.objects.create(
        review=review, opinion=view, depth=depth, due_at=now(), made_at=now(), **known
    )


def claim(prefix: str = "") -> OutgoingOpinion | None:
    """One row that is due, held for two minutes; None where there is none.

    `prefix`: with which the names of one exchange's items begin; none for items of the hotline's feed.
    """
    due = OutgoingOpinion.objects.filter(state="due", due_at__lte=now())
    due = due.filter(item__startswith=prefix) if prefix else due.exclude(item__regex=OF_AN_EXCHANGE)
    for _ in range(10):
        row = due.order_by("due_at", "pk").first()
        if row is None:
            return None
        mine = OutgoingOpinion.objects.filter(pk=row.pk, state="due", due_at=row.due_at)
        if mine.update(due_at=now() + _LEASE, attempts=row.attempts + 1):
            row.attempts += 1
            return row
    return None


def told(row: OutgoingOpinion) -> None:
    """The bank has it."""
    OutgoingOpinion.objects.filter(pk=row.pk, state="due").update(state="told", told_at=now(), trouble="")


def failed(row: OutgoingOpinion, trouble: str, *, for_good: bool, seconds: float = 0.0) -> None:
    """The bank did not take it: later again, not before so many seconds; or never."""
    state = "given-up" if for_good or row.attempts >= MOST_ATTEMPTS else "due"
    due_at = max(next_try(row.attempts), now() + timedelta(seconds=seconds))
    OutgoingOpinion.objects.filter(pk=row.pk, state="due").update(
        state=state, due_at=due_at, trouble=trouble[:40]
    )


def give_up_orphans(prefixes: Collection[str]) -> int:
    """Nobody can be told of items of an exchange that is pulled from no more; how many opinions."""
    orphans = OutgoingOpinion.objects.filter(state="due", item__regex=OF_AN_EXCHANGE)
    for prefix in prefixes:
        orphans = orphans.exclude(item__startswith=prefix)
    return orphans.update(state="given-up", trouble="the exchange was removed")


def next_try(attempts: int) -> datetime:
    """30 seconds, a minute, two, … six hours at most."""
    return now() + timedelta(seconds=pause(attempts, _FIRST_WAIT, _LONGEST_WAIT))


def counts() -> dict[str, int]:
    """How many opinions are in each state."""
    states = ("due", "told", "replaced", "given-up")
    return {state: OutgoingOpinion.objects.filter(state=state).count() for state in states}
