"""Opening a bank from a file against rebuilding or reading it as the peers do.

In: `--sizes`. Out: `docs/bench/snapshot.md`. Next: a reader.

Ours: written once, opened by memory map. Peers: faiss reads its flat index into memory; threatexchange loads
its index as it was saved.
"""

import gc
import io
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import faiss
import numpy as np
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

from bench.common import Options, Report, Table, available_bytes
from bench.search_peers import Hashes
from repit_engine.search import RingIndex, RingSegment
from repit_engine.snapshot import open_snapshot, verify_snapshot, write_snapshot

RADIUS = 31


def run(options: Options) -> Report:
    """Write, open, ask, verify at each size."""
    report = Report(
        "snapshot",
        "A bank from a file",
        "Warm: the file is in the page cache. Evicted: its pages were dropped, and come from the disk. "
        "One thread but for building and checksums, which use two.",
    )
    rows = []
    for size in options.sizes:
        rng = np.random.default_rng(size)
        bank = rng.integers(0, 256, (size, 32), np.uint8)
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_one_size(report, Path(folder), size, bank))
        del bank
        gc.collect()
    columns = (
        "hashes",
        "write s",
        "file GB",
        "open ms",
        "first query ms",
        "open evicted ms",
        "first query evicted ms",
        "verify s",
    )
    report.tables.append(Table("Ours", columns, rows))
    return report


def _one_size(report: Report, folder: Path, size: int, bank: Hashes) -> tuple[object, ...]:
    label = f"{size / 1e6:g} M"
    path, query = folder / "bank.repit", bank[:1].copy()
    segment = RingSegment.build(np.arange(size, dtype=np.uint64), bank, threads=2)
    write = _seconds(partial(write_snapshot, path, segment, threads=2))
    del segment
    gc.collect()
    open_warm = _seconds(lambda: open_snapshot(path))
    index = RingIndex(open_snapshot(path))
    first_warm = _seconds(partial(index.range_search, query, RADIUS))
    verify = _seconds(lambda: verify_snapshot(path))
    del index
    gc.collect()
    _evict(path)
    open_cold = _seconds(lambda: open_snapshot(path))
    index = RingIndex(open_snapshot(path))
    first_cold = _seconds(partial(index.range_search, query, RADIUS))
    size_on_disk = path.stat().st_size
    del index
    path.unlink()
    flat = _faiss(folder, bank)
    report.compare(
        f"open, {label}, in the page cache", "ms", open_warm * 1e3, "faiss IndexBinaryFlat read", flat * 1e3
    )
    report.compare(f"open, {label}, evicted", "ms", open_cold * 1e3)
    if size <= 1_000_000 and available_bytes() > 4 * 2**30:
        theirs = _threatexchange(bank)
        report.compare(
            f"open, {label}, in the page cache",
            "ms",
            open_warm * 1e3,
            "threatexchange PDQIndex",
            theirs * 1e3,
        )
    else:
        report.notes.append(f"threatexchange PDQIndex at {label}: not run beyond 1 M, to keep the run short.")
    return (
        size,
        write,
        size_on_disk / 1e9,
        open_warm * 1e3,
        first_warm * 1e3,
        open_cold * 1e3,
        first_cold * 1e3,
        verify,
    )


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _evict(path: Path) -> None:
    """Drop the file's pages from the page cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _faiss(folder: Path, bank: Hashes) -> float:
    index = faiss.IndexBinaryFlat(256)
    index.add(bank)
    path = folder / "flat.faiss"
    faiss.write_index_binary(index, str(path))
    del index
    gc.collect()
    spent = _seconds(lambda: faiss.read_index_binary(str(path)))
    path.unlink()
    return spent


def _threatexchange(bank: Hashes) -> float:
    index = PDQIndex(entries=((row.tobytes().hex(), place) for place, row in enumerate(bank)))
    kept = io.BytesIO()
    index.serialize(kept)
    kept.seek(0)
    return _seconds(lambda: PDQIndex.deserialize(kept))
