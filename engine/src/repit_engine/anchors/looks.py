"""The looks that one upload is worth: a glance at all that it shows, then each of its main views in stages.

In: `Views`. Out: looks, each an iterator of stages of `QueryHashes`. Next: `decision` takes each look for an
upload of its own, so that votes of one view never add to those of another.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from repit_engine.anchors import tables
from repit_engine.anchors.query import Budget, Kind, QueryHashes, Stage, query_stages
from repit_engine.pdq import Orientation
from repit_engine.picture import Picture
from repit_engine.views import Views


class Look(NamedTuple):
    """One look: its stages up to `last`, each made when it is asked for. `proportion`: width by height of
    what is looked at, for whoever draws the rectangles."""

    stages: Iterator[QueryHashes]
    last: Stage
    proportion: float


def count_of(views: Views) -> int:
    """How many looks a file is worth."""
    return 1 + len(views.deep) + bool(views.others)


def looks(views: Views, budget: Callable[[], Budget] = Budget) -> Iterator[Look]:
    """One look for a file with one view; else the glance first. `budget` is asked as each begins."""
    if views.others:
        yield Look(iter(glance(views)), Stage.WHOLE, _proportion(views.shown))
    for picture in (views.shown, *views.deep):
        yield Look(query_stages(picture, budget()), Stage.TURNED, _proportion(picture))


def glance(views: Views) -> list[QueryHashes]:
    """The hash of every view but the browsers' own as it is, then turned and mirrored, as far as it says
    anything.
    """
    rows = np.array([view.hashes for view in views.others if view.quality >= tables.LEAST_QUALITY], np.uint8)
    rows = rows.reshape(-1, len(Orientation), 32)
    return [
        _whole(rows[:, :1], Stage.STANDARD, (Orientation.UPRIGHT,)),
        _whole(rows[:, 1:], Stage.WHOLE, tuple(Orientation)[1:]),
    ]


def _proportion(picture: Picture) -> float:
    return picture.width / picture.height


def _whole(
    rows: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], stage: Stage, turns: tuple[Orientation, ...]
) -> QueryHashes:
    n = len(rows) * len(turns)
    return QueryHashes(
        np.ascontiguousarray(rows.reshape(n, 32)),
        np.tile([0.0, 0.0, 1.0, 1.0], (n, 1)),
        np.full(n, Kind.WHOLE, np.uint8),
        np.tile(np.array(turns, np.uint8), len(rows)),
        np.full(n, stage, np.uint8),
    )
