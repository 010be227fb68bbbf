"""One upload from its bytes to a decision, by stages, against a bank of families.

In: `--sizes`, hashes of the bank, nine an item (1 M items are 9M). Out: `docs/bench/upload.md`. Next: a
reader.

The upload is an innocent one, the dearest kind: no stage decides it, so every stage is computed and asked.
The bank is uniform; what real banks cost more stands in `docs/bench/search.md`. The peer answers the same
hashes.
"""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import faiss
import numpy as np
import skimage

from bench.common import Options, Report, Table, percentiles
from repit_engine.anchors import QueryHashes, Stage, bank_family, query_stages
from repit_engine.anchors import warm_up as warm_up_anchors
from repit_engine.decision import decide, packed_id
from repit_engine.pdq import warm_up as warm_up_pdq
from repit_engine.picture import Picture, open_picture
from repit_engine.search import RingIndex
from repit_engine.stoplist import package_stoplist
from repit_engine.types import HashArray, RangeResult

FAMILY = 9
RADIUS = 31
PICTURES = ("coffee.png", "chelsea.png", "rocket.jpg", "brick.png", "motorcycle_left.png")


def run(options: Options) -> Report:
    """Time the family of a bank, the stages of a query, and the decision at each size."""
    report = Report(
        "upload",
        "One upload, all stages",
        "One thread. Photographs that scikit-image ships, none of a person, in turn.",
    )
    warm_up_pdq()
    warm_up_anchors()
    pictures = _pictures(options)
    report.tables.append(_computing(pictures, options.seconds))
    uploads = [list(query_stages(picture)) for picture in pictures]
    for size in options.sizes:
        _deciding(report, uploads, size // FAMILY, options.seconds)
        gc.collect()
    return report


def _pictures(options: Options) -> list[Picture]:
    folder = options.pictures or Path(skimage.__file__).parent / "data"
    names = (
        PICTURES if options.pictures is None else sorted(path.name for path in folder.glob("*.JPEG"))[:40:2]
    )
    return [open_picture(folder / name) for name in names]


def _computing(pictures: list[Picture], seconds: float) -> Table:
    """Milliseconds after decoding: the bank's family, and each stage of the query."""
    family = _spent(pictures, seconds, lambda picture: [bank_family(picture)])
    rows: list[tuple[object, ...]] = [("bank family, 1 + 8", FAMILY, *percentiles(family[0]), "")]
    counts = [
        np.median([len(stage) for stage in stages]) for stages in zip(*map(_stages, pictures), strict=True)
    ]
    total = 0.0
    for number, spent in enumerate(_spent(pictures, seconds, query_stages)):
        p50, p99 = percentiles(spent)
        total += p50
        rows.append((Stage(number).name.lower(), float(counts[number]), p50, p99, total))
    return Table(
        "Computing hashes, after decoding", ("what", "hashes", "p50 ms", "p99 ms", "sum of p50"), rows
    )


def _stages(picture: Picture) -> list[QueryHashes]:
    return list(query_stages(picture))


def _spent(
    pictures: list[Picture], seconds: float, work: Callable[[Picture], Iterator[object] | list[object]]
) -> list[list[float]]:
    """Seconds that each step of `work` took, by step."""
    steps: dict[int, list[float]] = {}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for picture in pictures:
            start = time.perf_counter()
            for number, _ in enumerate(work(picture)):
                now = time.perf_counter()
                steps.setdefault(number, []).append(now - start)
                start = now
    return [steps[number] for number in sorted(steps)]


def _deciding(report: Report, uploads: list[list[QueryHashes]], items: int, seconds: float) -> None:
    rows = items * FAMILY
    bank = np.random.default_rng(rows).integers(0, 256, (rows, 32), np.uint8)
    # the array form of `packed_id`
    slots = np.arange(FAMILY, dtype=np.uint64) + np.uint64(packed_id(0, 0))
    ids = (np.arange(items, dtype=np.uint64)[:, None] * np.uint64(packed_id(1, 0)) + slots).ravel()
    index = RingIndex.build(ids, bank, threads=2)
    stoplist = package_stoplist()

    def search(hashes: HashArray, radius: int) -> RangeResult:
        return index.range_search(hashes, radius, 200)

    ours: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(ours) < len(uploads):
        for stages in uploads:
            start = time.perf_counter()
            decide(stages, search, items=items, family_of=lambda _: bank[:0], stoplist=stoplist)
            ours.append(time.perf_counter() - start)
    hashes = np.concatenate([stage.hashes for stage in uploads[0]])
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexBinaryFlat(256)
    flat.add(bank)
    start = time.perf_counter()
    flat.range_search(hashes, RADIUS + 1)
    theirs = time.perf_counter() - start
    p50, p99 = percentiles(ours)
    work = f"decide one upload against {items:,} items ({rows:,} hashes), all stages"
    report.compare(work, "ms p50", p50, "faiss flat, same hashes at 31", theirs * 1e3)
    report.compare(work, "ms p99", p99)
