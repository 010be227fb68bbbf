"""A submission made ready before the bank's lock is taken: sealed, marked, compared with what everyone has
seen.

In: submissions. Out: `Incoming`: rows that need only be written. Next: `admitting`, under the lock, which
checks again what may have changed meanwhile, and pays next to nothing for it. Whoever submits keeps nobody
waiting for the sealing of their hashes.

Two things may have changed: the keys by which items are found (once a week), and somebody may have taken a
slot for an item's keys that was drawn here too (by chance, seldom). What that concerns is sealed anew.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from repit.foundation.ids import random_key, token
from repit.hotline.bank import feed, keys, lookups, sealed, videos, widely_published
from repit.hotline.bank.keys import NONE, Pair
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, ItemHash, ItemMoments
from repit.hotline.bank.sealed import fingerprint, seal_hashes
from repit.hotline.bank.types import Submission


@dataclass(slots=True, repr=False)
class Incoming:
    """`item`, `hashes` and `moments` are rows not yet saved, used where the bank has no such item. `marks`:
    by what it may be found, the newest first. `famous`: close to a widely published picture, by the list as
    it was at `listed`."""

    submission: Submission
    item: Item
    famous: bool
    listed: bytes
    marks: tuple[bytes, ...] = ()
    hashes: list[ItemHash] = field(default_factory=list)
    moments: list[ItemMoments] = field(default_factory=list)
    pair: Pair = NONE
    known: tuple[int, ...] = ()
    """The keys by which items were found when it was marked."""

    @property
    def fingerprint(self) -> bytes:
        """By what it is found from now on."""
        return self.marks[0]

    @property
    def publishable(self) -> bool:
        """Whether subscribers could have any of it."""
        return any(hash_.publishable for hash_ in self.submission.hashes)

    def still_famous(self, listed: bytes) -> bool:
        """The same by the list as it is now; it is searched again only where it has grown."""
        if listed != self.listed:
            self.famous, self.listed = widely_published.near([self.submission]), listed
        return self.famous

    def mark(self, alive: Sequence[Lookup]) -> None:
        """Note by what it is found."""
        self.marks = tuple(fingerprint(self.submission, lookup) for lookup in alive)
        self.known = tuple(lookup.number for lookup in alive)

    def seal(self, slot: int, pair: Pair, lookup: Lookup) -> None:
        """Make its rows, under these keys."""
        item, hashes = self.item, self.submission.hashes
        item.slot, self.pair, item.found_by = slot, pair, lookup.number
        item.parts = sealed.parts(item.media, hashes)
        self.hashes = seal_hashes(item, hashes, pair, lookup)
        self.moments = videos.seal(item, self.submission.moments, pair)


def ready(submissions: Sequence[Submission]) -> list[Incoming]:
    """Seal and mark, without the lock; in the same order. Raises `SettingsRefused`."""
    if not submissions:
        return []
    listed, alive = widely_published.listed(), _alive()
    doubtful = widely_published.near(submissions)
    made = []
    for submission, (slot, pair) in zip(submissions, keys.draw(len(submissions)), strict=True):
        item = Item(id=random_key(), token=token(), media=submission.media, kind=submission.kind)
        coming = Incoming(submission, item, doubtful and widely_published.near([submission]), listed)
        coming.mark(alive)
        coming.seal(slot, pair, alive[0])
        made.append(coming)
    return made


def settle(some: Sequence[Incoming]) -> None:
    """Under the lock: see that each is marked by the keys that live now."""
    alive = lookups.alive()
    numbers = tuple(lookup.number for lookup in alive)
    for coming in some:
        if coming.known != numbers:
            coming.mark(alive)


def secure(fresh: Sequence[Incoming], beside: Collection[int | None] = ()) -> None:
    """Under the lock: see that each of these, which are about to be written, is sealed under keys that are
    nobody else's, and found by the newest key. `beside`: slots of others that are about to be written."""
    free = keys.still_free(
        {incoming.item.slot: incoming.pair for incoming in fresh if incoming.item.slot is not None}
    )
    lookup, taken, stale = lookups.newest(), set(beside), list[Incoming]()
    for coming in fresh:
        if coming.item.slot not in free or coming.item.slot in taken or coming.item.found_by != lookup.number:
            stale.append(coming)
        else:
            taken.add(coming.item.slot)
        coming.item.fingerprint = coming.fingerprint
    while stale:
        drawn = [(slot, pair) for slot, pair in keys.draw(len(stale)) if slot not in taken]
        for slot, pair in drawn:
            stale.pop().seal(slot, pair, lookup)
            taken.add(slot)


def _alive() -> tuple[Lookup, ...]:
    alive = lookups.alive()
    if not alive:
        with transaction.atomic():
            feed.locked()
            lookups.newest()
        alive = lookups.alive()
    return alive
