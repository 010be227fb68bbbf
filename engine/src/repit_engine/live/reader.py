"""`LiveReader`: the same bank from another process.

In: the folder that a `LiveIndex` writes. Out: `RangeResult` over what its writer had acknowledged when the
query began. Next: gate workers beside the one that writes.

Segments are mapped, so their pages are shared; the log is followed from where it was left. Each query costs
two looks at the end of the manifest and two or three at sizes, no more.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from repit_engine.errors import SnapshotCorrupt
from repit_engine.live.folder import log_numbers, log_path, opened
from repit_engine.live.log import ADD, Record, records
from repit_engine.live.manifest import Manifest, manifest_mark, read_manifest
from repit_engine.live.memtable import Memtable
from repit_engine.live.view import LiveSegment, Stats, View
from repit_engine.search.arguments import as_words, check_limits
from repit_engine.types import HashArray, IdArray, RangeResult

_FORGOTTEN: Final[bytes | None] = b"look again"
"""No manifest's mark."""


@dataclass(eq=False, repr=False)
class _Followed:
    """One log, as far as it was read."""

    table: Memtable
    read: int = 0
    removals: list[IdArray] = field(default_factory=list)


class LiveReader:
    """Follows a folder; any number of readers, in any number of processes, wait for nobody.

    Raises `SnapshotRefused` where the folder's files are not whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._refreshing = threading.Lock()
        self._seen: bytes | None = None
        self._logs: dict[int, _Followed] = {}
        self._view = View((), ())
        self.refresh()

    def __len__(self) -> int:
        return self.stats().hashes

    def stats(self) -> Stats:
        """How the index stands, after a look at the folder."""
        self.refresh()
        return self._view.stats()

    def range_search(
        self, hashes: HashArray, radius: int, max_results: int | None = None, threads: int = 1
    ) -> RangeResult:
        """As `LiveIndex.range_search`. Raises `WrongInput`."""
        check_limits(radius, max_results)
        self.refresh()
        return self._view.search(as_words(hashes), radius, max_results, threads)

    def refresh(self) -> None:
        """Take in what the writer did since the last look. Raises `SnapshotRefused`."""
        with self._refreshing:
            whole, missed = False, _FORGOTTEN
            while not whole:
                try:
                    whole = self._look()
                except FileNotFoundError:
                    # The writer replaced a file between two looks; the manifest names the new one. Unless it
                    # is the manifest under which a file was missed already.
                    self._seen, mark = _FORGOTTEN, manifest_mark(self._folder)
                    if mark == missed:
                        raise SnapshotCorrupt(
                            "A file of this index is missing.", "Build the index again from the bank."
                        ) from None
                    missed = mark

    def _look(self) -> bool:
        """Whether what was seen is of one moment. A log that turns into a segment is removed once a manifest
        names that: so where the manifest is another one by now, a log may have been missed."""
        mark = manifest_mark(self._folder)
        if mark != self._seen:
            self._reload(read_manifest(self._folder))
            self._seen = mark
        self._follow_logs()
        return mark == manifest_mark(self._folder)

    def _follow_logs(self) -> None:
        if not self._logs:
            for number in log_numbers(self._folder)[:1]:
                self._follow(number)
        last = max(self._logs, default=0)
        while last:
            self._drain(last)
            if not log_path(self._folder, last + 1).exists():
                return
            # Nothing is written to a log once there is a next one: what is left of it is complete.
            self._drain(last)
            last += 1
            self._follow(last)

    def _follow(self, number: int) -> None:
        followed = _Followed(Memtable(number))
        self._logs[number] = followed
        self._view = View(self._view.segments, (*self._view.memtables, followed.table))

    def _reload(self, manifest: Manifest) -> None:
        """New segments, and no log older than the manifest's first."""
        known = {part.name: part for part in self._view.segments}
        segments = []
        for entry in manifest.entries:
            part = known.get(entry.name) or opened(self._folder, entry)
            part.remove_rows(entry.removed.astype("int64"))
            segments.append(part)
        self._logs = {number: log for number, log in self._logs.items() if number >= manifest.first_log}
        for number, log in self._logs.items():
            for ids in log.removals:
                _remove(segments, ids, number)
        if not self._logs:
            self._view = View(tuple(segments), ())
            for number in [number for number in log_numbers(self._folder) if number >= manifest.first_log][
                :1
            ]:
                self._follow(number)
        else:
            self._view = View(tuple(segments), tuple(log.table for log in self._logs.values()))

    def _drain(self, number: int) -> None:
        """Take in the records of a log that were not read yet."""
        followed, path = self._logs[number], log_path(self._folder, number)
        if path.stat().st_size <= followed.read:
            return
        with path.open("rb") as file:
            file.seek(followed.read)
            data = file.read()
        start = followed.read
        for record, end in records(data):
            self._apply(record, number, followed)
            followed.read = start + end

    def _apply(self, record: Record, number: int, followed: _Followed) -> None:
        if record.kind == ADD:
            followed.table.add(record.ids, record.words)
            return
        followed.removals.append(record.ids)
        _remove(self._view.segments, record.ids, number)
        for table in self._view.memtables:
            table.remove(record.ids)


def _remove(segments: "list[LiveSegment] | tuple[LiveSegment, ...]", ids: IdArray, log: int) -> None:
    for part in segments:
        if log >= part.after_log:
            part.remove(ids)
