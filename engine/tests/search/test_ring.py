"""`RingIndex` against the oracle: every radius, every distance, every kind of data."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repit_engine.kernels.reference.search import range_search
from repit_engine.search import FlatIndex, RingIndex
from repit_engine.types import RangeResult


@pytest.fixture(autouse=True)
def tables_for_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the ring is tested on banks that the oracle can search."""
    monkeypatch.setattr("repit_engine.search.segment.SMALLEST_WITH_TABLES", 1)


def bank_of(rng: np.random.Generator, kind: str, rows: int) -> np.ndarray:
    """Uniform; clustered about a few centres; frames of shots; nearly all the same."""
    if kind == "uniform":
        return rng.integers(0, 256, (rows, 32), np.uint8)
    if kind == "shots":
        scenes = rng.integers(0, 256, (rows // 40 + 1, 32), np.uint8)
        return _blurred(rng, np.repeat(scenes, 40, axis=0)[:rows], 3)
    centres = rng.integers(0, 256, (1 if kind == "same" else 5, 32), np.uint8)
    return _blurred(rng, centres[rng.integers(0, len(centres), rows)], 2 if kind == "same" else 40)


def _blurred(rng: np.random.Generator, hashes: np.ndarray, most: int) -> np.ndarray:
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        row[rng.choice(256, rng.integers(0, most + 1), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def at_distance(rng: np.random.Generator, hashed: np.ndarray, distance: int) -> np.ndarray:
    bits = np.unpackbits(hashed)
    bits[rng.choice(256, distance, replace=False)] ^= 1
    return np.packbits(bits)


def pairs(found: RangeResult) -> list[list[tuple[int, int]]]:
    return [
        list(
            zip(
                found.distances[start:end].tolist(),
                found.ids[start:end].tolist(),
                strict=True,
            )
        )
        for start, end in zip(found.lims[:-1].tolist(), found.lims[1:].tolist(), strict=True)
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    kind=st.sampled_from(["uniform", "clustered", "shots", "same"]),
    rows=st.sampled_from([1, 2, 63, 64, 65, 700]),
    radius=st.integers(0, 90),
    cap=st.sampled_from([None, 1, 3, 50]),
    threads=st.sampled_from([1, 2]),
)
def test_the_ring_and_the_scan_find_what_the_oracle_finds(
    *, seed: int, kind: str, rows: int, radius: int, cap: int | None, threads: int
) -> None:
    rng = np.random.default_rng(seed)
    bank = bank_of(rng, kind, rows)
    ids = rng.integers(0, rows, rows, np.uint64)
    near = [
        at_distance(rng, bank[rng.integers(rows)], min(radius + by, 256))
        for by in (-1, 0, 1)
        if radius + by >= 0
    ]
    queries = np.concatenate([bank[:2], np.array(near), bank_of(rng, "uniform", 1)])
    expected = range_search(ids, bank, queries, radius, cap)
    everything = range_search(ids, bank, queries, radius)
    flat = FlatIndex()
    flat.add(ids, bank)
    ring = RingIndex.build(ids, bank, threads)
    cut = [len(a) > len(e) for a, e in zip(everything, expected, strict=True)]
    for found in (ring.range_search(queries, radius, cap, threads), flat.range_search(queries, radius, cap)):
        assert pairs(found) == expected
        assert found.truncated.tolist() == cut
    for place, query in enumerate(queries):
        alone = ring.range_search(query[None], radius, cap)
        assert pairs(alone) == [expected[place]]
        assert alone.truncated.tolist() == [cut[place]]


@pytest.mark.parametrize("kind", ["uniform", "clustered"])
def test_every_planted_distance_is_found_at_every_radius_up_to_70(kind: str) -> None:
    rng = np.random.default_rng(70)
    bank = bank_of(rng, kind, 3_000)
    query = bank_of(rng, "uniform", 1)[0]
    for distance in range(71):
        for copy in range(3):
            bank[100 + 3 * distance + copy] = at_distance(rng, query, distance)
    index = RingIndex.build(np.arange(3_000, dtype=np.uint64), bank)
    truth = range_search(np.arange(3_000, dtype=np.uint64), bank, query[None], 70)[0]
    for radius in range(71):
        assert pairs(index.range_search(query[None], radius))[0] == [
            pair for pair in truth if pair[0] <= radius
        ]


def test_an_empty_index_finds_nothing() -> None:
    nothing = RingIndex.build(np.empty(0, np.uint64), np.empty((0, 32), np.uint8))
    found = nothing.range_search(np.zeros((3, 32), np.uint8), 31)
    assert found.lims.tolist() == [0, 0, 0, 0]
    assert len(nothing) == 0


def test_no_queries_have_no_results() -> None:
    index = RingIndex.build(np.arange(5, dtype=np.uint64), np.zeros((5, 32), np.uint8))
    found = index.range_search(np.empty((0, 32), np.uint8), 31, threads=2)
    assert found.lims.tolist() == [0]
    assert len(found.ids) == 0


def test_ids_may_be_far_apart_or_huge() -> None:
    ids = np.array([2**64 - 1, 5, 2**40], np.uint64)
    found = RingIndex.build(ids, np.zeros((3, 32), np.uint8)).range_search(np.zeros((1, 32), np.uint8), 0)
    assert found.ids.tolist() == [5, 2**40, 2**64 - 1]


def test_a_hash_with_very_many_neighbours_is_capped_and_says_so() -> None:
    rng = np.random.default_rng(3)
    bank = np.concatenate([np.zeros((100_000, 32), np.uint8), bank_of(rng, "uniform", 1_000)])
    ids = np.arange(len(bank), dtype=np.uint64)[::-1].copy()
    index = RingIndex.build(ids, bank)
    found = index.range_search(np.zeros((1, 32), np.uint8), 31, max_results=1_000)
    assert found.truncated.tolist() == [True]
    assert found.ids.tolist() == list(range(1_000, 2_000))
    assert len(index.range_search(np.zeros((1, 32), np.uint8), 31).ids) == 100_000
