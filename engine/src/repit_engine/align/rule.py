"""Ask stage by stage, follow the videos that were met, stop when sure.

In: stages of `Asked`, an index. Out: `VideoDecision`. Next: the gate. Pure: the same stages and the same
answers give the same decision, in whatever order hashes come.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

import numpy as np

from repit_engine.align.ids import numbers_of
from repit_engine.align.judging import judged
from repit_engine.align.meeting import Item, Meeting
from repit_engine.align.protocol import Muted, VideoSearch
from repit_engine.align.rates import DEFAULT_VIDEO_RULE, VideoRule
from repit_engine.align.result import VideoDecision, VideoMatch
from repit_engine.align.shared import SharedParts
from repit_engine.align.upload import Upload
from repit_engine.decision import Strength
from repit_engine.errors import WrongInput
from repit_engine.moments import Asked
from repit_engine.stoplist import StopList

Again: TypeAlias = Callable[[tuple[tuple[int, int], ...]], Asked]
"""Spans of an upload, in milliseconds, to all that is to be asked about the frames in them."""

MOST_HASHES: Final = 25_000
"""Of one upload, all stages together: at 42 million hashes two seconds of search."""
_MOST_MET: Final = 48
"""Videos that one upload may meet, the most often met: more have a blank frame in common."""


def decide_video(
    stages: Iterable[Asked],
    index: VideoSearch,
    *,
    duration: int,
    rule: VideoRule = DEFAULT_VIDEO_RULE,
    again: Again | None = None,
    muted: Muted | None = None,
    stoplist: StopList | None = None,
    stop: Strength = Strength.BLOCK,
    most: int = MOST_HASHES,
) -> VideoDecision:
    """Try the stages in turn until one gives a match of strength `stop`, or none is left.

    `duration` of the upload in milliseconds. `again` is asked, once, about what was met, so that doubtful
    matches become sure ones and ends are exact. `stoplist`: such hashes of the upload have no voice but as
    whole frames. Raises `WrongInput`.
    """
    if duration < 0:
        raise WrongInput("An upload lasts no less than 0 milliseconds.")
    asking = _Asking(index, duration, rule, stoplist, muted)
    tried = searched = 0
    for stage in stages:
        tried += 1
        if len(stage) and searched + len(stage) <= most:
            searched += len(stage)
            asking.hear(stage)
            if asking.matches and asking.matches[0].strength in (stop, Strength.BLOCK):
                break
    if again is not None and asking.spans:
        stage = again(joined(asking.spans, duration))
        tried += 1
        if len(stage) and searched + len(stage) <= most:
            searched += len(stage)
            asking.hear(stage)
    return VideoDecision(asking.matches, tried, searched)


class _Asking:
    """What is known of an upload so far."""

    def __init__(
        self,
        index: VideoSearch,
        duration: int,
        rule: VideoRule,
        stoplist: StopList | None,
        muted: Muted | None,
    ) -> None:
        self._index, self._duration, self._rule = index, duration, rule
        self._stoplist, self._muted = stoplist, muted
        self._shared = SharedParts(index, rule)
        self._heard: list[Asked] = []
        self._met: Counter[int] = Counter()
        self._items: dict[int, Item] = {}
        self.matches: tuple[VideoMatch, ...] = ()
        self.spans: tuple[tuple[int, int], ...] = ()

    def hear(self, stage: Asked) -> None:
        """Search what a stage asks, and judge anew every video that was met so far."""
        self._heard.append(stage)
        self._meet(stage)
        upload = Upload(self._heard, self._duration, self._stoplist)
        judgements = []
        for number in sorted(self._met, key=lambda number: (-self._met[number], number))[:_MOST_MET]:
            item = self._item(number)
            if item is not None:
                judgements.append(judged(Meeting(upload, item, self._index.rows, self._rule), self._shared))
        matches = [judgement.match for judgement in judgements if judgement.match is not None]
        self.matches = tuple(sorted(matches, key=surest))
        self.spans = tuple(span for judgement in judgements for span in judgement.spans)

    def _meet(self, stage: Asked) -> None:
        """Count at how many times of the upload each video was met."""
        found = self._index.search(stage.hashes, self._rule.radius)
        times = stage.ms[np.repeat(np.arange(len(stage)), np.diff(found.lims))]
        ids = found.ids
        if self._muted is not None and len(ids):
            speaks = ~self._muted(ids)
            ids, times = ids[speaks], times[speaks]
        pairs = np.unique(np.stack([numbers_of(ids).astype(np.int64), times], axis=1), axis=0)
        self._met.update(pairs[:, 0].tolist())

    def _item(self, number: int) -> Item | None:
        if number not in self._items:
            moments = self._index.moments(number)
            if moments is None or not len(moments):
                return None
            self._items[number] = Item(number, moments, self._rule)
        return self._items[number]


def joined(spans: Iterable[tuple[int, int]], duration: int) -> tuple[tuple[int, int], ...]:
    """Spans within an upload, in order, those that touch as one."""
    kept: list[tuple[int, int]] = []
    for begin, end in sorted((max(0, begin), min(duration, end)) for begin, end in spans):
        if kept and begin <= kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        elif begin <= end:
            kept.append((begin, end))
    return tuple(kept)


def surest(match: VideoMatch) -> tuple[int, float, int]:
    """What matches are sorted by: strongest first, then by evidence; the item breaks ties."""
    order = (Strength.BLOCK, Strength.REVIEW, Strength.NONE)
    return order.index(match.strength), match.expected_false, match.item
