"""Whether the hotline is alive, and whether it can do its work.

In: nothing. Out: JSON; `/ready` answers 503 when the database cannot be written to, or keys are missing.
Next: supervisors, `repit demo`. Counts and times only, nothing of a person.
"""

from dataclasses import asdict, dataclass
from typing import Final, Literal

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from typing_extensions import TypedDict

from repit.exchanges import partners
from repit.foundation.clock import now
from repit.foundation.errors import SettingsRefused, Unavailable
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import operation
from repit.hotline.bank import feed, proving
from repit.hotline.bank.models import Feed
from repit.hotline.bank.unreadable import unreadable
from repit.hotline.feeds import feedback


class HealthAnswer(TypedDict):
    """The process answers."""

    alive: bool
    role: Literal["hotline"]


@dataclass(frozen=True, slots=True)
class ExchangeReport(partners.PartnerLag):
    """How a partner stands. `feedback_due`: opinions that it is still to be told."""

    feedback_due: int


class ReadyAnswer(TypedDict):
    """What the bank has, and how its partners stand. `unreadable_items`: living ones that do not open."""

    ready: bool
    role: Literal["hotline"]
    feed_id: str
    sequence: int
    exchanges: list[ExchangeReport]
    newest_change_age_seconds: float | None
    unreadable_items: int


_ALIVE: Final = Answer("Alive.", HealthAnswer)
_READY: Final = Answer("Ready.", ReadyAnswer)


@operation("GET", answers=(_ALIVE,))
def health(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """The process answers."""
    return _ALIVE({"alive": True, "role": "hotline"})


@operation("GET", answers=(_READY,))
def ready(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001
    """A write was tried and taken back, and the keys were tried. Raises `DatabaseUnavailable` or
    `Unavailable`, which are answered with 503."""
    with transaction.atomic():
        line = feed.locked()
        Feed.objects.filter(pk=line.pk).update(sequence=line.sequence)
        transaction.set_rollback(True)
    try:
        proving.prove()
    except SettingsRefused as refused:
        raise Unavailable(refused.message, refused.next_step) from None
    newest, due = feed.newest_change(), feedback.due()
    return _READY(
        {
            "ready": True,
            "role": "hotline",
            "feed_id": str(line.feed_id),
            "sequence": line.sequence,
            "exchanges": [
                ExchangeReport(**asdict(lag), feedback_due=due.get(lag.name, 0)) for lag in partners.lags()
            ],
            "newest_change_age_seconds": None
            if newest is None
            else round((now() - newest).total_seconds(), 3),
            "unreadable_items": unreadable(),
        }
    )
