"""What an index of known entries gives, so that one in shards, here or on other machines, can stand in.

In: `KnownEntry`, from any number of sources. Out: which items lie within a radius of a hash, or are the same
file. Next: `matching` and `altered` turn that into evidence; `runtime` brings entries; `readiness` reports.

**Names.** An entry is held under `Key`: its source and its item. What one source says never changes what
another holds. Each state of an item that is taken in has a number of its own, given once and to no other for
as long as the index lives; its hashes have the ids `repit_engine.decision.packed_id(number, slot)`. Slots
below `ANCHORED` are standard hashes, the others anchored ones. Nothing else is to be read from a number.

**Changes.** Writers take turns; readers never wait for them. Once `apply`, `drop`, `replace` or `replace_all`
has returned, every search that begins then sees what it wrote. `replace` and `replace_all` are seen whole or
not at all. A new state of an item is found before the old one is forgotten: no search meets a moment without
an item that was held before it and after it. Numbers that a search gave may be gone when they are asked for;
whoever meets that searches again.

**Calls.** One call a stage, not one a candidate: where the index is elsewhere each is a journey.
`knows_files`, `names` and `holdings` are asked for often, or of everything, and are to be kept at hand.

Every method may be called from any thread. Entries that cannot be searched are set aside with a reason.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np

from repit.foundation.hashes import Algorithm, Role
from repit.platform.gate.entries import Key, KnownEntry
from repit_engine.align import VideoSearch
from repit_engine.types import HASH_BYTES, HashArray, IdArray, RangeResult

MAX_NEIGHBOURS: Final = 200
"""Hashes that a search gives for one query at most, the nearest; `truncated` says where there were more."""
ANCHORED: Final = 128
"""First slot of an item's anchored hashes; below it are its standard ones. At most so many of each."""


class Family(NamedTuple):
    """All perceptual hashes of one item: ``(n, 32) uint8``; the slot of each, ascending: ``(n,) uint64``."""

    hashes: HashArray
    slots: IdArray


NO_FAMILY: Final = Family(np.empty((0, HASH_BYTES), np.uint8), np.empty(0, np.uint64))


@dataclass(frozen=True, slots=True)
class Near:
    """One item within the radius: which query row, which of its hashes' roles, how many bits apart."""

    entry: KnownEntry
    row: int
    role: Role
    distance: int


@dataclass(frozen=True, slots=True)
class VideoHoldings:
    """How many of the items are known by what they show over time, by how many hashes, in how many bytes."""

    items: int = 0
    hashes: int = 0
    nbytes: int = 0

    def __add__(self, other: "VideoHoldings") -> "VideoHoldings":
        return VideoHoldings(self.items + other.items, self.hashes + other.hashes, self.nbytes + other.nbytes)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is being served: items, their hashes, and entries set aside by reason; `videos`: of the items,
    beside that."""

    items: int
    hashes: int
    rejected: dict[str, int]
    videos: VideoHoldings = VideoHoldings()


class Videos(VideoSearch, Protocol):
    """The moments of videos (`repit_engine.align`): the upper part of an id is an item's number."""

    @property
    def videos(self) -> int:
        """How many items are held."""


class View(Protocol):
    """The index as one look at an upload sees it, over all stages.

    A `replace` or `replace_all` meanwhile does not touch it: it goes on with what was held before, so that
    votes of several stages are of the same numbers. What `apply` and `drop` change meanwhile it may show or
    not; an item of which it has shown hashes, and no longer has an entry, has changed.
    """

    @property
    def items(self) -> int:
        """How many items are held, from which thresholds follow."""

    @property
    def has_families(self) -> bool:
        """Whether any item has a perceptual hash, so that hashing an upload is worth while."""

    @property
    def videos(self) -> Videos:
        """What videos show, moment by moment, under the same numbers."""

    @property
    def replaced(self) -> int:
        """How often an item's state was replaced by another so far. Whoever sees it grow over several
        searches may have met half of an item under each number, and searches again."""

    def search(self, queries: HashArray, radius: int) -> RangeResult:
        """Ids of hashes of either role within `radius` bits (inclusive, 0 to 256) of ``(n, 32)`` queries.

        By query, then distance, then id; at most `MAX_NEIGHBOURS` a query.
        """

    def families(self, numbers: Collection[int]) -> Mapping[int, Family]:
        """The hashes of these items; of those that are gone, or have none, there is nothing."""

    def entries(self, numbers: Collection[int]) -> Mapping[int, KnownEntry]:
        """What is known of these items, without hashes and records; nothing of those that are gone."""


class Index(Protocol):
    """See the module. Nothing here raises for what an entry says; see `rejected` of `holdings`."""

    def warm_up(self) -> None:
        """Make ready what the first upload would otherwise wait for."""

    def close(self) -> None:
        """End the work in the background."""

    # --- writing --------------------------------------------------------------------------------------

    def replace_all(self, entries: Iterable[KnownEntry]) -> None:
        """Forget everything and hold these entries; of several states of one item, the last."""

    def replace(self, source: str, entries: Iterable[KnownEntry]) -> None:
        """Hold these entries, all of them of this source, in place of all that it said before. What could not
        be read is counted anew."""

    def apply(self, *entries: KnownEntry) -> None:
        """Hold these states of items in place of any before, one by one; withdrawn ones are forgotten."""

    def drop(self, source: str) -> None:
        """Forget all that came from a source, one item after another."""

    def note_unread(self, count: int, parts: int = 0) -> None:
        """Count records that could not be read at all, and parts of others: a hash, or moments."""

    # --- asking ---------------------------------------------------------------------------------------

    def view(self) -> View:
        """What a look at an upload asks, stage by stage."""

    def within(self, queries: HashArray, radius: int, role: Role = "whole") -> list[Near]:
        """Hashes of this role within `radius` bits (inclusive) of any of ``(n, 32)`` queries, each with its
        item as it is now; by query, then distance."""

    def same_files(self, digests: Iterable[tuple[Algorithm, bytes]]) -> list[KnownEntry]:
        """Items that hold one of these digests, in the order of the digests."""

    def knows_files(self, algorithm: Algorithm) -> bool:
        """Whether any item has a digest of this kind, so that computing one is worth while."""

    def anchored(self, keys: Collection[Key]) -> Mapping[Key, HashArray]:
        """The anchored ``(n, 32)`` hashes of each of these items; none of one that is gone or has none."""

    def names(self, source: str) -> set[str]:
        """Items that came from a source, those set aside included."""

    @property
    def holdings(self) -> Holdings:
        """Counts, for readiness."""
