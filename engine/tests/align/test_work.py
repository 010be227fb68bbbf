"""No upload and no item, however long and alike throughout, costs more than one upload may."""

import numpy as np
import pytest
from footage import asked

from repit_engine.align import VideoIndex, decide_video
from repit_engine.anchors import Kind
from repit_engine.kernels import jit
from repit_engine.moments import Moments

SCENES = np.random.default_rng(3).integers(0, 256, (200, 32), np.uint8)


def of_few_scenes(count: int, seed: int) -> Moments:
    """A video that shows the same few scenes again and again, in an order of its own."""
    order = np.random.default_rng(seed).integers(0, len(SCENES), (count, 5))
    times = (np.arange(count) * 1000).astype(np.uint32)
    return Moments(
        times,
        times,
        np.ascontiguousarray(SCENES[order[:, 0]]),
        np.full(count, 90, np.uint8),
        np.ascontiguousarray(SCENES[order[:, 1:].ravel()]),
        np.repeat(np.arange(count, dtype=np.uint32), 4),
        np.full(4 * count, 90, np.uint8),
        count * 1000,
    )


class Counted:
    """Pairs of hashes that kernels compare, and points that are followed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pairs = self.lines = 0
        sightings, matrix = jit.align_near.sightings, jit.distances.distance_matrix
        score = jit.align_lines.score_lines

        def counted_sightings(queries, turns, ms, whole, rows, *rest):
            self.pairs += len(queries) * len(rows)
            return sightings(queries, turns, ms, whole, rows, *rest)

        def counted_matrix(left, right, out):
            self.pairs += len(left) * len(right)
            return matrix(left, right, out)

        def counted_score(begins, *rest):
            self.lines += 1
            return score(begins, *rest)

        monkeypatch.setattr(jit.align_near, "sightings", counted_sightings)
        monkeypatch.setattr(jit.distances, "distance_matrix", counted_matrix)
        monkeypatch.setattr(jit.align_lines, "score_lines", counted_score)


def long_upload():
    rng = np.random.default_rng(5)
    for number in range(3):
        hashes = np.ascontiguousarray(SCENES[rng.integers(0, len(SCENES), 150)])
        yield asked(np.sort(number * 10_000 + rng.integers(0, 10_000, 150)), hashes, Kind.WHOLE)


def test_an_upload_that_resembles_long_items_throughout_takes_no_more_work_than_one_may(monkeypatch):
    index = VideoIndex()
    index.add_many((number, of_few_scenes(200, number)) for number in range(3))
    unlimited = Counted(monkeypatch)
    whole = decide_video(long_upload(), index, duration=30_000, work=10**15)
    monkeypatch.undo()
    limited, most = Counted(monkeypatch), 1_000_000
    decision = decide_video(long_upload(), index, duration=30_000, work=most)
    assert limited.pairs <= most < unlimited.pairs
    assert limited.lines < unlimited.lines / 3
    assert (whole.left, decision.left > 0) == (0, True)
