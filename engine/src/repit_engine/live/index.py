"""`LiveIndex`: add, remove, search, all at once.

In: ids and hashes from one process. Out: `RangeResult`; with a folder, files that survive a crash and that
other processes follow. Next: the gate.

A query takes the view of its moment and never waits. Additions go to the last memtable (and the log), a
full one is made a segment by one thread, segments are merged by another; each then swaps the view.
"""

import threading
from pathlib import Path

import numpy as np

from repit_engine.live.folder import LiveFolder, described
from repit_engine.live.log import Log
from repit_engine.live.memtable import CAPACITY, Memtable
from repit_engine.live.merge import chosen, merged, newly_removed
from repit_engine.live.view import LiveSegment, Stats, View
from repit_engine.live.worker import Worker
from repit_engine.search import RingSegment
from repit_engine.search.arguments import as_id_array, as_words, check_limits
from repit_engine.types import HashArray, IdArray, RangeResult

MOST_WAITING = 8
"""Full memtables that may wait for their segments; beyond, additions wait instead."""


class LiveIndex:
    """A bank that changes while it is searched; every method may be called from any thread.

    `folder` None keeps everything in memory and touches no disk. With a folder, what `add` and `remove`
    return from survives the process; it survives a loss of power from the next `flush` on, or at once where
    `durable`. Raises `WrongInput` where another process writes to the folder, `SnapshotRefused` where its
    files are not whole.
    """

    def __init__(self, folder: Path | None = None, *, durable: bool = False) -> None:
        self._folder = None if folder is None else LiveFolder(folder, durable=durable)
        self._changing = threading.Lock()
        self._committing = threading.Lock()
        self._log: Log | None = None
        self._next_log = 1
        try:
            self._view = View((), ()) if self._folder is None else self._folder.load()
        except BaseException:
            self._close_folder()
            raise
        self._freeze()
        self._merger = Worker("repit-merge", self._merge_once)
        self._maker = Worker("repit-segments", self._make_segment)
        self._maker.wake()

    def __len__(self) -> int:
        return self.stats().hashes

    def __enter__(self) -> "LiveIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stats(self) -> Stats:
        """How the index stands."""
        return self._view.stats()

    def range_search(
        self, hashes: HashArray, radius: int, max_results: int | None = None, threads: int = 1
    ) -> RangeResult:
        """Everything within `radius` (inclusive) of each ``(m, 32)`` query, by distance then id.

        At most `max_results` a query, the nearest, with `truncated` set where there were more.
        Raises `WrongInput`.
        """
        check_limits(radius, max_results)
        return self._view.search(as_words(hashes), radius, max_results, threads)

    def between(self, first: int, end: int) -> tuple[IdArray, HashArray]:
        """The ids held from `first` to before `end`, ascending, and their ``(n, 32)`` hashes."""
        return self._view.between(first, end)

    def add(self, ids: IdArray, hashes: HashArray, *, threads: int = 1) -> None:
        """Add ``(n,)`` ids with ``(n, 32)`` hashes; the next search sees them.

        More than a memtable holds become a segment at once, built by `threads`. Raises `WrongInput`,
        `OSError`.
        """
        words = as_words(hashes)
        ids = as_id_array(ids, len(words))
        self._check()
        if len(ids) > CAPACITY:
            self._add_many(ids, hashes, threads)
            return
        start = 0
        while start < len(ids):
            with self._changing:
                table = self._view.memtables[-1]
                part = slice(start, start + min(table.room, len(ids) - start))
                if self._log is not None and part.stop > start:
                    self._log.add(ids[part], words[part])
                table.add(ids[part], words[part])
                full = not table.room
                if full:
                    self._freeze()
            start = part.stop
            if full:
                self._maker.wake()
                self._wait_for_room()

    def remove(self, ids: IdArray) -> int:
        """Remove every hash of these ids; returns how many there were. The next search no longer finds
        them."""
        ids = np.unique(as_id_array(ids))
        self._check()
        with self._changing:
            if self._log is not None and len(ids):
                self._log.remove(ids)
            count = self._view.remove(ids) if len(ids) else 0
        if count:
            self._merger.wake()
        return count

    def flush(self) -> None:
        """Return when everything is in segments, merged, and safe from a loss of power."""
        self._check()
        with self._changing:
            if self._view.memtables[-1].rows:
                self._freeze()
        self._maker.wake()
        self._maker.wait()
        self._merger.wait()
        with self._changing:
            if self._log is not None:
                self._log.sync()

    def close(self) -> None:
        """End the background work after the step in hand. Nothing is lost: the log has what is in no
        segment."""
        self._maker.stop()
        self._merger.stop()
        with self._changing:
            if self._log is not None:
                self._log.sync()
                self._log.close()
                self._log = None
            self._close_folder()

    def _close_folder(self) -> None:
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _check(self) -> None:
        self._maker.check()
        self._merger.check()

    def _wait_for_room(self) -> None:
        if len(self._view.memtables) > MOST_WAITING:
            self._maker.wait()

    def _freeze(self) -> None:
        """Begin a new memtable and log; the caller holds `_changing`, or is alone."""
        number, log = self._next_log, None
        if self._folder is not None:
            number, log = self._folder.new_log()
        self._next_log = number + 1
        self._view = View(self._view.segments, (*self._view.memtables, Memtable(number)))
        if self._log is not None:
            self._log.close()
        self._log = log

    def _kept(self, segment: RingSegment, after_log: int) -> LiveSegment:
        """In memory as it is; with a folder, the mapped file in its place."""
        if self._folder is None:
            return LiveSegment(segment, "", after_log)
        mapped, name = self._folder.keep(segment)
        return LiveSegment(mapped, name, after_log)

    def _commit(self) -> None:
        """Write the manifest of this moment; the caller holds `_committing`, queries and additions go on."""
        if self._folder is not None:
            with self._changing:
                manifest = described(self._view)
            self._folder.commit(manifest)

    def _add_many(self, ids: IdArray, hashes: HashArray, threads: int) -> None:
        """More than a memtable takes: a segment at once, newer than every removal logged so far."""
        part = self._kept(RingSegment.build(ids, hashes, threads), 0)
        with self._committing:
            with self._changing:
                self._freeze()
                part.after_log = self._view.memtables[-1].log
                self._view = View((*self._view.segments, part), self._view.memtables)
            self._commit()
        self._maker.wake()

    def _make_segment(self) -> bool:
        """Turn the oldest full memtable into a segment."""
        view = self._view
        if len(view.memtables) < 2:
            self._merger.wake()
            return False
        table = view.memtables[0]
        with self._changing:
            before = table.dead.copy()
        segment = table.segment(before)
        made = (self._kept(segment, table.log + 1),) if segment.rows else ()
        with self._committing:
            with self._changing:
                for part in made:
                    bits = np.unpackbits((table.dead & ~before).view(np.uint8), bitorder="little")
                    part.remove(np.unique(table.ids[np.flatnonzero(bits)]))
                self._view = View((*self._view.segments, *made), self._view.memtables[1:])
            self._commit()
        return True

    def _merge_once(self) -> bool:
        """Replace some segments by one."""
        parts = chosen(self._view.segments)
        if not parts:
            return False
        with self._changing:
            before = [part.dead.copy() for part in parts]
        segment = merged(parts, before)
        after_log = max(part.after_log for part in parts)
        made = (self._kept(segment, after_log),) if segment.rows else ()
        with self._committing:
            with self._changing:
                for new in made:
                    for old, bitmap in zip(parts, before, strict=True):
                        new.remove(newly_removed(old, bitmap))
                others = tuple(part for part in self._view.segments if part not in parts)
                self._view = View((*others, *made), self._view.memtables)
            self._commit()
        return True
