"""Every hash that the gate knows, in memory, changing while it is asked.

In: `KnownEntry` by `KnownEntry`, or all of them at once. Out: which items lie within a radius of a hash, or
are the same file. Next: `matching` turns that into evidence.

An item's hashes share one slot number, which is what the search speaks of. A change puts the new hashes in
under a fresh slot before it takes the old ones out, so that no upload meets a moment without the item. An
entry that cannot be searched is set aside with its reason, and all others go on.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from repit.gate.entries import LENGTHS, Algorithm, KnownEntry, Role
from repit_engine.search import FlatIndex
from repit_engine.types import HASH_BYTES, HashArray, as_hash_array

QUALITY_FLOOR: Final = 50
MAX_NEIGHBOURS: Final = 200
_LOAD: Final = 8192


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
class _Contents:
    """One generation of everything; replaced whole when a snapshot comes."""

    pdq: dict[Role, FlatIndex] = field(
        default_factory=lambda: {"whole": FlatIndex(), "anchored": FlatIndex()}
    )
    files: dict[Algorithm, dict[bytes, set[int]]] = field(default_factory=dict)
    digests: dict[int, tuple[tuple[Algorithm, bytes], ...]] = field(default_factory=dict)
    entries: dict[int, KnownEntry] = field(default_factory=dict)
    slots: dict[str, int] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    next_slot: int = 1
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is being served: items, their hashes, and entries set aside by reason."""

    items: int
    hashes: int
    set_aside: dict[str, int]


class LiveIndex:
    """Writers take turns; readers never wait."""

    def __init__(self) -> None:
        self._contents = _Contents()
        self._writing = threading.Lock()

    def warm_up(self) -> None:
        """Load the kernels of the search, so that the first upload does not wait for them."""
        index, one = FlatIndex(), np.zeros((1, HASH_BYTES), np.uint8)
        index.add(np.ones(1, np.uint64), one)
        index.range_search(one, 0, 1)
        index.remove(np.ones(1, np.uint64))

    # --- writing --------------------------------------------------------------------------------------

    def replace_all(self, entries: Iterable[KnownEntry]) -> None:
        """Forget everything and hold these entries, visible all at once at the end."""
        fresh = _Contents()
        batch: list[KnownEntry] = []
        for entry in entries:
            batch.append(entry)
            if len(batch) == _LOAD:
                _take_in(fresh, batch)
                batch = []
        _take_in(fresh, batch)
        with self._writing:
            self._contents = fresh

    def apply(self, entry: KnownEntry) -> None:
        """Hold this state of one item in place of any before; a withdrawn one is forgotten."""
        with self._writing:
            contents = self._contents
            before = contents.slots.pop(entry.item, None)
            contents.aside.pop(entry.item, None)
            if entry.state != "withdrawn":
                _take_in(contents, [entry])
            if before is not None:
                _forget(contents, before)

    def note_unread(self, count: int) -> None:
        """Count records of the feed that could not be read at all."""
        with self._writing:
            self._contents.unread += count

    # --- asking ---------------------------------------------------------------------------------------

    def within(self, queries: HashArray, radius: int, role: Role = "whole") -> list[Near]:
        """Items with a hash of this role within `radius` bits (inclusive) of any of ``(n, 32)`` queries."""
        while True:
            near = _near(self._contents, queries, radius, role)
            if near is not None:
                return near

    def same_file(self, algorithm: Algorithm, digest: bytes) -> list[KnownEntry]:
        """Items that hold this very digest."""
        contents = self._contents
        slots = tuple(contents.files.get(algorithm, {}).get(digest, ()))
        return [contents.entries[slot] for slot in slots if slot in contents.entries]

    def knows_files(self, algorithm: Algorithm) -> bool:
        """Whether any item has a digest of this kind, so that computing one is worth while."""
        return bool(self._contents.files.get(algorithm))

    @property
    def holdings(self) -> Holdings:
        """Counts, for readiness."""
        contents = self._contents
        hashes = sum(len(index) for index in contents.pdq.values())
        hashes += sum(len(files) for files in contents.files.values())
        aside = Counter(tuple(contents.aside.values()))
        aside["unreadable"] += contents.unread
        return Holdings(len(contents.slots), hashes, dict(+aside))


def _near(contents: _Contents, queries: HashArray, radius: int, role: Role) -> list[Near] | None:
    """One search; None where an item changed between the search and the look at its entry."""
    index = contents.pdq[role]
    if not len(index):
        return []
    found = index.range_search(queries, radius, MAX_NEIGHBOURS)
    near = []
    for row in range(len(queries)):
        for at in range(int(found.lims[row]), int(found.lims[row + 1])):
            entry = contents.entries.get(int(found.ids[at]))
            if entry is None:
                return None
            near.append(Near(entry, row, role, int(found.distances[at])))
    return near


def _take_in(contents: _Contents, entries: list[KnownEntry]) -> None:
    """Add entries; hashes go in together, and one by one only if together they will not."""
    rows: dict[Role, list[bytes]] = {"whole": [], "anchored": []}
    ids: dict[Role, list[int]] = {"whole": [], "anchored": []}
    for entry in entries:
        slot = contents.next_slot
        try:
            _check(entry)
        except SetAside as reason:
            contents.aside[entry.item] = str(reason)
            continue
        contents.next_slot += 1
        # The hashes themselves live in the index alone.
        contents.entries[slot] = replace(entry, hashes=())
        contents.slots[entry.item] = slot
        digests = tuple((one.algorithm, one.value) for one in entry.hashes if one.algorithm != "pdq")
        if digests:
            contents.digests[slot] = digests
        for algorithm, digest in digests:
            contents.files.setdefault(algorithm, {}).setdefault(digest, set()).add(slot)
        for one in entry.hashes:
            if one.algorithm == "pdq" and _usable(one.quality):
                rows[one.role].append(one.value)
                ids[one.role].append(slot)
    for role, values in rows.items():
        if values:
            hashes = np.frombuffer(b"".join(values), np.uint8).reshape(len(values), HASH_BYTES)
            contents.pdq[role].add(np.array(ids[role], np.uint64), as_hash_array(hashes))


def _check(entry: KnownEntry) -> None:
    if not entry.hashes:
        raise SetAside("no-hash")
    if any(len(one.value) != LENGTHS.get(one.algorithm) for one in entry.hashes):
        raise SetAside("wrong-length")
    if not any(one.algorithm != "pdq" or _usable(one.quality) for one in entry.hashes):
        raise SetAside("low-quality")


def _usable(quality: int | None) -> bool:
    return quality is None or quality >= QUALITY_FLOOR


def _forget(contents: _Contents, slot: int) -> None:
    # The hashes first: a search that still found one of them is repeated, and must then find it gone.
    for index in contents.pdq.values():
        index.remove(np.array([slot], np.uint64))
    contents.entries.pop(slot, None)
    for algorithm, digest in contents.digests.pop(slot, ()):
        files = contents.files.get(algorithm, {})
        files.get(digest, set()).discard(slot)
        if not files.get(digest):
            files.pop(digest, None)
