"""The bank's side of our own feed: what the bank holds, in the words of the wire, within what was granted.

In: a subscriber, a sequence. Out: pages and snapshots of the wire. Next: `interfaces.exchange_api`.
"""

from collections.abc import Iterator
from typing import Final

from repit.bank import feed, waiting
from repit.bank.types import Published
from repit.exchange.repit.wire import Change, Entry, Page, SharedHash, SnapshotHead, encode_snapshot
from repit.exchange.subscribers import Granted
from repit.foundation.clock import now

MAX_WAIT_SECONDS: Final = 25.0


def page(who: Granted, after: int, wait_seconds: float) -> Page:
    """Changes after a sequence; where there are none yet, wait for the first of them.

    A subscriber that is ahead of the feed (which came back from a backup, or is another) is answered at once
    with the smaller head, by which its client knows.
    """
    head = feed.head()
    wait = min(wait_seconds, MAX_WAIT_SECONDS)
    if head.sequence == after and wait > 0 and waiting.beyond(after, wait):
        head = feed.head()
    changes = tuple(Change(c.sequence, c.at, _entry(c.item, who)) for c in feed.changes_after(after))
    newest = max(head.sequence, changes[-1].sequence if changes else 0)
    return Page(changes, newest, head.feed_id, now())


def snapshot(who: Granted) -> Iterator[bytes]:
    """Lines of the wire's snapshot. The head is read first: what changes later is in the changes after it."""
    head = feed.head()
    entries = (_entry(item, who) for item in feed.everything() if _wanted(item, who))
    return encode_snapshot(SnapshotHead(head.sequence, head.feed_id, now()), entries)


def _entry(item: Published, who: Granted) -> Entry:
    wanted = _wanted(item, who)
    return Entry(
        item=item.item,
        state=item.state if wanted else "withdrawn",
        media=item.media,
        kind=item.kind,
        origin=item.origin,
        confirmations=item.confirmations,
        hashes=tuple(
            SharedHash(s.algorithm, s.role, s.value, s.quality)
            for s in item.signals
            if wanted and (s.role == "whole" or who.sees_anchored)
        ),
    )


def _wanted(item: Published, who: Granted) -> bool:
    """Whether enough submissions stand behind an item for this subscriber; each one more is a change."""
    return item.confirmations >= who.min_confirmations
