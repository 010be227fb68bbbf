"""`FlatIndex` against the oracle."""

import numpy as np

from repit_engine.kernels.reference.search import range_search
from repit_engine.search import FlatIndex


def test_a_flat_index_finds_what_the_oracle_finds_at_every_radius() -> None:
    rng = np.random.default_rng(7)
    bank = rng.integers(0, 256, (500, 32), np.uint8)
    query = bank[3].copy()
    for distance in range(71):
        near = np.unpackbits(query)
        near[rng.choice(256, distance, replace=False)] ^= 1
        bank[100 + distance] = np.packbits(near)
    ids = rng.integers(0, 200, 500, np.uint64)
    index = FlatIndex()
    index.add(ids, bank)
    for radius in range(71):
        found = index.range_search(query[None], radius)
        pairs = list(zip(found.distances.tolist(), found.ids.tolist(), strict=True))
        assert pairs == range_search(ids, bank, query[None], radius)[0]


def test_a_removed_id_is_gone_and_may_come_back() -> None:
    bank = np.zeros((4, 32), np.uint8)
    index = FlatIndex()
    index.add(np.array([1, 2, 2, 3], np.uint64), bank)
    assert index.remove(np.array([2, 9], np.uint64)) == 2
    assert index.range_search(bank[:1], 0).ids.tolist() == [1, 3]
    assert index.remove(np.array([2], np.uint64)) == 0
    index.add(np.array([2], np.uint64), bank[:1])
    assert index.range_search(bank[:1], 0).ids.tolist() == [1, 2, 3]
    assert len(index) == 3


def test_a_cap_keeps_the_nearest_and_says_so() -> None:
    index = FlatIndex()
    index.add(np.arange(1000, dtype=np.uint64)[::-1].copy(), np.zeros((1000, 32), np.uint8))
    found = index.range_search(np.zeros((1, 32), np.uint8), 31, max_results=5)
    assert found.ids.tolist() == [0, 1, 2, 3, 4]
    assert found.truncated.tolist() == [True]
