"""What happens to items in one turn at the bank's lock, noted in its order and written at once.

In: steps, changes, counts, withdrawals by origins. Out: rows of the feed, of items' lives, of the audit, and
tombstones. Next: `feed`, which serves them. A change has its number as soon as it is noted: nobody else
counts while the lock is held.
"""

from typing import Final

from repit.foundation import audit
from repit.foundation.audit import Entry
from repit.foundation.clock import day, now
from repit.hotline.bank import feed
from repit.hotline.bank.models import Change, Feed, Item, Tombstone, Transition
from repit.hotline.bank.states import by_day_only

_ROWS: Final = 500


class Journal:
    """Of one turn. Rows of new items are written before `write` is called."""

    def __init__(self, line: Feed) -> None:
        self._line = line
        self._changes = list[Change]()
        self._steps = list[Transition]()
        self._audited = list[Entry]()
        self._tombstones = dict[tuple[str, str, str], Tombstone]()

    def announce(self, item: Item) -> int:
        """Subscribers are to look at this item again; the number of the change."""
        change = feed.count(self._line, item)
        self._changes.append(change)
        return change.sequence

    def step(self, item: Item, before: str, after: str, actor: str, reason: str, *, announced: bool) -> None:
        """An item has taken a step; whether subscribers hear of it."""
        at = day() if by_day_only(before, after) else now()
        sequence = self.announce(item) if announced else None
        self._steps.append(
            Transition(
                item=item, before=before, after=after, at=at, actor=actor, reason=reason, sequence=sequence
            )
        )

    def audit(self, actor: str, action: str, item: Item, reason: str) -> None:
        """What is to be shown later, and not rewritten."""
        self._audited.append(Entry(actor, action, item.token, reason))

    def entomb(self, installation: str, token: str, item: str) -> None:
        """Its origin has withdrawn this; `item`: by its token the item here that held it, or nothing."""
        key = installation, token, item
        self._tombstones.setdefault(
            key, Tombstone(installation=installation, token=token, item=item, at=day())
        )

    def write(self) -> None:
        """Write down what was noted; once."""
        feed.write(self._line, self._changes)
        Transition.objects.bulk_create(self._steps, batch_size=_ROWS)
        audit.record_all(self._audited)
        Tombstone.objects.bulk_create(self._tombstones.values(), batch_size=_ROWS, ignore_conflicts=True)
