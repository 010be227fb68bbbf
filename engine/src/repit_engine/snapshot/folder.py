"""A folder of snapshots, of which the last good one counts.

In: segments over time. Out: numbered files, the newest that opens. Next: a gate that starts, a hotline that
publishes.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from repit_engine.errors import SnapshotRefused, SnapshotTruncated
from repit_engine.search import RingSegment
from repit_engine.snapshot.files import sync_folder
from repit_engine.snapshot.read import open_snapshot
from repit_engine.snapshot.write import write_snapshot

_NAME = re.compile(r"bank-(\d{12})\.repit")


@dataclass(frozen=True)
class Opened:
    """The segment that counts, its file, and why each newer one was refused."""

    segment: RingSegment
    path: Path
    refused: tuple[SnapshotRefused, ...]


def save(folder: Path, segment: RingSegment, *, keep: int = 2, threads: int = 1) -> Path:
    """Write `segment` as the newest snapshot of `folder`; of the older ones that are whole, `keep` - 1
    stay."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = _numbers(folder)
    path = _path(folder, numbers[-1] + 1 if numbers else 1)
    write_snapshot(path, segment, threads=threads)
    for number in numbers[: max(0, len(numbers) - (keep - 1))]:
        _path(folder, number).unlink(missing_ok=True)
    sync_folder(folder)
    return path


def open_latest(folder: Path) -> Opened:
    """The newest snapshot that is not refused. Raises the newest one's `SnapshotRefused` where none opens."""
    refused: list[SnapshotRefused] = []
    for number in reversed(_numbers(folder)):
        path = _path(folder, number)
        try:
            return Opened(open_snapshot(path), path, tuple(refused))
        except SnapshotRefused as refusal:
            refused.append(refusal)
    if refused:
        raise refused[0]
    raise SnapshotTruncated("The folder has no snapshot.", "Fetch or build one first.")


def _numbers(folder: Path) -> list[int]:
    """Numbers of the snapshots in a folder, oldest first."""
    found = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(name.group(1)) for name in found if name)


def _path(folder: Path, number: int) -> Path:
    return folder / f"bank-{number:012d}.repit"
