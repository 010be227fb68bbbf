"""What an upload's hashes say of each item: the nearest one for each of its hashes and each turn.

In: stages of `QueryHashes`, distances to an item's hashes. Out: `Votes`; which votes are of different places,
and whether together they show more than a sticker would. Next: `decision.rule` judges them.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import Kind, QueryHashes, Stage
from repit_engine.decision.rates import Breadth
from repit_engine.decision.result import Vote
from repit_engine.pdq import Orientation
from repit_engine.stoplist import StopList

_NEGATIVE: Final = 8
"""Added to an orientation where the upload is a negative: such votes agree among themselves only."""

Heard: TypeAlias = tuple[int, int, int, int]
"""A vote: distance, stage, row, slot."""


class Votes:
    """For each item, turn and slot, the nearest hash of the upload."""

    def __init__(self, radius: int, stoplist: StopList | None) -> None:
        self.radius = radius
        self.stoplist = stoplist
        self.stages: list[QueryHashes] = []
        self.silent: dict[tuple[int, int], bool] = {}
        self.nearest: dict[int, dict[tuple[int, int], Heard]] = {}
        self.standard: dict[int, Heard] = {}

    def hush(self, stage: int, rows: NDArray[np.int64]) -> None:
        """Before rows of a stage vote: those near the stop-list have no voice."""
        fresh = [row for row in np.unique(rows).tolist() if (stage, row) not in self.silent]
        if self.stoplist is not None and fresh:
            near = self.stoplist.near(self.stages[stage].hashes[fresh]).tolist()
            self.silent.update({(stage, row): is_near for row, is_near in zip(fresh, near, strict=True)})

    def add(self, item: int, vote: Heard) -> None:
        """Hear a vote: the nearest is kept, of equals the one of the larger place."""
        distance, stage, row, slot = vote
        query = self.stages[stage]
        if slot == 0 and query.stages[row] == Stage.STANDARD and distance <= self.radius:
            self.standard[item] = min(self.standard.get(item, vote), vote)
        if self.silent.get((stage, row), False):
            return
        turn = int(query.orientation[row]) + (_NEGATIVE if query.kinds[row] == Kind.NEGATIVE else 0)
        held = self.nearest.setdefault(item, {})
        held[turn, slot] = min(held.get((turn, slot), vote), vote, key=self.order)

    def order(self, vote: Heard) -> tuple[float, ...]:
        """By distance and stage, then by place, so that the order in which hashes come decides nothing."""
        distance, stage, _, slot = vote
        left, top, right, bottom = self.place(vote)
        return distance, stage, -round((right - left) * (bottom - top), 6), top, left, slot

    def place(self, vote: Heard) -> tuple[float, float, float, float]:
        left, top, right, bottom = self.stages[vote[1]].rectangles[vote[2]].tolist()
        return left, top, right, bottom

    def as_vote(self, vote: Heard) -> Vote:
        distance, stage, row, _ = vote
        query = self.stages[stage]
        return Vote(
            distance,
            Kind(int(query.kinds[row])),
            Orientation(int(query.orientation[row])),
            self.place(vote),
        )


def apart(votes: Votes, heard: list[Heard]) -> list[Heard]:
    """Votes of different places of the upload: one rectangle votes once."""
    kept: list[Heard] = []
    places: set[tuple[float, ...]] = set()
    for vote in heard:
        rectangle = votes.place(vote)
        if rectangle not in places:
            places.add(rectangle)
            kept.append(vote)
    return kept


def broad(votes: Votes, heard: list[Heard], near: list[Heard], asked: Breadth) -> bool:
    """Whether the upload shows much of the item, or the item much of the upload; see `Breadth`."""
    if any(slot == 0 and distance <= asked.whole for distance, _, _, slot in heard):
        return True
    if len(near) >= asked.slots:
        return True
    if not near:
        return False
    places = np.array([votes.place(vote) for vote in near]).clip(0.0, 1.0)
    across, down = (places[:, 2:].max(axis=0) - places[:, :2].min(axis=0)).tolist()
    return bool(across * down >= asked.extent)
