"""Exact range search by comparing everything with everything: the oracle of `search`.

In: a bank's ids and hashes, the queries, a radius. Out: for each query its (distance, id) pairs in order.
Next: tests only.
"""

import numpy as np
from numpy.typing import NDArray

BITS_SET = np.array([bin(value).count("1") for value in range(256)], dtype=np.uint16)


def distances(query: NDArray[np.uint8], hashes: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Hamming distance of one ``(32,)`` hash to each row of ``(n, 32)``."""
    total: NDArray[np.uint16] = BITS_SET[np.bitwise_xor(hashes, query)].sum(axis=1, dtype=np.uint16)
    return total


def range_search(
    ids: NDArray[np.uint64],
    hashes: NDArray[np.uint8],
    queries: NDArray[np.uint8],
    radius: int,
    max_results: int | None = None,
) -> list[list[tuple[int, int]]]:
    """For each query the pairs (distance, id) within the inclusive radius, ordered, cut at `max_results`."""
    answers = []
    for query in queries:
        apart = distances(query, hashes)
        near = np.flatnonzero(apart <= radius)
        pairs = sorted((int(apart[row]), int(ids[row])) for row in near)
        answers.append(pairs if max_results is None else pairs[:max_results])
    return answers
