"""Pictures against videos: a still of a banked video, a banked picture shown in a video.

In: a picture's stages and an index of videos; a video's stages and a search over pictures. Out: `StillMatch`,
`ShownPicture`. Next: the gate asks both indexes about every upload.

The rule for pictures decides (`decision.decide`); a moment of a video counts as a picture. What may block is
narrowed: a still does not where its moment is a title or an end card, a picture in a video does not where it
flashes by.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine import decision
from repit_engine.align.ids import SLOT_AT, moments_of, numbers_of, slots_of
from repit_engine.align.meeting import Item
from repit_engine.align.protocol import Muted, VideoSearch
from repit_engine.align.rates import DEFAULT_VIDEO_RULE, VideoRule
from repit_engine.align.shared import SharedParts
from repit_engine.align.upload import Upload
from repit_engine.align.work import MOST_WORK, Work
from repit_engine.anchors import Kind, QueryHashes, Stage
from repit_engine.decision import DEFAULT_RULE, Match, Rule, Strength
from repit_engine.decision.rule import SMALL_BANK, FamilyOf, Owner, Search
from repit_engine.moments import Asked
from repit_engine.pdq import Orientation
from repit_engine.stoplist import StopList
from repit_engine.types import HashArray, IdArray, RangeResult

FLASH: Final = 1_000
"""Milliseconds below which a picture in a video goes to a person."""
_MOST_WORK: Final = MOST_WORK // 16
_MOST_MET: Final = 32
_MOST_TIMES: Final = 4
_GAP: Final = 2_500
"""Milliseconds between two sightings of a picture that is shown without a break."""
_STAGE_OF: Final = np.array(
    [
        Stage.WHOLE,
        Stage.WHOLE,
        Stage.WHOLE,
        Stage.ANCHORS,
        Stage.PARTS,
        Stage.PARTS,
        Stage.TURNED,
        Stage.TURNED,
    ],
    np.uint8,
)
"""By `Kind`: of which stage of a picture's such a hash is."""


@dataclass(frozen=True, slots=True)
class StillMatch:
    """A banked video of which an upload is a still: `begin` to `end` in milliseconds of the video.

    `match` as the rule for pictures has it; `strength` and `piece` what is left of it for a still.
    """

    item: int
    begin: int
    end: int
    strength: Strength
    piece: bool
    match: Match


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A banked picture that an upload shows from `begin` to `end`, in milliseconds of the upload.

    `match` as the rule for pictures has it; `strength` what is left of it.
    """

    item: int
    begin: int
    end: int
    strength: Strength
    match: Match


def decide_still(
    stages: Iterable[QueryHashes],
    index: VideoSearch,
    *,
    picture_rule: Rule = DEFAULT_RULE,
    rule: VideoRule = DEFAULT_VIDEO_RULE,
    stoplist: StopList | None = None,
    muted: Muted | None = None,
) -> tuple[StillMatch, ...]:
    """The banked videos of which a picture is a still, surest first, each once."""
    stills = _Stills(index, rule, muted)
    decided = decision.decide(
        stages,
        stills.search,
        items=index.rows,
        owner=_owner,
        family_of=stills.family,
        rule=picture_rule,
        stoplist=stoplist,
    )
    best: dict[int, StillMatch] = {}
    for match in decided.matches:
        still = stills.judged(match)
        if still is not None and (still.item not in best or _order(still) < _order(best[still.item])):
            best[still.item] = still
    return tuple(sorted(best.values(), key=_order))


def _order(still: StillMatch) -> tuple[int, float, int, int]:
    return (*_by_strength(still.strength, still.match), still.item, still.begin)


def _by_strength(strength: Strength, match: Match) -> tuple[int, float]:
    return (Strength.BLOCK, Strength.REVIEW, Strength.NONE).index(strength), match.expected_false


def _owner(ids: IdArray) -> tuple[IdArray, IdArray]:
    """Each moment of each video is an item."""
    return numbers_of(ids) << np.uint64(SLOT_AT) | moments_of(ids), slots_of(ids)


class _Stills:
    """An index of videos as one of pictures."""

    def __init__(self, index: VideoSearch, rule: VideoRule, muted: Muted | None) -> None:
        self._index, self._rule = index, rule
        self._items: dict[int, Item | None] = {}
        self._shared = SharedParts(index, rule, Work(_MOST_WORK), muted)

    def search(self, hashes: HashArray, radius: int) -> RangeResult:
        return self._index.search(hashes, radius)

    def family(self, picture: int) -> tuple[HashArray, IdArray]:
        number, moment = picture >> SLOT_AT, picture & ((1 << SLOT_AT) - 1)
        item = self._item(number)
        if item is None or moment >= len(item.moments):
            return np.empty((0, 32), np.uint8), np.empty(0, np.uint64)
        rows = np.flatnonzero(item.moment_of == moment)
        return np.ascontiguousarray(item.hashes[rows]), np.arange(len(rows), dtype=np.uint64)

    def judged(self, match: Match) -> StillMatch | None:
        """A moment's match as one of its video; None where that is gone."""
        number, moment = match.item >> SLOT_AT, match.item & ((1 << SLOT_AT) - 1)
        item = self._item(number)
        if item is None or moment >= len(item.moments):
            return None
        begin, end = int(item.moments.begins[moment]), int(item.moments.ends[moment])
        at_edge = end <= self._rule.edge or begin >= item.moments.duration - self._rule.edge
        piece = match.piece or (at_edge and end - begin < self._rule.part * item.moments.duration)
        strength = match.strength
        if strength is Strength.BLOCK:
            piece = piece or bool(self._shared(item, np.array([moment]))[0])
            strength = Strength.REVIEW if piece else strength
        return StillMatch(number, begin, end, strength, piece, replace(match, item=number))

    def _item(self, number: int) -> Item | None:
        if number not in self._items:
            moments = self._index.moments(number)
            self._items[number] = None if moments is None else Item(number, moments, self._rule)
        return self._items[number]


def pictures_in(
    stages: Iterable[Asked],
    search: Search,
    *,
    duration: int,
    items: int,
    owner: Owner = decision.unpacked,
    family_of: FamilyOf | None = None,
    rule: Rule = DEFAULT_RULE,
    stoplist: StopList | None = None,
) -> tuple[ShownPicture, ...]:
    """The banked pictures that a video shows, surest first, each once.

    `search`, `owner`, `family_of`, `items` as `decision.decide` takes them. A picture is judged at the few
    times at which it was nearest; thresholds are those of so many pictures as the video has moments, the
    field's radius included, which holds for one picture.
    """
    heard = list(stages)
    upload = Upload(heard, duration)
    if not len(upload) or not items:
        return ()
    single = rule.single_radius(items * upload.moments, rule.block)
    rule = replace(rule, standard_radius=min(rule.standard_radius, max(single, 0)))
    radius = rule.review.single if items <= SMALL_BANK else rule.standard_radius
    found = search(upload.hashes, radius)
    met = owner(found.ids)[0].astype(np.int64)
    rows = np.repeat(np.arange(len(upload)), np.diff(found.lims))
    numbers, counts = np.unique(met, return_counts=True)
    chosen = numbers[np.lexsort((numbers, -counts))][:_MOST_MET]
    shown = []
    for number in chosen.tolist():
        own = met == number
        nearest = rows[own][np.lexsort((upload.ms[rows[own]], found.distances[own]))]
        times = list(dict.fromkeys(upload.ms[nearest].tolist()))[:_MOST_TIMES]
        best: Match | None = None
        for time in times:
            decided = decision.decide(
                _as_picture(heard, time),
                search,
                items=items * upload.moments,
                owner=owner,
                family_of=family_of,
                rule=rule,
                stoplist=stoplist,
            )
            for match in decided.matches:
                if match.item == number and (best is None or decision.surest(match) < decision.surest(best)):
                    best = match
        if best is not None:
            shown.append(_shown(best, np.unique(upload.ms[rows[own]]), times[0], upload))
    return tuple(sorted(shown, key=lambda found: (*_by_strength(found.strength, found.match), found.item)))


def _shown(match: Match, times: NDArray[np.int64], at: int, upload: Upload) -> ShownPicture:
    """From when to when without a break about one time."""
    breaks = np.flatnonzero(np.diff(times) > _GAP) + 1
    part = next(run for run in np.split(times, breaks) if at <= run[-1])
    begin, end = int(part[0]), int(part[-1])
    strength = match.strength
    if strength is Strength.BLOCK and end - begin < min(FLASH, upload.covered / 2):
        strength = Strength.REVIEW
    return ShownPicture(match.item, begin, end, strength, match)


def _as_picture(stages: Iterable[Asked], time: int) -> list[QueryHashes]:
    """What was asked about one time of an upload, as stages of a picture."""
    found = []
    for part in stages:
        rows = np.flatnonzero(part.ms == time)
        kinds, turns = part.kinds[rows], part.orientation[rows]
        standard = (kinds == Kind.WHOLE) & (turns == Orientation.UPRIGHT)
        stage = np.where(standard, np.uint8(Stage.STANDARD), _STAGE_OF[kinds])
        hashes = np.ascontiguousarray(part.hashes[rows])
        found.append(QueryHashes(hashes, part.rectangles[rows], kinds, turns, stage.astype(np.uint8)))
    return found
