"""Exact search against the peers: latency warm and cold, memory, build, recall, live changes, batches.

In: `--sizes`, `--threads`, `--seconds`. Out: `docs/bench/search.md` with its plot. Next: a reader.

Uniform random hashes; half of the queries are planted at distances 0 to 31 from a hash of the bank. Every
peer runs in this process, on the same hashes, queries and number of threads.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from math import comb

import numpy as np
from numpy.typing import NDArray

from bench import plot, search_hard
from bench.common import Options, Report, Table, available_bytes, number, percentiles, read_speed, timed
from bench.search_goals import held
from bench.search_peers import RADIUS, Hashes, Query, peers, threads
from repit_engine.live import LiveIndex
from repit_engine.search import CompactIndex, RingIndex

QUERIES = 2_000
HARD = 10_000_000
PROBES = 272
COLD_BYTES = 400_000_000
COLD_QUERIES, COLD_SECONDS = 60, 60.0
TURNS = 3
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
        "*Warm* is the same process asking again, ours and the peer's in turns of a second or so; *cold* "
        f"reads {COLD_BYTES // 10**6} MB of something else before each query, ours and theirs alternating. "
        "Queries alone are measured in processor time, which other work on the machine disturbs less; what "
        "takes several threads, and what is asked beside additions, by the clock on the wall.",
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
    ask = partial(index.range_search, radius=RADIUS)
    (ours,) = _measure((ask,), queries, options)
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
        ours, theirs = _measure((ask, query), queries, options)
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


def _measure(
    searches: tuple[Query, ...], queries: Hashes, options: Options
) -> list[tuple[float, float, float, float]]:
    """p50 and p99 in ms, warm then cold, of each search, in turns."""
    clock = time.process_time if options.threads == 1 else time.perf_counter
    asked = [_asked(query, queries) for query in searches]
    warm: list[list[float]] = [[] for _ in searches]
    cold: list[list[float]] = [[] for _ in searches]
    for turn in range(TURNS):
        for place, calls in enumerate(asked):
            calls[0]()
            own = cycle(calls) if turn == 0 else cycle(calls[turn * len(calls) // TURNS :])
            warm[place] += timed(own, options.seconds / TURNS, clock=clock)
    waste = np.ones(COLD_BYTES // 8)
    end = time.perf_counter() + COLD_SECONDS
    for turn in range(COLD_QUERIES):
        for place, calls in enumerate(asked):
            cold[place] += timed([calls[turn]], 0, before=waste.sum, clock=clock)
        if time.perf_counter() > end:
            break
    return [(*percentiles(warm[place]), *percentiles(cold[place])) for place in range(len(searches))]


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
        query(queries[:1])
        clock = time.thread_time if count == 1 else time.perf_counter
        p50, _ = percentiles(timed(_asked(query, queries[:100]), options.seconds, clock=clock))
        report.compare(f"compact mode, {label}, {count} thread(s), warm p50", "ms", p50)
        if count == 1:
            _bounds(report, label, len(bank), p50)
    report.compare(f"compact mode, {label}, memory, ids and all", "B/hash", index.nbytes / len(bank))


def _bounds(report: Report, label: str, rows: int, compact_ms: float) -> None:
    """What each way has to read a query, how fast that could be, and how fast it was."""
    speed = read_speed(np.ones(COLD_BYTES // 8, np.uint64))
    ring_ms = next(row.ours for row in report.rows if row.work == f"one query, {label}, warm p50") or 0.0
    entries = PROBES * rows / 65536
    passing = (
        rows
        / 65536
        * sum(
            probes * sum(comb(16, bits) for bits in range(near + 1)) / 2**16
            for probes, near in ((16, 3), (256, 2))
        )
    )
    # Two bytes of each entry; a line for each probe's offsets; two for each entry that passes.
    ring = entries * 2 + PROBES * 64 + passing * 128
    cells = [
        (
            name,
            f"{read / 1e6:.3g}",
            number(read / speed * 1e3),
            number(took),
            f"{read / speed * 1e3 / took:.0%}",
            why,
        )
        for name, read, took, why in (
            (
                "ring",
                ring,
                ring_ms,
                f"latency: {PROBES} places that nothing foretells, then {passing:.0f} rows",
            ),
            ("compact, one thread", rows * 8.0, compact_ms, "memory bandwidth"),
        )
    ]
    columns = ("one query, warm", "MB read", "bound ms", "measured ms", "of the bound", "what bounds it")
    report.tables.append(Table(f"How far from the bound, {label} hashes", columns, cells))
    report.notes.append(
        f"Bound: one thread reads memory in order at {number(speed / 1e9)} GB a second, measured in this run."
    )


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
        quiet: list[float] = []
        busy: list[float] = []
        spent, added = 0.0, 0
        for _ in range(4):
            quiet += timed(asked, options.seconds / 2)
            took, busy_now, added = _beside_additions(live, fresh, added, asked, options.seconds)
            busy += busy_now
            spent += took
        rate = added / spent
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


def _beside_additions(
    live: LiveIndex, fresh: Hashes, added: int, asked: Iterator[Callable[[], object]], seconds: float
) -> tuple[float, list[float], int]:
    """Seconds that passed, those of each query, and how many hashes have been added by then."""
    stop, done = threading.Event(), [added]

    def add() -> None:
        begun = time.perf_counter()
        while not stop.is_set():
            at, first = done[0] % 199_900, 2**41 + done[0]
            live.add(np.arange(first, first + 100, dtype=np.uint64), fresh[at : at + 100])
            done[0] += 100
            time.sleep(max(0.0, begun + (done[0] - added) / 10_000 - time.perf_counter()))

    adder = threading.Thread(target=add)
    start = time.perf_counter()
    adder.start()
    busy = timed(asked, seconds)
    stop.set()
    adder.join()
    return time.perf_counter() - start, busy, done[0]


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
