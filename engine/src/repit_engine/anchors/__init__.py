"""Altered copies: one picture becomes a family of hashes, an upload the many views that may meet it.

In: a `Picture`. Out: on the bank side a `Family`, on the query side stages of `QueryHashes`. Next: `search`
holds the first, `decision` judges the second. Specified to the bit in docs/en/altered-copies.md.
"""

from repit_engine.anchors.bank import Family, bank_family
from repit_engine.anchors.query import Budget, Kind, QueryHashes, Stage, query_family, query_stages

__all__ = ["Budget", "Family", "Kind", "QueryHashes", "Stage", "bank_family", "query_family", "query_stages"]
