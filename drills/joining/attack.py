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
    found: dict[Way, Score] = {}
    days = list(_days(hotline))
    for case_name, case_values in hotline.cases.items():
        for item_name, item_values in hotline.items.items():
            for reading in _readings(case_name, item_name):
                tried = [
                    _tried(reading, case_values[cases], item_values[items], owned)
                    for cases, items, owned in days
                ]
                right, by_day, number = (sum(part) for part in zip(*tried, strict=True))
                found[Way(case_name, item_name, reading)] = Score(right, by_day, int(number))
    return found


def certain(hotline: Stolen, most: int = 1) -> int:
    """Cases that share a telling value with items of their own and with no other case's: certain joins.

    A value that stands in rows of more than `most` cases tells nothing; a day is what may be known.
    """
    joined = set[int]()
    for case_values in hotline.cases.values():
        for item_values in hotline.items.values():
            held: dict[float, list[int]] = {}
            for case, value in enumerate(case_values):
                if not np.isnan(value) and abs(value) > 1e4 and value % 86_400 not in (0, 86_399):
                    held.setdefault(value, []).append(case)
            for item, value in enumerate(item_values):
                cases = held.get(value, [])
                if 0 < len(cases) <= most and item in hotline.links[cases[0]]:
                    joined.add(cases[0])
    return len(joined)


def _readings(case: str, item: str) -> Iterator[str]:
    yield "rank"
    yield "rank reversed"
    if case.rsplit(":", maxsplit=1)[-1] == item.rsplit(":", maxsplit=1)[-1]:
        yield "near"
    if case.startswith(("rows", "bytes", "count")):
        yield "group"


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


def _tried(reading: str, cases: Floats, items: Floats, owned: NDArray[np.bool_]) -> tuple[float, float, int]:
    by_day = float(owned.mean(axis=1).sum())
    if np.isnan(cases).any() or np.isnan(items).any():
        return by_day, by_day, len(cases)
    if reading == "near":
        distance = np.abs(cases[:, None] - items[None, :])
    elif reading == "group":
        distance = _groups(cases, items)
    else:
        mine, theirs = _ranks(cases), _ranks(items)
        distance = np.abs((1 - mine if reading == "rank reversed" else mine)[:, None] - theirs[None, :])
    best = distance == distance.min(axis=1, keepdims=True)
    return float((best & owned).sum(axis=1) / best.sum(axis=1) @ np.ones(len(cases))), by_day, len(cases)


def _ranks(values: Floats) -> Floats:
    """From 0 to 1; equal values share the middle of their ranks."""
    order = np.sort(values)
    low, high = np.searchsorted(order, values, "left"), np.searchsorted(order, values, "right") - 1
    ranks: Floats = (low + high) / 2 / max(len(values) - 1, 1)
    return ranks


def _groups(cases: Floats, items: Floats) -> Floats:
    """0 for the items of the group whose size has the rank of the case's figure, 1 for the others."""
    order = np.argsort(items, kind="stable")
    gaps = np.diff(items[order])
    cuts = np.sort(np.argsort(-gaps, kind="stable")[: len(cases) - 1]) if len(gaps) else np.array([], int)
    labels = np.empty(len(items), dtype=int)
    labels[order] = np.searchsorted(cuts, np.arange(len(items)), "left")
    sizes = np.bincount(labels, minlength=len(cases))
    by_size = np.argsort(-sizes, kind="stable")
    by_figure = np.argsort(-cases, kind="stable")
    chosen = np.empty(len(cases), dtype=int)
    chosen[by_figure] = by_size[: len(cases)]
    return (labels[None, :] != chosen[:, None]).astype(float)


def held_out(hotlines: list[Stolen], most: int = 20) -> list[tuple[Way, Score, Score]]:
    """Ways chosen on half of the hotlines, the best of them judged on the other half.

    Choosing among a thousand ways by their luck would find an advantage in noise; the other half does not
    repeat it.
    """
    half = len(hotlines) // 2
    first, second = (_summed([scores(one) for one in part]) for part in (hotlines[:half], hotlines[half:]))
    best = sorted(first, key=lambda way: -first[way].advantage)[:most]
    return [(way, first[way], second[way]) for way in best]


def _summed(several: list[dict[Way, Score]]) -> Mapping[Way, Score]:
    found: dict[Way, Score] = {}
    for one in several:
        for way, score in one.items():
            held = found.get(way, Score(0.0, 0.0, 0))
            found[way] = Score(held.right + score.right, held.by_day + score.by_day, held.cases + score.cases)
    return found
