"""The peers of `bench.search`, each behind one shape, each on as many threads as we are.

In: ``(n, 32)`` hashes. Out: for one query, the found positions. Next: `bench.search` times and compares them.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray
from threatexchange.signal_type.pdq.pdq_index import PDQIndex
from threatexchange.signal_type.pdq.pdq_index2 import PDQIndex2
from usearch.index import MetricKind
from usearch.index import search as usearch_search

Hashes = NDArray[np.uint8]
Query = Callable[[Hashes], object]
RADIUS = 31


@dataclass(frozen=True)
class Peer:
    """`build` makes a function of one query; `bytes_a_hash` is about what it takes at its peak."""

    name: str
    build: Callable[[Hashes], Query]
    bytes_a_hash: int
    most: int


def threads(count: int) -> None:
    """Give faiss this many threads; usearch is told at each call."""
    faiss.omp_set_num_threads(count)


def peers() -> list[Peer]:
    """Every peer. `most` is the largest bank that a run builds it for, to stay short."""
    return [
        Peer("threatexchange PDQIndex", _pdq_index, 1_000, 10_000_000),
        Peer("threatexchange PDQIndex2", _pdq_index_2, 2_200, 1_000_000),
        Peer("faiss IndexBinaryFlat", _flat, 32, 10**9),
        Peer("faiss MultiHash 16 × 16, 1 flip", _multi_hash, 600, 1_000_000),
        Peer("usearch exact", _usearch, 32, 10**9),
    ]


def _entries(hashes: Hashes) -> object:
    return ((row.tobytes().hex(), place) for place, row in enumerate(hashes))


def _pdq_index(hashes: Hashes) -> Query:
    index = PDQIndex(entries=_entries(hashes))
    gc.collect()
    return lambda query: index.query(query.tobytes().hex())


def _pdq_index_2(hashes: Hashes) -> Query:
    index = PDQIndex2(entries=_entries(hashes))
    gc.collect()
    return lambda query: index.query(query.tobytes().hex())


def _flat(hashes: Hashes) -> Query:
    index = faiss.IndexBinaryFlat(256)
    index.add(hashes)
    # faiss's radius is strict: 32 asks for 31.
    return lambda queries: index.range_search(queries, RADIUS + 1)


def _multi_hash(hashes: Hashes) -> Query:
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = 1
    index.add(hashes)
    return lambda queries: index.range_search(queries, RADIUS + 1)


def _usearch(hashes: Hashes) -> Query:
    # usearch has no range search: the nearest ten, compared with all, is what it offers.
    return lambda queries: usearch_search(
        hashes, queries, 10, MetricKind.Hamming, exact=True, threads=1, dtype="b1"
    )
