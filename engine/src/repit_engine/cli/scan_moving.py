"""What moves, in a scan for altered copies: videos against known videos and pictures, pictures against known
videos.

In: an item, what looks at videos, what is looked for. Out: `Met`, one for each known item. Next:
`scan_altered` puts them into the item's row.

A video is looked at stage by stage, as far as the rule asks (`repit_engine.align`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from repit_engine.align import Segment, decide_still, decide_video, pictures_in, times_within
from repit_engine.anchors import QueryHashes
from repit_engine.child.ranges import Spool
from repit_engine.cli.scan_families import Families
from repit_engine.cli.scan_film import Film
from repit_engine.cli.scan_items import Item, Member
from repit_engine.decision import Match, Strength
from repit_engine.moments import Asked
from repit_engine.moments.dialogue import TrackSeen
from repit_engine.stoplist import package_stoplist
from repit_engine.types import NotHashable
from repit_engine.video import VideoLimits

VIDEO, STILL, SHOWN = "video", "still", "shown-picture"
"""Tiers: a known video in a video; a picture out of a known video; a known picture in a video."""
_INFLATED: Final = 512 * 1024**2
"""Bytes of a video that has to be unpacked into memory."""

NOT_COMPARED: Final = "not-compared"
"""Why not all was seen, where a video meets so much that the work for it was used up."""
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Met:
    """One known item. `segments`: (from, to) in the file and in the item, in milliseconds, and the speed;
    `votes`: bits by which votes of pictures differ, nearest first."""

    item: int
    tier: str
    strength: Strength
    expected_false: float
    segments: tuple[tuple[Span | None, Span | None, float], ...] = ()
    votes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Moving:
    """What a video shows: `met`, each item once; its length in seconds; why not all of it was seen."""

    met: list[Met]
    duration: float
    unseen: str | None


Found: TypeAlias = tuple[list[Met], bool]
"""What was met in a track, and whether all that was met could be compared."""
Look: TypeAlias = Callable[
    [bytes | Path | Spool, VideoLimits, Callable[[TrackSeen], Found]], Film[Found] | NotHashable
]
"""`FilmChild.look`."""


def watched(item: Item, look: Look, families: Families, limits: VideoLimits) -> Moving | NotHashable | None:
    """Look at a video. None where its archive does not hold it any more."""
    source = item.film(min(limits.bytes, _INFLATED))
    if source is None:
        return None
    if isinstance(source, bytes):
        limits = replace(limits, bytes=min(limits.bytes, _INFLATED))
    try:
        film = look(source, limits, lambda track: _found(track, families))
    finally:
        if isinstance(source, Member):
            source.close()
    if isinstance(film, NotHashable):
        return film
    met = each_once(met for found, _ in film.found for met in found)
    whole = all(whole for _, whole in film.found)
    return Moving(met, film.duration / 1000, film.unseen or (None if whole else NOT_COMPARED))


def stills(stages: Iterable[QueryHashes], families: Families) -> list[Met]:
    """Known videos of which a picture is a still."""
    if not families.videos.videos:
        return []
    found = decide_still(stages, families.videos, stoplist=package_stoplist())
    return [
        Met(
            still.item,
            STILL,
            still.strength,
            still.match.expected_false,
            ((None, (still.begin, still.end), 0.0),),
            votes_of(still.match),
        )
        for still in found
    ]


def each_once(found: Iterable[Met]) -> list[Met]:
    """The surest of each item, surest first."""
    best: dict[int, Met] = {}
    for met in sorted(found, key=_surest):
        best.setdefault(met.item, met)
    return list(best.values())


def segments_of(met: Met) -> list[dict[str, Any]]:
    """For a row, in seconds; the speed of pictures is none."""
    return [
        {"file": _seconds(here), "item": _seconds(there), "speed": speed or None}
        for here, there, speed in met.segments
    ]


def votes_of(match: Match) -> tuple[int, ...]:
    """Bits by which its votes differ, nearest first."""
    return tuple(vote.distance for vote in match.votes)


def _surest(met: Met) -> tuple[int, float, int]:
    order = (Strength.BLOCK, Strength.REVIEW, Strength.NONE)
    return order.index(met.strength), met.expected_false, met.item


def _seconds(span: Span | None) -> dict[str, float] | None:
    return None if span is None else {"from": span[0] / 1000, "to": span[1] / 1000}


def _found(track: TrackSeen, families: Families) -> Found:
    heard: list[Asked] = []
    decision = decide_video(
        _noted(track.stages, heard),
        families.videos,
        duration=track.duration,
        again=lambda spans: track.again(times_within(spans)),
        stoplist=package_stoplist(),
    )
    films = [
        Met(
            match.item,
            VIDEO,
            match.strength,
            match.expected_false,
            tuple(map(_segment, match.segments)),
        )
        for match in decision.matches
    ]
    return [*films, *_shown(heard, track.duration, families)], not decision.left


def _noted(stages: Iterator[Asked], heard: list[Asked]) -> Iterator[Asked]:
    for stage in stages:
        heard.append(stage)
        yield stage


def _segment(part: Segment) -> tuple[Span, Span, float]:
    return (part.upload_from, part.upload_to), (part.item_from, part.item_to), part.speed


def _shown(heard: list[Asked], duration: int, families: Families) -> list[Met]:
    """Known pictures that a video shows: each frame is judged as a picture, of which there are many."""
    if not families.items:
        return []
    shown = pictures_in(
        heard,
        families.search,
        duration=duration,
        items=families.items,
        owner=families.owner,
        family_of=families.family_of,
        stoplist=package_stoplist(),
    )
    return [
        Met(
            picture.item,
            SHOWN,
            picture.strength,
            picture.match.expected_false,
            (((picture.begin, picture.end), None, 0.0),),
            votes_of(picture.match),
        )
        for picture in shown
    ]
