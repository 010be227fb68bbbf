"""A submission made ready before the bank's lock is taken: sealed, marked, compared with what everyone has
seen.

In: submissions. Out: `Incoming`: rows that need only be written. Next: `admitting`, under the lock, which
checks again what may have changed meanwhile, and pays next to nothing for it. Whoever submits keeps nobody
waiting for the sealing of their hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from repit.bank import widely_published
from repit.bank.models import Item, ItemHash
from repit.bank.sealed import fingerprint, seal_signal
from repit.bank.types import Submission
from repit.foundation.ids import random_key, token


@dataclass(slots=True, repr=False)
class Incoming:
    """`item` and `hashes` are rows not yet saved, used where the bank has no such item. `famous`: close to a
    widely published picture, by the list as it was at `listed`."""

    submission: Submission
    fingerprint: bytes
    item: Item
    hashes: list[ItemHash]
    famous: bool
    listed: bytes

    @property
    def publishable(self) -> bool:
        """Whether subscribers could have any of it."""
        return any(signal.publishable for signal in self.submission.signals)

    def still_famous(self, listed: bytes) -> bool:
        """The same by the list as it is now; it is searched again only where it has grown."""
        if listed != self.listed:
            self.famous, self.listed = widely_published.near(self.submission.signals), listed
        return self.famous


def ready(submissions: Sequence[Submission]) -> list[Incoming]:
    """Seal and mark, without the lock; in the same order."""
    listed = widely_published.listed()
    doubtful = widely_published.near(signal for one in submissions for signal in one.signals)
    made = []
    for one in submissions:
        item = Item(id=random_key(), token=token(), media=one.media, kind=one.kind)
        item.fingerprint = fingerprint(one)
        made.append(
            Incoming(
                one,
                item.fingerprint,
                item,
                [seal_signal(item, signal) for signal in dict.fromkeys(one.signals)],
                doubtful and widely_published.near(one.signals),
                listed,
            )
        )
    return made
