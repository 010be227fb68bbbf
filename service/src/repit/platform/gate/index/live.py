"""The index of one process, in memory, changing while it is asked.

In: `KnownEntry`, one page of changes after another, or all of a source at once. Out: what `protocol.Index`
promises. Next: `assembly` gives it to the gate.
"""

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, count
from typing import Final

import numpy as np

from repit.foundation.hashes import Algorithm, Role
from repit.platform.gate.entries import Key, KnownEntry
from repit.platform.gate.index.generation import Generation
from repit.platform.gate.index.protocol import ANCHORED, Holdings, Near, VideoHoldings, View
from repit_engine.align import VideoIndex
from repit_engine.decision import unpacked
from repit_engine.live import LiveIndex as Hashes
from repit_engine.types import HASH_BYTES, HashArray

_LOAD: Final = 32_768
_NONE: Final = np.empty((0, HASH_BYTES), np.uint8)


class LiveIndex:
    """An `Index`: writers take turns, readers never wait. What is not said here, `protocol` says."""

    def __init__(self) -> None:
        self._next_number = count(1).__next__
        self._now = Generation(self._next_number)
        self._writing = threading.Lock()

    def warm_up(self) -> None:
        """Load the kernels of the search."""
        index, row = Hashes(), np.zeros((1, HASH_BYTES), np.uint8)
        index.add(np.ones(1, np.uint64), row)
        index.range_search(row, 0, 1)
        index.range_search(np.zeros((2, HASH_BYTES), np.uint8), 0, 1)
        index.remove(np.ones(1, np.uint64))
        index.close()
        videos = VideoIndex()
        videos.search(row, 0)
        videos.close()

    def close(self) -> None:
        """End the work in the background."""
        self._now.close()

    # --- writing --------------------------------------------------------------------------------------

    def replace_all(self, entries: Iterable[KnownEntry]) -> None:
        """Forget everything and hold these entries."""
        with self._writing:
            self._next_generation(entries, {})

    def replace(self, source: str, entries: Iterable[KnownEntry]) -> None:
        """Hold these entries in place of all of this source."""
        with self._writing:
            rejected = {key: why for key, why in self._now.rejected.items() if key.source != source}
            self._next_generation(chain(entries, self._now.kept_from(source)), rejected)

    def apply(self, *entries: KnownEntry) -> None:
        """Hold these states of items in place of any before."""
        for entry in entries:
            with self._writing, self._now.changing:
                before = self._now.let_go(entry.key)
                if entry.state != "withdrawn":
                    self._now.take_in([entry])
                    self._now.replaced += 1
                if before is not None:
                    self._now.forget(before)

    def drop(self, source: str) -> None:
        """Forget all that came from a source."""
        with self._writing:
            now = self._now
            now.rejected = {key: reason for key, reason in now.rejected.items() if key.source != source}
            for number in now.numbers.pop(source, {}).values():
                with now.changing:
                    now.forget(number)

    def note_unread(self, count: int, parts: int = 0) -> None:
        """Count records that could not be read at all, and parts of others: a hash, or moments."""
        with self._writing:
            self._now.unread += count
            self._now.unread_parts += parts

    def _next_generation(self, entries: Iterable[KnownEntry], rejected: dict[Key, str]) -> None:
        fresh = Generation(self._next_number, rejected=rejected)
        try:
            batch: dict[Key, KnownEntry] = {}
            for entry in entries:
                before = fresh.let_go(entry.key)
                if before is not None:
                    fresh.forget(before)
                batch[entry.key] = entry
                if len(batch) == _LOAD:
                    fresh.take_in(batch.values())
                    batch = {}
            fresh.take_in(batch.values())
        except BaseException:
            fresh.close()
            raise
        old, self._now = self._now, fresh
        old.close()

    # --- asking ---------------------------------------------------------------------------------------

    def view(self) -> View:
        """This generation."""
        return self._now

    def within(self, queries: HashArray, radius: int, role: Role = "whole") -> list[Near]:
        """Items with a hash of this role near any of ``(n, 32)`` queries."""
        while True:
            near = _near(self._now, queries, radius, role)
            if near is not None:
                return near

    def same_files(self, digests: Iterable[tuple[Algorithm, bytes]]) -> list[KnownEntry]:
        """Items that hold one of these digests."""
        now = self._now
        found: list[KnownEntry] = []
        for algorithm, digest in digests:
            found += now.entries(tuple(now.files.get(algorithm, {}).get(digest, ()))).values()
        return found

    def knows_files(self, algorithm: Algorithm) -> bool:
        """Whether any item has a digest of this kind."""
        return bool(self._now.files.get(algorithm))

    def anchored(self, keys: Collection[Key]) -> Mapping[Key, HashArray]:
        """The anchored ``(n, 32)`` hashes of each of these items."""
        now = self._now
        numbers = {key: now.number(key) or 0 for key in keys}
        families = now.families(numbers.values())
        held = ((key, families.get(number)) for key, number in numbers.items())
        return {
            key: _NONE if family is None else family.hashes[family.slots >= ANCHORED] for key, family in held
        }

    def names(self, source: str) -> set[str]:
        """Items that came from a source."""
        with self._writing:
            rejected = {key.item for key in self._now.rejected if key.source == source}
            return rejected | self._now.numbers.get(source, {}).keys()

    @property
    def holdings(self) -> Holdings:
        """Counts, for readiness."""
        now = self._now
        hashes = len(now.hashes) + sum(len(files) for files in now.files.values())
        rejected = Counter(tuple(now.rejected.values()))
        rejected["unreadable"] += now.unread
        rejected["part-unreadable"] += now.unread_parts
        videos = now.videos
        held = VideoHoldings(videos.videos, videos.rows, videos.nbytes)
        return Holdings(now.items, hashes, dict(+rejected), held)


def _near(now: Generation, queries: HashArray, radius: int, role: Role) -> list[Near] | None:
    """One search; None where an item changed between the search and the look at its entry."""
    found = now.search(queries, radius)
    numbers, slots = unpacked(found.ids)
    rows = np.repeat(np.arange(len(queries)), np.diff(found.lims))
    near = []
    for at in np.flatnonzero((slots >= ANCHORED) == (role == "anchored")).tolist():
        entry = now.known.get(int(numbers[at]))
        if entry is None:
            return None
        near.append(Near(entry, int(rows[at]), role, int(found.distances[at])))
    return near
