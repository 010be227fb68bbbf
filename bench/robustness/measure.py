"""One picture of the run: every row of the suite made, hashed by everyone, compared with the whole bank.

In: a collection, a suite, an index. Out: `Measured`, kept as a file so that an interrupted run goes on.
Next: `tables`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.robustness import ours, peers
from bench.robustness.distances import between
from bench.robustness.pictures import Collection
from bench.robustness.suite import Row, altered
from repit_engine.pdq import distances

PEERS = ("plain", "unletterboxed", "eight")
NEVER = 255


@dataclass(frozen=True)
class Bank:
    """What is looked for: every picture of the collection, both parts of it."""

    standard: NDArray[np.uint8]
    """`(items, 32)` as threatexchange computes it."""
    families: NDArray[np.uint8]
    """`(items, 9, 32)` as we compute it; no rows when only peers are measured."""
    present: NDArray[np.bool_]
    """`(items, 9)`: false where an item has fewer anchored hashes."""


@dataclass(frozen=True)
class Measured:
    """Distances of one picture's queries. `NEVER` stands where there is no pair."""

    index: int
    peers: NDArray[np.uint8]
    """`(rows, 3, items)`: smallest distance by peer."""
    nearest: NDArray[np.uint8]
    """`(rows, items, 9)`: our query family's smallest distance to each of an item's hashes."""
    stages: NDArray[np.uint8]
    """`(rows, 9)`: for the query's own item, the stage that came nearest to each of its hashes."""
    by_stage: NDArray[np.uint8]
    """`(rows, stages, 9)`: for the query's own item, the smallest distance by stage."""
    sift: NDArray[np.int8]
    """`(rows,)`: 1 found, 0 not, -1 not asked."""
    decided: NDArray[np.uint8]
    """`(rows, bank sizes, items)`: nothing, review or block, as the engine decides."""
    by_pieces: NDArray[np.uint8]
    """The same, were a small piece of the upload enough to block."""
    fillers: NDArray[np.bool_]
    """`(rows, items)`: true where the item was a filler of the query: neither found nor wrong."""
    decode_ms: NDArray[np.float32]
    """`(rows,)`."""
    stage_ms: NDArray[np.float32]
    """`(rows, stages)`: milliseconds of each stage of the query family."""
    stage_hashes: NDArray[np.int32]
    """`(rows, stages)`."""


def bank_of(collection: Collection, *, with_ours: bool) -> Bank:
    """Hash the collection as banks do."""
    items, rows = len(collection.sources), ours.BANK_ROWS if with_ours else 0
    standard = np.zeros((items, 32), np.uint8)
    families, present = np.zeros((items, rows, 32), np.uint8), np.zeros((items, rows), np.bool_)
    for place, source in enumerate(collection.sources):
        data = source.read()
        standard[place] = peers.plain(data)[0]
        if with_ours:
            family = ours.bank_family(data)
            families[place, : len(family)], present[place, : len(family)] = family, True
    return Bank(standard, families, present)


def measure(
    collection: Collection,
    bank: Bank,
    rows: Sequence[Row],
    index: int,
    *,
    which: int,
    with_peers: bool,
    with_sift: bool,
) -> Measured:
    """Everything about picture `index`; `which` is its part, fillers come from the other."""
    source = collection.sources[index]
    picture, original = source.picture(), source.read()
    filler_indices = collection.part(1 - which)
    fillers = [collection.sources[i].picture for i in filler_indices]
    items, own = len(collection.sources), bank.families.shape[1] > 0
    result = Measured(
        index,
        np.full((len(rows), len(PEERS), items), NEVER, np.uint8),
        np.full((len(rows), items, ours.BANK_ROWS), NEVER, np.uint8),
        np.zeros((len(rows), ours.BANK_ROWS), np.uint8),
        np.full((len(rows), len(ours.STAGES), ours.BANK_ROWS), NEVER, np.uint8),
        np.full(len(rows), -1, np.int8),
        np.zeros((len(rows), len(ours.BANK_SIZES), items), np.uint8),
        np.zeros((len(rows), len(ours.BANK_SIZES), items), np.uint8),
        np.zeros((len(rows), items), np.bool_),
        np.zeros(len(rows), np.float32),
        np.zeros((len(rows), len(ours.STAGES)), np.float32),
        np.zeros((len(rows), len(ours.STAGES)), np.int32),
    )
    for place, row in enumerate(rows):
        query = altered(row, index, picture, fillers)
        result.fillers[place, [filler_indices[i] for i in query.fillers]] = True
        if with_peers:
            for peer, hashed in enumerate((peers.plain, peers.unletterboxed, peers.eight)):
                found = hashed(query.jpeg)
                if peer == 1:
                    found = np.concatenate([found, peers.plain(query.jpeg)])
                result.peers[place, peer] = between(found, bank.standard).min(axis=0).clip(0, NEVER)
        if with_sift:
            result.sift[place] = peers.sift_matches(original, query.jpeg, peers.mirror_of(query.jpeg))
        if own:
            _ours(result, place, index, query.jpeg, bank)
    return result


def _ours(result: Measured, place: int, index: int, jpeg: bytes, bank: Bank) -> None:
    items, rows, _ = bank.families.shape
    family = ours.query_family(jpeg)
    result.decode_ms[place], result.stage_ms[place] = family.decode_ms, family.stage_ms
    result.stage_hashes[place] = np.bincount(family.stages, minlength=len(ours.STAGES))
    if not len(family.hashes):
        return
    table = distances(family.hashes, bank.families.reshape(-1, 32))
    if place == 0 and (table[:1] != between(family.hashes[:1], bank.families.reshape(-1, 32))).any():
        raise ValueError("The engine's distances are not the plain ones.")
    table[:, ~bank.present.ravel()] = NEVER
    for size, bank_size in enumerate(ours.BANK_SIZES):
        asked = (family.views, table, bank.families, bank.present, bank_size)
        result.decided[place, size] = ours.decided(*asked)
        result.by_pieces[place, size] = ours.decided(*asked, rule=ours.PIECES_BLOCK)
    result.nearest[place] = table.min(axis=0).reshape(items, rows).clip(0, NEVER)
    mine = table.reshape(len(table), items, rows)[:, index]
    result.stages[place] = family.stages[mine.argmin(axis=0)]
    for stage in np.unique(family.stages):
        result.by_stage[place, stage] = mine[family.stages == stage].min(axis=0).clip(0, NEVER)


def keep(measured: Measured, path: Path) -> None:
    """Write atomically: a killed run leaves whole files only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{time.monotonic_ns()}.partial.npz")
    np.savez_compressed(partial, **{name: getattr(measured, name) for name in Measured.__dataclass_fields__})
    partial.rename(path)


def kept(path: Path) -> Measured:
    with np.load(path, allow_pickle=False) as stored:
        fields = {name: stored[name] for name in Measured.__dataclass_fields__ if name != "index"}
        return Measured(index=int(stored["index"]), **fields)
