"""What agreement is worth: how many alignments at least this good chance gives.

In: the points that a line meets, a `Meeting`. Out: `Evidence`. Next: `align.judging`.

A scene is worth what its nearest hash is, and less where it, or what met it, resembles a scene that has
spoken: two steps of one pan, or a logo in every scene, are not two accidents. That k of the n scenes of a
stretch agree may happen in as many ways as k can be chosen from n, and the best k is chosen among n.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.meeting import Meeting
from repit_engine.align.points import Points
from repit_engine.align.rates import VideoRule
from repit_engine.decision import Strength
from repit_engine.kernels import jit

_MOST_SCENES: Final = 48
"""Scenes whose evidence is weighed; more say nothing new."""
_FASTER: Final = 1.5
"""Between half and double speed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """`expected`: log10 of the alignments that chance gives. `scenes`: how many speak for themselves."""

    expected: float
    scenes: int


NOTHING: Final = Evidence(math.inf, 0)


def of_line(points: Points, meeting: Meeting, stretch: NDArray[np.int64]) -> Evidence:
    """Of points that one line meets; `stretch` the moments of the item that could have agreed."""
    if not len(points):
        return NOTHING
    upload, item, rule = meeting.upload, meeting.item, meeting.rule
    order = np.lexsort((points.sharp, points.moments, points.chances))
    worth = _worths(points.of(order), meeting)
    if not worth:
        return NOTHING
    scenes = max(len(np.unique(item.scenes[stretch])), len(worth))
    seconds = float(points.ends.max() - points.begins.min()) / 1000
    speeds = 2 * (1 + _FASTER * seconds / (2e-3 * rule.tolerance))
    before = math.log10(max(1, meeting.rows)) + math.log10(upload.moments) + math.log10(speeds)
    best = NOTHING
    total = 0.0
    for count, value in enumerate(worth, 1):
        total += value
        ways = math.log10(math.comb(scenes, count)) + (math.log10(scenes) if scenes > count else 0.0)
        expected = before + ways - total
        if expected < best.expected:
            best = Evidence(expected, count)
    return best


def strength_of(expected: float, rule: VideoRule) -> Strength:
    """How far so many false alignments (log10) may go by themselves."""
    if expected <= math.log10(rule.block):
        return Strength.BLOCK
    return Strength.REVIEW if expected <= math.log10(rule.review) else Strength.NONE


def _worths(points: Points, meeting: Meeting) -> list[float]:
    """What each further scene is worth, largest first, by points surest first."""
    upload, item, rule = meeting.upload, meeting.item, meeting.rule
    worth: list[float] = []
    # Of each scene that has spoken: its whole frame, what met, and what of the upload met it.
    spoken = np.empty((0, 4), np.uint64)
    met = np.empty((0, 4), np.uint64)
    asked = np.empty((0, 4), np.uint64)
    whole = np.ascontiguousarray(item.moments.whole).view(np.uint64)
    rows, queries = item.hashes.view(np.uint64), upload.hashes.view(np.uint64)
    seen: set[int] = set()
    for at in range(len(points)):
        scene = int(item.scenes[points.moments[at]])
        if scene in seen:
            continue
        own = whole[points.moments[at]], rows[points.rows[at]], queries[points.queries[at]]
        near = min((_nearest(*pair) for pair in zip(own, (spoken, met, asked), strict=True)), default=256)
        share = min(1.0, (near - rule.scene) / (rule.alike - rule.scene))
        if share <= 0:
            continue
        seen.add(scene)
        worth.append(-share * float(points.chances[at]))
        spoken, met, asked = (
            np.concatenate([held, fresh[np.newaxis]])
            for held, fresh in zip((spoken, met, asked), own, strict=True)
        )
        if len(worth) == _MOST_SCENES:
            break
    return sorted(worth, reverse=True)


def _nearest(words: NDArray[np.uint64], held: NDArray[np.uint64]) -> int:
    if not len(held):
        return 256
    out = np.empty((1, len(held)), np.uint16)
    jit.distances.distance_matrix(np.ascontiguousarray(words[np.newaxis]), np.ascontiguousarray(held), out)
    return int(out.min())
