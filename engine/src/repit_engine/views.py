"""All that a file shows to somebody, each view once, the browsers' own first.

In: bytes, or a path. Out: `Views`. Next: `anchors.looks` asks about each; `repit-hash` prints them.

A file has one view or several: frames, grounds, colours (`picture.shown`). Views that hash alike and look
alike everywhere are one. A few are looked into deeply, as uploads are; of the rest the hash of the whole
counts. All of it is bounded: `MOST_VIEWS`, `MOST_DEEP`, `Limits.frames`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine.errors import UnsupportedPicture
from repit_engine.pdq import MIN_SIDE, hash_luma_orientations
from repit_engine.picture import DEFAULT_LIMITS, Limits, Of, Picture, Shown, Unseen, all_shown
from repit_engine.picture.formats import Format
from repit_engine.picture.layers import eased
from repit_engine.picture.refusals import damaged
from repit_engine.picture.shown import STANDS
from repit_engine.types import HashArray

MOST_VIEWS: Final = 200
MOST_DEEP: Final = 3
"""Views beside the browsers' own that altered copies are looked for in."""
MOST_LOOKS: Final = MOST_DEEP + 2
"""The glance, the browsers' own view, and the others that are looked into."""
ALIKE: Final = 8
"""Bits of 256 up to which two views may be one."""
_CLEAR: Final = 50
"""The quality below which nothing is searched for (`anchors.tables.LEAST_QUALITY`)."""
_SIDE: Final = 32
_DIFFERENT: Final = 40.0
_ENOUGH: Final = 0.02
"""The share of a picture that may differ by so many levels before it is another picture there."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class View:
    """`hashes` ``(8, 32) uint8``: by `pdq.Orientation`. `picture`: where it is to be looked into."""

    of: Of
    hashes: HashArray
    quality: int
    picture: Picture | None = None

    def __repr__(self) -> str:
        return f"View({self.of.value})"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Views:
    """`shown`: what browsers show on white. `others`: what differs from it, those with a picture first.
    `unseen`: why not all of the file was looked at, in one word; None where all was. `moves`: it is an
    animation, as far as it was looked at.
    """

    shown: Picture
    others: tuple[View, ...] = ()
    unseen: str | None = None
    moves: bool = False

    @property
    def deep(self) -> list[Picture]:
        """What altered copies are looked for in beside `shown`."""
        return [view.picture for view in self.others if view.picture is not None]

    def __repr__(self) -> str:
        return f"Views(1 + {len(self.others)})"


def open_views(
    data: bytes | Path,
    limits: Limits = DEFAULT_LIMITS,
    *,
    full: bool = False,
    closely: bool = False,
    known: Format | None = None,
) -> Views:
    """Every view of a file; `closely`: as `picture.all_shown` has it, at some cost; `known`: its format,
    where it was found out before. Raises as `open_picture`, and `UnsupportedPicture` where it is too small.
    """
    coming = all_shown(data, limits, full=full, closely=closely, known=known)
    first = next(coming, None)
    second = next(coming, None)
    if isinstance(first, Shown) and first.seconds >= STANDS and second is None:
        return Views(checked(first.picture))
    gathered = _Gathered()
    for view in _from(first, second, coming):
        if isinstance(view, Unseen):
            gathered.unseen = gathered.unseen or view.reason
        elif not gathered.take(view):
            gathered.unseen = gathered.unseen or "too-many-frames"
            break
    return gathered.views()


def checked(picture: Picture) -> Picture:
    """Raises `UnsupportedPicture` for one too small to have a hash."""
    if min(picture.width, picture.height) < MIN_SIDE:
        raise UnsupportedPicture(
            f"The picture is less than {MIN_SIDE} pixels wide or high, too small to be recognised.",
            "Send a larger one.",
        )
    return picture


def _from(
    first: Shown | Unseen | None, second: Shown | Unseen | None, coming: Iterator[Shown | Unseen]
) -> Iterator[Shown | Unseen]:
    for view in (first, second):
        if view is not None:
            yield view
    yield from coming


@dataclass(slots=True)
class _Group:
    """Views that are one."""

    view: View
    small: NDArray[np.float32]
    seconds: float


class _Gathered:
    """Views as they come, each group once."""

    def __init__(self) -> None:
        self.unseen: str | None = None
        self._frames = 0
        self._passes = False
        """Whether a frame gives way to another."""
        self._groups: list[_Group] = []
        self._bits = np.empty((MOST_VIEWS, 32), np.uint8)
        self._best: Shown | None = None
        self._best_group = 0

    def take(self, shown: Shown) -> bool:
        """False once there are too many."""
        picture = shown.picture
        if shown.of is Of.FRAME and shown.seconds > 0:
            self._frames += 1
            self._passes = self._passes or shown.seconds < STANDS
        if min(picture.width, picture.height) < MIN_SIDE:
            return True
        rows, quality = hash_luma_orientations(
            picture.luma,
            width=picture.width,
            height=picture.height,
            shrink=picture.shrink,
            partial_first_column=picture.partial_first_column,
            partial_first_row=picture.partial_first_row,
        )
        small = _small(picture)
        place = self._known(rows[0], small)
        if place is not None and self._groups[place].view.quality < _CLEAR <= quality:
            # What is faint is not searched for, and does not speak for what is clear.
            place = None
        if place is None:
            if len(self._groups) == MOST_VIEWS:
                return False
            place = len(self._groups)
            self._bits[place] = rows[0]
            kept = eased(picture) if place <= MOST_DEEP or shown.seconds else None
            self._groups.append(_Group(View(shown.of, rows, quality, kept), small, 0.0))
        self._groups[place].seconds += shown.seconds
        if self._best is None or shown.seconds > self._best.seconds:
            self._best, self._best_group = shown, place
        self._let_go()
        return True

    def views(self) -> Views:
        """What was gathered. Raises `DamagedPicture` if that is nothing."""
        if self._best is None:
            raise damaged()
        others = [group for place, group in enumerate(self._groups) if place != self._best_group]
        others.sort(key=lambda group: -group.seconds)
        deep = [group.view for group in others if group.view.picture is not None][:MOST_DEEP]
        rest = [replace(group.view, picture=None) for group in others if group.view not in deep]
        moves = self._passes and (self._frames > 1 or self.unseen is not None)
        return Views(self._best.picture, (*deep, *rest), self.unseen, moves)

    def _known(self, bits: NDArray[np.uint8], small: NDArray[np.float32]) -> int | None:
        apart = np.bitwise_count(self._bits[: len(self._groups)] ^ bits).sum(axis=1)
        for place in np.flatnonzero(apart <= ALIKE).tolist():
            other = self._groups[place].small
            if float((np.abs(other - small) > _DIFFERENT).mean()) <= _ENOUGH:
                return int(place)
        return None

    def _let_go(self) -> None:
        """Keep no more pictures than may be looked into."""
        kept = [group for group in self._groups if group.view.picture is not None]
        if len(kept) > 2 * MOST_DEEP + 1:
            least = min(reversed(kept), key=lambda group: group.seconds)
            least.view = replace(least.view, picture=None)


def _small(picture: Picture) -> NDArray[np.float32]:
    image = Image.fromarray(picture.luma.astype(np.float32, copy=False))
    return np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BOX))
