"""Ask stage by stage, follow the videos that were met, stop when sure.

In: stages of `Asked`, an index. Out: `VideoDecision`. Next: the gate. Pure: the same stages and the same
answers give the same decision, in whatever order hashes come.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from repit_engine.align.ids import numbers_of
from repit_engine.align.judging import Judgement, judged
from repit_engine.align.meeting import Item, Meeting
from repit_engine.align.protocol import Muted, VideoSearch
from repit_engine.align.rates import DEFAULT_VIDEO_RULE, VideoRule
from repit_engine.align.result import VideoDecision, VideoMatch
from repit_engine.align.shared import SharedParts
from repit_engine.align.upload import Upload, some_of, speaking
from repit_engine.align.work import MOST_WORK, Work
from repit_engine.decision import Strength
from repit_engine.errors import WrongInput
from repit_engine.moments import Asked
from repit_engine.stoplist import StopList

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Milliseconds of an upload, from and to, ascending, apart."""
Again: TypeAlias = Callable[[Spans], Asked]
"""Spans of an upload to all that is to be asked about the frames in them: `moments.asked_about` of
`times_within`."""

MOST_HASHES: Final = 25_000
"""Of one upload, all stages together: at 42 million hashes two to three seconds of search."""
MOST_SEARCHED: Final = MOST_HASHES * 42_000_000
"""Pairs of a hash that is asked and one that is held, by what one costs at the index's radius: with what is
searched more widely no upload takes longer than the largest may."""
WIDER: Final = ((39, 6), (35, 3))
"""Radii, widest first, and how many times as long a search takes (42 million hashes; less among fewer)."""
_STEP: Final = 140
"""Milliseconds between times that are asked about again; `moments.asked_about` takes all frames between."""
_MOST_TIMES: Final = 1 << 17
"""Five hours of them."""
_OF_STAGES: Final = 0.5
"""Share of all work that judging after each stage leaves for the end."""
_OF_AGAIN: Final = 0.25
"""And what judging at the end leaves for what is asked again."""
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
    work: int = MOST_WORK,
) -> VideoDecision:
    """Try the stages in turn until one gives a match of strength `stop`, or none is left.

    `duration` of the upload in milliseconds. `again` is asked, once, about what was met, so that doubtful
    matches become sure ones and ends are exact. Where no stage gave such a match, all is searched once more
    in a wider radius, as far as `MOST_SEARCHED` goes. `muted`: what agrees only there goes to a person.
    `stoplist`: such hashes of the upload have no voice but as whole frames. `work`: how many pairs of hashes
    may be compared; the items that were met least often are left where they are too many. Raises
    `WrongInput`.
    """
    if duration < 0:
        raise WrongInput("An upload lasts no less than 0 milliseconds.")
    asking = _Asking(index, duration, rule, stoplist=stoplist, muted=muted, work=Work(work))
    tried = searched = 0
    for stage in stages:
        tried += 1
        if len(stage) and searched + len(stage) <= most:
            searched += len(stage)
            asking.hear(stage, _OF_STAGES)
            if asking.matches and asking.matches[0].strength in (stop, Strength.BLOCK):
                break
    else:
        asking.look_wider(MOST_SEARCHED - index.rows * searched)
    asking.judge(_OF_AGAIN)
    if again is not None and asking.spans:
        stage = again(_joined(asking.spans, duration))
        tried += 1
        if len(stage) and searched + len(stage) <= most:
            searched += len(stage)
            asking.hear(stage)
            asking.judge()
    return VideoDecision(asking.matches, tried, searched, asking.left)


class _Asking:
    """What is known of an upload so far."""

    def __init__(
        self,
        index: VideoSearch,
        duration: int,
        rule: VideoRule,
        *,
        stoplist: StopList | None,
        muted: Muted | None,
        work: Work,
    ) -> None:
        self._index, self._duration, self._rule = index, duration, rule
        self._stoplist, self._work = stoplist, work
        self._shared = SharedParts(index, rule, work, muted)
        self._heard: list[Asked] = []
        self._met: Counter[int] = Counter()
        self._nearly: Counter[int] = Counter()
        self._items: dict[int, Item] = {}
        self._judgements: dict[int, Judgement] = {}
        self.matches: tuple[VideoMatch, ...] = ()
        self.spans: Spans = ()
        self._waiting, self._up_to_date = set[int](), set[int]()
        self._upload: Upload | None = None

    @property
    def left(self) -> int:
        """How many items that were met within the index's radius were not judged by all that was heard, since
        the work was used up."""
        return len(self._waiting)

    def hear(self, stage: Asked, reserve: float = 0.0) -> None:
        """Search what a stage asks, and judge anew the videos that it meets. `reserve`: the share of all work
        that is kept for later."""
        if self._stoplist is not None:
            stage = speaking(stage, self._stoplist)
        self._heard.append(stage)
        self._upload = None  # put in order when something is met: most uploads meet nothing
        self._up_to_date.clear()
        fresh = self._meet(stage, self._rule.radius)
        self._met.update(fresh)
        self._judge(set(fresh), reserve)

    def look_wider(self, most: int) -> None:
        """Meet videos by hashes farther off, at a cost of `most` pairs: of all that was asked in the widest
        radius that this allows, or of as much as it allows, evenly, in the narrowest. Whoever is met follows
        those met before. Three moments at 34 bits are as good as one at 20, and none of them is met at 31.
        """
        pairs = max(1, self._index.rows * sum(len(stage) for stage in self._heard))
        radius, times = next((wider for wider in WIDER if wider[1] * pairs <= most), WIDER[-1])
        share = min(1.0, most / (times * pairs))
        if radius > self._rule.radius and share > 0:
            for stage in self._heard:
                rows = (np.arange(int(share * len(stage))) / share).astype(np.int64)
                self._nearly.update(self._meet(some_of(stage, rows), radius))

    def judge(self, reserve: float = 0.0) -> None:
        """Judge all that was met by all that was heard, unless it is."""
        self._judge(set(self._met) | set(self._nearly), reserve)

    def _judge(self, numbers: set[int], reserve: float) -> None:
        chosen = sorted(self._met | self._nearly, key=self._likeliest)[:_MOST_MET]
        due = [number for number in chosen if number in numbers - self._up_to_date]
        for number in due:
            item = self._item(number)
            if item is None:
                continue
            refused = self._work.refused
            upload = self._upload = self._upload or Upload(self._heard, self._duration)
            if self._work.takes(len(upload) * len(item.hashes), reserve):
                meeting = Meeting(upload, item, self._index.rows, self._rule, self._work)
                self._judgements[number] = judged(meeting, self._shared)
            if self._work.refused > refused:
                if number in self._met:
                    self._waiting.add(number)
            else:
                self._waiting.discard(number)
                self._up_to_date.add(number)
        kept = [self._judgements[number] for number in chosen if number in self._judgements]
        self.matches = tuple(sorted((known.match for known in kept if known.match is not None), key=surest))
        self.spans = tuple(span for known in kept for span in known.spans)

    def _likeliest(self, number: int) -> tuple[int, int, int]:
        return -self._met[number], -self._nearly[number], number

    def _meet(self, stage: Asked, radius: int) -> Counter[int]:
        """At how many times of the upload each video is met."""
        found = self._index.search(stage.hashes, radius)
        times = stage.ms[np.repeat(np.arange(len(stage)), np.diff(found.lims))]
        pairs = np.unique(np.stack([numbers_of(found.ids).astype(np.int64), times], axis=1), axis=0)
        return Counter(pairs[:, 0].tolist())

    def _item(self, number: int) -> Item | None:
        if number not in self._items:
            moments = self._index.moments(number)
            if moments is None or not len(moments):
                return None
            self._items[number] = Item(number, moments, self._rule)
            self._work.took(2 * len(moments) ** 2)  # its scenes and shots
        return self._items[number]


def _joined(spans: Iterable[tuple[int, int]], duration: int) -> Spans:
    """Spans within an upload, in order, those that touch as one."""
    kept: list[tuple[int, int]] = []
    for begin, end in sorted((max(0, begin), min(duration, end)) for begin, end in spans):
        if kept and begin <= kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        elif begin <= end:
            kept.append((begin, end))
    return tuple(kept)


def times_within(spans: Spans) -> NDArray[np.int64]:
    """Times so near to one another that `moments.asked_about` takes every frame in these spans; farther apart
    where they last for hours, by whatever clock."""
    step = max(_STEP, sum(end - begin for begin, end in spans) // _MOST_TIMES)
    steps = [np.append(np.arange(begin, end, step), end) for begin, end in spans]
    times: NDArray[np.int64] = np.unique(np.concatenate([np.empty(0, np.int64), *steps]))
    return times


def surest(match: VideoMatch) -> tuple[int, float, int]:
    """What matches are sorted by: strongest first, then by evidence; the item breaks ties."""
    order = (Strength.BLOCK, Strength.REVIEW, Strength.NONE)
    return order.index(match.strength), match.expected_false, match.item
