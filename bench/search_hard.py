"""What is hard on an exact index: clusters, a hash with very many neighbours, merging beside queries.

In: a size, a report. Out: rows and notes of `bench.search`. Next: its page.
"""

import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.common import Report, number, resident_bytes
from repit_engine.live import LiveIndex
from repit_engine.search import RingIndex

RADIUS = 31
NEIGHBOURS = 200_000
CAP = 1_000
Hashes = NDArray[np.uint8]


def degenerate(report: Report, label: str, bank: Hashes) -> None:
    """A fifth of a million near-identical hashes; clusters; every planted distance among them."""
    rng = np.random.default_rng(11)
    bank = bank.copy()
    near = min(NEIGHBOURS, len(bank) // 4)
    bank[:near] = _blurred(rng, np.repeat(bank[-1:], near, axis=0), 8)
    centres = rng.integers(0, near, len(bank) // 1000)
    clustered = slice(near, near + len(bank) // 2)
    bank[clustered] = bank[near:][rng.choice(len(centres), clustered.stop - near)]
    bank[clustered] = _blurred(rng, bank[clustered], 30)
    index = RingIndex.build(np.arange(len(bank), dtype=np.uint64), bank, threads=2)
    worst = 1.0
    for distance in range(RADIUS + 1):
        planted = rng.integers(near, clustered.stop, 8)
        bits = np.unpackbits(bank[planted], axis=1)
        for row in bits:
            row[rng.choice(256, distance, replace=False)] ^= 1
        found = index.range_search(np.packbits(bits, axis=1), RADIUS)
        answers = [found.ids[found.lims[at] : found.lims[at + 1]] for at in range(len(planted))]
        hit = [wanted in ids for wanted, ids in zip(planted, answers, strict=True)]
        worst = min(worst, float(np.mean(hit)))
    report.compare(f"recall, {label} clustered, worst of the planted distances 0 to 31", "%", 100 * worst)
    index.range_search(bank[-1:], RADIUS, CAP)
    start = time.perf_counter()
    capped = index.range_search(bank[-1:], RADIUS, CAP)
    took = (time.perf_counter() - start) * 1e3
    report.compare(f"a hash with {near:,} neighbours, {label}, at most {CAP:,} asked for", "ms", took)
    report.notes.append(
        f"Of the hash with {near:,} neighbours {len(capped.ids):,} results came back, marked as cut short: "
        f"{'yes' if capped.truncated[0] else 'no'}."
    )


def merging(report: Report, label: str, bank: Hashes) -> None:
    """The slowest query while ten equal segments become fewer behind it, and the most memory meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        for where, folder in (("in memory", None), ("in a folder", Path(name))):
            _merging(report, f"{label}, {where}", bank, folder)


def _merging(report: Report, label: str, bank: Hashes, folder: Path | None) -> None:
    asked = np.random.default_rng(12).integers(0, 256, (500, 32), np.uint8)
    before, most, slowest, paused, count = resident_bytes(), 0, 0.0, 0.0, 0
    with LiveIndex(folder) as live:
        live.range_search(asked[:1], RADIUS)

        def fill() -> None:
            for part in np.array_split(np.arange(len(bank), dtype=np.uint64), 10):
                live.add(part, bank[part])
            live.flush()

        filler = threading.Thread(target=fill)
        filler.start()
        while filler.is_alive():
            at = count % len(asked)
            start, used, waited = time.perf_counter(), time.process_time(), _waited()
            live.range_search(asked[at : at + 1], RADIUS)
            took = time.perf_counter() - start
            slowest = max(slowest, took)
            # Both bound what it would have taken were nothing else running; other programs lengthen each.
            paused = max(paused, min(time.process_time() - used, took - (_waited() - waited)))
            most, count = max(most, resident_bytes()), count + 1
        filler.join()
        held = live.stats().nbytes
    report.compare(f"slowest query beside filling and merging, {label}", "ms", paused * 1e3)
    report.notes.append(
        f"Filling and merging {label}, slowest query: without what the asking thread waited for a processor, "
        "and no more than all threads of the process used meanwhile, so that other programs count less; by "
        f"the clock it took {number(slowest * 1e3)} ms."
    )
    report.compare(
        f"most memory beside filling and merging, {label}", "times what is held", (most - before) / held
    )
    report.notes.append(
        f"Filling and merging {label}: {count:,} queries beside it; {number(held / 1e9)} GB held at the end."
    )


def _waited() -> float:
    """Seconds that this thread has waited for a processor, ready to run."""
    return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


def _blurred(rng: np.random.Generator, hashes: Hashes, most: int) -> Hashes:
    """Up to `most` random bits of each changed."""
    blurred = hashes.copy()
    rows = np.arange(len(blurred))
    for _ in range(most):
        bits = rng.integers(0, 256, len(blurred))
        blurred[rows, bits >> 3] ^= ((rng.random(len(blurred)) < 0.5) << (bits & 7)).astype(np.uint8)
    return blurred
