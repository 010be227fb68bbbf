"""A small bank of scenes drawn by code, searched by brute force."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent / "anchors"))

from anchor_scenes import scene

from repit_engine import pdq
from repit_engine.anchors import bank_family
from repit_engine.decision import packed_id
from repit_engine.types import HashArray, RangeResult


class BruteBank:
    """Items are the seeds of scenes."""

    def __init__(self, seeds: range) -> None:
        self._hold({seed: bank_family(scene(seed)).hashes for seed in seeds})

    @classmethod
    def of(cls, pictures: list[NDArray[np.uint8]]) -> "BruteBank":
        """Items are the places of pictures in a list."""
        bank = cls(range(1))
        bank._hold({place: bank_family(picture).hashes for place, picture in enumerate(pictures)})
        return bank

    def _hold(self, families: dict[int, HashArray]) -> None:
        self.families = families
        self.hashes = np.concatenate(list(self.families.values()))
        self.ids = np.array(
            [packed_id(seed, slot) for seed, rows in self.families.items() for slot in range(len(rows))],
            np.uint64,
        )
        self.asked: list[int] = []

    def search(self, queries: HashArray, radius: int) -> RangeResult:
        self.asked.append(radius)
        return found_in(self.ids, self.hashes, queries, radius)

    def family_of(self, item: int) -> tuple[HashArray, NDArray[np.uint64]]:
        rows = self.families[item]
        return rows, np.arange(len(rows), dtype=np.uint64)


def found_in(ids: NDArray[np.uint64], hashes: HashArray, queries: HashArray, radius: int) -> RangeResult:
    apart = pdq.distances(queries, hashes)
    lims, found, distances = [0], [], []
    for row in apart:
        near = np.flatnonzero(row <= radius)
        near = near[np.lexsort((ids[near], row[near]))]
        found.append(ids[near])
        distances.append(row[near])
        lims.append(lims[-1] + len(near))
    return RangeResult(
        np.array(lims, np.int64),
        np.concatenate([np.empty(0, np.uint64), *found]),
        np.concatenate([np.empty(0, np.uint16), *distances]),
        np.zeros(len(queries), np.bool_),
    )


def shuffled(seed: int) -> Callable[[RangeResult], RangeResult]:
    """The same answers, those of one query in another order."""
    rng = np.random.default_rng(seed)

    def apply(found: RangeResult) -> RangeResult:
        ids, distances = found.ids.copy(), found.distances.copy()
        for start, end in zip(found.lims, found.lims[1:], strict=False):
            order = start + rng.permutation(int(end - start))
            ids[start:end], distances[start:end] = found.ids[order], found.distances[order]
        return RangeResult(found.lims, ids, distances, found.truncated)

    return apply
