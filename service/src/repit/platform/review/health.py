"""Whether people keep up with what waits for them.

In: reviews. Out: a finding, figures. Next: `foundation.health`, `foundation.metrics`.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from django.db.models import Min, Q, QuerySet

from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding, wing
from repit.foundation.metrics.figures import Figure, of, plain
from repit.platform.review.models import Review


def register() -> None:
    """As Django starts."""
    wing("gate").register("reviews", check, grave=False)
    of("gate").register("reviews", figures)


def check() -> Iterator[Finding]:
    """Reviews that should have been decided."""
    if late := _waiting().filter(due_at__lt=now()).count():
        yield Finding("reviews-overdue", _late(late), _LOOK, grave=False)


def figures() -> Iterable[Figure]:
    """A source for `/metrics`."""
    moment, waiting = now(), _waiting()
    oldest = waiting.aggregate(oldest=Min("taken_in_at"))["oldest"]
    since = 0.0 if oldest is None else max(0.0, (moment - oldest).total_seconds())
    yield plain("repit_gate_reviews_waiting", "Reviews that people still have to decide.", waiting.count())
    yield plain(
        "repit_gate_reviews_overdue", "Those whose hour is over.", waiting.filter(due_at__lt=moment).count()
    )
    yield plain("repit_gate_reviews_oldest_seconds", "Seconds for which the oldest has waited.", since)


def _waiting() -> QuerySet[Review]:
    moment = now()
    return Review.objects.exclude(state="decided").filter(
        Q(not_before__isnull=True) | Q(not_before__lte=moment)
    )


def _late(count: int) -> Text:
    return Text(f"Reviews that are overdue: {count}.", f"Examens en retard : {count}.")


_LOOK: Final = Text(
    "Somebody should open the desk at /staff/review/. If it happens often, add a moderator"
    " (`repit staff add`) or send less to review (`repit policy`).",
    "Quelqu’un devrait ouvrir le bureau, à /staff/review/. Si c’est fréquent, ajoutez un modérateur"
    " (`repit staff add`) ou envoyez-y moins (`repit policy`).",
)
