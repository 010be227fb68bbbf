"""A writer killed at any moment leaves the last consistent state; other processes see every change."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from repit_engine.live import LiveIndex, LiveReader

WRITER = textwrap.dedent(
    """
    import sys
    import numpy as np
    import repit_engine.live.index, repit_engine.live.memtable
    repit_engine.live.index.CAPACITY = repit_engine.live.memtable.CAPACITY = 256
    from pathlib import Path
    from repit_engine.live import LiveIndex

    index = LiveIndex(Path(sys.argv[1]))
    rng = np.random.default_rng(0)
    for turn in range(100_000):
        ids = np.arange(turn * 10, turn * 10 + 10, dtype=np.uint64)
        index.add(ids, np.repeat(ids.view(np.uint8).reshape(-1, 8), 4, axis=1))
        if turn % 7 == 0:
            index.remove(ids[:1])
        if turn % 50 == 0:
            index.add(ids[:1] + np.uint64(2**40), np.zeros((1, 32), np.uint8))
            index.remove(ids[:1] + np.uint64(2**40))
        print(turn, flush=True)
    """
)


def bank_after(turns: int) -> set[int]:
    return {turn * 10 + i for turn in range(turns) for i in range(10) if i or turn % 7}


@pytest.mark.parametrize("turns", [1, 3, 40, 110])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path, turns: int) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert writer.stdout is not None
    for _ in range(turns):
        acknowledged = int(writer.stdout.readline())
    reader = LiveReader(tmp_path)
    seen_beside = {int(i) for i in reader.range_search(np.zeros((1, 32), np.uint8), 256).ids}
    writer.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
    writer.stdout.close()
    writer.wait()
    assert bank_after(turns) <= seen_beside | {turns * 10}
    with LiveIndex(tmp_path) as index:
        found = {int(i) for i in index.range_search(np.zeros((1, 32), np.uint8), 256).ids}
        beyond = found - bank_after(acknowledged + 1)
        assert bank_after(acknowledged + 1) <= found
        # At most the change in hand when the kill came is there as well.
        assert all(i // 10 == acknowledged + 1 or i >= 2**40 for i in beyond)
        assert len(index) == len(found)
        index.flush()
        assert len(index) == len(found)
    assert len(LiveReader(tmp_path)) == len(found)


def test_readers_follow_a_writer_through_segments_merges_and_removals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repit_engine.live.memtable.CAPACITY", 128)
    monkeypatch.setattr("repit_engine.live.index.CAPACITY", 128)
    rng = np.random.default_rng(1)
    with LiveIndex(tmp_path) as index:
        reader = LiveReader(tmp_path)
        for turn in range(40):
            hashes = rng.integers(0, 256, (40, 32), np.uint8)
            index.add(np.arange(turn * 40, turn * 40 + 40, dtype=np.uint64), hashes)
            assert reader.range_search(hashes[:1], 0).ids.tolist() == [turn * 40]
            index.remove(np.array([turn * 40], np.uint64))
            assert reader.range_search(hashes[:1], 0).ids.tolist() == []
            assert len(reader) == len(index)
        index.flush()
        assert len(reader) == len(index) == 40 * 39
        assert len(LiveReader(tmp_path)) == 40 * 39
