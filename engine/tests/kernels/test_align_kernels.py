"""Fast alignment does what slow alignment does."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repit_engine.kernels import jit
from repit_engine.kernels.jit.align_near import MOST_BETWEEN
from repit_engine.kernels.reference import align as slow

SEEDS = st.integers(0, 2**32)


def hashes(rng: np.random.Generator, count: int, *, seen: np.ndarray | None = None) -> np.ndarray:
    """Some near to one another: of few bases, with some bits turned."""
    bases = rng.integers(0, 256, (3, 32), np.uint8) if seen is None else seen
    bits = np.unpackbits(bases[rng.integers(0, len(bases), count)], axis=1)
    return np.packbits(bits ^ (rng.random(bits.shape) < rng.uniform(0, 0.15, (count, 1))), axis=1)


def words(rows: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(rows).view(np.uint64)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 40), st.integers(0, 8), st.integers(20, 60), st.integers(1, 40))
def test_sightings_are_those_of_the_oracle(seed, count, rows, radius, most):
    rng = np.random.default_rng(seed)
    held = hashes(rng, rows)
    asked = hashes(rng, count, seen=held if rows else None)
    order = np.lexsort(
        (ms := rng.integers(0, 6_000, count), turns := rng.integers(0, 2, count).astype(np.uint8))
    )
    ms, turns, whole = ms[order], turns[order], rng.random(count) < 0.6
    wholes, gap, sharp = rows // 2, 900, 6
    out = np.empty((rows * most, 7), np.int64)
    found = jit.align_near.sightings(
        words(asked), turns, ms, whole, words(held), wholes, radius, gap, sharp, most, out
    )
    queries = list(zip(turns.tolist(), ms.tolist(), whole.tolist(), asked, strict=True))
    wanted = slow.sightings(queries, held, wholes, (radius, gap, MOST_BETWEEN, sharp), most)
    assert sorted(map(tuple, out[:found].tolist())) == sorted(wanted)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(0, 30), st.integers(0, 80))
def test_leaders_and_steps_are_those_of_the_oracle(seed, count, radius):
    rows = hashes(np.random.default_rng(seed), count)
    out = np.empty(count, np.int64)
    lead = jit.align_near.leaders(words(rows), radius, out)
    assert out.tolist() == slow.leaders(rows, radius)
    assert lead == len(set(out.tolist()))
    between = np.empty(max(0, count - 1), np.int64)
    jit.align_near.steps(words(rows), between)
    assert between.tolist() == [slow.apart(*pair) for pair in pairwise(rows)]


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 25))
def test_lines_score_as_with_the_oracle(seed, count):
    rng = np.random.default_rng(seed)
    begins, firsts = rng.uniform(0, 9_000, count), rng.uniform(0, 9_000, count)
    ends, lasts = begins + rng.uniform(0, 500, count), firsts + rng.uniform(0, 500, count)
    weights, scenes = rng.uniform(0, 12, count), np.sort(rng.integers(0, 6, count))
    speeds, offsets = rng.uniform(0.5, 2, 5) * rng.choice([-1, 1], 5), rng.uniform(-5_000, 9_000, 5)
    out = np.empty(5)
    columns = begins, ends, firsts, lasts, weights, scenes
    jit.align_lines.score_lines(*columns, speeds, offsets, 350.0, 0.01, out)
    points = list(zip(*(column.tolist() for column in columns), strict=True))
    for line in range(5):
        wanted = slow.score(points, (speeds[line], offsets[line]), 350.0, 0.01)
        assert out[line] == pytest.approx(wanted, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 6))
def test_lines_are_traced_as_by_the_oracle(seed, count):
    rng = np.random.default_rng(seed)
    moments = [
        (
            float(rng.uniform(0, 9_000)),
            np.unique(rng.integers(0, 9_000, rng.integers(1, 60))).astype(float).tolist(),
            [],
        )
        for _ in range(count)
    ]
    for _, times, bits in moments:
        bits.extend(rng.integers(0, 128, len(times)).tolist())
    speeds, offsets = rng.uniform(0.5, 2, 5) * rng.choice([-1, 1], 5), rng.uniform(-5_000, 9_000, 5)
    lims = np.cumsum([0, *(len(times) for _, times, _ in moments)])
    times = np.concatenate([np.empty(0), *(held for _, held, _ in moments)])
    bits = np.concatenate([np.empty(0, np.int64), *(np.array(held, np.int64) for _, _, held in moments)])
    out = np.empty(5)
    firsts = np.array([first for first, _, _ in moments], np.float64)
    jit.align_lines.trace_lines(times, bits, lims, firsts, speeds, offsets, 120.0, 66.0, out)
    for line in range(5):
        wanted = slow.trace(moments, (speeds[line], offsets[line]), 120.0, 66.0)
        assert out[line] == pytest.approx(wanted, abs=1e-6)
