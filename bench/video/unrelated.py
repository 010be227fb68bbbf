"""Films that have nothing in common, by the thousand: how often they agree, and by how much.

In: pictures that no other film here shows, numbers of films. Out: `Strangers`: decisions, rates by distance.
Next: `bench.video`.

Films are made and looked at as grey frames in memory: no file is written, so that a million pairs take
minutes. Uploads show one half of the pictures, the bank the other, with scenes drawn by code among both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.common import Table
from bench.robustness.scenes import scene
from bench.video import scenes, workers
from bench.video.filming import BGR
from bench.video.keeping import KEPT, digest
from bench.video.originals import Material, pixels
from bench.video.ours import Scaled, of_engine
from bench.video.scenes import Film
from repit_engine import pdq
from repit_engine.align import DEFAULT_VIDEO_RULE, VideoIndex, decide_video
from repit_engine.decision import Strength
from repit_engine.moments import Asked, Moments, VideoStage, asked_of, from_bytes, moments_of, to_bytes
from repit_engine.pdq import Orientation
from repit_engine.stoplist import package_stoplist
from repit_engine.video import Frame

LARGEST: Final = 42_000_000
DRAWN: Final = 48
FILM: Final = Film(6.0, 320, 180, rate=12.0, shake=1.0, shot=2.0)
COMPARED: Final = 12
"""Banked films with which the moments of each upload are compared one by one."""
LOOSE: Final = 1_000.0
"""Expected false alignments up to which a match is reported, to hold what is claimed against what is."""
CLAIMS: Final = (100.0, 10.0, 1.0, 0.1, 1e-2, 1e-3)
DISTANCES: Final = (31, 40, 46, 52, 56, 60, 66, 70, 76, 80)
_BANKED, _UPLOADED = 0, 1


class Shown:
    """Frames in memory, read as a `Video` is."""

    def __init__(self, frames: Sequence[BGR], rate: float) -> None:
        self._luma = [cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in frames]
        self.height, self.width = self._luma[0].shape
        self.times = np.round(np.arange(len(frames)) * 1000 / rate).astype(np.int64)
        self.keyframes = self.times[::24]
        self.duration = int(self.times[-1] + 1000 / rate)
        self.turn, self.limited, self.guessed, self.unseen = Orientation.UPRIGHT, False, False, None

    def every(self) -> Iterator[Frame]:
        """See `Video`."""
        for ms, luma in zip(self.times.tolist(), self._luma, strict=True):
            yield Frame(ms, luma, limited=False, keyframe=ms in self.keyframes)

    def at(self, wanted: NDArray[np.int64]) -> Iterator[Frame]:
        """See `Video`."""
        chosen = set(wanted.tolist())
        return (frame for frame in self.every() if frame.ms in chosen)


@dataclass(frozen=True)
class Strangers:
    """`blocked`, `reviewed`: pairs called so at `LARGEST` hashes. `claims`: of each of `CLAIMS`, how many
    alignments were found whose expected number of false ones is no more. `rates`: by distance, of pairs of
    moments, log10.
    """

    uploads: int
    banked: int
    pairs: int
    rows: int
    blocked: int
    reviewed: int
    claims: tuple[int, ...]
    moments: int
    rates: dict[str, NDArray[np.float64]]

    def expected(self) -> float:
        """False alignments an upload at block at `LARGEST`: what the rule allows, times how far what is
        claimed was exceeded where enough was seen to tell (three in a hundred uploads at least).
        """
        excess = [
            seen / self.uploads / claim for claim, seen in zip(CLAIMS, self.claims, strict=True) if seen >= 3
        ]
        return DEFAULT_VIDEO_RULE.block * max([1.0, *excess])


def measured(material: Material, banked: int, uploads: int, processes: int) -> Strangers:
    """So many of each, every pair."""
    known = workers.over(
        range(banked), lambda number: _moments(material, number), processes, "Unrelated, banked"
    )
    index = VideoIndex()
    index.add_many(enumerate(known))
    answers = workers.over(
        range(uploads),
        lambda number: _answer(material, index, known, number),
        processes,
        "Unrelated, uploads",
    )
    claims = tuple(sum(value <= claim for answer in answers for value in answer.expected) for claim in CLAIMS)
    rates = {
        name: np.log10(
            np.maximum(sum(answer.near[name] for answer in answers), 1e-9)
            / max(1, sum(a.compared for a in answers))
        )
        for name in ("single", "second", "whole")
    }
    result = Strangers(
        uploads, banked, uploads * banked, index.rows,
        sum(answer.blocked for answer in answers), sum(answer.reviewed for answer in answers),
        claims, sum(answer.compared for answer in answers), rates,
    )  # fmt: skip
    index.close()
    return result


def tables(found: Strangers) -> list[Table]:
    """What was claimed against what was; rates as `align` takes them."""
    claims = [
        (f"{claim:g}", f"{claim * found.uploads:g}", seen)
        for claim, seen in zip(CLAIMS, found.claims, strict=True)
    ]
    assumed = DEFAULT_VIDEO_RULE.rates
    taken = {"single": assumed.log_single, "second": assumed.log_second, "whole": assumed.log_whole}
    rates = [
        (distance, *(cell for name in taken for cell in _cells(found, name, taken[name], distance)))
        for distance in DISTANCES
    ]
    return [
        Table(
            f"False alignments among {found.pairs:,} unrelated pairs ({found.uploads:,} uploads, "
            f"{found.rows:,} hashes): as many as claimed?",
            ("claimed an upload, at most", "in all, at most", "seen"),
            claims,
        ),
        Table(
            f"Unrelated moments within a distance: log10 of how many of {found.moments:,} pairs of moments",
            (
                "bits",
                "nearest hash",
                "as align takes it",
                "second, turned alike",
                "as align takes it ",
                "whole frames, upright",
                "as align takes it  ",
            ),
            rates,
        ),
    ]


def _cells(found: Strangers, name: str, assumed: NDArray[np.float64], distance: int) -> tuple[str, str]:
    """What was measured, where anything was, and what `align` reckons with."""
    least = -np.log10(found.moments) - 0.1
    seen = float(found.rates[name][distance])
    return (f"{seen:.2f}" if seen >= least else f"none, below {least:.1f}"), f"{assumed[distance]:.2f}"


def _film(material: Material, side: int, number: int) -> Shown:
    rng = np.random.default_rng([number, side, 31])
    spare = material.spare[side::2]
    shown = []
    for _ in range(3):
        if rng.random() < 0.25:
            drawn = np.asarray(scene(2 * int(rng.integers(DRAWN)) + side))
            picture = cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR)
        else:
            picture = pixels(spare[int(rng.integers(len(spare)))])
        shown.append(_part(picture, rng))
    film = replace(FILM, shake=float(rng.uniform(0, 2.5)))
    return Shown(list(scenes.moving(shown, film, int(rng.integers(2**31)))), film.rate)


def _part(picture: BGR, rng: np.random.Generator) -> BGR:
    """Another view of a picture: a part, mirrored or not, in other light."""
    height, width = picture.shape[:2]
    share = rng.uniform(0.35, 1.0)
    x, y = int(rng.uniform(0, 1 - share) * width), int(rng.uniform(0, 1 - share) * height)
    part = picture[y : y + max(48, int(share * height)), x : x + max(48, int(share * width))]
    part = part[:, ::-1] if rng.random() < 0.5 else part
    return np.clip(part * rng.uniform(0.7, 1.3) + rng.uniform(-20, 20), 0, 255).astype(np.uint8)


def _moments(material: Material, number: int) -> Moments:
    names = [source.name for source in material.spare]
    folder = KEPT / "unrelated" / digest((__file__, scenes.__file__), of_engine(), names)
    kept = folder / f"{number}.bin"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(to_bytes(moments_of(_film(material, _BANKED, number))))  # type: ignore[arg-type]
    return from_bytes(kept.read_bytes())


@dataclass(frozen=True)
class _Answer:
    """Of one upload. `near`: by name, at most so many bits, how many pairs of moments."""

    blocked: int
    reviewed: int
    expected: tuple[float, ...]
    compared: int
    near: dict[str, NDArray[np.float64]]


def _answer(material: Material, index: VideoIndex, known: Sequence[Moments], number: int) -> _Answer:
    film = _film(material, _UPLOADED, number)
    stages = list(asked_of(film))  # type: ignore[arg-type]
    words = package_stoplist()
    large = decide_video(stages, Scaled(index, LARGEST), duration=film.duration, stoplist=words)
    loose = replace(DEFAULT_VIDEO_RULE, block=1e-30, review=LOOSE)
    own = decide_video(stages, index, duration=film.duration, rule=loose, stoplist=words)
    strengths = [match.strength for match in large.matches]
    few = [known[(number * 7 + step * 13) % len(known)] for step in range(COMPARED)]
    near, compared = _distances(stages, few)
    return _Answer(
        strengths.count(Strength.BLOCK), strengths.count(Strength.REVIEW),
        tuple(match.expected_false for match in own.matches), compared, near,
    )  # fmt: skip


def _distances(
    stages: Sequence[Asked], known: Sequence[Moments]
) -> tuple[dict[str, NDArray[np.float64]], int]:
    """How near each still moment of an upload comes to each moment of some videos."""
    dense = [stage for stage in stages if stage.stage is VideoStage.DENSE]
    hashes = np.concatenate([stage.hashes for stage in dense])
    ms = np.concatenate([stage.ms for stage in dense])
    ways = np.concatenate([stage.orientation for stage in dense])
    kinds = np.concatenate([stage.kinds for stage in dense])
    names = ("single", "second", "whole")
    counts = {name: np.zeros(257) for name in names}
    compared = 0
    for time in np.unique(ms[kinds != 0]):
        rows = np.flatnonzero(ms == time)
        for moments in known:
            family = np.concatenate([moments.whole, moments.anchored])
            of = np.concatenate([np.arange(len(moments)), moments.anchored_of.astype(np.int64)])
            if not len(family):
                continue
            bits = pdq.distances(np.ascontiguousarray(hashes[rows]), np.ascontiguousarray(family))
            for moment in range(len(moments)):
                own = bits[:, of == moment]
                compared += 1
                counts["single"][int(own.min())] += 1
                counts["second"][_second(own, ways[rows])] += 1
                upright = own[(kinds[rows] == 0) & (ways[rows] == 0), 0]
                counts["whole"][int(upright.min(initial=256))] += 1
    return {name: np.cumsum(counts[name]) for name in names}, compared


def _second(bits: NDArray[np.uint16], ways: NDArray[np.uint8]) -> int:
    """The second nearest of those that are turned alike, at its best: of a hash of the upload and one of the
    family each once.
    """
    best = 256
    for way in np.unique(ways):
        own = bits[ways == way].astype(np.int64)
        if min(own.shape) < 2:
            continue
        row, column = np.unravel_index(int(own.argmin()), own.shape)
        own[row, :] = 256
        own[:, column] = 256
        best = min(best, int(own.min()))
    return best
