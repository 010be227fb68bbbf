"""The id under which an index holds one hash of a video.

In: an item's number, a slot, a moment. Out: ids, and the way back. Next: `align.index`, `align.stills`.

``number << 24 | slot << 20 | moment``: slot 0 is the whole frame, 1 to 4 its anchored hashes. The slot stands
above the moment, so that hashes of one shot follow one another, and equal words share entries of the tables.
"""

from typing import Final

import numpy as np

from repit_engine.errors import WrongInput
from repit_engine.moments import Moments
from repit_engine.types import IdArray

SLOT_AT: Final = 20
NUMBER_AT: Final = 24
MOST_NUMBERS: Final = 1 << 40
_SLOTS: Final = np.uint64((1 << (NUMBER_AT - SLOT_AT)) - 1)
_MOMENTS: Final = np.uint64((1 << SLOT_AT) - 1)


def first_id(number: int) -> int:
    """The lowest id of a video. Raises `WrongInput`."""
    if not 0 <= number < MOST_NUMBERS:
        raise WrongInput("A video's number is below 2**40.")
    return number << NUMBER_AT


def end_id(number: int) -> int:
    """The first id beyond those of a video. Raises `WrongInput`."""
    return first_id(number) + (1 << NUMBER_AT)


def numbers_of(ids: IdArray) -> IdArray:
    """Whose hashes these are."""
    return ids >> np.uint64(NUMBER_AT)


def slots_of(ids: IdArray) -> IdArray:
    """0 for the whole frame, 1 to 4 for anchored hashes."""
    return (ids >> np.uint64(SLOT_AT)) & _SLOTS


def moments_of(ids: IdArray) -> IdArray:
    """Which moment of its video."""
    return ids & _MOMENTS


def ids_of(number: int, moments: Moments) -> tuple[IdArray, IdArray]:
    """Ids of `moments.whole` and of `moments.anchored`, row by row. Raises `WrongInput`."""
    base = np.uint64(first_id(number))
    of = moments.anchored_of.astype(np.int64)
    each = np.bincount(of, minlength=len(moments))
    slots = 1 + np.arange(len(of)) - (np.cumsum(each) - each)[of]
    whole = base + np.arange(len(moments), dtype=np.uint64)
    return whole, base + (slots.astype(np.uint64) << np.uint64(SLOT_AT)) + of.astype(np.uint64)
