"""Every hash that the gate knows, in memory, changing while it is asked.

In: `KnownEntry` by `KnownEntry`, or all of them at once. Out: which items lie within a radius of a hash, or
are the same file. Next: `matching` and `altered` turn that into evidence.

An item's hashes share one number, each under a slot of it: its standard hashes first, anchored ones from
`ANCHORED` on. A change puts the new hashes in under a fresh number before it takes the old ones out, so that
no upload meets a moment without the item. An entry that cannot be searched is set aside with its reason, and
all others go on.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from repit.foundation.hashes import ROLES, Algorithm, Hash, Role
from repit.platform.gate.entries import KnownEntry
from repit_engine.decision import packed_id, unpacked
from repit_engine.live import LiveIndex as Hashes
from repit_engine.types import HASH_BYTES, HashArray, IdArray, RangeResult

MAX_NEIGHBOURS: Final = 200
ANCHORED: Final = 128
"""First slot of an item's anchored hashes; below it are its standard ones."""
_LOAD: Final = 32_768
_HURRIED: Final = 3


class SetAside(Exception):
    """Why an entry is not searched; its text is a short code."""


@dataclass(frozen=True, slots=True)
class Near:
    """One item within the radius: which query row, which of its hashes' roles, how many bits apart."""

    entry: KnownEntry
    row: int
    role: Role
    distance: int


@dataclass(slots=True)
class Bank:
    """One generation of everything; replaced whole when a snapshot comes."""

    hashes: Hashes = field(default_factory=Hashes)
    families: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    """All hashes of an item in the order of their slots, and how many are standard ones."""
    files: dict[Algorithm, dict[bytes, set[int]]] = field(default_factory=dict)
    digests: dict[int, tuple[tuple[Algorithm, bytes], ...]] = field(default_factory=dict)
    entries: dict[int, KnownEntry] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    next_number: int = 1
    unread: int = 0
    replaced: int = 0
    changing: threading.Lock = field(default_factory=threading.Lock)

    def search(self, queries: HashArray, radius: int) -> RangeResult:
        """Ids of hashes (`packed_id` of number and slot) within the radius of ``(n, 32)`` queries.

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

    def family(self, number: int) -> tuple[HashArray, IdArray]:
        """All ``(n, 32)`` hashes of an item and their slots; none if it is gone."""
        raw, whole = self.families.get(number, (b"", 0))
        hashes = np.frombuffer(raw, np.uint8).reshape(-1, HASH_BYTES)
        return hashes, _slots(whole, len(hashes) - whole)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is being served: items, their hashes, and entries set aside by reason."""

    items: int
    hashes: int
    set_aside: dict[str, int]


class LiveIndex:
    """Writers take turns; readers never wait."""

    def __init__(self) -> None:
        self.bank = Bank()
        self._writing = threading.Lock()

    def warm_up(self) -> None:
        """Load the kernels of the search, so that the first upload does not wait for them."""
        index, one = Hashes(), np.zeros((1, HASH_BYTES), np.uint8)
        index.add(np.ones(1, np.uint64), one)
        index.range_search(one, 0, 1)
        index.range_search(np.zeros((2, HASH_BYTES), np.uint8), 0, 1)
        index.remove(np.ones(1, np.uint64))
        index.close()

    def close(self) -> None:
        """End the work in the background."""
        self.bank.hashes.close()

    def anchored(self, item: str) -> HashArray:
        """The anchored ``(n, 32)`` hashes of an item by its name; none if it is gone or has none."""
        bank = self.bank
        hashes, slots = bank.family(bank.numbers.get(item, 0))
        return hashes[slots >= ANCHORED]

    # --- writing --------------------------------------------------------------------------------------

    def replace_all(self, entries: Iterable[KnownEntry]) -> None:
        """Forget everything and hold these entries, visible all at once at the end."""
        fresh = Bank()
        batch: list[KnownEntry] = []
        for entry in entries:
            batch.append(entry)
            if len(batch) == _LOAD:
                _take_in(fresh, batch)
                batch = []
        _take_in(fresh, batch)
        with self._writing:
            before, self.bank = self.bank, fresh
        before.hashes.close()  # whoever still searches it goes on

    def apply(self, entry: KnownEntry) -> None:
        """Hold this state of one item in place of any before; a withdrawn one is forgotten."""
        with self._writing, self.bank.changing:
            bank = self.bank
            before = bank.numbers.pop(entry.item, None)
            bank.aside.pop(entry.item, None)
            if entry.state != "withdrawn":
                _take_in(bank, [entry])
                bank.replaced += 1
            if before is not None:
                _forget(bank, before)

    def forget(self, name: str) -> None:
        """Hold an item no longer."""
        with self._writing, self.bank.changing:
            before = self.bank.numbers.pop(name, None)
            self.bank.aside.pop(name, None)
            if before is not None:
                _forget(self.bank, before)

    def note_unread(self, count: int) -> None:
        """Count records of the feed that could not be read at all."""
        with self._writing:
            self.bank.unread += count

    # --- asking ---------------------------------------------------------------------------------------

    def within(self, queries: HashArray, radius: int, role: Role = "whole") -> list[Near]:
        """Items with a hash of this role within `radius` bits (inclusive) of any of ``(n, 32)`` queries."""
        while True:
            near = _near(self.bank, queries, radius, role)
            if near is not None:
                return near

    def same_file(self, algorithm: Algorithm, digest: bytes) -> list[KnownEntry]:
        """Items that hold this very digest."""
        bank = self.bank
        numbers = tuple(bank.files.get(algorithm, {}).get(digest, ()))
        return [bank.entries[number] for number in numbers if number in bank.entries]

    def knows_files(self, algorithm: Algorithm) -> bool:
        """Whether any item has a digest of this kind, so that computing one is worth while."""
        return bool(self.bank.files.get(algorithm))

    def names(self, prefix: str) -> set[str]:
        """Items whose names begin so, those set aside included."""
        with self._writing:
            return {name for name in (*self.bank.numbers, *self.bank.aside) if name.startswith(prefix)}

    def held(self, kept: Callable[[str], bool]) -> list[KnownEntry]:
        """Entries with their hashes, of items whose names are to be kept; their qualities are forgotten."""
        with self._writing:
            bank = self.bank
            return [
                replace(bank.entries[number], hashes=_hashes(bank, number))
                for name, number in bank.numbers.items()
                if kept(name)
            ]

    @property
    def holdings(self) -> Holdings:
        """Counts, for readiness."""
        bank = self.bank
        hashes = len(bank.hashes) + sum(len(files) for files in bank.files.values())
        aside = Counter(tuple(bank.aside.values()))
        aside["unreadable"] += bank.unread
        return Holdings(len(bank.numbers), hashes, dict(+aside))


def _hashes(bank: Bank, number: int) -> tuple[Hash, ...]:
    raw, whole = bank.families.get(number, (b"", 0))
    values = [raw[begin : begin + HASH_BYTES] for begin in range(0, len(raw), HASH_BYTES)]
    families = [Hash("pdq", ROLES[at >= whole], value) for at, value in enumerate(values)]
    files = [Hash(algorithm, "whole", digest) for algorithm, digest in bank.digests.get(number, ())]
    return (*families, *files)


def _near(bank: Bank, queries: HashArray, radius: int, role: Role) -> list[Near] | None:
    """One search; None where an item changed between the search and the look at its entry."""
    found = bank.search(queries, radius)
    numbers, slots = unpacked(found.ids)
    rows = np.repeat(np.arange(len(queries)), np.diff(found.lims))
    near = []
    for at in np.flatnonzero((slots >= ANCHORED) == (role == "anchored")).tolist():
        entry = bank.entries.get(int(numbers[at]))
        if entry is None:
            return None
        near.append(Near(entry, int(rows[at]), role, int(found.distances[at])))
    return near


def _slots(whole: int, anchored: int) -> IdArray:
    return np.concatenate([np.arange(whole), np.arange(ANCHORED, ANCHORED + anchored)]).astype(np.uint64)


def _take_in(bank: Bank, entries: list[KnownEntry]) -> None:
    """Add entries, all their hashes together."""
    values: list[bytes] = []
    ids: list[IdArray] = []
    for entry in entries:
        number = bank.next_number
        try:
            _check(entry)
        except SetAside as reason:
            bank.aside[entry.item] = str(reason)
            continue
        bank.next_number += 1
        whole, anchored = (_values(entry, role) for role in ROLES)
        bank.entries[number] = replace(entry, hashes=(), record="")
        bank.numbers[entry.item] = number
        if whole or anchored:
            raw = b"".join((*whole, *anchored))
            bank.families[number] = raw, len(whole)
            values.append(raw)
            ids.append(packed_id(number, 0) + _slots(len(whole), len(anchored)))
        digests = tuple((one.algorithm, one.value) for one in entry.hashes if not one.perceptual)
        if digests:
            bank.digests[number] = digests
        for algorithm, digest in digests:
            bank.files.setdefault(algorithm, {}).setdefault(digest, set()).add(number)
    if values:
        hashes = np.frombuffer(b"".join(values), np.uint8).reshape(-1, HASH_BYTES)
        bank.hashes.add(np.concatenate(ids).astype(np.uint64), hashes)


def _values(entry: KnownEntry, role: Role) -> list[bytes]:
    return [one.value for one in entry.hashes if _searched(one) and one.role == role]


def _searched(one: Hash) -> bool:
    return one.perceptual and one.publishable


def _check(entry: KnownEntry) -> None:
    if not entry.hashes:
        raise SetAside("no-hash")
    if not any(_searched(one) or not one.perceptual for one in entry.hashes):
        raise SetAside("low-quality")
    if any(len(_values(entry, role)) > ANCHORED for role in ROLES):
        raise SetAside("too-many-hashes")


def _forget(bank: Bank, number: int) -> None:
    # The hashes first: a search that still found one of them is repeated, and must then find it gone.
    _, slots = bank.family(number)
    bank.hashes.remove(packed_id(number, 0) + slots)
    bank.families.pop(number, None)
    bank.entries.pop(number, None)
    for algorithm, digest in bank.digests.pop(number, ()):
        files = bank.files.get(algorithm, {})
        files.get(digest, set()).discard(number)
        if not files.get(digest):
            files.pop(digest, None)
