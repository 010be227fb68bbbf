"""The query side: every view of an upload under which a known picture may hide, from cheap to dear.

In: a `Picture`, a `Budget`. Out: `QueryHashes`, one per stage. Next: `decision` searches each and stops when
decided; the rectangles never leave the upload's side, they only draw the evidence.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine import pdq
from repit_engine.anchors import squares as at
from repit_engine.anchors import tables
from repit_engine.anchors.plane import as_picture, sides_at, working_plane
from repit_engine.anchors.shades import ASKED, drawn
from repit_engine.kernels import jit
from repit_engine.pdq import Orientation
from repit_engine.picture import Picture
from repit_engine.types import HashArray, LumaArray


class Stage(IntEnum):
    """In the order in which they are tried."""

    STANDARD = 0
    """The standard PDQ of the upload as it is: what every other system compares."""
    WHOLE = 1
    """The whole upload in the other seven orientations, negatives, and without uniform or blurred borders."""
    ANCHORS = 2
    """Squares about blobs, each and its mirror image."""
    PARTS = 3
    """Rectangles between long straight edges, halves, quarters, ninths."""
    TURNED = 4
    """The whole and the strongest anchors, turned by up to 10° either way; the latter by quarters too."""


class Kind(IntEnum):
    """What a query hash was taken of."""

    WHOLE = 0
    NEGATIVE = 1
    TRIMMED = 2
    ANCHOR = 3
    PROPOSED = 4
    CELL = 5
    TURNED_WHOLE = 6
    TURNED_ANCHOR = 7


@dataclass(frozen=True, slots=True)
class Budget:
    """Where the query side stops: no stage starts beyond either limit, none gives more hashes than are left.

    With `milliseconds` infinite the stages depend on the picture alone.
    """

    hashes: int = 2_048
    milliseconds: float = math.inf


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class QueryHashes:
    """Hashes of an upload: `hashes` ``(n, 32) uint8``.

    `rectangles` ``(n, 4) float64``: left, top, right, bottom as shares of the upload's width and height, to
    draw the evidence (of the upload turned back, where `kinds` says turned). `kinds`, `orientation`,
    `stages`, ``(n,) uint8``: `Kind`, `pdq.Orientation`, `Stage`. The `repr` shows no bit.
    """

    hashes: HashArray
    rectangles: NDArray[np.float64]
    kinds: NDArray[np.uint8]
    orientation: NDArray[np.uint8]
    stages: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.hashes)

    def __repr__(self) -> str:
        return f"QueryHashes({len(self.hashes)})"


MOST_SQUARES: Final = 80
"""Anchors by each of the two rankings."""
OVERLAP: Final = (8, 10)
OCTAVES: Final = (0, 1, 2, 3)
MOST_SMALL: Final = 60
"""Anchors of the octave below the bank's: known pictures shown small, as in a collage."""
LEAST_STRENGTH: Final = 100
MOST_PROPOSED: Final = 10
LEAST_STEP: Final = 5 * 256
WHOLE_SIDE: Final = 128
WHOLE_SWEEP: Final = tuple(sign * 1.25 * step for step in range(1, 9) for sign in (1, -1))
SWEEP: Final = (3.0, -3.0, 6.0, -6.0, 9.0, -9.0)
MOST_TURNED: Final = 8
MOST_QUARTERED: Final = 8
"""Anchors hashed in quarter turns too."""


def query_stages(picture: Picture | LumaArray, budget: Budget | None = None) -> Iterator[QueryHashes]:
    """Yield the stages of an upload, cheapest first, within a budget. Raises `WrongInput`."""
    budget = budget or Budget()
    start = time.perf_counter()
    picture = as_picture(picture)
    left = budget.hashes
    views = _Views(picture)
    for stage in (views.standard, views.whole, views.anchors, views.parts, views.turned):
        if left <= 0 or (time.perf_counter() - start) * 1e3 > budget.milliseconds:
            return
        hashes = stage()
        if len(hashes) > left:
            hashes = _first(hashes, left)
        left -= len(hashes)
        yield hashes


def query_family(picture: Picture | LumaArray, budget: Budget | None = None) -> QueryHashes:
    """All stages of `query_stages` as one. Raises `WrongInput`."""
    return joined(list(query_stages(picture, budget)))


def query_plane(plane: NDArray[np.int32], *, trims: bool = True) -> QueryHashes:
    """Of a working plane alone (`anchors.plane`) what is likeliest to meet a known picture, first things
    first: with `trims` without uniform or blurred borders, in eight orientations; then the anchors and their
    mirror images.
    """
    views = _PlaneViews(lambda: plane)
    return joined([*([views.trimmed()] if trims else []), views.anchors()])


def joined(parts: list[QueryHashes]) -> QueryHashes:
    """Stages one after the other."""
    if not parts:
        return _pack(0, [])
    return QueryHashes(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.rectangles for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.orientation for part in parts]),
        np.concatenate([part.stages for part in parts]),
    )


def _first(part: QueryHashes, n: int) -> QueryHashes:
    return QueryHashes(
        part.hashes[:n], part.rectangles[:n], part.kinds[:n], part.orientation[:n], part.stages[:n]
    )


_Rows = tuple[HashArray, NDArray[np.float64], Kind, NDArray[np.uint8]]


def _pack(stage: int, parts: list[_Rows]) -> QueryHashes:
    parts = [part for part in parts if len(part[0])]
    if not parts:
        none = np.empty(0, np.uint8)
        return QueryHashes(np.empty((0, 32), np.uint8), np.empty((0, 4)), none, none, none)
    hashes = np.ascontiguousarray(np.concatenate([part[0] for part in parts]))
    return QueryHashes(
        hashes,
        np.concatenate([part[1] for part in parts]),
        np.concatenate([np.full(len(part[0]), part[2], np.uint8) for part in parts]),
        np.concatenate([part[3] for part in parts]),
        np.full(len(hashes), stage, np.uint8),
    )


class _PlaneViews:
    """What the working plane of an upload is asked with; what the views share is made once."""

    def __init__(self, plane: Callable[[], NDArray[np.int32]]) -> None:
        self._make = plane
        self._squares: NDArray[np.int64] | None = None
        self._small_planes: dict[int, NDArray[np.int32]] = {}

    @cached_property
    def _plane(self) -> tuple[NDArray[np.int32], bool]:
        """Made when first asked for: the standard hash alone does not need it."""
        return _settled(self._make())

    @property
    def work(self) -> NDArray[np.int32]:
        return self._plane[0]

    @property
    def mirrored(self) -> bool:
        return self._plane[1]

    def trimmed(self) -> QueryHashes:
        return _pack(Stage.WHOLE, [self._areas(self._trims(), 8, Kind.TRIMMED)])

    def anchors(self) -> QueryHashes:
        return _pack(Stage.ANCHORS, [self._areas(self._anchors(), 2, Kind.ANCHOR)])

    def parts(self) -> QueryHashes:
        proposed = jit.anchors_frames.propose(self.work, MOST_PROPOSED, LEAST_STEP)
        return _pack(
            Stage.PARTS,
            [
                self._areas(_boxes(proposed), 2, Kind.PROPOSED),
                self._areas(self._cells(), 2, Kind.CELL),
                self._areas(self._small(), 2, Kind.ANCHOR),
            ],
        )

    def turned(self) -> QueryHashes:
        """The whole by small steps on a small plane, where that is cheap; first anchors by larger ones."""
        parts: list[_Rows] = []
        for degrees in WHOLE_SWEEP:
            plane, _, (cosine, sine) = self._turn(WHOLE_SIDE, degrees)
            frames_ = _turned_frames(plane.shape[1], plane.shape[0], abs(sine), cosine)
            parts.append(self._areas(frames_, 2, Kind.TURNED_WHOLE, plane))
        rows = self._areas(self._anchors()[:MOST_QUARTERED], 8, Kind.ANCHOR)
        fresh = rows[3] >= Orientation.FLIPPED
        parts.append((rows[0][fresh], rows[1][fresh], rows[2], rows[3][fresh]))
        found = self._anchors()[:MOST_TURNED]
        for degrees in SWEEP:
            plane, scale, (cosine, sine) = self._turn(tables.FIRST_SIDE, degrees)
            height, width = plane.shape
            half = found[:, 2] * tables.FIRST_SIDE // (2 * tables.WORK_SIDE)
            x = (found[:, 0] + found[:, 2] // 2) * scale[0] - 32 * width
            y = (found[:, 1] + found[:, 3] // 2) * scale[1] - 32 * height
            there_x = np.floor(cosine * x + sine * y + 32 * width + 0.5).astype(np.int64)
            there_y = np.floor(cosine * y - sine * x + 32 * height + 0.5).astype(np.int64)
            areas = np.stack([there_x - half, there_y - half, 2 * half, 2 * half], axis=1)
            parts.append(self._areas(areas, 2, Kind.TURNED_ANCHOR, plane))
        return _pack(Stage.TURNED, parts)

    def _turn(
        self, side: int, degrees: float
    ) -> tuple[NDArray[np.int32], tuple[float, float], tuple[float, float]]:
        """The working plane at `side`, turned; its scale across and down; cosine and sine."""
        if side not in self._small_planes:
            self._small_planes[side] = jit.anchors_detect.area_average(
                self.work, *sides_at(self.work.shape, side)
            )
        small = self._small_planes[side]
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        plane: NDArray[np.int32] = jit.anchors_frames.turn(small, cosine, sine)
        scale = small.shape[1] / self.work.shape[1], small.shape[0] / self.work.shape[0]
        return plane, scale, (cosine, sine)

    def _areas(
        self, areas: NDArray[np.int64], orientations: int, kind: Kind, plane: NDArray[np.int32] | None = None
    ) -> _Rows:
        """Hash areas (1/64 of a pixel of `plane`), without those that lack detail."""
        plane = self.work if plane is None else plane
        height, width = plane.shape
        hashes, qualities, structure, breadth = jit.anchors_hash.hash_areas(
            plane, areas, orientations, tables.COSINE_TABLE
        )
        good = (qualities >= tables.LEAST_QUALITY) & (structure <= tables.MOST_STRUCTURE)
        if kind in (Kind.ANCHOR, Kind.TURNED_ANCHOR):
            good &= breadth >= tables.LEAST_BREADTH_ASKED
            good[good] = ~drawn(plane, areas[good], ASKED)
        areas = areas[good]
        corners = np.concatenate([areas[:, :2], areas[:, :2] + areas[:, 2:]], axis=1)
        places = corners / (64.0 * np.array([width, height, width, height]))
        turns = np.tile(np.arange(orientations, dtype=np.uint8), len(areas))
        if self.mirrored:
            places = np.stack([1 - places[:, 2], places[:, 1], 1 - places[:, 0], places[:, 3]], axis=1)
            turns ^= np.uint8(Orientation.MIRRORED)
        return hashes[good].reshape(-1, 32), np.repeat(places, orientations, axis=0), kind, turns

    def _trims(self) -> NDArray[np.int64]:
        height, width = self.work.shape
        trims: list[list[int]] = [[0, 0, width, height]]
        cuts: tuple[Callable[[], NDArray[np.int64]], ...] = (
            lambda: jit.anchors_frames.trim_uniform(self.work, 0.98, 12 * 256),
            lambda: jit.anchors_frames.trim_uniform(self.work, 0.6, 18 * 256),
            lambda: jit.anchors_frames.trim_dull(self.work),
        )
        for cut in cuts:
            if min(height, width) < 64:
                break
            box = cut().tolist()
            if box not in trims and box[2] - box[0] >= 24 and box[3] - box[1] >= 24:
                trims.append(box)
        return _boxes(np.array(trims[1:], np.int64).reshape(-1, 4))

    def _cells(self) -> NDArray[np.int64]:
        height, width = self.work.shape
        cells = []
        for across, down in ((2, 1), (1, 2), (2, 2), (3, 3)):
            for j in range(down):
                for i in range(across):
                    left, top = 64 * width * i // across, 64 * height * j // down
                    right, bottom = 64 * width * (i + 1) // across, 64 * height * (j + 1) // down
                    cells.append([left, top, right - left, bottom - top])
        return np.array(cells, np.int64)

    def _small(self) -> NDArray[np.int64]:
        found = at.extrema(self.work, (-1,), LEAST_STRENGTH)
        taken = at.spread(found, at.by_weight(found), self.work.shape, MOST_SMALL, OVERLAP)
        return at.squares(found[taken])

    def _anchors(self) -> NDArray[np.int64]:
        """``(n, 4)``: squares by strength and by weight in turn, each once."""
        if self._squares is None:
            found = at.extrema(self.work, OCTAVES, LEAST_STRENGTH)
            shape = self.work.shape
            strong = at.spread(found, at.by_strength(found), shape, MOST_SQUARES, OVERLAP)
            heavy = at.spread(found, at.by_weight(found), shape, MOST_SQUARES, OVERLAP)
            n = max(len(strong), len(heavy))
            taken: dict[int, None] = {}
            for i in range(n):
                for ranking in (heavy, strong):
                    if i < len(ranking):
                        taken.setdefault(int(ranking[i]))
            self._squares = at.squares(found[np.array(list(taken), np.int64)])
        return self._squares


class _Views(_PlaneViews):
    """The stages of one upload."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(lambda: working_plane(picture.luma))
        self.picture = picture

    def standard(self) -> QueryHashes:
        picture = self.picture
        self._whole, self._quality = pdq.hash_luma_orientations(
            picture.luma,
            width=picture.width,
            height=picture.height,
            shrink=picture.shrink,
            partial_first_column=picture.partial_first_column,
            partial_first_row=picture.partial_first_row,
        )
        n = int(self._quality >= tables.LEAST_QUALITY)
        return _pack(
            Stage.STANDARD,
            [(self._whole[:n], np.tile([0.0, 0.0, 1.0, 1.0], (n, 1)), Kind.WHOLE, np.zeros(n, np.uint8))],
        )

    def whole(self) -> QueryHashes:
        parts: list[_Rows] = []
        good = jit.anchors_hash.structures(self._whole[:1])[0] <= tables.MOST_STRUCTURE
        if self._quality >= tables.LEAST_QUALITY and good:
            places = np.tile([0.0, 0.0, 1.0, 1.0], (8, 1))
            turns = np.arange(8, dtype=np.uint8)
            parts += [
                (self._whole[1:], places[1:], Kind.WHOLE, turns[1:]),
                (~self._whole, places, Kind.NEGATIVE, turns),
            ]
        parts.append(self._areas(self._trims(), 8, Kind.TRIMMED))
        return _pack(Stage.WHOLE, parts)


def _settled(plane: NDArray[np.int32]) -> tuple[NDArray[np.int32], bool]:
    """Of a plane and its mirror image always the same one, and whether it is the mirror image.

    Everything but the whole upload is hashed on it, so that an upload and its mirror image give the same
    hashes.
    """
    half = plane.shape[1] // 2
    mirror = np.ascontiguousarray(plane[:, ::-1])
    left, right = int(plane[:, :half].sum(dtype=np.int64)), int(mirror[:, :half].sum(dtype=np.int64))
    turn = left > right or (left == right and plane.tobytes() > mirror.tobytes())
    return (mirror, True) if turn else (plane, False)


def _turned_frames(width: int, height: int, sine: float, cosine: float) -> NDArray[np.int64]:
    """The whole plane, and the frame that had this plane for its bounding box once it was turned."""
    frames_ = [[0, 0, 64 * width, 64 * height]]
    determinant = cosine * cosine - sine * sine
    across = math.floor(64 * (width * cosine - height * sine) / determinant + 0.5)
    down = math.floor(64 * (height * cosine - width * sine) / determinant + 0.5)
    if min(across, down) >= 64 * 24:
        frames_.append([(64 * width - across) // 2, (64 * height - down) // 2, across, down])
    return np.array(frames_, np.int64)


def _boxes(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Left, top, right, bottom in pixels to left, top, width, height in 1/64."""
    return 64 * np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
