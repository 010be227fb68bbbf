"""The folder of a live index: segments, logs, manifest, and the order in which they are believed.

In: a folder. Out: the last consistent state; new files; old ones removed. Next: `index` writes, `reader`
reads.

What counts is the manifest's segments, then every log from its `first_log` on, in order. A segment or log
that nothing names was never finished, or is no longer needed.
"""

import fcntl
import itertools
import os
import re
from pathlib import Path
from typing import Final

import numpy as np

from repit_engine.errors import WrongInput
from repit_engine.live.log import ADD, Log, Record, records
from repit_engine.live.manifest import Entry, Manifest, read_manifest, write_manifest
from repit_engine.live.memtable import Memtable
from repit_engine.live.view import LiveSegment, View
from repit_engine.search import RingSegment
from repit_engine.snapshot import open_snapshot, write_snapshot
from repit_engine.snapshot.files import PARTIAL, PRIVATE

_SEGMENT: Final = re.compile(r"segment-(\d{12})\.repit")
_LOG: Final = re.compile(r"log-(\d{12})")


class LiveFolder:
    """The writer's hold on a folder. Raises `WrongInput` where another process has it."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._durable = durable
        self._lock = os.open(path / "writer", os.O_CREAT | os.O_RDWR, PRIVATE)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise WrongInput(
                "Another process writes to this index.", "Follow it with a LiveReader."
            ) from None
        # Several threads keep segments; `next` of a count is one step of the interpreter.
        self._segments = itertools.count(max([0, *numbers(path, _SEGMENT)]) + 1)
        self._named: set[str] = set()
        self.next_log = max([0, *log_numbers(path)]) + 1

    def load(self) -> View:
        """The last consistent state; whatever is not part of it is removed."""
        manifest = read_manifest(self.path)
        self.next_log = max(self.next_log, manifest.first_log)
        view = replayed(self.path, manifest)
        self._named = {entry.name for entry in manifest.entries}
        for path in self.path.iterdir():
            orphan = _SEGMENT.fullmatch(path.name) is not None and path.name not in self._named
            if orphan or path.name.endswith(PARTIAL):
                path.unlink(missing_ok=True)
        self._delete_old_logs(manifest)
        return view

    def new_log(self) -> tuple[int, Log]:
        """Begin the next log."""
        number = self.next_log
        self.next_log += 1
        return number, Log(log_path(self.path, number), durable=self._durable)

    def keep(self, segment: RingSegment) -> tuple[RingSegment, str]:
        """Write a segment and map it, so that its pages are shared and can be given back."""
        name = f"segment-{next(self._segments):012d}.repit"
        write_snapshot(self.path / name, segment)
        return open_snapshot(self.path / name), name

    def commit(self, manifest: Manifest) -> None:
        """Make this state the one that counts, then remove what only the one before needed.

        Files that no manifest has named yet are another thread's, on their way into the next one.
        """
        write_manifest(self.path, manifest)
        wanted = {entry.name for entry in manifest.entries}
        for name in self._named - wanted:
            (self.path / name).unlink(missing_ok=True)
        self._named = wanted
        self._delete_old_logs(manifest)

    def _delete_old_logs(self, manifest: Manifest) -> None:
        for number in log_numbers(self.path):
            if number < manifest.first_log:
                log_path(self.path, number).unlink(missing_ok=True)

    def close(self) -> None:
        """Let another writer in."""
        os.close(self._lock)


def described(view: View) -> Manifest:
    """A manifest of this moment; the caller holds the writer's lock."""
    entries = tuple(
        Entry(part.name, part.after_log, np.flatnonzero(_bits(part)).astype(np.uint32))
        for part in view.segments
    )
    return Manifest(view.memtables[0].log, entries)


def opened(folder: Path, entry: Entry, known: dict[str, RingSegment] | None = None) -> LiveSegment:
    """A manifest's segment with its removed rows; one that is open already is shared."""
    segment = (known or {}).get(entry.name) or open_snapshot(folder / entry.name)
    part = LiveSegment(segment, entry.name, entry.after_log)
    part.remove_rows(entry.removed.astype(np.int64))
    return part


def replayed(folder: Path, manifest: Manifest) -> View:
    """The state that the manifest and the logs after it describe."""
    segments = tuple(opened(folder, entry) for entry in manifest.entries)
    view = View(segments, ())
    for number in log_numbers(folder):
        if number >= manifest.first_log:
            for record, _ in records(log_path(folder, number).read_bytes()):
                view = applied(view, record, number)
    return view


def applied(view: View, record: Record, log: int) -> View:
    """The view after one record of a log. Each log has a memtable of its own, which it never overfills."""
    if record.kind != ADD:
        for part in view.segments:
            if log >= part.after_log:
                part.remove(record.ids)
        for table in view.memtables:
            table.remove(record.ids)
        return view
    if not view.memtables or view.memtables[-1].log != log:
        view = View(view.segments, (*view.memtables, Memtable(log)))
    view.memtables[-1].add(record.ids, record.words)
    return view


def numbers(folder: Path, pattern: re.Pattern[str]) -> list[int]:
    """The numbers in the names that match, ascending."""
    return sorted(int(found.group(1)) for path in folder.iterdir() if (found := pattern.fullmatch(path.name)))


def log_numbers(folder: Path) -> list[int]:
    """The folder's logs, oldest first."""
    return numbers(folder, _LOG)


def log_path(folder: Path, number: int) -> Path:
    """Where a log is."""
    return folder / f"log-{number:012d}"


def _bits(part: LiveSegment) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    return np.unpackbits(part.dead.view(np.uint8), bitorder="little")
