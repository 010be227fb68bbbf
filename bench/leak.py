"""What a family of hashes gives away: the picture drawn back from it, and how like the original that is.

In: hashes. Out: 64 × 64 luma and its correlation with the original's. Next: `engine/tests/leak`, which holds
the figure down; `bench.leak_pictures`, which draws it for THREAT-MODEL; the person's page, in words.

Method: a hash says on which side of their median 256 cosine coefficients lie. The most probable picture under
those signs, for pictures in general (power falling with the square of frequency, Field 1987) is one linear
solve: nothing is learnt, of people or anything else. Someone who learnt from many pictures would do better;
this bounds what a few lines of arithmetic do, and nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import squares, tables
from repit_engine.anchors.bank import OCTAVES
from repit_engine.anchors.plane import working_plane
from repit_engine.kernels.jit.anchors_hash import hash_areas
from repit_engine.pdq import samples_of
from repit_engine.picture import Picture

SIDE: Final = 64
COEFFICIENTS: Final = 16
KEPT: Final = 32
"""Cosine coefficients solved for along each axis, twice what PDQ reads of the whole."""
GUESSED: Final = 0.03
"""How far the attacker trusts a guessed place: of 0.03, 0.1, 0.25, 0.5 and 1, the best for them."""
SIGNED: Final = 2 / np.pi
"""Of a centred normal value's power, what its sign tells: E|v|² / E v²."""
SIZES: Final = (0.16, 0.2, 0.25, 0.31, 0.39, 0.48, 0.6, 0.75, 0.9)
"""Sides tried when a square is looked for, of the picture's longer side."""
Plane = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Where a hash was taken, in parts of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float


WHOLE: Final = Window(0, 0, 1, 1)


def signs(row: NDArray[np.uint8]) -> Plane:
    """`(32,) uint8` to `(16, 16)` of ±1, vertical frequency first; PDQ writes them backwards."""
    return np.unpackbits(row)[::-1].reshape(COEFFICIENTS, COEFFICIENTS) * 2.0 - 1


@cache
def cosines() -> Plane:
    """The orthonormal cosine transform of 64 samples, its lowest `KEPT` rows; PDQ reads rows 1 to 16."""
    frequencies, places = np.arange(KEPT)[:, None], np.arange(SIDE)[None, :]
    table: Plane = np.sqrt(2 / SIDE) * np.cos(np.pi / (2 * SIDE) * frequencies * (2 * places + 1))
    table[0] /= np.sqrt(2)
    return table


@cache
def prior() -> Plane:
    """The variance of each coefficient of a picture in general, up to a factor."""
    frequency = np.arange(KEPT, dtype=float)
    power: Plane = 1.0 / np.maximum(frequency[:, None] ** 2 + frequency[None, :] ** 2, 1.0)
    power[0, 0] = 1e-9
    return power


def seen_through(start: float, length: float) -> Plane:
    """PDQ's 16 coefficients of a stretch of one axis, in terms of the whole axis's `KEPT` coefficients."""
    places = (start + (np.arange(SIDE) + 0.5) / SIDE * length) * SIDE - 0.5
    places = places.clip(0, SIDE - 1)
    before = np.floor(places).astype(int).clip(0, SIDE - 2)
    sampling = np.zeros((SIDE, SIDE))
    sampling[np.arange(SIDE), before] = 1 - (places - before)
    sampling[np.arange(SIDE), before + 1] = places - before
    transform = np.sqrt(2 / SIDE) * np.cos(
        np.pi / (2 * SIDE) * np.arange(1, COEFFICIENTS + 1)[:, None] * (2 * np.arange(SIDE)[None, :] + 1)
    )
    seen: Plane = transform @ sampling @ cosines().T
    return seen


def drawn_back(
    hashes: NDArray[np.uint8], windows: Sequence[Window], trust: float | NDArray[np.float64] = 1.0
) -> Plane:
    """The most probable `(64, 64)` luma, about mean 0, whose hashes in these windows have these signs.

    `trust` weighs every window but the first, or each of them: less than 1 where they are guesses.
    """
    spread = np.sqrt(prior()).ravel()
    rows = np.concatenate(
        [np.kron(seen_through(w.top, w.height), seen_through(w.left, w.width)) for w in windows]
    )
    rows *= spread
    known_signs = np.concatenate([signs(row).ravel() for row in hashes])
    power = np.maximum((rows**2).sum(axis=1), 1e-9)
    weight = 1 / (power * (1 - SIGNED) + power.mean() * 1e-4)
    weight[COEFFICIENTS**2 :] *= np.repeat(np.broadcast_to(trust, len(windows) - 1), COEFFICIENTS**2)
    rows = (rows * np.sqrt(weight)[:, None]).astype(np.float32)
    expected = (np.sqrt(weight) * known_signs * np.sqrt(power * SIGNED)).astype(np.float32)
    # the same minimum from whichever side is smaller
    if len(rows) < rows.shape[1]:
        solved = rows.T @ np.linalg.solve(rows @ rows.T + np.eye(len(rows), dtype=np.float32), expected)
    else:
        solved = np.linalg.solve(rows.T @ rows + np.eye(rows.shape[1], dtype=np.float32), rows.T @ expected)
    coefficients = (solved * spread).reshape(KEPT, KEPT)
    result: Plane = cosines().T @ coefficients @ cosines()
    return result


def located(
    luma: Plane, row: NDArray[np.uint8], aspect: float, sizes: Sequence[float] = SIZES, steps: int = 8
) -> Window:
    """Where in a picture of this luma a window with this hash most likely lies: a square where `aspect` is
    width / height of the picture, a window of the picture's own shape where it is 1. `sizes` are tried, each
    in steps of one of so many parts of it.

    The attacker has no better luma than the one drawn back from the standard hash.
    """
    coefficients = cosines() @ luma @ cosines().T
    known_signs = signs(row)
    best, found = -np.inf, WHOLE
    for size in sizes:
        width, height = min(1.0, size * min(1, 1 / aspect)), min(1.0, size * min(1, aspect))
        lefts = np.arange(0, 1 - width + 1e-9, max(width / steps, 1 / SIDE))
        tops = np.arange(0, 1 - height + 1e-9, max(height / steps, 1 / SIDE))
        across = np.stack([seen_through(float(left), width) for left in lefts])
        down = np.stack([seen_through(float(top), height) for top in tops])
        half = np.tensordot(down, coefficients, axes=(2, 0))
        seen = np.tensordot(half, across, axes=(2, 2)).transpose(0, 2, 1, 3)
        scale = np.sqrt((down[0] ** 2 @ prior() @ (across[0] ** 2).T).clip(1e-12))
        seen /= scale
        agreement = (seen * known_signs).mean(axis=(2, 3)) / (np.sqrt((seen**2).mean(axis=(2, 3))) + 1e-12)
        place = np.unravel_index(int(agreement.argmax()), agreement.shape)
        if agreement[place] > best:
            best = float(agreement[place])
            found = Window(float(lefts[place[1]]), float(tops[place[0]]), width, height)
    return found


def true_windows(picture: Picture, family: NDArray[np.uint8]) -> list[Window]:
    """Where each hash of a family was taken: found again from the picture, as no rectangle is kept."""
    work = working_plane(picture.luma)
    height, width = work.shape
    areas = squares.squares(squares.extrema(work, OCTAVES, tables.LEAST_STRENGTH))
    inside = (areas[:, 0] >= -64) & (areas[:, 1] >= -64)
    inside &= (areas[:, 0] + areas[:, 2] <= 64 * (width + 1)) & (
        areas[:, 1] + areas[:, 3] <= 64 * (height + 1)
    )
    areas = areas[inside]
    hashes = hash_areas(work, areas, 1, tables.COSINE_TABLE)[0][:, 0]
    windows = [WHOLE]
    for row in family[1:]:
        left, top, wide, tall = areas[int((hashes == row).all(axis=1).argmax())] / 64
        windows.append(Window(left / width, top / height, wide / width, tall / height))
    return windows


def likeness(drawn: Plane, original: Plane) -> float:
    """Pearson correlation of two lumas."""
    return float(np.corrcoef(drawn.ravel(), original.ravel())[0, 1])


@dataclass(frozen=True)
class Leak:
    """Lumas drawn back by someone who knows more and more, and their likeness to the original."""

    original: Plane
    standard: Plane
    """From the standard hash alone, which is all that other systems ever hold."""
    unplaced: Plane
    """From the whole family without rectangles: every anchored hash put where it seems to fit best."""
    placed: Plane
    """From the whole family and the true rectangles: what is not kept, and why."""

    @property
    def likenesses(self) -> tuple[float, float, float]:
        """Of `standard`, `unplaced`, `placed`."""
        return (
            likeness(self.standard, self.original),
            likeness(self.unplaced, self.original),
            likeness(self.placed, self.original),
        )


def leak(picture: Picture, family: NDArray[np.uint8]) -> Leak:
    """Draw a picture back from its family: row 0 the whole, the others anchored."""
    luma = samples_of(picture.luma).astype(np.float64)
    original = luma - luma.mean()
    aspect = picture.width / picture.height
    standard = drawn_back(family[:1], [WHOLE])
    guessed = [WHOLE, *(located(standard, row, aspect) for row in family[1:])]
    placed = drawn_back(family, true_windows(picture, family))
    return Leak(original, standard, drawn_back(family, guessed, GUESSED), placed)
