"""The same unit of work for altered copies: a batch of items in, their rows with the surest item out.

In: items, limits, families. Out: rows as of `scan_batch`, and what the rules of `repit_engine.decision` and
`repit_engine.align` say of each. Next: `scan_run` writes them. It depends on its arguments and the files
alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from repit_engine.anchors import QueryHashes
from repit_engine.cli.hash_video import HEAD, head_of, is_film, may_move
from repit_engine.cli.scan_batch import Row, match_rows, row_of, unhashed
from repit_engine.cli.scan_child import Looked, look_here
from repit_engine.cli.scan_families import Families
from repit_engine.cli.scan_items import Item
from repit_engine.cli.scan_moving import Look, Met, each_once, segments_of, stills, votes_of, watched
from repit_engine.decision import decide
from repit_engine.errors import NoMovingPicture
from repit_engine.picture import Limits
from repit_engine.stoplist import package_stoplist
from repit_engine.types import NotHashable
from repit_engine.video import DEFAULT_VIDEO_LIMITS, VideoLimits

SECONDS: Final = 600.0
"""Of work for one video, unless it is said otherwise."""
VIDEO_LIMITS: Final = replace(DEFAULT_VIDEO_LIMITS, seconds=SECONDS)
Looker: TypeAlias = Callable[[bytes | Path, Limits], Looked | NotHashable]
NO_COPY: Final[Row] = {
    "tier": None,
    "strength": None,
    "item": None,
    "item_id": None,
    "distances": [],
    "expected_false": None,
    "also": [],
    "duration": None,
    "segments": [],
}
"""What a row gains: `tier` and `strength` as in docs/en/altered-copies.md, name and number of the surest item
(`item`, `item_id`), the `distances` of its votes, nearest first, how many false matches as good are expected
(`expected_false`), and the other items met, surest first (`also`). Of what moves `duration` in seconds, and
where the surest item is seen (`segments`, see `scan_moving.segments_of`). As here where no item was met.
"""


@dataclass(frozen=True, slots=True)
class Films:
    """How videos are looked at: `FilmChild.look`, and what each may take."""

    look: Look
    limits: VideoLimits = VIDEO_LIMITS


def scan_altered(
    items: Sequence[Item],
    limits: Limits,
    families: Families,
    looker: Looker = look_here,
    films: Films | None = None,
) -> list[Row]:
    """Look at each item in stages; without `films` videos are no pictures. Never raises for what a file
    holds: that is a row with a `reason`."""
    rows = [_row(item, limits, families, looker, films) for item in items]
    match_rows(rows, families.plain)
    return rows


def _row(item: Item, limits: Limits, families: Families, looker: Looker, films: Films | None) -> Row:
    head = b"" if films is None else _head(item)
    if films is not None and is_film(head):
        return _row_of_film(item, families, films)
    source = item.source(limits.bytes)
    looked = unhashed(item) if source is None else looker(source, limits)
    if isinstance(looked, NotHashable):
        return row_of(item, looked) | NO_COPY
    row, met = row_of(item, looked.hashed) | NO_COPY, _met(looked.looks, families)
    if films is not None and source is not None and may_move(source):
        moving = watched(item, films.look, families, films.limits)
        if isinstance(moving, NotHashable):
            if moving.reason != NoMovingPicture.code:
                row["unseen"] = row["unseen"] or moving.reason
        elif moving is not None:
            row |= {"duration": moving.duration, "unseen": row["unseen"] or moving.unseen}
            met += moving.met
    return row | _copy(each_once(met), families)


def _row_of_film(item: Item, families: Families, films: Films) -> Row:
    moving = watched(item, films.look, families, films.limits) or unhashed(item)
    if isinstance(moving, NotHashable):
        return row_of(item, moving) | NO_COPY
    row = row_of(item, None) | NO_COPY | {"duration": moving.duration, "unseen": moving.unseen}
    return row | _copy(moving.met, families)


def _head(item: Item) -> bytes:
    source = item.source(HEAD)
    return b"" if source is None else head_of(source)


def _met(looks: Iterable[QueryHashes], families: Families) -> list[Met]:
    """Known pictures and videos of which a picture is a copy."""
    met: list[Met] = []
    for look in looks:
        decision = decide(
            _stages(look),
            families.search,
            items=families.items,
            owner=families.owner,
            family_of=families.family_of,
            stoplist=package_stoplist(),
        )
        for match in decision.matches:
            votes = votes_of(match)
            met.append(Met(match.item, match.tier.value, match.strength, match.expected_false, votes=votes))
        met += stills(_stages(look), families)
    return met


def _copy(met: Sequence[Met], families: Families) -> dict[str, Any]:
    """Of items that were met, surest first."""
    if not met:
        return {}
    best, *others = met
    names = families.plain.names
    return {
        "tier": best.tier,
        "strength": best.strength.value,
        "item": names.of(best.item),
        "item_id": best.item,
        "distances": list(best.votes),
        "expected_false": best.expected_false,
        "segments": segments_of(best),
        "also": [
            {"id": other.item, "item": names.of(other.item)}
            for other in others[: families.plain.max_matches - 1]
        ],
    }


def _stages(look: QueryHashes) -> list[QueryHashes]:
    """Apart again, in their order, so that `decide` may stop early."""
    parts = []
    for stage in np.unique(look.stages).tolist():
        of = look.stages == stage
        parts.append(
            QueryHashes(
                look.hashes[of],
                look.rectangles[of],
                look.kinds[of],
                look.orientation[of],
                look.stages[of],
            )
        )
    return parts
