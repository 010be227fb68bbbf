"""Copies of clips of the originals, altered, made once from a seed and kept.

In: `Material`, rows, how many copies of each film a row. Out: `Copy`s: a file, and what is true of it. Next:
`recall` asks the engine and the peers.

Clips are cut at random fractions of a second; lengths and frame rates take turns, so that each row has all of
them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

import numpy as np

from bench.video import alterations, filming, scenes, workers
from bench.video.alterations import Around, Row, applied
from bench.video.filming import BGR, x264
from bench.video.keeping import KEPT, VERSION, digest
from bench.video.originals import Material, Original

LENGTHS: Final = (3.0, 5.0, 10.0)
MOST_SHARE: Final = 0.7
"""Of an original, so that a clip of a short one is still a clip."""
EDGE: Final = 640
"""The long edge of a copy at most, before anything is done to it."""
_SALT: Final = 20261130


@dataclass(frozen=True)
class Copy:
    """What an upload shows of an item: from `begin` for `seconds` of the item, at `speed` item seconds per
    upload second, the clip starting `lead` seconds into the upload of `duration` seconds."""

    row: str
    original: str
    kind: str
    path: Path
    begin: float
    seconds: float
    speed: float
    rate: float
    wanted: float
    lead: float
    duration: float


@dataclass(frozen=True)
class _Job:
    """One copy to make; what is around the clip is of `other`."""

    copy: Copy
    row: Row
    source: Path
    other: Path
    seed: tuple[int, ...]
    lead: float = 0.0
    tail: float = 0.0


@dataclass(frozen=True)
class Plan:
    """Of every `every`th original, `takes` copies a row; with `inside`, within so many seconds of other
    film.
    """

    takes: int = 1
    every: int = 1
    inside: float = 0.0


def cut(material: Material, kind: str, rows: Sequence[Row], plan: Plan, processes: int) -> list[Copy]:
    """Of originals of a kind."""
    code = (__file__, alterations.__file__, scenes.__file__)
    shown = [str(original.path) for original in (*material.originals, *material.others)]
    folder = KEPT / "copies" / digest(code, VERSION, shown)
    jobs = [
        _job(folder, original, row, (number, place, take), plan.inside, others=material.others)
        for place, row in enumerate(rows)
        for number, original in enumerate(material.of(kind))
        for take in range(plan.takes)
        if number % plan.every == 0
    ]
    missing = [job for job in jobs if not job.copy.path.exists()]
    workers.over(missing, _make, processes, f"Copies, {kind}")
    return [job.copy for job in jobs]


def _job(
    folder: Path,
    original: Original,
    row: Row,
    at: tuple[int, int, int],
    inside: float,
    *,
    others: Sequence[Original],
) -> _Job:
    number, place, take = at
    seed = (_SALT, _word(original.name), _word(row.name), take, round(inside))
    rng = np.random.default_rng(seed)
    turn = number + place + take
    wanted = LENGTHS[turn % len(LENGTHS)]
    rate = row.rates[(turn // len(LENGTHS) + place) % len(row.rates)]
    speed = row.speeds[turn % len(row.speeds)]
    whole = original.shape.seconds
    shown = min(wanted * speed, whole * MOST_SHARE)
    begin = float(rng.uniform(0.0, whole - shown))
    lead = float(rng.uniform(0.2, 0.8)) * inside
    frames = max(1, int(shown / speed * rate))
    seconds = frames / rate * speed
    name = f"{original.name}-{row.name}-{take}-{round(inside)}".replace(" ", "_").replace("/", "")
    before, after = round(lead * rate), round((inside - lead) * rate)
    duration = (before + frames + after) / rate
    copy = Copy(
        row.name, original.name, original.kind, folder / f"{name}.mp4", begin, seconds, speed, rate,
        wanted, before / rate, duration,
    )  # fmt: skip
    other = others[(number + take) % len(others)].path
    return _Job(copy, row, original.path, other, seed, before / rate, after / rate)


def _make(job: _Job) -> None:
    rng = np.random.default_rng([*job.seed, 1])
    crf = int(rng.integers(job.row.crf[0], job.row.crf[1] + 1))
    filming.write(job.copy.path, _frames(job, rng), job.copy.rate, x264(crf))


def _frames(job: _Job, rng: np.random.Generator) -> Iterator[BGR]:
    copy = job.copy
    clip = filming.sampled(
        job.source, copy.begin, copy.seconds - 1e-6, speed=copy.speed, rate=copy.rate, edge=EDGE
    )
    if job.row.backwards:
        clip = reversed(list(clip))
    first = next(clip)
    around = Around(rng, first.shape[1], first.shape[0], _again(job.other))
    change = applied(job.row, around)
    changed = change(first)
    beside = _again(job.other)
    for _ in range(round(job.lead * copy.rate)):
        yield scenes.fitted(next(beside), changed.shape[1], changed.shape[0])
    yield changed
    for frame in clip:
        yield change(frame)
    for _ in range(round(job.tail * copy.rate)):
        yield scenes.fitted(next(beside), changed.shape[1], changed.shape[0])


def _again(path: Path) -> Iterator[BGR]:
    """The frames of a film, over and over."""
    for _ in cycle((0,)):
        for _, frame in filming.read(path, edge=EDGE):
            yield frame


def _word(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
