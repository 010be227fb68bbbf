"""The engine's side: what it keeps of a film, what an upload asks, what it decides.

In: files. Out: `Moments`; `Upload`; decisions of banks of any size. Next: `recall`, `unrelated`.

What a film comes to is kept under `artefacts/video`, by the engine's own code: another engine looks anew.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

import repit_engine
from bench.common import ROOT
from bench.video.keeping import KEPT, digest
from repit_engine.align import VideoDecision, VideoIndex, decide_video
from repit_engine.align.ids import numbers_of
from repit_engine.moments import Asked, Moments, asked_about, asked_of, from_bytes, moments_of, to_bytes
from repit_engine.stoplist import package_stoplist
from repit_engine.types import HashArray, RangeResult
from repit_engine.video import Video, open_video

_PARTS: Final = ("video", "moments", "anchors", "pdq", "kernels")


@cache
def of_engine() -> str:
    """Of the code that decodes and hashes."""
    engine = Path(repit_engine.__file__).parent
    files = sorted(path for part in _PARTS for path in (engine / part).glob("**/*.py"))
    return digest([*files, engine / "stoplist.py"], (engine / "stoplist.bin").stat().st_size)


def warm_up() -> None:
    """Load what hashes and decides before there are several processes, which would each do so."""
    with open_video(ROOT / "conformance" / "videos" / "h264.mp4") as video:
        index = VideoIndex()
        index.add(0, moments_of(video))
        Upload(video).decided(index, 1, again=True)
        index.close()


def kept_moments(path: Path) -> Moments:
    """What a bank keeps of a film."""
    name = hashlib.sha256(str(path).encode() + str(path.stat().st_size).encode()).hexdigest()[:16]
    kept = KEPT / "moments" / of_engine() / f"{name}.bin"
    if not kept.exists():
        with open_video(path) as video:
            blob = to_bytes(moments_of(video))
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(blob)
    return from_bytes(kept.read_bytes())


@dataclass
class Scaled:
    """An index as if it held `rows` hashes: thresholds follow from them, what is found does not. `hidden`:
    numbers of items that it is as if not there.
    """

    index: VideoIndex
    rows: int
    hidden: tuple[int, ...] = ()

    def search(self, hashes: HashArray, radius: int) -> RangeResult:
        """See `VideoSearch`."""
        found = self.index.search(hashes, radius)
        if not self.hidden:
            return found
        there = ~np.isin(numbers_of(found.ids), np.array(self.hidden, np.uint64))
        lims = np.concatenate([np.zeros(1, np.int64), np.cumsum(there)])[found.lims]
        return RangeResult(lims, found.ids[there], found.distances[there], found.truncated)

    def moments(self, number: int) -> Moments | None:
        """See `VideoSearch`."""
        return self.index.moments(number)


@dataclass
class Upload:
    """One upload that is asked about as often as wanted, and hashed once. `seconds`: of processor, so far."""

    video: Video
    seconds: float = 0.0
    hashes: int = 0
    _stages: list[Asked] = field(default_factory=list)
    _left: Iterator[Asked] | None = None

    def stages(self) -> Iterator[Asked]:
        """As `asked_of` gives them."""
        if self._left is None:
            self._left = asked_of(self.video)
        place = 0
        while True:
            if place == len(self._stages):
                begun = time.thread_time()
                stage = next(self._left, None)
                self.seconds += time.thread_time() - begun
                if stage is None:
                    return
                self._stages.append(stage)
                self.hashes += len(stage)
            yield self._stages[place]
            place += 1

    def again(self, spans: Sequence[tuple[int, int]]) -> Asked:
        """Every frame within spans of it, in milliseconds."""
        begun = time.thread_time()
        shown = self.video.times
        times = [shown[(shown >= begin) & (shown <= end)] for begin, end in spans]
        stage = asked_about(self.video, np.concatenate([np.empty(0, np.int64), *times]))
        self.seconds += time.thread_time() - begun
        return stage

    def decided(
        self, index: VideoIndex, rows: int, *, again: bool = False, hidden: tuple[int, ...] = ()
    ) -> VideoDecision:
        """As a bank of so many hashes would, this index among them without `hidden`; `again`: what was met is
        asked about once more.
        """
        searched = Scaled(index, max(rows, index.rows), hidden)
        return decide_video(
            self.stages(),
            searched,
            duration=self.video.duration,
            again=self.again if again else None,
            stoplist=package_stoplist(),
        )
