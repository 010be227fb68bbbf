"""Pull from another hotline: its feed, with provenance.

In: an address and a key that was granted "sync", a checkpoint. Out: batches. Next: `exchanges.pulling`.

The same feed that gates follow: a snapshot, then changes by number, so no clock is involved. What came from
here, or by more hotlines than the limit, is not taken. A change that cannot be read may be a withdrawal, so
the next snapshot is read instead, and what it does not have has gone.
"""

from collections.abc import Collection, Generator, Iterator
from dataclasses import replace
from typing import Final

from repit.exchanges import checkpoints
from repit.exchanges.records import (
    Batch,
    GivenOpinion,
    Pulled,
    PulledRoot,
    Rejected,
    all_show_something,
    assumed,
)
from repit.exchanges.repit.client import FeedClient
from repit.exchanges.repit.provenance_wire import MAX_HOPS
from repit.exchanges.repit.wire import Entry, RejectedEntry
from repit.exchanges.retrying import Wait, ask, pause
from repit.foundation.batches import batched
from repit.foundation.errors import FeedForeign, FeedGap, InputRefused, Text, WireRefused

ADDRESS: Final = ""
CREDENTIALS: Final = ("key",)
MORE_CREDENTIALS: Final = ("hops",)
EVERY_SECONDS: Final = 2
HOPS: Final = 3
TOGETHER: Final = 500
TOGETHER_BYTES: Final = 8 * 1024**2
MAX_PAGES: Final = 10_000


class HotlineClient:
    """One other hotline."""

    def __init__(
        self,
        address: str,
        credentials: dict[str, str],
        *,
        allow: Collection[str] | None = None,
        wait: Wait = pause,
    ) -> None:
        hops = credentials.get("hops", str(HOPS))
        if not (hops.isascii() and hops.isdigit() and 1 <= int(hops[:4]) <= MAX_HOPS):
            raise InputRefused(Text(f"Hops run from 1 to {MAX_HOPS}.", f"Les sauts vont de 1 à {MAX_HOPS}."))
        self._hops, self._wait = int(hops), wait
        self._feed = FeedClient(address, credentials.get("key", ""), allow=allow)

    def close(self) -> None:
        """Close every connection."""
        self._feed.close()

    def batches(self, checkpoint: str) -> Iterator[Batch]:
        """See `records.Puller`."""
        held = checkpoints.read(checkpoint)
        self._feed.feed_id = checkpoints.word(held, "feed") or None
        sequence = checkpoints.number(held, "sequence")
        if self._feed.feed_id is None:
            sequence = yield from self._snapshot(checkpoint)
        anew = False
        for _ in range(MAX_PAGES):
            try:
                page = self._feed.changes(sequence, 0)
            except (FeedForeign, FeedGap):
                if anew:
                    raise
                page = None
            if page is None or page.lacks_changes:
                if anew:
                    raise WireRefused(detail="a change that cannot be read behind a fresh snapshot")
                anew = True
                sequence = yield from self._snapshot(checkpoint)
                continue
            if page.through is None:
                return
            records, rejected = self._read([change.entry for change in page.changes])
            sequence = page.through
            done = checkpoints.write(feed=page.feed_id, sequence=sequence)
            yield Batch(records, done, rejected + _parts(page.rejected), last=sequence >= page.head)
            withdrawn = [change.entry.item for change in page.changes if change.entry.state == "withdrawn"]
            self._feed.acknowledge(sequence, withdrawn)
            if sequence >= page.head:
                return

    def _snapshot(self, checkpoint: str) -> Generator[Batch, None, int]:
        self._feed.feed_id = None
        sequence, entries = self._feed.snapshot()
        for some in batched(entries, _weight, most=TOGETHER, heaviest=TOGETHER_BYTES):
            records, rejected = self._read(some)
            yield Batch(records, checkpoint, rejected, whole=True)
        done = checkpoints.write(feed=self._feed.feed_id or "", sequence=sequence)
        yield Batch((), done, _rejected(self._feed.rejected), whole=True, last=True)
        self._feed.acknowledge(sequence)
        return sequence

    def _read(self, entries: list[Entry]) -> tuple[tuple[Pulled, ...], tuple[Rejected, ...]]:
        records: list[Pulled] = []
        rejected: list[Rejected] = []
        for entry in entries:
            moments = entry.moments
            if moments and not all_show_something(moments):
                rejected.append(Rejected(f"item {entry.item}", "moments of a flat picture"))
                moments = b""
            try:
                records.append(self._record(entry, moments))
            except WireRefused as refused:
                rejected.append(Rejected(f"item {entry.item}", refused.detail))
                records.append(Pulled(entry.item, "withdrawn"))
        return tuple(records), tuple(rejected)

    def _record(self, entry: Entry, moments: bytes) -> Pulled:
        if entry.state == "withdrawn":
            return Pulled(entry.item, "withdrawn", gone=entry.gone)
        if not entry.roots:
            # Without it neither could tell its own from the other's, and nothing would ever be withdrawn.
            raise WireRefused(detail='without provenance: the other hotline must grant "sync"')
        near = [root for root in entry.roots if len(root.path) <= self._hops]
        if not near:
            return Pulled(entry.item, "withdrawn", gone=entry.gone)
        hashes = tuple(
            replace(hash_, quality=assumed(hash_.algorithm)) if hash_.quality is None else hash_
            for hash_ in entry.hashes
        )
        roots = tuple(PulledRoot(root.installation, root.token, root.path) for root in near)
        return Pulled(entry.item, entry.state, entry.media, hashes, entry.kind, roots, entry.gone, moments)

    def give_opinion(self, opinion: GivenOpinion) -> None:
        """See `records.Puller`."""
        ask(lambda: self._feed.give_opinion(opinion.name, opinion.view), self._wait)


def _weight(entry: Entry) -> int:
    return len(entry.moments)


def _parts(unread: tuple[RejectedEntry, ...]) -> tuple[Rejected, ...]:
    return tuple(Rejected(f"change {part.sequence}, a part of it", part.reason) for part in unread)


def _rejected(unread: list[RejectedEntry]) -> tuple[Rejected, ...]:
    return tuple(
        Rejected(f"snapshot, record rejected {place}", entry.reason) for place, entry in enumerate(unread, 1)
    )
