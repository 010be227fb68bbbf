"""Altered copies: one picture becomes a family of hashes, an upload the many views that may meet it.

In: a `Picture`. Out: on the bank side a `Family`, on the query side stages of `QueryHashes`. Next: `search`
holds the first, `decision` judges the second. Specified to the bit in docs/en/altered-copies.md.
"""

import numpy as np

from repit_engine.anchors.bank import Family, bank_family
from repit_engine.anchors.looks import Look, count_of, looks
from repit_engine.anchors.query import (
    Budget,
    Kind,
    QueryHashes,
    Stage,
    query_family,
    query_plane,
    query_stages,
)

__all__ = [
    "Budget",
    "Family",
    "Kind",
    "Look",
    "QueryHashes",
    "Stage",
    "bank_family",
    "count_of",
    "looks",
    "query_family",
    "query_plane",
    "query_stages",
    "warm_up",
]


def warm_up() -> None:
    """Compile or load every kernel of this module, so that the first picture does not wait for it."""
    steps = np.kron(np.arange(48, dtype=np.uint8).reshape(6, 8) * 37 % 251, np.ones((16, 16), np.uint8))
    for luma in (steps, steps.astype(np.float32)):
        bank_family(luma)
        query_family(luma)
