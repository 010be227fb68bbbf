"""Distances into recall: what each way of deciding finds, by row, group and whole.

In: `Measured` of many pictures. Out: percentages. Next: `report`, `__main__`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.robustness.measure import PEERS, Measured
from bench.robustness.ours import BANK_SIZES, BLOCK, REVIEW
from bench.robustness.suite import Row
from bench.robustness.thresholds import RADIUS, SINGLE_FAR, TWO

Found: TypeAlias = NDArray[np.bool_]
"""`(rows, items)` of one picture: which items a way of deciding calls a match."""
Way: TypeAlias = Callable[[Measured], Found]


def single(k: int, radius: int = RADIUS) -> Way:
    """Any hash of the whole and the first `k` anchored ones within the radius."""
    return lambda measured: (measured.nearest[:, :, : k + 1] <= radius).any(axis=2)


def votes(k: int, two: int = TWO, radius: int = RADIUS) -> Way:
    """One hash within the radius, or two of an item's hashes within `two`."""

    def way(measured: Measured) -> Found:
        near = measured.nearest[:, :, : k + 1]
        found: Found = (near <= radius).any(axis=2) | ((near <= two).sum(axis=2) >= 2)
        return found

    return way


def peer(name: str) -> Way:
    place = PEERS.index(name)
    return lambda measured: measured.peers[:, place] <= RADIUS


def engine(bank_size: int, at_least: int = REVIEW) -> Way:
    """What the engine decides with a bank of so many items: to review or block, or to block."""
    place = BANK_SIZES.index(bank_size)
    return lambda measured: measured.decided[:, place] >= at_least


def blocked_by_pieces(bank_size: int) -> Way:
    """What it would block with a bank of so many items, were a small piece of the upload enough."""
    place = BANK_SIZES.index(bank_size)
    return lambda measured: measured.by_pieces[:, place] >= BLOCK


WAYS: Mapping[str, Way] = {
    "plain PDQ ≤ 31 (HMA, StopNCII)": peer("plain"),
    "threatexchange unletterboxing": peer("unletterboxed"),
    "eight orientations": peer("eight"),
    "K = 1, ≤ 31": single(0),
    "K = 1, ≤ 46": single(0, SINGLE_FAR),
    "1 + 4": votes(4),
    "1 + 8": votes(8),
}
SIFT = "SIFT + geometry (upper bound)"


def by_row(way: Way, measured: Sequence[Measured]) -> NDArray[np.float64]:
    """`(rows,)`: percentage of pictures found, row by row."""
    return np.stack([way(picture)[:, picture.index] for picture in measured]).mean(axis=0) * 100


def sift_by_row(measured: Sequence[Measured]) -> NDArray[np.float64] | None:
    asked = [picture.sift for picture in measured if (picture.sift >= 0).any()]
    return np.stack(asked).mean(axis=0) * 100 if asked else None


def groups(rows: Sequence[Row]) -> dict[str, NDArray[np.bool_]]:
    """Masks over rows: each group, the 67 geometric and overlay rows, all."""
    masks = {
        name: np.array([row.group == name for row in rows])
        for name in dict.fromkeys(row.group for row in rows)
    }
    masks["geometric and overlay"] = np.array([row.geometric for row in rows])
    masks["all"] = np.ones(len(rows), np.bool_)
    return masks


def false_matches(way: Way, measured: Sequence[Measured]) -> tuple[int, int]:
    """Unrelated query-item pairs called a match, and how many pairs there were."""
    wrong = pairs = 0
    for picture in measured:
        unrelated = ~picture.fillers
        unrelated[:, picture.index] = False
        wrong += int((way(picture) & unrelated).sum())
        pairs += int(unrelated.sum())
    return wrong, pairs
