"""`LiveIndex`: what was added or removed counts for the next query, whatever happens behind."""

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from repit_engine import errors
from repit_engine.kernels.reference.search import range_search
from repit_engine.live import LiveIndex, LiveReader, memtable
from repit_engine.live import reader as live_reader
from repit_engine.types import RangeResult


def u64(*ids: int) -> np.ndarray:
    return np.array(ids, np.uint64)


def pairs(found: RangeResult) -> list[tuple[int, int]]:
    return list(zip(found.distances.tolist(), found.ids.tolist(), strict=True))


def some_hashes(seed: int, rows: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (rows, 32), np.uint8)


def test_an_addition_counts_for_the_next_query_and_a_removal_too() -> None:
    hashes = some_hashes(1, 3)
    with LiveIndex() as index:
        index.add(u64(1, 2, 2), hashes)
        assert len(index) == 3
        assert pairs(index.range_search(hashes[:1], 0)) == [(0, 1)]
        assert index.remove(u64(2, 7)) == 2
        assert len(index) == 1
        assert pairs(index.range_search(hashes[1:2], 0)) == []
        index.add(u64(2), hashes[1:2])
        assert pairs(index.range_search(hashes[1:2], 0)) == [(0, 2)]


class LiveAgainstTheOracle(RuleBasedStateMachine):
    """Any order of additions, removals, flushes and restarts answers like a plain list."""

    folder: Path | None = None

    def __init__(self) -> None:
        super().__init__()
        self.index = LiveIndex(self.folder)
        self.centres = some_hashes(5, 4)
        self.known: list[tuple[int, bytes]] = []

    def near(self, seed: int, most: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        bits = np.unpackbits(self.centres[rng.integers(4)])
        bits[rng.choice(256, rng.integers(0, most + 1), replace=False)] ^= 1
        return np.packbits(bits)

    @rule(seed=st.integers(0, 2**32), count=st.integers(0, 90))
    def add(self, seed: int, count: int) -> None:
        rng = np.random.default_rng(seed)
        ids = rng.integers(0, 30, count, np.uint64)
        hashes = np.array([self.near(seed + i, 40) for i in range(count)], np.uint8).reshape(-1, 32)
        self.index.add(ids, hashes)
        self.known += [(int(i), h.tobytes()) for i, h in zip(ids, hashes, strict=True)]

    @rule(ids=st.lists(st.integers(0, 35), max_size=20))
    def remove(self, ids: list[int]) -> None:
        gone = sum(i in ids for i, _ in self.known)
        assert self.index.remove(u64(*ids)) == gone
        self.known = [(i, h) for i, h in self.known if i not in ids]

    @rule()
    def flush(self) -> None:
        self.index.flush()

    @rule(seed=st.integers(0, 2**32), radius=st.integers(0, 80), cap=st.sampled_from([None, 3]))
    def search(self, seed: int, radius: int, cap: int | None) -> None:
        queries = np.array([self.near(seed, 10), self.near(seed + 1, 60)])
        ids = np.array([i for i, _ in self.known], np.uint64)
        bank = np.frombuffer(b"".join(h for _, h in self.known), np.uint8).reshape(-1, 32)
        expected = range_search(ids, bank, queries, radius, cap)
        found = self.index.range_search(queries, radius, cap)
        assert [pairs_of(found, i) for i in range(2)] == expected
        assert pairs(self.index.range_search(queries[:1], radius, cap)) == expected[0]

    @invariant()
    def counts(self) -> None:
        assert len(self.index) == len(self.known)

    def teardown(self) -> None:
        self.index.close()


def pairs_of(found: RangeResult, query: int) -> list[tuple[int, int]]:
    part = slice(found.lims[query], found.lims[query + 1])
    return list(zip(found.distances[part].tolist(), found.ids[part].tolist(), strict=True))


@pytest.fixture
def small_memtables(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few hundred hashes make segments and merges."""
    monkeypatch.setattr("repit_engine.live.memtable.CAPACITY", 64)
    monkeypatch.setattr("repit_engine.live.index.CAPACITY", 64)


def test_any_order_of_changes_in_memory_answers_like_a_plain_list(small_memtables: None) -> None:
    run_machine(LiveAgainstTheOracle, 20)


def test_any_order_of_changes_and_restarts_in_a_folder_answers_like_a_plain_list(
    small_memtables: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    class InAFolder(LiveAgainstTheOracle):
        def __init__(self) -> None:
            self.folder = tmp_path_factory.mktemp("live")
            super().__init__()
            self.reader = LiveReader(self.folder)

        @rule()
        def restart(self) -> None:
            self.index.close()
            self.index = LiveIndex(self.folder)

        @rule(seed=st.integers(0, 2**32), radius=st.integers(0, 60))
        def read_elsewhere(self, seed: int, radius: int) -> None:
            query = self.near(seed, 30)[None]
            assert pairs(self.reader.range_search(query, radius)) == pairs(
                self.index.range_search(query, radius)
            )
            assert len(self.reader) == len(self.index)

    run_machine(InAFolder, 8)


def run_machine(machine: type[RuleBasedStateMachine], examples: int) -> None:
    case = machine.TestCase
    case.settings = settings(
        max_examples=examples, stateful_step_count=20, deadline=None, phases=[Phase.generate]
    )
    case().runTest()


LOOKS = ("log_path", "log_numbers", "read_manifest", "manifest_mark")


@pytest.mark.parametrize("begun", [False, True], ids=["new reader", "reader that follows"])
@pytest.mark.parametrize("look", range(12))
def test_a_reader_misses_nothing_however_logs_become_segments_between_its_looks(
    small_memtables: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: int, begun: bool
) -> None:
    hashes, ids = some_hashes(4, 300), np.arange(300, dtype=np.uint64)

    def add(rows: range) -> None:
        for start in rows:
            part = slice(start, start + rows.step)
            index.add(ids[part], hashes[part])

    with LiveIndex(tmp_path) as index:
        monkeypatch.setattr(index._maker, "wake", lambda: None)
        add(range(0, 90 if begun else 0, 30))
        reader = LiveReader(tmp_path)
        add(range(90 if begun else 0, 300, 30))
        monkeypatch.delattr(index._maker, "wake")
        looks = itertools.count()

        def at_a_look(really: Callable[..., Any]) -> Callable[..., Any]:
            def looked(*arguments: Any) -> Any:
                if next(looks) == look:
                    index.flush()
                return really(*arguments)

            return looked

        for name in LOOKS:
            monkeypatch.setattr(f"repit_engine.live.reader.{name}", at_a_look(getattr(live_reader, name)))
        assert pairs(reader.range_search(hashes[:1], 256)) == pairs(index.range_search(hashes[:1], 256))
        assert len(reader) == 300


@pytest.mark.parametrize("gone", ["folder", "segment"])
def test_a_reader_says_that_a_file_is_missing_and_goes_on_once_it_is_back(tmp_path: Path, gone: str) -> None:
    hashes, folder = some_hashes(6, 50), tmp_path / "index"
    with LiveIndex(folder) as index:
        index.add(np.arange(50, dtype=np.uint64), hashes)
        index.flush()
    there = folder if gone == "folder" else next(folder.glob("segment-*"))
    away = there.rename(tmp_path / "away")
    with pytest.raises(errors.SnapshotRefused, match="missing"):
        LiveReader(folder)
    away.rename(there)
    assert len(LiveReader(folder)) == 50


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with LiveIndex(tmp_path), pytest.raises(errors.WrongInput, match="Another process"):
        LiveIndex(tmp_path)


def test_a_closed_folder_opens_again_with_everything(tmp_path: Path) -> None:
    hashes = some_hashes(2, 100)
    with LiveIndex(tmp_path) as index:
        index.add(np.arange(100, dtype=np.uint64), hashes)
        index.remove(u64(5))
    with LiveIndex(tmp_path) as index:
        assert len(index) == 99
        assert pairs(index.range_search(hashes[6:7], 0)) == [(0, 6)]


def test_a_log_cut_short_loses_only_the_record_that_was_not_acknowledged(tmp_path: Path) -> None:
    hashes = some_hashes(3, 3)
    with LiveIndex(tmp_path) as index:
        for i in range(3):
            index.add(u64(i), hashes[i : i + 1])
    log = max(tmp_path.glob("log-*"))
    log.write_bytes(log.read_bytes()[:-9])
    with LiveIndex(tmp_path) as index:
        assert len(index) == 2


@pytest.mark.parametrize(
    "damage", [b"", b"REPITLIV", b"something else altogether, and long enough to be one"]
)
def test_a_manifest_that_is_not_whole_is_refused(tmp_path: Path, damage: bytes) -> None:
    with LiveIndex(tmp_path) as index:
        index.add(u64(1), some_hashes(4, 1))
        index.flush()
    (tmp_path / "manifest").write_bytes(damage)
    with pytest.raises(errors.SnapshotRefused):
        LiveIndex(tmp_path)
    with pytest.raises(errors.SnapshotRefused):
        LiveReader(tmp_path)


def test_many_hashes_at_once_become_a_segment_at_once(tmp_path: Path) -> None:
    rows = memtable.CAPACITY + 1
    hashes = some_hashes(6, rows)
    with LiveIndex(tmp_path) as index:
        index.add(u64(3), hashes[:1])
        index.remove(u64(3))
        index.add(np.arange(rows, dtype=np.uint64), hashes)
        assert index.stats().segments == (rows,)
        assert pairs(index.range_search(hashes[3:4], 0)) == [(0, 3)]
    with LiveIndex(tmp_path) as index:
        assert len(index) == rows
        assert pairs(index.range_search(hashes[3:4], 0)) == [(0, 3)]


def test_searches_beside_a_writer_never_miss_what_was_there_all_along(small_memtables: None) -> None:
    fixed = some_hashes(8, 40)
    wrong: list[str] = []
    done = threading.Event()
    with LiveIndex() as index:
        index.add(np.arange(1_000_000, 1_000_040, dtype=np.uint64), fixed)

        def ask() -> None:
            while not done.is_set():
                found = index.range_search(fixed, 0)
                if not set(range(1_000_000, 1_000_040)) <= set(found.ids.tolist()):
                    wrong.append("missing")

        askers = [threading.Thread(target=ask) for _ in range(2)]
        for asker in askers:
            asker.start()
        for turn in range(60):
            index.add(np.arange(turn * 30, turn * 30 + 30, dtype=np.uint64), some_hashes(turn, 30))
            assert index.remove(u64(turn * 30)) == 1
        index.flush()
        done.set()
        for asker in askers:
            asker.join()
        assert not wrong
        assert len(index) == 40 + 60 * 29


def test_a_failure_behind_is_raised_at_the_next_change(
    small_memtables: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("The disk is full.")

    index = LiveIndex(tmp_path)
    monkeypatch.setattr("repit_engine.live.folder.write_snapshot", fail)
    index.add(np.arange(64, dtype=np.uint64), some_hashes(9, 64))
    with pytest.raises(OSError, match="full"):
        index.flush()
    with pytest.raises(OSError, match="full"):
        index.add(u64(1), some_hashes(9, 1))
    index.close()
    monkeypatch.undo()
    with LiveIndex(tmp_path) as index:
        assert len(index) == 64
