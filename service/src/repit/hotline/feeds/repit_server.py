"""The bank's side of our own feed: what the bank holds, in the words of the wire, within what was granted.

In: a subscriber, a sequence. Out: pages and snapshots of the wire. Next: `hotline.web.feeds_api`.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, get_args

from repit.exchanges.repit.provenance_wire import SharedRoot
from repit.exchanges.repit.snapshot_wire import SnapshotHead, encode_snapshot
from repit.exchanges.repit.wire import Change, Entry, Page
from repit.foundation import videos
from repit.foundation.batches import batched
from repit.foundation.clock import now
from repit.foundation.hashes import Hash, Kind
from repit.hotline.bank import feed, feed_watch
from repit.hotline.bank.feed import Recorded
from repit.hotline.bank.types import Published
from repit.hotline.feeds import access, eligibility, provenance
from repit.hotline.feeds.keys import SYNC, Granted
from repit.hotline.feeds.provenance import Provenance

MAX_WAIT_SECONDS: Final = 25.0
_TOGETHER: Final = 500
HIDDEN: Final = "hidden-"
_MOST_HASHES: Final = 20_000
"""In one page, unless its first change alone has more: subscribers read no page without end."""


def wait_outside(after: int, wait_seconds: float) -> float:
    """How long a subscriber may wait outside for the first change after a sequence; 0 where it is there."""
    wait = min(wait_seconds, MAX_WAIT_SECONDS)
    return wait if wait > 0 and feed.head().sequence == after else 0.0


def page(who: Granted, after: int, wait_seconds: float, *, moments: bool = False) -> Page:
    """Changes after a sequence; where there are none yet, wait for the first of them. `moments`: with those
    of videos, for a client that reads them.

    A subscriber that is ahead of the feed (which came back from a backup, or is another) is answered at once
    with the smaller head, by which its client knows.
    """
    head = feed.head()
    wait = min(wait_seconds, MAX_WAIT_SECONDS)
    if head.sequence == after and wait > 0 and feed_watch.beyond(after, wait):
        head = feed.head()
    recorded = _enough(feed.changes_after(after, moments=moments))
    names = {change.item.item for change in recorded if change.item is not None}
    confirmed = eligibility.confirmed(who, names)
    origins = provenance.of(names) if SYNC in who.exchanges else {}
    changes = tuple(
        Change(change.sequence, change.at, _announced(change, who, confirmed, origins)) for change in recorded
    )
    newest = max(head.sequence, changes[-1].sequence if changes else 0)
    if changes:
        access.note(who.id, "repit", changes[0].sequence, changes[-1].sequence, len(changes))
    return Page(changes, newest, eligibility.feed_name(head.feed_id, who, moments=moments), now())


def _enough(recorded: list[Recorded]) -> list[Recorded]:
    """The first changes, as many as make a page."""
    hashes = 0
    for place, change in enumerate(recorded):
        hashes += len(change.item.hashes) if change.item is not None else 0
        if place and hashes > _MOST_HASHES:
            return recorded[:place]
    return recorded


def snapshot(who: Granted, block: int = 0, after: str = "", *, moments: bool = False) -> Iterator[bytes]:
    """Lines of the wire's snapshot, with a mark after each `block` entries; from behind `after` on, if given.

    The head is read first: what changes later is in the changes after it. Raises `NotFound` where `after` is
    no item.
    """
    head = feed.head()
    items = feed.everything(after, moments=moments)
    confirmed = eligibility.confirmed(who)
    lines = encode_snapshot(
        SnapshotHead(head.sequence, eligibility.feed_name(head.feed_id, who, moments=moments), now()),
        (
            _entry(item, who, confirmed, origins)
            for item, origins in _with_provenance(items, who)
            if _shown(item, who, confirmed, origins) and _readable(item, who)
        ),
        block,
    )
    return _noted(lines, who, head.sequence)


def _with_provenance(
    items: Iterator[Published], who: Granted
) -> Iterator[tuple[Published, Provenance | None]]:
    if SYNC not in who.exchanges:
        yield from ((item, None) for item in items)
        return
    for some in batched(items, _weight, most=_TOGETHER, heaviest=feed.MOST_BYTES):
        found = provenance.of({item.item for item in some})
        yield from ((item, found[item.item]) for item in some)


def _weight(item: Published) -> int:
    return len(item.moments)


def _noted(lines: Iterator[bytes], who: Granted, sequence: int) -> Iterator[bytes]:
    """Into the access log once the last line was taken: a snapshot that was cut brought nobody up to date."""
    count = 0
    for line in lines:
        count += 1
        yield line
    access.note(who.id, "repit snapshot", 1, sequence, count - 2)


def _announced(
    change: Recorded, who: Granted, confirmed: Collection[str], origins: Mapping[str, Provenance]
) -> Entry:
    """A change as this subscriber may hear of it. What is of a kind that it was not granted does not exist
    for it: the number of the change is told, under a name of no item, and nothing else.

    So it is with what cannot be read at present. A subscriber keeps what it holds of such an item: told as
    withdrawn, or without its hashes, it would be protected nowhere. What its origins have withdrawn is told
    all the same.
    """
    item = change.item
    if item is None or not eligibility.granted(item.kind, who):
        return _hidden(change.sequence, who)
    known = origins.get(item.item)
    if _shown(item, who, confirmed, known) and not _readable(item, who):
        return _hidden(change.sequence, who, known.gone if known else ())
    return _entry(item, who, confirmed, known)


def _hidden(sequence: int, who: Granted, gone: tuple[tuple[str, str], ...] = ()) -> Entry:
    kind = next(kind for kind in get_args(Kind) if kind in who.kinds)
    return Entry(f"{HIDDEN}{sequence}", "withdrawn", "picture", kind, "", 0, (), gone=gone)


def _readable(item: Published, who: Granted) -> bool:
    """Whether anything is left to tell of an item of which something does not open."""
    return item.state == "withdrawn" or item.whole or bool(_visible(item, who))


def _visible(item: Published, who: Granted) -> tuple[Hash, ...]:
    return tuple(hash_ for hash_ in item.hashes if hash_.role == "whole" or who.sees_anchored)


def _moments(item: Published, who: Granted) -> bytes:
    return item.moments if who.sees_anchored else videos.of_the_whole(item.moments)


def _entry(item: Published, who: Granted, confirmed: Collection[str], origins: Provenance | None) -> Entry:
    """An item of a kind that was granted, as this subscriber may see it."""
    shown = _shown(item, who, confirmed, origins)
    return Entry(
        item=item.item,
        state=item.state if shown else "withdrawn",
        media=item.media,
        kind=item.kind,
        origin=item.origin if shown else "",
        confirmations=item.confirmations if shown else 0,
        hashes=_visible(item, who) if shown else (),
        roots=tuple(SharedRoot(*root) for root in origins.roots) if origins and shown else (),
        gone=origins.gone if origins else (),
        asked=item.asked if shown else 0,
        moments=_moments(item, who) if shown else b"",
    )


def _shown(item: Published, who: Granted, confirmed: Collection[str], origins: Provenance | None) -> bool:
    """Numbers must not have gaps: what is not shown is told as withdrawn, a name without a hash."""
    if origins is not None and not (origins.roots and item.state != "withdrawn"):
        return False
    return eligibility.granted(item.kind, who) and eligibility.wanted(
        item.item, item.origin, item.confirmations, who, confirmed
    )
