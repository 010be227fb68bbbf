"""`VideoIndex`: the moments of a bank's videos, changing while they are searched.

In: a number and `Moments`, one video or many at a time. Out: which hashes lie within a radius; a video's
moments again. Next: `align.rule` and `align.stills` ask it, the gate keeps one beside its index of pictures.

Hashes are held once, in the index; beside it stand times and qualities, ten bytes a moment, from which
`moments` puts a video together again.
"""

import threading
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.crowded import with_crowded
from repit_engine.align.ids import end_id, first_id, ids_of, slots_of
from repit_engine.errors import WrongInput
from repit_engine.live import LiveIndex
from repit_engine.moments import Moments
from repit_engine.types import HashArray, IdArray, RangeResult

MOST_NEIGHBOURS: Final = 64
"""Hashes that a search gives for one query at most, the nearest, but for those of `align.crowded`."""
_LOAD: Final = 1 << 24
"""Hashes of many videos that become one segment together: each segment is asked by every search, and takes
2 GB beside itself while it is built."""
_ROW: Final = np.dtype([("begin", "<u4"), ("end", "<u4"), ("quality", "u1"), ("anchored", "u1")])


class VideoIndex:
    """Any number of threads may ask and change it; whoever asks never waits.

    A number is given to one video, once: what was removed does not come back under it.
    """

    def __init__(self) -> None:
        self._hashes = LiveIndex()
        self._held: dict[int, bytes] = {}
        self._changing = threading.Lock()

    def __repr__(self) -> str:
        return f"VideoIndex({self.videos} videos)"

    @property
    def videos(self) -> int:
        """How many are held."""
        return len(self._held)

    @property
    def rows(self) -> int:
        """How many hashes, from which thresholds follow."""
        return len(self._hashes)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._hashes.stats().nbytes + sum(map(len, tuple(self._held.values())))

    def flush(self) -> None:
        """Return when everything is in segments."""
        self._hashes.flush()

    def close(self) -> None:
        """End the work in the background."""
        self._hashes.close()

    def add(self, number: int, moments: Moments) -> None:
        """Hold a video; the next search sees it. Raises `WrongInput` where the number is taken."""
        self.add_many([(number, moments)])

    def add_many(self, videos: Iterable[tuple[int, Moments]], *, threads: int = 1) -> None:
        """Hold many videos, as one loads a bank. Raises `WrongInput` where a number is taken."""
        batch: list[tuple[int, Moments]] = []
        waiting = 0
        for number, moments in videos:
            batch.append((number, moments))
            waiting += len(moments) + len(moments.anchored)
            if waiting >= _LOAD:
                self._take_in(batch, threads)
                batch, waiting = [], 0
        self._take_in(batch, threads)

    def _take_in(self, batch: list[tuple[int, Moments]], threads: int) -> None:
        with self._changing:
            ids: list[IdArray] = []
            hashes: list[HashArray] = []
            held: dict[int, bytes] = {}
            for number, moments in batch:
                if number in self._held or number in held:
                    raise WrongInput("A video's number is given once.")
                ids += ids_of(number, moments)
                hashes += moments.whole, moments.anchored
                held[number] = _kept(moments)
            if ids:
                # Before the hashes: who meets one of them finds its video.
                self._held.update(held)
                try:
                    self._hashes.add(np.concatenate(ids), np.concatenate(hashes), threads=threads)
                except BaseException:
                    self._hashes.remove(np.concatenate(ids))
                    for number in held:
                        del self._held[number]
                    raise

    def remove(self, number: int) -> bool:
        """Forget a video; the next search does not find it. False where it was not held."""
        with self._changing:
            if self._held.pop(number, None) is None:
                return False
            ids, _ = self._hashes.between(first_id(number), end_id(number))
            self._hashes.remove(ids)
        return True

    def search(self, hashes: HashArray, radius: int) -> RangeResult:
        """Ids (`align.ids`) within `radius` bits (inclusive) of ``(n, 32)`` queries.

        By query, then distance, then id; at most `MOST_NEIGHBOURS` a query, and where there are more, the
        nearest of each further video. Raises `WrongInput`.
        """
        found = self._hashes.range_search(hashes, radius, MOST_NEIGHBOURS)
        return with_crowded(found, hashes, lambda some, most: self._hashes.range_search(some, radius, most))

    def moments(self, number: int) -> Moments | None:
        """A video as it was added; None where it is held no longer."""
        kept = self._held.get(number)
        if kept is None:
            return None
        ids, hashes = self._hashes.between(first_id(number), end_id(number))
        return _put_together(kept, ids, hashes) if self._held.get(number) is kept else None


def _kept(moments: Moments) -> bytes:
    """All but the hashes."""
    rows = np.zeros(len(moments), _ROW)
    rows["begin"], rows["end"], rows["quality"] = moments.begins, moments.ends, moments.qualities
    rows["anchored"] = np.bincount(moments.anchored_of, minlength=len(moments))
    head = np.array([len(moments), moments.duration], "<u4")
    return head.tobytes() + rows.tobytes() + moments.anchored_qualities.tobytes()


def _put_together(kept: bytes, ids: IdArray, hashes: HashArray) -> Moments | None:
    """None where hashes are missing: the video was removed while it was read."""
    count, duration = np.frombuffer(kept, "<u4", 2).tolist()
    rows = np.frombuffer(kept, _ROW, count, 8)
    qualities: NDArray[np.uint8] = np.frombuffer(kept, np.uint8, -1, 8 + count * _ROW.itemsize)
    if len(ids) != count + len(qualities):
        return None
    slots = slots_of(ids)
    order = np.lexsort((slots, ids & np.uint64((1 << 20) - 1)))
    anchored = order[slots[order] > 0]
    return Moments(
        rows["begin"].astype(np.uint32),
        rows["end"].astype(np.uint32),
        hashes[slots == 0],
        rows["quality"].copy(),
        np.ascontiguousarray(hashes[anchored]),
        np.repeat(np.arange(count, dtype=np.uint32), rows["anchored"].astype(np.int64)),
        qualities.copy(),
        duration,
    )
