"""What the desk thinks of banked items, on its way to the banks they came from.

In: a review that is decided. Out: rows with a due time. Next: `platform.loops.tell_banks` tells the hotline
whose feed is followed, or the exchange that the gate pulls from itself, and tries again. A later decision on
the same item replaces one that is not told yet.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from django.db.models import Q

from repit.foundation.clock import now
from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.claims import Claims
from repit.platform.gate.entries import FEED
from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import SAME
from repit.platform.review.models import OutgoingOpinion, Review
from repit.platform.review.states import Outcome

MOST_ATTEMPTS: Final = 12
_claims: Final = Claims(
    OutgoingOpinion.objects.filter(state="due"),
    timedelta(minutes=2),
    Backoff(30.0, 6 * 3600.0),
    most=MOST_ATTEMPTS,
    given_up=lambda: {"state": "given-up"},
)
_SURE: Final = frozenset({*SAME, "altered"})


def note(review: Review, outcome: Outcome, freed: Mapping[str, int | None]) -> None:
    """Rows for the items that were spoken of.

    Whoever refuses an upload that is surely an item's picture confirms that item. Whoever lets one upload go
    says nothing of any item; only of those that are let go with the picture itself (`freed`, with how much of
    each one's family agreed). A referral says nothing about anybody's picture.
    """
    decision = review.decision
    if outcome == "refuse" and decision.item and decision.item != CANARY and decision.tier in _SURE:
        _due(review, decision.item, decision.source, "blocked", review.depths.get(decision.item))
    if outcome == "allow":
        sources = {decision.item: decision.source, **decision.sources()}
        for item, depth in freed.items():
            _due(review, item, sources.get(item, FEED), "not_blocked", depth)


def _due(review: Review, item: str, source: str, view: str, depth: int | None) -> None:
    _claims.call_off(Q(source=source, item=item), state="replaced")
    OutgoingOpinion.objects.create(
        review=review,
        exchange=review.decision.exchange,
        source=source,
        item=item,
        opinion=view,
        depth=depth,
        due_at=now(),
        made_at=now(),
    )


def claim(source: str = FEED) -> OutgoingOpinion | None:
    """One row that is due, held for two minutes; None where there is none.

    `source`: of which exchange that is followed without a hotline; `FEED` for items of the hotline's feed.
    """
    return _claims.claim(Q(source=source))


def answered(row: OutgoingOpinion) -> bool:
    """The bank has it; whether it was still ours to tell."""
    return _claims.end(row, state="answered", answered_at=now())


def failed(row: OutgoingOpinion, trouble: str, *, for_good: bool, seconds: float = 0.0) -> bool:
    """The bank did not take it: later again, not before so many seconds; or never. Whether it was still
    ours."""
    return _claims.fail(row, trouble, for_good=for_good, at_least_seconds=seconds)


def give_up_orphans(sources: Collection[str]) -> int:
    """Nobody can be told of items of an exchange that is pulled from no more; how many opinions."""
    orphans = ~Q(source__in=[FEED, *sources])
    return _claims.call_off(orphans, state="given-up", trouble="the exchange was removed")


def counts() -> dict[str, int]:
    """How many opinions are in each state."""
    states = ("due", "answered", "replaced", "given-up")
    return {state: OutgoingOpinion.objects.filter(state=state).count() for state in states}
