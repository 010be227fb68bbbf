"""What the desk thinks of banked items, on its way to the banks they came from.

In: a review that is decided. Out: rows with a due time. Next: `workers.send_opinions` tells each bank through
its exchange, and tries again. A later decision on the same item replaces one that is not told yet.
"""

from datetime import datetime, timedelta
from typing import Final

from repit.foundation.clock import now
from repit.gate.policy import CANARY
from repit.gate.review.models import OutgoingOpinion, Review
from repit.gate.review.states import Outcome

MOST_ATTEMPTS: Final = 12
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=6)
_LEASE: Final = timedelta(minutes=2)
TOLD: Final = frozenset({"repit"})
"""Exchanges that are told. A hotline passes opinions on to the exchanges that it pulls from; a gate that
pulls from them itself knows their items by a digest only, and cannot name one to them."""
_VIEW: Final[dict[str, str]] = {"refuse": "blocked", "allow": "not_blocked"}


def note(review: Review, outcome: Outcome) -> None:
    """A row for the item that agreed best. A referral says nothing about anybody's picture."""
    decision = review.decision
    view = _VIEW.get(outcome)
    if view is None or not decision.item or decision.item == CANARY:
        return
    known = {"exchange": decision.exchange, "item": decision.item}
    OutgoingOpinion.objects.filter(state="due", **known).update(state="replaced")
    OutgoingOpinion.objects.create(
        review=review,
        opinion=view,
        due_at=now(),
        made_at=now(),
        state="due" if decision.exchange in TOLD else "given-up",
        trouble="" if decision.exchange in TOLD else "no way to tell it",
        **known,
    )


def claim(exchange: str) -> OutgoingOpinion | None:
    """One row that is due, held for two minutes; None where there is none."""
    for _ in range(10):
        row = OutgoingOpinion.objects.filter(state="due", exchange=exchange, due_at__lte=now()).first()
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


def failed(row: OutgoingOpinion, trouble: str, *, for_good: bool) -> None:
    """The bank did not take it: later again, or never."""
    state = "given-up" if for_good or row.attempts >= MOST_ATTEMPTS else "due"
    OutgoingOpinion.objects.filter(pk=row.pk, state="due").update(
        state=state, due_at=next_try(row.attempts), trouble=trouble[:40]
    )


def next_try(attempts: int) -> datetime:
    """30 seconds, a minute, two, … six hours at most."""
    waits: int = 2 ** min(max(attempts - 1, 0), 20)
    return now() + min(_LONGEST_WAIT, _FIRST_WAIT * waits)


def counts() -> dict[str, int]:
    """How many opinions are in each state."""
    states = ("due", "told", "replaced", "given-up")
    return {state: OutgoingOpinion.objects.filter(state=state).count() for state in states}
