"""Exact search against the peers: latency warm and cold, memory, build, recall, live changes, batches.

In: `--sizes`, `--threads`, `--seconds`. Out: `docs/bench/search.md` with its plot. Next: a reader.

Uniform random hashes; half of the queries are planted at distances 0 to 31 from a hash of the bank. Every
peer runs in this process, on the same hashes, queries and number of threads.
"""

import gc
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from bench import plot, search_hard
from bench.common import Options, Report, Table, available_bytes, number, percentiles, timed
from bench.search_goals import held
from bench.search_peers import RADIUS, Hashes, Query, peers, threads
from repit_engine.live import LiveIndex
from repit_engine.search import CompactIndex, RingIndex

QUERIES = 2_000
HARD = 10_000_000
COLD_BYTES = 400_000_000
Series = dict[str, list[tuple[float, float]]]
ARBITRARY = "ids spread at random over 64 bits, frames in order"
RADII = (31, 40, 46, 50, 60, 66, 70)


def run(options: Options) -> Report:
    """Every size in turn, then what depends on no peer."""
    threads(options.threads)
    report = Report(
        "search",
        "Exact search, measured against its peers",
        f"Radius {RADIUS}, {options.threads} thread(s) for us and every peer unless a row says otherwise. "
        "*Warm* is the same process asking again; *cold* reads "
        f"{COLD_BYTES // 10**6} MB of something else before each query.",
    )
    series: Series = {}
    for size in options.sizes:
        _one_size(report, size, options, series, last=size == max(options.sizes))
    report.tables.insert(0, held(report))
    name = "search-latency.svg"
    plot.lines(
        options.out / name,
        series,
        title=f"One query, radius {RADIUS}, {options.threads} thread(s), warm, p50",
        x="hashes in the bank",
        y="milliseconds",
    )
    report.plots.append(name)
    return report


def _one_size(
    report: Report, size: int, options: Options, series: dict[str, list[tuple[float, float]]], *, last: bool
) -> None:
    rng = np.random.default_rng(size)
    bank = rng.integers(0, 256, (size, 32), np.uint8)
    queries, planted = _queries(rng, bank)
    label = _label(size)
    start = time.perf_counter()
    index = RingIndex.build(np.arange(size, dtype=np.uint64), bank, threads=2)
    build = time.perf_counter() - start
    report.compare(f"build, {label}, two threads", "s", build)
    wide = size * 8
    report.compare(f"memory, {label}, arbitrary 64-bit ids and all", "B/hash", (index.nbytes + wide) / size)
    ours = _measure(partial(index.range_search, radius=RADIUS), queries, options)
    series.setdefault("Répit", []).append((size, ours[0]))
    table = [("Répit", *ours, build, (index.nbytes + wide) / size)]
    for peer in peers():
        if options.only and not any(part in peer.name for part in options.only):
            continue
        reason = _reason_to_skip(peer.most, peer.bytes_a_hash, size)
        if reason:
            report.notes.append(f"{peer.name} at {label}: {reason}.")
            continue
        gc.collect()
        start = time.perf_counter()
        query = peer.build(bank)
        built = time.perf_counter() - start
        theirs = _measure(query, queries, options)
        series.setdefault(peer.name, []).append((size, theirs[0]))
        for place, what in enumerate(("warm p50", "warm p99", "cold p50")):
            report.compare(f"one query, {label}, {what}", "ms", ours[place], peer.name, theirs[place])
        table.append((peer.name, *theirs, built, None))
        if peer.name == "faiss IndexBinaryFlat" and last:
            _batch(report, label, index, query, queries)
        del query
    columns = ("index", "warm p50 ms", "warm p99 ms", "cold p50 ms", "cold p99 ms", "build s", "B/hash")
    report.tables.append(Table(f"{label} hashes", columns, table))
    _recall(report, label, index, queries, planted)
    if size == HARD:
        search_hard.degenerate(report, label, bank)
        search_hard.merging(report, label, bank)
    if last:
        _shots(report, size)
        _radii(report, label, index, queries, options)
        del index
        gc.collect()
        _live(report, label, bank, queries, options)
        gc.collect()
        _compact(report, label, bank, queries, options)


def _asked(query: Query, queries: Hashes) -> list[Callable[[], object]]:
    """One call for each query, alone."""
    return [partial(query, queries[at : at + 1]) for at in range(len(queries))]


def _measure(query: Query, queries: Hashes, options: Options) -> tuple[float, float, float, float]:
    """p50 and p99 in ms, warm then cold."""
    asked = _asked(query, queries)
    query(queries[:1])
    warm = timed(asked, options.seconds)
    waste = np.ones(COLD_BYTES // 8)
    cold = timed(asked[:60], options.seconds, before=waste.sum)
    return (*percentiles(warm), *percentiles(cold))


def _batch(report: Report, label: str, index: RingIndex, flat: Query, queries: Hashes) -> None:
    start = time.perf_counter()
    index.range_search(np.tile(queries, (5, 1)), RADIUS, threads=2)
    ours = 5 * len(queries) / (time.perf_counter() - start)
    threads(2)
    start = time.perf_counter()
    flat(queries[:100])
    theirs = 100 / (time.perf_counter() - start)
    threads(1)
    report.compare(
        f"batch, {label}, two threads", "queries/s", ours, "faiss IndexBinaryFlat", theirs, less=False
    )


def _recall(
    report: Report, label: str, index: RingIndex, queries: Hashes, planted: NDArray[np.int64]
) -> None:
    found = index.range_search(queries, RADIUS)
    hit = np.zeros(RADIUS + 1)
    for place in range(0, len(queries), 2):
        answers = found.ids[found.lims[place] : found.lims[place + 1]]
        hit[(place // 2) % (RADIUS + 1)] += planted[place] in answers
    asked = np.bincount((np.arange(0, len(queries), 2) // 2) % (RADIUS + 1))
    report.compare(
        f"recall, {label}, worst of the planted distances 0 to {RADIUS}",
        "%",
        float(100 * (hit / asked).min()),
    )


def _radii(report: Report, label: str, index: RingIndex, queries: Hashes, options: Options) -> None:
    rows = []
    for radius in RADII:
        alone = timed(_asked(partial(index.range_search, radius=radius), queries[:200]), options.seconds)
        batch = queries[:256] if radius < 50 else queries[:64]
        cost = []
        for count in (1, 2):
            start = time.perf_counter()
            index.range_search(batch, radius, threads=count)
            cost.append((time.perf_counter() - start) / len(batch) * 1e3)
        rows.append((str(radius), *percentiles(alone), *cost))
    columns = (
        "radius",
        "alone p50 ms",
        "alone p99 ms",
        "batch, one thread, ms a query",
        "batch, two threads",
    )
    report.tables.append(Table(f"Larger radii, {label} hashes", columns, rows))


def _compact(report: Report, label: str, bank: Hashes, queries: Hashes, options: Options) -> None:
    index = CompactIndex.build(np.arange(len(bank), dtype=np.uint64), bank)
    for count in (1, 2):
        query = partial(index.range_search, radius=RADIUS, threads=count)
        p50, _ = percentiles(timed(_asked(query, queries[:100]), options.seconds))
        report.compare(f"compact mode, {label}, {count} thread(s), warm p50", "ms", p50)
    report.compare(f"compact mode, {label}, memory, ids and all", "B/hash", index.nbytes / len(bank))


def _live(report: Report, label: str, bank: Hashes, queries: Hashes, options: Options) -> None:
    """Additions and removals counted by the next query; ten thousand additions a second beside queries."""
    with LiveIndex() as live:
        live.add(np.arange(len(bank), dtype=np.uint64), bank, threads=2)
        fresh = np.random.default_rng(3).integers(0, 256, (200_000, 32), np.uint8)
        live.range_search(fresh[:1], 0)
        start = time.perf_counter()
        live.add(np.array([2**40], np.uint64), fresh[:1])
        seen = len(live.range_search(fresh[:1], 0).ids)
        report.compare(f"add one and find it, {label}", "ms", (time.perf_counter() - start) * 1e3)
        start = time.perf_counter()
        live.remove(np.array([2**40], np.uint64))
        gone = len(live.range_search(fresh[:1], 0).ids)
        report.compare(
            f"remove one and no longer find it, {label}", "ms", (time.perf_counter() - start) * 1e3
        )
        report.notes.append(f"Of one hash added, the next query found {seen}; once removed, {gone}.")
        asked = cycle(_asked(partial(live.range_search, radius=RADIUS), queries))
        quiet = timed(asked, options.seconds)
        stop, added = threading.Event(), [0]

        def add() -> None:
            begun = time.perf_counter()
            while not stop.is_set():
                at = added[0] % 199_900
                live.add(
                    np.arange(2**41 + added[0], 2**41 + added[0] + 100, dtype=np.uint64), fresh[at : at + 100]
                )
                added[0] += 100
                time.sleep(max(0.0, begun + added[0] / 10_000 - time.perf_counter()))

        adder = threading.Thread(target=add)
        start = time.perf_counter()
        adder.start()
        busy = timed(asked, 4 * options.seconds)
        rate = added[0] / (time.perf_counter() - start)
        stop.set()
        adder.join()
        report.compare(f"additions sustained beside queries, {label}", "adds/s", rate, less=False)
        for what, place in (("p50", 0), ("p99", 1)):
            report.compare(
                f"query {what} beside additions, {label}",
                "ms",
                percentiles(busy)[place],
                "the same without additions",
                percentiles(quiet)[place],
            )
        report.notes.append(
            f"Beside additions (100 at a time, every 10 ms) the slowest of {len(busy):,} queries took "
            f"{number(max(busy) * 1e3)} ms; without them the slowest of {len(quiet):,} took "
            f"{number(max(quiet) * 1e3)} ms."
        )


def _shots(report: Report, size: int) -> None:
    """Memory where frames follow frames: shots of ten on average, 0 to 8 bits changed each time."""
    rows = min(size, 4_000_000)
    rng = np.random.default_rng(5)
    bank = rng.integers(0, 256, (rows, 32), np.uint8)
    follows = rng.random(rows) > 0.1
    bank[follows] = 0
    changed = rng.integers(0, 9, rows)
    for count in range(8):
        places = np.flatnonzero(follows & (changed > count))
        bits = rng.integers(0, 256, len(places))
        bank[places, bits >> 3] ^= (1 << (bits & 7)).astype(np.uint8)
    np.bitwise_xor.accumulate(bank, axis=0, out=bank)
    spread = np.sort(rng.integers(0, 2**64 - 1, rows, np.uint64))
    following = np.arange(rows, dtype=np.uint64)
    for what, ids in (("frames numbered as they come", following), (ARBITRARY, spread)):
        index = RingIndex.build(ids, bank, threads=2)
        report.compare(f"memory, {_label(rows)} frames of shots, {what}", "B/hash", index.nbytes / rows)


def _queries(rng: np.random.Generator, bank: Hashes) -> tuple[Hashes, NDArray[np.int64]]:
    """Every second query is planted at distance 0, 1, … 31, 0, … of a hash of the bank."""
    queries = rng.integers(0, 256, (QUERIES, 32), np.uint8)
    planted = rng.integers(0, len(bank), QUERIES)
    for place in range(0, QUERIES, 2):
        bits = np.unpackbits(bank[planted[place]])
        bits[rng.choice(256, (place // 2) % (RADIUS + 1), replace=False)] ^= 1
        queries[place] = np.packbits(bits)
    return queries, planted


def _reason_to_skip(most: int, bytes_a_hash: int, size: int) -> str:
    need, have = bytes_a_hash * size, available_bytes()
    if need > have * 0.9:
        return f"not run, would take about {need / 2**30:.0f} GiB where {have / 2**30:.0f} are free"
    if size > most:
        return f"not run beyond {most:,} hashes, to keep the run short"
    return ""


def _label(size: int) -> str:
    return f"{size / 1e6:g} M" if size >= 1_000_000 else f"{size:,}"
