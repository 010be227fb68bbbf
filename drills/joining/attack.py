"""What a thief can say about which item belongs to which case, beyond the day.

In: one stolen hotline: for each case and item everything countable that was found of it. Out: for each way of
putting the two side by side, how much oftener it names a right item than a guess by the day would. Next:
`drills.joining`, which lets ways be chosen on some hotlines and judged on others.

A *way* takes one figure of the cases and one of the items: a time, an order, a place in a file, a count, a
size. Three readings of each pair are tried:

- `rank`: the earliest case of a day has the earliest items of that day, and so on (and the other way round);
- `near`: the item whose figure is nearest to the case's own, for figures of the same unit;
- `group`: items of a day fall into as many groups as there are cases, at the widest gaps; the largest case
  has the largest group.

What is compared with: someone who knows the days alone, and picks one of that day's items by chance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Stolen:
    """One hotline as the thief has it. `links`: for each case the rows of its items; both have a day.

    `cases`, `items`: figures by name, ``(n,)``, NaN where there is none.
    """

    case_days: NDArray[np.int64]
    item_days: NDArray[np.int64]
    links: list[list[int]]
    cases: dict[str, Floats] = field(default_factory=dict)
    items: dict[str, Floats] = field(default_factory=dict)
    exact: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Way:
    """One figure of each side, and how they are read."""

    case: str
    item: str
    reading: str

    def __str__(self) -> str:
        return f"{self.case} × {self.item}, {self.reading}"


@dataclass(frozen=True, slots=True)
class Score:
    """Right guesses, those expected of a guess by day, and how many cases were guessed for."""

    right: float
    by_day: float
    cases: int

    @property
    def advantage(self) -> float:
        return (self.right - self.by_day) / max(self.cases, 1)


def scores(hotline: Stolen) -> dict[Way, Score]:
    """Every way there is, tried."""
    names, others = list(hotline.cases), list(hotline.items)
    of_cases, of_items = np.array(list(hotline.cases.values())), np.array(list(hotline.items.values()))
    units, other_units = ([name.split(":")[-1] for name in some] for some in (names, others))
    same = np.array([[unit == other for other in other_units] for unit in units], np.bool_)
    countable = np.array([name.startswith(("rows", "bytes")) for name in names], np.bool_)
    tried = {"rank": same | True, "rank reversed": same | True, "near": same}
    tried["group"] = np.broadcast_to(countable[:, None], same.shape)
    right = {reading: np.zeros(same.shape) for reading in tried}
    by_day, number = 0.0, 0
    for cases, items, owned in _days(hotline):
        chance = float(owned.mean(axis=1).sum())
        by_day, number = by_day + chance, number + len(cases)
        mine, theirs = of_cases[:, cases], of_items[:, items]
        for reading in tried:
            right[reading] += _right(reading, mine, theirs, owned, countable)
        blind = np.isnan(mine).any(axis=1)[:, None] | np.isnan(theirs).any(axis=1)[None, :]
        for reading in tried:
            right[reading][blind] += chance
    return {
        Way(names[case], others[item], reading): Score(float(right[reading][case, item]), by_day, number)
        for reading, pairs in tried.items()
        for case, item in np.argwhere(pairs)
    }


def certain(hotline: Stolen, most: int = 1) -> int:
    """Cases that share a telling value with items of their own and with no other case's: certain joins.

    A value that stands in rows of more than `most` cases tells nothing; a day is what may be known.
    """
    joined = set[int]()
    owners = np.full(len(hotline.item_days), -1)
    for number, owned in enumerate(hotline.links):
        owners[owned] = number
    for case_name, case_values in hotline.cases.items():
        values, first, counts = np.unique(case_values, return_index=True, return_counts=True)
        telling = (np.abs(values) > 1e4) & (counts <= most) & ~np.isin(values % 86_400, (0, 86_399))
        values, first = values[telling], first[telling]
        if not len(values):
            continue
        for item_name, item_values in hotline.items.items():
            # Places in two files, or a time and a number, are equal by chance and lead nowhere.
            if _unit(case_name) != _unit(item_name) or _unit(item_name).startswith("place"):
                continue
            place = np.minimum(np.searchsorted(values, item_values), len(values) - 1)
            met = values[place] == item_values
            joined.update(int(case) for case in owners[met & (owners == first[place])])
    return len(joined)


def _unit(name: str) -> str:
    """Of a figure, in whichever copy."""
    return name.rpartition(":")[2].partition(" of copy")[0]


def _days(hotline: Stolen) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]]:
    """For each day its cases that have items of that day, its items, and which belong together."""
    for day in np.unique(hotline.case_days):
        items = np.flatnonzero(hotline.item_days == day)
        place = {int(item): at for at, item in enumerate(items)}
        cases, owned = [], []
        for case in np.flatnonzero(hotline.case_days == day):
            mine = [place[item] for item in hotline.links[int(case)] if item in place]
            if mine:
                row = np.zeros(len(items), dtype=bool)
                row[mine] = True
                cases.append(int(case))
                owned.append(row)
        if len(cases) > 1:  # where one came alone, the day is all that is needed
            yield np.array(cases), items, np.array(owned)


def _right(
    reading: str, mine: Floats, theirs: Floats, owned: NDArray[np.bool_], countable: NDArray[np.bool_]
) -> Floats:
    """Right guesses of a day, by each figure of its cases and each of its items; nought where one lacks."""
    lacking = np.isnan(mine).any(axis=1)[:, None] | np.isnan(theirs).any(axis=1)[None, :]
    mine, theirs = np.nan_to_num(mine), np.nan_to_num(theirs)
    found: Floats = np.zeros(lacking.shape)
    if reading == "group":
        groups = [_groups(row, len(owned)) for row in theirs]
        for case in np.flatnonzero(countable):
            by_figure = np.argsort(-mine[case], kind="stable")
            for item, (labels, by_size) in enumerate(groups):
                chosen = np.empty(len(owned), dtype=int)
                chosen[by_figure] = by_size[: len(owned)]
                found[case, item] = _named(labels[None, :] == chosen[:, None], owned)
    else:
        if reading != "near":
            mine, theirs = (np.array([_ranks(row) for row in some]) for some in (mine, theirs))
        if reading == "rank reversed":
            mine = 1 - mine
        for case, figures in enumerate(mine):
            distance = np.abs(figures[None, :, None] - theirs[:, None, :])
            best = distance == distance.min(axis=2, keepdims=True)
            found[case] = ((best & owned).sum(axis=2) / best.sum(axis=2)).sum(axis=1)
    found[lacking] = 0.0
    return found


def _named(best: NDArray[np.bool_], owned: NDArray[np.bool_]) -> float:
    return float(((best & owned).sum(axis=1) / np.maximum(best.sum(axis=1), 1)).sum())


def _ranks(values: Floats) -> Floats:
    """From 0 to 1; equal values share the middle of their ranks."""
    order = np.sort(values)
    low, high = np.searchsorted(order, values, "left"), np.searchsorted(order, values, "right") - 1
    ranks: Floats = (low + high) / 2 / max(len(values) - 1, 1)
    return ranks


def _groups(items: Floats, cases: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The group of each item, cut at the widest gaps, and the groups from the largest to the smallest."""
    order = np.argsort(items, kind="stable")
    gaps = np.diff(items[order])
    cuts = np.sort(np.argsort(-gaps, kind="stable")[: cases - 1])
    labels = np.empty(len(items), dtype=np.int64)
    labels[order] = np.searchsorted(cuts, np.arange(len(items)), "left")
    return labels, np.argsort(-np.bincount(labels, minlength=cases), kind="stable")


def held_out(hotlines: list[Stolen], most: int = 20) -> list[tuple[Way, Score, Score]]:
    """Ways chosen on half of the hotlines, the best of them judged on the other half.

    Choosing among a thousand ways by their luck would find an advantage in noise; the other half does not
    repeat it.
    """
    half = len(hotlines) // 2
    first, second = (
        _summed([scores(hotline) for hotline in part]) for part in (hotlines[:half], hotlines[half:])
    )
    # A figure that is the same for all of a hotline, or equal to another there, leads nowhere or is that one.
    best = sorted(first.keys() & second.keys(), key=lambda way: -first[way].advantage)[:most]
    return [(way, first[way], second[way]) for way in best]


def _summed(several: list[dict[Way, Score]]) -> Mapping[Way, Score]:
    found: dict[Way, Score] = {}
    for scored in several:
        for way, score in scored.items():
            held = found.get(way, Score(0.0, 0.0, 0))
            found[way] = Score(held.right + score.right, held.by_day + score.by_day, held.cases + score.cases)
    return found
