"""What an upload of ten minutes costs to search, in banks of up to 42 million hashes, against VPDQIndex.

In: sizes. Out: rows of a `Report`. Next: `bench.video`.

Videos of two minutes made by numbers: shots of five seconds, neighbours a few bits apart, four anchored
hashes a moment. Nothing of the upload is banked, as of most uploads.
"""

import gc
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench.common import Report, available_bytes
from bench.video import peers
from repit_engine.align import MOST_HASHES, VideoIndex, decide_video
from repit_engine.moments import Asked, Moments, VideoStage
from repit_engine.types import HashArray

RADIUS: Final = 31
SHOT, SECONDS, ANCHORED = 5, 120, 4
PER_VIDEO: Final = SECONDS * (1 + ANCHORED)
LONG: Final = 600
RATE: Final = 30
BYTES_A_HASH: Final = 110
"""While a bank is built."""
CLIP: Final = 3_000
"""Hashes of five seconds."""
PEER_FRAMES: Final = 60
PEER_MOST: Final = 1_000_000
"""Hashes that VPDQIndex is built for whole; beyond that its search alone is measured."""


def measure(page: Report, sizes: tuple[int, ...]) -> None:
    """Every size in turn."""
    rng = np.random.default_rng(42)
    for size in sizes:
        if size * BYTES_A_HASH > available_bytes() * 0.9:
            page.notes.append(f"{_label(size)}: not run, there is too little memory free.")
            continue
        _measure_size(page, size, rng)
        gc.collect()


def _measure_size(page: Report, size: int, rng: np.random.Generator) -> None:
    label, seconds = _label(size), _upload(LONG, 1, rng)
    once = _ours(page, label, size, rng, seconds)
    gc.collect()
    if peers.vpdq() is not None:
        _peer(page, label, size, seconds, once)


def _ours(page: Report, label: str, size: int, rng: np.random.Generator, seconds: HashArray) -> float:
    """Seconds for an upload asked about once a second."""
    index = VideoIndex()
    begun = time.process_time()
    made = [0.0]
    index.add_many(_videos(size // PER_VIDEO, made), threads=1)
    build = time.process_time() - begun - made[0]
    page.compare(f"build, {label}", "s", build)
    page.compare(f"memory, {label}, times, ids and all", "B/hash", index.nbytes / max(1, index.rows))
    dense = _upload(LONG, RATE, rng)
    strangers = rng.integers(0, 256, (MOST_HASHES, 32), np.uint8)
    once = _best(lambda: index.search(seconds, RADIUS))
    page.compare(f"ten minutes, one hash a second, {label}", "ms", once * 1e3)
    page.compare(f"ten minutes, every frame, {label}", "s", _best(lambda: index.search(dense, RADIUS)))
    spent = _best(lambda: index.search(strangers, RADIUS))
    page.compare(f"all stages, {MOST_HASHES:,} hashes, {label}", "s", spent)
    stages = list(_stages(strangers))
    decide = _best(lambda: decide_video(stages, index, duration=LONG * 1000), 1)
    page.compare(f"all stages, searched and decided, {label}", "s", decide)
    few = list(_stages(strangers[:CLIP]))
    clip = _best(lambda: decide_video(few, index, duration=5_000), 1)
    page.compare(f"a clip, {CLIP:,} hashes, once more in a wider radius, {label}", "s", clip)
    index.close()
    return once


def _peer(page: Report, label: str, size: int, upload: HashArray, ours: float) -> None:
    """The same upload against threatexchange's index."""
    import faiss  # noqa: PLC0415
    from threatexchange.extensions.vpdq.vpdq_faiss import VPDQHashIndex  # noqa: PLC0415
    from threatexchange.extensions.vpdq.vpdq_index import VPDQIndex  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    work = f"ten minutes, one hash a second, {label}"
    if size <= PEER_MOST:
        # Hashes of the whole alone are what it holds: five times as many videos for as many hashes.
        videos = _videos(size // SECONDS, [0.0])
        entries = ((_signal(moments.whole), number) for number, moments in videos)
        index = VPDQIndex.build(entries)
        signal = _signal(upload)
        theirs = _best(lambda: index.query(signal), 1)
        page.compare(work, "ms", ours * 1e3, "threatexchange VPDQIndex", theirs * 1e3)
        return
    flat = VPDQHashIndex()
    for _, moments in _videos(size // PER_VIDEO, [0.0]):
        flat.faiss_index.add(np.concatenate([moments.whole, moments.anchored]))
    features = _features(upload[:PEER_FRAMES])
    spent = _best(lambda: flat.search_with_distance_in_result(features, RADIUS), 1)
    page.compare(work, "ms", ours * 1e3, "VPDQIndex, its search alone", spent * LONG / PEER_FRAMES * 1e3)
    page.notes.append(
        f"VPDQIndex at {label}: its search alone, without what it keeps of each hash in Python, of "
        f"{PEER_FRAMES} of the {LONG} hashes, times {LONG // PEER_FRAMES}: it compares each with all, so "
        "that the cost is in proportion."
    )
    flat.dispose()


def _videos(count: int, made: list[float]) -> Iterator[tuple[int, Moments]]:
    """Of two minutes each; the time that making them took is added up in `made`."""
    rng = np.random.default_rng(1)
    begins = np.arange(SECONDS, dtype=np.uint32) * 1000
    of = np.repeat(np.arange(SECONDS, dtype=np.uint32), ANCHORED)
    good = np.full(SECONDS, 100, np.uint8)
    for number in range(count):
        begun = time.process_time()
        hashes = _shots(rng, (1 + ANCHORED) * SECONDS).reshape(1 + ANCHORED, SECONDS, 32)
        places = np.ascontiguousarray(hashes[1:].transpose(1, 0, 2)).reshape(-1, 32)
        moments = Moments(
            begins, begins, hashes[0].copy(), good, places, of, np.repeat(good, ANCHORED), SECONDS * 1000
        )
        made[0] += time.process_time() - begun
        yield number, moments


def _shots(rng: np.random.Generator, count: int) -> HashArray:
    """Hashes that follow one another: each shot a hash of its own, then four bits changed each time."""
    shots = rng.integers(0, 256, (count // SHOT, 32), np.uint8)
    rows = np.repeat(shots, SHOT, axis=0)
    changes = rng.integers(0, 256, (len(rows), 4))
    for column in range(4):
        rows[np.arange(len(rows)), changes[:, column] >> 3] ^= (1 << (changes[:, column] & 7)).astype(
            np.uint8
        )
    return rows


def _upload(seconds: int, rate: int, rng: np.random.Generator) -> HashArray:
    """Shots of four seconds, three bits changed from frame to frame."""
    rows = np.repeat(rng.integers(0, 256, (seconds // 4, 32), np.uint8), 4 * rate, axis=0)
    changes = rng.integers(0, 256, (len(rows), 3))
    for column in range(3):
        rows[np.arange(len(rows)), changes[:, column] >> 3] ^= (1 << (changes[:, column] & 7)).astype(
            np.uint8
        )
    return np.ascontiguousarray(rows)


def _stages(hashes: HashArray) -> Iterator[Asked]:
    """All of them, as the slices of a dense stage."""
    slices = 60
    for place, rows in enumerate(np.array_split(hashes, slices)):
        count = len(rows)
        ms = np.sort(np.random.default_rng(place).integers(place * 10_000, (place + 1) * 10_000, count))
        none: NDArray[np.uint8] = np.zeros(count, np.uint8)
        whole = np.tile([0.0, 0.0, 1.0, 1.0], (count, 1))
        yield Asked(VideoStage.DENSE, np.ascontiguousarray(rows), ms, none, none, whole)


def _signal(hashes: HashArray) -> str:
    return json.dumps([f"{row.tobytes().hex()},100,{place}.0" for place, row in enumerate(hashes)])


def _features(hashes: HashArray) -> list[Any]:
    from threatexchange.extensions.vpdq.vpdq_util import VpdqCompactFeature  # noqa: PLC0415

    return [VpdqCompactFeature(row.tobytes().hex(), 100, float(place)) for place, row in enumerate(hashes)]


def _best(call: Callable[[], object], runs: int = 3) -> float:
    spent = []
    for _ in range(runs):
        begun = time.process_time()
        call()
        spent.append(time.process_time() - begun)
    return min(spent)


def _label(size: int) -> str:
    return f"{size / 1e6:g} M" if size >= 1_000_000 else f"{size:,}"
