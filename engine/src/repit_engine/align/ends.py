"""From when to when an upload shows an item, to the frame where that can be seen.

In: a stretch of a line, a `Meeting`. Out: `Segment`. Next: `align.judging` puts it into a match.

A bank knows one moment a second, so between the last moment that agrees and the next that does not stands up
to a second of which it says nothing. The upload's own frames say more: where a clip was put between other
footage, one frame is followed by quite another. Where no moment is missed, the clip goes on as far as the
upload or the item does.
"""

from typing import Final

import numpy as np

from repit_engine.align.lines import Line
from repit_engine.align.meeting import Meeting
from repit_engine.align.result import Segment
from repit_engine.align.stretches import MOST_MISSED, Stretch
from repit_engine.align.upload import Upload

_LITTLE: Final = 1_600
"""Milliseconds to the end of upload or item, in which one moment may be missed."""


def segment_of(line: Line, stretch: Stretch, meeting: Meeting) -> Segment:
    """The whole of a stretch, as it stands in the upload and in the item."""
    upload, moments = meeting.upload, meeting.item.moments
    edges = np.array([moments.begins[stretch.first], moments.ends[stretch.last]], np.float64)
    begin, end = sorted(((edges - line.offset) / line.speed).tolist())
    # A line may be a little off; what was last seen, and when, is not.
    points = stretch.points
    begin, end = max(begin, float(points.froms.min())), min(end, float(points.tos.max()))
    limits = sorted(((np.array([0.0, moments.duration]) - line.offset) / line.speed).tolist())
    begin = _outward(begin, max(0.0, limits[0]), stretch.before, upload)
    end = _outward(end, min(float(upload.duration), limits[1]), stretch.after, upload)
    begin, end = max(0.0, min(begin, end)), min(float(upload.duration), max(begin, end))
    places = np.clip(np.array([begin, end]) * line.speed + line.offset, 0, moments.duration)
    first, last = sorted(places.tolist())
    return Segment(round(begin), round(end), round(first), round(last), line.speed)


def _outward(inner: float, limit: float, missed: tuple[float, ...], upload: Upload) -> float:
    """Where it ends between the last time that agrees and the farthest that is possible."""
    if not missed or (len(missed) == 1 and abs(limit - inner) <= _LITTLE):
        return limit
    farthest = limit if len(missed) <= MOST_MISSED else missed[MOST_MISSED]
    cuts = upload.cuts_between(min(inner, farthest), max(inner, farthest))
    if len(cuts):
        return float(cuts[np.argmin(np.abs(cuts - inner))])
    if len(missed) <= MOST_MISSED and upload.is_dense(min(inner, limit), max(inner, limit)):
        return limit
    return (inner + missed[0]) / 2
