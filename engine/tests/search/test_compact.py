"""`CompactIndex` against the oracle."""

import numpy as np
import pytest

from repit_engine.kernels.reference.search import range_search
from repit_engine.search import CompactIndex


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_compact_index_finds_what_the_oracle_finds_at_every_radius(threads: int) -> None:
    rng = np.random.default_rng(7)
    bank = rng.integers(0, 256, (500, 32), np.uint8)
    bank[200:] = bank[3]
    for row in range(200, 500):
        bits = np.unpackbits(bank[row])
        bits[rng.choice(256, row % 91, replace=False)] ^= 1
        bank[row] = np.packbits(bits)
    bank[400:, :2] = bank[3, :2]
    ids = rng.integers(0, 200, 500, np.uint64)
    index = CompactIndex.build(ids, bank)
    for radius in (*range(91), 200, 256):
        found = index.range_search(bank[[3, 9]], radius, threads=threads)
        pairs = list(zip(found.distances.tolist(), found.ids.tolist(), strict=True))
        expected = range_search(ids, bank, bank[[3, 9]], radius)
        assert pairs == [pair for answer in expected for pair in answer]


def test_a_compact_cap_keeps_the_nearest_of_very_many_and_says_so() -> None:
    bank = np.zeros((5000, 32), np.uint8)
    bank[1::2, 7] = 1
    index = CompactIndex.build(np.arange(5000, dtype=np.uint64)[::-1].copy(), bank)
    found = index.range_search(bank[:1], 31, max_results=3)
    assert found.ids.tolist() == [1, 3, 5]
    assert found.distances.tolist() == [0, 0, 0]
    assert found.truncated.tolist() == [True]
    every = index.range_search(bank[:1], 31)
    assert len(every.ids) == 5000
    assert not every.truncated[0]
    exactly = index.range_search(bank[:1], 0, max_results=2500)
    assert len(exactly.ids) == 2500
    assert not exactly.truncated[0]


def test_an_empty_compact_index_finds_nothing() -> None:
    index = CompactIndex.build(np.empty(0, np.uint64), np.empty((0, 32), np.uint8))
    assert len(index.range_search(np.zeros((2, 32), np.uint8), 256).ids) == 0
    assert len(index) == 0
