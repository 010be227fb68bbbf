"""Snapshot files: opened as they were written, or refused by name."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from repit_engine import errors
from repit_engine.search import RingIndex, RingSegment
from repit_engine.snapshot import open_latest, open_snapshot, save, verify_snapshot, write_snapshot


def segment_of(rows: int, ids: np.ndarray | None = None) -> RingSegment:
    rng = np.random.default_rng(rows)
    ids = np.arange(rows, dtype=np.uint64) if ids is None else ids
    return RingSegment.build(ids, rng.integers(0, 256, (rows, 32), np.uint8))


@pytest.fixture(autouse=True)
def tables_for_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small files have every section."""
    monkeypatch.setattr("repit_engine.search.segment.SMALLEST_WITH_TABLES", 1)


@pytest.fixture
def written(tmp_path: Path) -> bytes:
    write_snapshot(tmp_path / "written.repit", segment_of(300))
    data = (tmp_path / "written.repit").read_bytes()
    (tmp_path / "written.repit").unlink()
    return data


@pytest.mark.parametrize(
    "ids",
    [
        np.arange(7, 307, dtype=np.uint64),
        np.arange(300, dtype=np.uint64) * 3,
        np.arange(300, dtype=np.uint64) * np.uint64(2**50),
        np.sort(np.random.default_rng(4).integers(0, 2**64 - 1, 300, np.uint64, endpoint=True)),
    ],
    ids=["following", "near", "far", "all over"],
)
def test_an_opened_snapshot_answers_like_the_segment_that_was_written(
    tmp_path: Path, ids: np.ndarray
) -> None:
    segment = segment_of(300, ids)
    write_snapshot(tmp_path / "bank.repit", segment)
    opened = open_snapshot(tmp_path / "bank.repit")
    verify_snapshot(tmp_path / "bank.repit")
    queries = np.concatenate([segment.head, segment.tail], axis=1).view(np.uint8)[:20]
    ours, theirs = (RingIndex(part).range_search(queries, 100) for part in (opened, segment))
    for found, other in zip(ours, theirs, strict=True):
        assert found.tolist() == other.tolist()
    assert opened.all_ids().tolist() == ids.tolist()
    assert opened.rows_of(ids[[3, 5]]).tolist() == [3, 5]


def test_an_empty_segment_can_be_kept(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "bank.repit", segment_of(0))
    assert len(open_snapshot(tmp_path / "bank.repit")) == 0


def test_a_file_of_hashes_is_private_to_its_owner(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "bank.repit", segment_of(10))
    assert (tmp_path / "bank.repit").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("damage", "refusal"),
    [
        (lambda data: b"", errors.SnapshotTruncated),
        (lambda data: data[:7], errors.SnapshotTruncated),
        (lambda data: data[:4095], errors.SnapshotTruncated),
        (lambda data: data[:-1], errors.SnapshotTruncated),
        (lambda data: data[: len(data) // 2], errors.SnapshotTruncated),
        (lambda data: b"PK\x03\x04" + data[4:], errors.SnapshotForeign),
        (lambda data: b"{}", errors.SnapshotForeign),
        (lambda data: data[:8] + b"\0\0\0\0" + data[12:], errors.SnapshotOutdated),
        (lambda data: data[:8] + b"\1\0\0\0" + data[12:], errors.SnapshotOutdated),
        (lambda data: data[:8] + b"\xff\0\0\0" + data[12:], errors.SnapshotOutdated),
        (lambda data: data[:24] + b"\xff" + data[25:], errors.SnapshotCorrupt),
        (lambda data: data[:4090] + b"\xff" + data[4091:], errors.SnapshotCorrupt),
    ],
)
def test_damage_is_refused_by_name_at_opening(tmp_path, written, damage, refusal) -> None:
    (tmp_path / "bank.repit").write_bytes(damage(written))
    with pytest.raises(refusal) as caught:
        open_snapshot(tmp_path / "bank.repit")
    assert caught.value.next_step
    assert str(tmp_path) not in str(caught.value)


def test_one_flipped_bit_anywhere_in_a_section_is_found_by_verifying(tmp_path: Path, written: bytes) -> None:
    rng = np.random.default_rng(1)
    opened = open_snapshot_sections(written)
    for start, size in opened:
        data = bytearray(written)
        data[start + int(rng.integers(size))] ^= 1 << int(rng.integers(8))
        (tmp_path / "bank.repit").write_bytes(bytes(data))
        with pytest.raises(errors.SnapshotCorrupt):
            verify_snapshot(tmp_path / "bank.repit")


def open_snapshot_sections(written: bytes) -> list[tuple[int, int]]:
    """Where sections stand, read as docs/en/snapshot-format.md says."""
    count = int.from_bytes(written[44:48], "little")
    places = []
    for number in range(count):
        entry = written[48 + 64 * number : 112 + 64 * number]
        size = int.from_bytes(entry[16:24], "little")
        if size:
            places.append((int.from_bytes(entry[8:16], "little"), size))
    return places


def test_a_search_in_a_damaged_file_never_leaves_it(tmp_path: Path, written: bytes) -> None:
    data = bytearray(written)
    start, size = open_snapshot_sections(written)[-1]
    data[start : start + size] = b"\xff" * size
    (tmp_path / "bank.repit").write_bytes(bytes(data))
    opened = RingIndex(open_snapshot(tmp_path / "bank.repit"))
    assert len(opened.range_search(np.full((1, 32), 255, np.uint8), 70).ids) == 0


def test_the_last_good_snapshot_of_a_folder_counts(tmp_path: Path) -> None:
    first = save(tmp_path, segment_of(10))
    second = save(tmp_path, segment_of(20))
    assert open_latest(tmp_path).path == second
    second.write_bytes(second.read_bytes()[:-5])
    opened = open_latest(tmp_path)
    assert opened.path == first
    assert [type(refusal) for refusal in opened.refused] == [errors.SnapshotTruncated]


def test_old_snapshots_are_deleted_and_partial_ones_never_seen(tmp_path: Path) -> None:
    (tmp_path / "bank-000000000009.repit.77.partial").write_bytes(b"REPITSEG")
    paths = [save(tmp_path, segment_of(rows)) for rows in (1, 2, 3)]
    assert not paths[0].exists()
    assert len(open_latest(tmp_path).segment) == 3


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bank.repit"
    write_snapshot(path, segment_of(5))
    monkeypatch.setattr("os.fsync", _no_space)
    with pytest.raises(OSError, match="No space"):
        write_snapshot(path, segment_of(6))
    assert len(open_snapshot(path)) == 5
    assert [found.name for found in tmp_path.iterdir()] == ["bank.repit"]


def _no_space(_descriptor: int) -> None:
    raise OSError("No space left")


OPEN_AND_ASK = """
import sys
from pathlib import Path
import numpy as np
from repit_engine.search import RingIndex
from repit_engine.snapshot import open_snapshot
index = RingIndex(open_snapshot(Path(sys.argv[1])))
queries = np.random.default_rng(1).integers(0, 256, (200, 32), np.uint8)
index.range_search(queries, 31)
print("asked", flush=True)
sys.stdin.readline()
own = shared = 0
here = False
for line in Path("/proc/self/smaps").read_text().splitlines():
    if "-" in line.split()[0]:
        here = line.endswith(".repit")
    elif here and line.startswith("Shared_"):
        shared += int(line.split()[1])
    elif here and line.startswith("Private_"):
        own += int(line.split()[1])
print(own, shared, flush=True)
sys.stdin.readline()
"""


def test_processes_that_search_one_file_share_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "bank.repit"
    write_snapshot(path, segment_of(20_000))
    command = [sys.executable, "-c", OPEN_AND_ASK, str(path)]
    with ExitStack() as stack:
        readers = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(2)
        ]
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "asked\n"
        # Each looks while the other still has the file open.
        for reader in readers:
            assert reader.stdin is not None
            assert reader.stdout is not None
            reader.stdin.write("look\n")
            reader.stdin.flush()
            own, shared = map(int, reader.stdout.readline().split())
            assert shared > 1_000
            assert own < shared / 10


def test_an_empty_folder_has_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(errors.SnapshotRefused):
        open_latest(tmp_path)
