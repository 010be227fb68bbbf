"""An index in shards: proof that another implementation of `protocol.Index` can stand in for the live one.

In: entries, spread by source and item over live indexes. Out: their answers, merged. Next: the contract's
tests. One mapping says which shards there are, and is replaced whole; a shard has an ordinal of its own,
which is the lower part of its numbers, so that none is given twice.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, groupby
from typing import Any
from zlib import crc32

import numpy as np

from repit.foundation.hashes import Algorithm, Role
from repit.platform.gate.entries import Key, KnownEntry
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index.protocol import (
    MAX_NEIGHBOURS,
    Family,
    Holdings,
    Index,
    Near,
    VideoHoldings,
    Videos,
    View,
)
from repit_engine.align.ids import NUMBER_AT
from repit_engine.decision import unpacked
from repit_engine.moments import Moments
from repit_engine.types import HashArray, RangeResult

ORDINALS = 2**16


@dataclass(frozen=True)
class Shard:
    ordinal: int
    index: Index


@dataclass(frozen=True)
class ShardedView:
    """The shards of one moment, each by its own view."""

    shards: Mapping[int, View]

    @property
    def items(self) -> int:
        return sum(view.items for view in self.shards.values())

    @property
    def has_families(self) -> bool:
        return any(view.has_families for view in self.shards.values())

    @property
    def videos(self) -> "ShardedVideos":
        return ShardedVideos({ordinal: view.videos for ordinal, view in self.shards.items()})

    @property
    def replaced(self) -> int:
        return sum(view.replaced for view in self.shards.values())

    def search(self, queries: HashArray, radius: int) -> RangeResult:
        rows, ids, distances = [np.empty(0, np.int64)], [np.empty(0, np.uint64)], [np.empty(0, np.uint16)]
        truncated = np.zeros(len(queries), np.bool_)
        for ordinal, view in self.shards.items():
            found = view.search(queries, radius)
            numbers, slots = unpacked(found.ids)
            rows.append(np.repeat(np.arange(len(queries)), np.diff(found.lims)))
            ids.append((numbers * np.uint64(ORDINALS) + np.uint64(ordinal)) * np.uint64(256) + slots)
            distances.append(found.distances)
            truncated |= found.truncated
        row, hash_id, distance = (np.concatenate(arrays) for arrays in (rows, ids, distances))
        order = np.lexsort((hash_id, distance, row))
        first = np.searchsorted(row[order], np.arange(len(queries)))
        kept = order[np.arange(len(order)) - first[row[order]] < MAX_NEIGHBOURS]
        each = np.bincount(row, minlength=len(queries))
        lims = np.concatenate([[0], np.cumsum(np.minimum(each, MAX_NEIGHBOURS))]).astype(np.int64)
        return RangeResult(lims, hash_id[kept], distance[kept], truncated | (each > MAX_NEIGHBOURS))

    def families(self, numbers: Collection[int]) -> Mapping[int, Family]:
        return self._each(numbers, lambda view, some: view.families(some))

    def entries(self, numbers: Collection[int]) -> Mapping[int, KnownEntry]:
        return self._each(numbers, lambda view, some: view.entries(some))

    def _each(
        self, numbers: Collection[int], ask: Callable[[View, list[int]], Mapping[int, Any]]
    ) -> dict[int, Any]:
        """One call a shard."""
        answers = {}
        for ordinal, some in groupby(sorted(numbers, key=ordinal_of), key=ordinal_of):
            if ordinal in self.shards:
                local = [number // ORDINALS for number in some]
                answers.update(
                    (number * ORDINALS + ordinal, answer)
                    for number, answer in ask(self.shards[ordinal], local).items()
                )
        return answers


@dataclass(frozen=True)
class ShardedVideos:
    """The moments of each shard, under the numbers of the whole."""

    shards: Mapping[int, Videos]

    @property
    def videos(self) -> int:
        return sum(part.videos for part in self.shards.values())

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.shards.values())

    def search(self, queries: HashArray, radius: int) -> RangeResult:
        found = []
        for ordinal, part in self.shards.items():
            each = part.search(queries, radius)
            low = each.ids & np.uint64((1 << NUMBER_AT) - 1)
            numbers = (each.ids >> np.uint64(NUMBER_AT)) * np.uint64(ORDINALS) + np.uint64(ordinal)
            rows = np.repeat(np.arange(len(queries)), np.diff(each.lims))
            found += zip(
                rows.tolist(),
                each.distances.tolist(),
                (numbers << np.uint64(NUMBER_AT) | low).tolist(),
                strict=True,
            )
        found.sort()
        lims = np.searchsorted([row for row, _, _ in found], np.arange(len(queries) + 1)).astype(np.int64)
        ids = np.array([hash_id for _, _, hash_id in found], np.uint64)
        distances = np.array([distance for _, distance, _ in found], np.uint16)
        return RangeResult(lims, ids, distances, np.zeros(len(queries), np.bool_))

    def moments(self, number: int) -> Moments | None:
        part = self.shards.get(ordinal_of(number))
        return None if part is None else part.moments(number // ORDINALS)


def ordinal_of(number: int) -> int:
    return number % ORDINALS


class ShardedIndex:
    """`shards` for each source."""

    def __init__(self, shards: int = 3) -> None:
        self._count, self._ordinals = shards, count(1)
        self._shards: Mapping[str, tuple[Shard, ...]] = {}
        self._writing = threading.Lock()
        self._unread = Counter[str]()

    def warm_up(self) -> None:
        LiveIndex().warm_up()

    def close(self) -> None:
        for shard in self._all():
            shard.index.close()

    def replace_all(self, entries: Iterable[KnownEntry]) -> None:
        with self._writing:
            by_source: dict[str, list[KnownEntry]] = {}
            for entry in entries:
                by_source.setdefault(entry.source, []).append(entry)
            self._swap({source: self._filled(some) for source, some in by_source.items()})

    def replace(self, source: str, entries: Iterable[KnownEntry]) -> None:
        with self._writing:
            self._swap({**self._shards, source: self._filled(entries)})

    def apply(self, *entries: KnownEntry) -> None:
        with self._writing:
            for entry in entries:
                if entry.source not in self._shards:
                    self._shards = {**self._shards, entry.source: self._filled(())}
                self._of(entry.key).index.apply(entry)

    def drop(self, source: str) -> None:
        with self._writing:
            for shard in self._shards.get(source, ()):
                shard.index.drop(source)

    def note_unread(self, count: int, parts: int = 0) -> None:
        self._unread += Counter({"unreadable": count, "part-unreadable": parts})

    def view(self) -> View:
        return ShardedView({shard.ordinal: shard.index.view() for shard in self._all()})

    def within(self, queries: HashArray, radius: int, role: Role = "whole") -> list[Near]:
        found = [near for shard in self._all() for near in shard.index.within(queries, radius, role)]
        return sorted(found, key=lambda near: (near.row, near.distance))

    def same_files(self, digests: Iterable[tuple[Algorithm, bytes]]) -> list[KnownEntry]:
        return [
            entry for digest in digests for shard in self._all() for entry in shard.index.same_files([digest])
        ]

    def knows_files(self, algorithm: Algorithm) -> bool:
        return any(shard.index.knows_files(algorithm) for shard in self._all())

    def anchored(self, keys: Collection[Key]) -> Mapping[Key, HashArray]:
        nowhere = dict.fromkeys(keys, np.empty((0, 32), np.uint8))
        held = [key for key in keys if key.source in self._shards]
        return nowhere | {key: self._of(key).index.anchored([key])[key] for key in held}

    def names(self, source: str) -> set[str]:
        return set().union(*(shard.index.names(source) for shard in self._shards.get(source, ())))

    @property
    def holdings(self) -> Holdings:
        each = [shard.index.holdings for shard in self._all()]
        rejected = dict(self._unread)
        for holding in each:
            for reason, times in holding.rejected.items():
                rejected[reason] = rejected.get(reason, 0) + times
        return Holdings(
            sum(holding.items for holding in each),
            sum(holding.hashes for holding in each),
            rejected,
            sum((holding.videos for holding in each), VideoHoldings()),
        )

    def _all(self) -> Iterator[Shard]:
        return (shard for shards in tuple(self._shards.values()) for shard in shards)

    def _of(self, key: Key) -> Shard:
        return self._shards[key.source][crc32(key.item.encode()) % self._count]

    def _filled(self, entries: Iterable[KnownEntry]) -> tuple[Shard, ...]:
        parts: list[list[KnownEntry]] = [[] for _ in range(self._count)]
        for entry in entries:
            parts[crc32(entry.item.encode()) % self._count].append(entry)
        fresh = tuple(Shard(next(self._ordinals), LiveIndex()) for _ in parts)
        for shard, part in zip(fresh, parts, strict=True):
            shard.index.replace_all(part)
        return fresh

    def _swap(self, shards: Mapping[str, tuple[Shard, ...]]) -> None:
        before, self._shards, self._unread = set(self._all()), shards, Counter()
        for gone in before - set(self._all()):
            gone.index.close()
