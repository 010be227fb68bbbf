"""One generation of everything an index in memory holds; a snapshot brings the next.

In: batches of `KnownEntry`. Out: what `protocol.View` promises. Next: `live`, which gives it to readers and
lets one writer at a time change it.

A change puts an item's new hashes in under a fresh number before it takes the old ones out.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from repit.foundation.hashes import ROLES, Algorithm, Hash, Role
from repit.platform.gate.entries import Key, KnownEntry
from repit.platform.gate.index.protocol import ANCHORED, MAX_NEIGHBOURS, Family
from repit_engine.align import VideoIndex
from repit_engine.decision import packed_id
from repit_engine.errors import MomentsRefused
from repit_engine.live import LiveIndex as Hashes
from repit_engine.moments import Moments, from_bytes, to_bytes
from repit_engine.types import HASH_BYTES, HashArray, IdArray, RangeResult

_HURRIED: Final = 3


class Rejected(Exception):
    """Why an entry is not searched; its text is a short code."""


@dataclass(slots=True)
class Generation:
    """`next_number` gives numbers, each once, over all generations of an index."""

    next_number: Callable[[], int]
    hashes: Hashes = field(default_factory=Hashes)
    videos: VideoIndex = field(default_factory=VideoIndex)
    """What videos show, by the numbers of their items."""
    raw: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    """All perceptual hashes of an item in the order of their slots, and how many are standard ones."""
    files: dict[Algorithm, dict[bytes, set[int]]] = field(default_factory=dict)
    digests: dict[int, tuple[tuple[Algorithm, bytes], ...]] = field(default_factory=dict)
    known: dict[int, KnownEntry] = field(default_factory=dict)
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    """By source and item."""
    rejected: dict[Key, str] = field(default_factory=dict)
    unread: int = 0
    """Records that could not be read at all; and hashes and moments of others."""
    unread_parts: int = 0
    replaced: int = 0
    changing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def items(self) -> int:
        """See `protocol.View`."""
        return sum(map(len, tuple(self.numbers.values())))

    @property
    def has_families(self) -> bool:
        """See `protocol.View`."""
        return bool(self.raw)

    def search(self, queries: HashArray, radius: int) -> RangeResult:
        """See `protocol.View`.

        A search that began before an item's new hashes were in and ended after its old ones were out would
        miss it, and is repeated.
        """
        for _ in range(_HURRIED):
            before = self.replaced
            found = self.hashes.range_search(queries, radius, MAX_NEIGHBOURS)
            if self.replaced == before:
                return found
        with self.changing:
            return self.hashes.range_search(queries, radius, MAX_NEIGHBOURS)

    def families(self, numbers: Collection[int]) -> Mapping[int, Family]:
        """See `protocol.View`."""
        raw = self.raw.get
        return {number: _family(*held) for number in numbers if (held := raw(number)) is not None}

    def entries(self, numbers: Collection[int]) -> Mapping[int, KnownEntry]:
        """See `protocol.View`."""
        known = self.known.get
        return {number: entry for number in numbers if (entry := known(number)) is not None}

    def number(self, key: Key) -> int | None:
        """Under which the state of an item is held now."""
        return self.numbers.get(key.source, {}).get(key.item)

    # --- writing, by one thread at a time -----------------------------------------------------------------

    def take_in(self, entries: Iterable[KnownEntry]) -> None:
        """Add entries of which none is held, no two of one item, all their hashes together."""
        values: list[bytes] = []
        ids: list[IdArray] = []
        videos: list[tuple[int, Moments]] = []
        for entry in entries:
            if entry.state == "withdrawn":
                continue
            try:
                moments = self._moments(entry)
                _check(entry, moments)
            except Rejected as reason:
                self.rejected[entry.key] = str(reason)
                continue
            number = self.next_number()
            whole, anchored = (_values(entry, role) for role in ROLES)
            self.known[number] = replace(entry, hashes=(), record="", moments=b"")
            self.numbers.setdefault(entry.source, {})[entry.item] = number
            if whole or anchored:
                raw = b"".join((*whole, *anchored))
                self.raw[number] = raw, len(whole)
                values.append(raw)
                ids.append(packed_id(number, 0) + _slots(len(whole), len(anchored)))
            if moments is not None:
                videos.append((number, moments))
            digests = tuple((known.algorithm, known.value) for known in entry.hashes if not known.perceptual)
            if digests:
                self.digests[number] = digests
            for algorithm, digest in digests:
                self.files.setdefault(algorithm, {}).setdefault(digest, set()).add(number)
        if values:
            hashes = np.frombuffer(b"".join(values), np.uint8).reshape(-1, HASH_BYTES)
            self.hashes.add(np.concatenate(ids).astype(np.uint64), hashes)
        self.videos.add_many(videos)

    def _moments(self, entry: KnownEntry) -> Moments | None:
        """Of a video. Where they cannot be read its other hashes are searched all the same, and that is
        noted."""
        if not entry.moments:
            return None
        try:
            return from_bytes(entry.moments) or None
        except MomentsRefused:
            self.rejected[entry.key] = "unreadable-moments"
            return None

    def let_go(self, key: Key) -> int | None:
        """Hold an item under its number no longer; what is left of it is to be forgotten."""
        self.rejected.pop(key, None)
        return self.numbers.get(key.source, {}).pop(key.item, None)

    def forget(self, number: int) -> None:
        """Take out what was held under a number."""
        # The hashes first: a search that still found one of them is repeated, and must then find it gone.
        raw = self.raw.get(number)
        if raw is not None:
            self.hashes.remove(packed_id(number, 0) + _family(*raw).slots)
            del self.raw[number]
        self.videos.remove(number)
        self.known.pop(number, None)
        for algorithm, digest in self.digests.pop(number, ()):
            files = self.files.get(algorithm, {})
            files.get(digest, set()).discard(number)
            if not files.get(digest):
                files.pop(digest, None)

    def kept_from(self, source: str) -> Iterator[KnownEntry]:
        """Entries of every other source with their hashes, whose qualities are forgotten."""
        for other, numbers in self.numbers.items():
            if other != source:
                for number in numbers.values():
                    moments = self.videos.moments(number)
                    blob = b"" if moments is None else to_bytes(moments)
                    yield replace(self.known[number], hashes=self._hashes(number), moments=blob)

    def close(self) -> None:
        """End the work in the background; whoever still searches goes on."""
        self.hashes.close()
        self.videos.close()

    def _hashes(self, number: int) -> tuple[Hash, ...]:
        raw, whole = self.raw.get(number, (b"", 0))
        values = [raw[begin : begin + HASH_BYTES] for begin in range(0, len(raw), HASH_BYTES)]
        families = [Hash("pdq", ROLES[at >= whole], value) for at, value in enumerate(values)]
        files = [Hash(algorithm, "whole", digest) for algorithm, digest in self.digests.get(number, ())]
        return (*families, *files)


def _family(raw: bytes, whole: int) -> Family:
    hashes = np.frombuffer(raw, np.uint8).reshape(-1, HASH_BYTES)
    return Family(hashes, _slots(whole, len(hashes) - whole))


def _slots(whole: int, anchored: int) -> IdArray:
    return np.concatenate([np.arange(whole), np.arange(ANCHORED, ANCHORED + anchored)]).astype(np.uint64)


def _values(entry: KnownEntry, role: Role) -> list[bytes]:
    return [known.value for known in entry.hashes if _searched(known) and known.role == role]


def _searched(known: Hash) -> bool:
    return known.perceptual and known.publishable


def _check(entry: KnownEntry, moments: Moments | None) -> None:
    if not entry.hashes and not entry.moments:
        raise Rejected("no-hash")
    if moments is None and not entry.hashes:
        raise Rejected("unreadable-moments")
    if moments is None and not any(_searched(known) or not known.perceptual for known in entry.hashes):
        raise Rejected("low-quality")
    if any(len(_values(entry, role)) > ANCHORED for role in ROLES):
        raise Rejected("too-many-hashes")
