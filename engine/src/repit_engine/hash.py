"""The one call from a file to its hash.

In: bytes, or a path. Out: `Hashed`, or `NotHashable` with its reason; never an exception, never an empty
hash. Next: the bank, the gate, the command line; `child` makes the same call where it can do no harm.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

import repit_engine.kernels.jit.compiled  # noqa: F401 - Numba, whose loading is no picture's time
from repit_engine.errors import EngineError, PictureRefused
from repit_engine.pdq import hash_luma, hash_luma_orientations
from repit_engine.picture import DEFAULT_LIMITS, Limits, Picture
from repit_engine.types import Hash, Hashed, NotHashable
from repit_engine.views import Views, checked, open_views

LEAST_QUALITY: Final = 50
"""A hash below is not worth comparing."""


def hash_picture(data: bytes, limits: Limits = DEFAULT_LIMITS, *, full: bool = False) -> Hashed | NotHashable:
    """Hash a picture file as browsers show it (`open_picture`).

    With `full` every pixel is decoded in colour, which equals PDQ's reference bit for bit on the same pixels;
    without it a JPEG is decoded in grey at a fraction of its size, at a cost that `make bench NAME=hash`
    states.
    """
    return _hash(data, limits, full)


def hash_file(
    path: str | Path, limits: Limits = DEFAULT_LIMITS, *, full: bool = False
) -> Hashed | NotHashable:
    """Hash a picture file by its path; one that cannot be opened is `NotHashable` too."""
    return _hash(Path(path), limits, full)


def hash_of(picture: Picture) -> Hashed:
    """Hash a picture that is already open. Raises `UnsupportedPicture` for one too small to have a hash."""
    hashes, quality = _rows(hash_luma, picture)
    return Hashed(Hash.from_row(hashes), quality)


def hashed_of(views: Views) -> Hashed:
    """Hash all that a file shows. Raises as `hash_of`."""
    if not views.others and views.unseen is None:
        return hash_of(views.shown)
    worth = (view for view in views.others if view.quality >= LEAST_QUALITY)
    others = tuple(Hash.from_row(view.hashes[0]) for view in worth)
    return replace(hash_of(views.shown), others=others, unseen=views.unseen)


def orientations_of(picture: Picture) -> tuple[list[Hash], int]:
    """The hashes of all eight turns and mirrors, in the order of `repit_engine.pdq.Orientation`, and the
    quality.

    Raises `UnsupportedPicture` for a picture too small to have a hash.
    """
    hashes, quality = _rows(hash_luma_orientations, picture)
    return [Hash.from_row(row) for row in hashes], quality


def not_hashable(refusal: EngineError) -> NotHashable:
    """A refusal as an outcome."""
    return NotHashable(refusal.code, refusal.message, refusal.next_step)


def _hash(data: bytes | Path, limits: Limits, full: bool) -> Hashed | NotHashable:
    try:
        return hashed_of(open_views(data, limits, full=full))
    except PictureRefused as refusal:
        return not_hashable(refusal)


def _rows(
    hasher: Callable[..., tuple[NDArray[np.uint8], int]], picture: Picture
) -> tuple[NDArray[np.uint8], int]:
    checked(picture)
    return hasher(
        picture.luma,
        width=picture.width,
        height=picture.height,
        shrink=picture.shrink,
        partial_first_column=picture.partial_first_column,
        partial_first_row=picture.partial_first_row,
    )
