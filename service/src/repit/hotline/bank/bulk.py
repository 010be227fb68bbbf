"""Many items at once: a bank that moves in.

In: submissions. Out: the same rows that one submission after another would leave, some hundreds a
transaction, made ready before the bank's lock is taken so that people who submit meanwhile wait little.
Next: `feed`. An item that the bank already holds is left as it is, so that an import that was cut may be
started again from the beginning.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction

from repit.foundation import audit
from repit.foundation.batches import batched
from repit.hotline.bank import admitting, feed, incoming
from repit.hotline.bank.admitting import Way
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.types import Submission

BATCH: Final = 100
BATCH_BYTES: Final = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class Loaded:
    """How far an import is: new items that subscribers hear of, that wait for a person, and those known."""

    active: int = 0
    received: int = 0
    known: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(self.active + other.active, self.received + other.received, self.known + other.known)


def load(
    submissions: Iterable[Submission],
    *,
    actor: str,
    reason: str,
    publish: bool,
    origin: str | None = None,
) -> Iterator[Loaded]:
    """Take submissions in; after each transaction, what it brought. Ends when there are no more."""
    source = iter(submissions)
    way = Way(actor, origin or settings.REPIT_ORIGIN, publish, own=True, received=reason, published=reason)
    for batch in batched(source, _weight, most=BATCH, heaviest=BATCH_BYTES):
        made = incoming.ready(batch)
        with transaction.atomic():
            done = _take(made, way)
            audit.record(actor, "bank.import", "", f"{done.active + done.received} items: {reason}"[:200])
        yield done


def _weight(submission: Submission) -> int:
    return len(submission.moments)


def _take(batch: list[Incoming], way: Way) -> Loaded:
    line = feed.locked()
    incoming.settle(batch)
    living = admitting.living(line, batch)
    fresh = {coming.fingerprint: coming for coming in batch if coming.fingerprint not in living}
    made = admitting.write(line, list(fresh.values()), way)
    for coming in batch:
        item = living.get(coming.fingerprint)
        if (
            item is not None
            and admitting.lift(line, item, coming)
            and way.publish
            and item.state == "received"
        ):
            admitting.let_out(line, item, coming, way)
    active = sum(item.state == "active" for item in made)
    return Loaded(active, len(made) - active, len(batch) - len(made))
