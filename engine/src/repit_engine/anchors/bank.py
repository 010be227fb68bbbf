"""The bank side: one picture becomes its family of hashes.

In: a `Picture`. Out: `Family`, the standard PDQ first, then up to eight anchored hashes; no rectangle. Next:
the bank stores the rows, a gate's `search` index holds them, `decision` meets them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine import pdq
from repit_engine.anchors import squares as at
from repit_engine.anchors import tables
from repit_engine.anchors.plane import as_picture, working_plane
from repit_engine.anchors.shades import drawn
from repit_engine.errors import WrongInput
from repit_engine.kernels import jit
from repit_engine.picture import Picture
from repit_engine.stoplist import StopList
from repit_engine.types import HashArray, LumaArray

OCTAVES: Final = (0, 1, 2, 3)
OVERLAP: Final = (3, 10)
"""Largest intersection over union of two anchors of one family: 0.3."""
MOST_ANCHORS: Final = 16


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Family:
    """`hashes` ``(n, 32) uint8`` and `qualities` ``(n,) int64``, 0 to 100.

    Row 0 is the standard PDQ of the whole picture, whatever its quality: only it may go to systems that know
    nothing else, and only at quality 50 or more. Rows 1 and up are anchored, in the order of the walk. The
    `repr` shows no bit.
    """

    hashes: HashArray
    qualities: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"Family(1 + {len(self.hashes) - 1})"


def bank_family(picture: Picture | LumaArray, k: int = 8, *, stoplist: StopList | None = None) -> Family:
    """The standard PDQ and up to `k` anchored hashes of a picture. Raises `WrongInput`.

    An anchor near the stop-list is passed over, and the next one takes its place.
    """
    if not 0 <= k <= MOST_ANCHORS:
        raise WrongInput(f"A family has 0 to {MOST_ANCHORS} anchored hashes.")
    picture = as_picture(picture)
    whole, quality = pdq.hash_luma(
        picture.luma,
        width=picture.width,
        height=picture.height,
        shrink=picture.shrink,
        partial_first_column=picture.partial_first_column,
        partial_first_row=picture.partial_first_row,
    )
    hashes, qualities = anchored(working_plane(picture.luma), k, stoplist)
    return Family(
        np.ascontiguousarray(np.concatenate([whole[np.newaxis], hashes])),
        np.concatenate([np.array([quality], np.int64), qualities]),
    )


def anchored(
    work: NDArray[np.int32], k: int, stoplist: StopList | None = None
) -> tuple[HashArray, NDArray[np.int64]]:
    """Up to `k` anchored hashes of a working plane, and their qualities.

    Extrema are walked in the order of `by_place`; one is passed over where its square leaves the plane,
    overlaps one already kept, is drawn rather than photographed, or gives a hash without
    enough detail, or one near the stop-list.
    """
    found = at.extrema(work, OCTAVES, tables.LEAST_STRENGTH)
    order = at.by_place(found, work.shape)
    known: dict[int, tuple[NDArray[np.uint8], int, bool]] = {}
    while True:
        taken = at.spread(found, order, work.shape, k, OVERLAP) if k else np.empty(0, np.int64)
        fresh = np.array([i for i in taken.tolist() if i not in known], np.int64)
        areas = at.squares(found[fresh])
        rows, qualities, structure, breadth = jit.anchors_hash.hash_areas(work, areas, 1, tables.COSINE_TABLE)
        good = (
            (qualities >= tables.LEAST_QUALITY)
            & (structure <= tables.MOST_STRUCTURE)
            & (breadth >= tables.LEAST_BREADTH)
            & ~drawn(work, areas)
        )
        if stoplist is not None:
            good &= ~stoplist.near(np.ascontiguousarray(rows[:, 0]))
        for place, i in enumerate(fresh.tolist()):
            known[i] = rows[place, 0], int(qualities[place]), bool(good[place])
        poor = [i for i in taken.tolist() if not known[i][2]]
        if not poor:
            break
        order = order[~np.isin(order, poor)]
    kept = [known[i] for i in taken.tolist()]
    hashes = np.array([row for row, _, _ in kept], np.uint8).reshape(-1, 32)
    return hashes, np.array([quality for _, quality, _ in kept], np.int64)
