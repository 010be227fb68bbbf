"""From when to when an upload shows an item, to the frame where that can be seen.

In: a stretch of a line, a `Meeting`. Out: `Segment`. Next: `align.judging` puts it into a match.

A bank knows one moment a second, so between the last moment that agrees and the next that does not stands up
to a second of which it says nothing. The upload's own frames say more: where a clip was put between other
footage, one frame is followed by quite another. Where no moment is missed, the clip goes on as far as the
upload or the item does.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.lines import Line
from repit_engine.align.meeting import Meeting
from repit_engine.align.result import Segment
from repit_engine.align.stretches import MOST_MISSED, Stretch
from repit_engine.align.upload import Upload
from repit_engine.kernels import jit

_CUT: Final = 70
"""Bits between neighbouring frames from which they may be of two shots."""
_STEADY: Final = 2.0
"""And how many times as far apart as neighbours near by usually are."""
_NEIGHBOURS: Final = 250
"""Milliseconds between frames that are neighbours."""


def segment_of(line: Line, stretch: Stretch, meeting: Meeting) -> Segment:
    """The whole of a stretch, as it stands in the upload and in the item."""
    upload, moments = meeting.upload, meeting.item.moments
    edges = np.array([moments.begins[stretch.first], moments.ends[stretch.last]], np.float64)
    begin, end = sorted(((edges - line.offset) / line.speed).tolist())
    limits = sorted(((np.array([0.0, moments.duration]) - line.offset) / line.speed).tolist())
    begin = _outward(begin, max(0.0, limits[0]), stretch.before, upload)
    end = _outward(end, min(float(upload.duration), limits[1]), stretch.after, upload)
    begin, end = max(0.0, min(begin, end)), min(float(upload.duration), max(begin, end))
    places = np.clip(np.array([begin, end]) * line.speed + line.offset, 0, moments.duration)
    first, last = sorted(places.tolist())
    return Segment(round(begin), round(end), round(first), round(last), line.speed)


def _outward(inner: float, limit: float, missed: tuple[float, ...], upload: Upload) -> float:
    """Where it ends between the last time that agrees and the farthest that is possible."""
    if not missed:
        return limit
    farthest = limit if len(missed) <= MOST_MISSED else missed[MOST_MISSED]
    cuts = _cuts(upload, min(inner, farthest), max(inner, farthest))
    if len(cuts):
        return float(cuts[np.argmin(np.abs(cuts - inner))])
    if len(missed) <= MOST_MISSED and _is_dense(upload, min(inner, limit), max(inner, limit)):
        return limit
    return (inner + missed[0]) / 2


def _cuts(upload: Upload, begin: float, end: float) -> NDArray[np.float64]:
    """Times between two neighbouring frames of different shots."""
    times, bits = _steps(upload, begin - 500, end + 500)
    if not len(bits):
        return np.empty(0)
    cut = (bits >= _CUT) & (bits >= _STEADY * np.median(bits))
    return times[cut & (times >= begin) & (times <= end)]


def _is_dense(upload: Upload, begin: float, end: float) -> bool:
    times, _ = _steps(upload, begin, end)
    return end - begin < _NEIGHBOURS or len(times) * _NEIGHBOURS >= end - begin - _NEIGHBOURS


def _steps(upload: Upload, begin: float, end: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Between neighbouring frames: when, and how many bits apart."""
    ms, hashes = upload.frames
    first, last = np.searchsorted(ms, [begin, end + 1])
    ms, words = ms[first:last], hashes[first:last].view(np.uint64)
    if len(ms) < 2:
        return np.empty(0), np.empty(0, np.int64)
    bits = np.empty(len(words) - 1, np.int64)
    jit.align_near.steps(words, bits)
    near = np.diff(ms) <= _NEIGHBOURS
    return ((ms[1:] + ms[:-1]) / 2)[near], bits[near]
