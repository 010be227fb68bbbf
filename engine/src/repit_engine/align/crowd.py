"""What many unrelated uploads have in common is noted as it runs: title cards that no second item of the bank
has.

In: matches in pieces, and the uploads that they were found in. Out: which moments many uploads show. Next:
`align.shared` takes them for shared: what agrees only in them goes to a person.

Whoever sends uploads can send many, so they take little: a moment must stand where titles do, and it is met
all the same; a block becomes a review, never nothing.
"""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.ids import NUMBER_AT, first_id, moments_of, numbers_of
from repit_engine.align.result import VideoMatch
from repit_engine.align.upload import Upload
from repit_engine.moments import Asked
from repit_engine.stoplist import Crowd, StopList
from repit_engine.types import IdArray


class MomentCrowd:
    """One for a process, used by all its threads.

    Two uploads are unrelated where what they show beside the match is: of each that is the frame farthest
    from its segments in time, of those that resemble nothing within them. An upload that shows nothing else
    says nothing.
    """

    def __init__(self, crowd: Crowd | None = None) -> None:
        self._crowd = crowd or Crowd()
        self._muted: set[int] = set()
        self._counting = threading.Lock()

    @property
    def rejected(self) -> int:
        """How many moments many uploads show."""
        return len(self._muted)

    def note(self, match: VideoMatch, heard: Sequence[Asked]) -> int:
        """Note the titles of a piece; returns how many many uploads show now that they did not before."""
        beside = _beside(match, heard, self._crowd.alike) if match.titles else None
        if beside is None:
            return 0
        with self._counting:
            before = len(self._muted)
            for moment in match.titles:
                hash_id = first_id(match.item) + moment
                if self._crowd.met(hash_id, beside):
                    self._muted.add(hash_id)
            return len(self._muted) - before

    def muted(self, ids: IdArray) -> NDArray[np.bool_]:
        """Which of these ids are of moments that many uploads show, whichever of their hashes each is of."""
        if not self._muted:
            return np.zeros(len(ids), np.bool_)
        muted = np.array(list(self._muted), np.uint64)
        return np.isin(numbers_of(ids) << np.uint64(NUMBER_AT) | moments_of(ids), muted)


def _beside(match: VideoMatch, heard: Sequence[Asked], alike: int) -> NDArray[np.uint8] | None:
    ms, hashes = Upload(heard, 0).frames
    inside = np.zeros(len(ms), np.bool_)
    away = np.full(len(ms), np.inf)
    for segment in match.segments:
        inside |= (ms >= segment.upload_from) & (ms <= segment.upload_to)
        away = np.minimum(away, np.abs(ms - (segment.upload_from + segment.upload_to) / 2))
    own = np.ascontiguousarray(hashes[inside])
    for at in np.lexsort((ms, -away)).tolist():
        if not inside[at] and not StopList(own, alike).near(np.ascontiguousarray(hashes[at : at + 1]))[0]:
            fresh: NDArray[np.uint8] = hashes[at]
            return fresh
    return None
