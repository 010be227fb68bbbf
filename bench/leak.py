"""What a family of hashes gives away: the picture drawn back from it, and how like the original that is.

In: hashes. Out: 64 × 64 luma and its correlation with the original's. Next: `engine/tests/leak`, which holds the
figure down; `tools/leak_pictures.py`, which draws it for THREAT-MODEL; the person's page, in words.

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

SIDE: Final = 64
COEFFICIENTS: Final = 16
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
    """`(32,) uint8` to `(16, 16)` of ±1, rows by vertical frequency: PDQ writes the last coefficient first."""
    return np.unpackbits(row)[::-1].reshape(COEFFICIENTS, COEFFICIENTS) * 2.0 - 1


@cache
def cosines() -> Plane:
    """The orthonormal cosine transform of 64 samples; PDQ keeps rows 1 to 16."""
    frequencies, places = np.arange(SIDE)[:, None], np.arange(SIDE)[None, :]
    table: Plane = np.sqrt(2 / SIDE) * np.cos(np.pi / (2 * SIDE) * frequencies * (2 * places + 1))
    table[0] /= np.sqrt(2)
    return table


@cache
def prior() -> Plane:
    """`(64, 64)`: the variance of each coefficient of a picture in general, up to a factor."""
    frequency = np.arange(SIDE, dtype=float)
    power: Plane = 1.0 / np.maximum(frequency[:, None] ** 2 + frequency[None, :] ** 2, 1.0)
    power[0, 0] = 0
    return power


def seen_through(start: float, length: float) -> Plane:
    """`(16, 64)`: what PDQ's 16 coefficients of a stretch of one axis are of the whole axis's 64 coefficients."""
    places = (start + (np.arange(SIDE) + 0.5) / SIDE * length) * SIDE - 0.5
    places = places.clip(0, SIDE - 1)
    before = np.floor(places).astype(int).clip(0, SIDE - 2)
    sampling = np.zeros((SIDE, SIDE))
    sampling[np.arange(SIDE), before] = 1 - (places - before)
    sampling[np.arange(SIDE), before + 1] = places - before
    return cosines()[1 : COEFFICIENTS + 1] @ sampling @ cosines().T


def drawn_back(hashes: NDArray[np.uint8], windows: Sequence[Window]) -> Plane:
    """The most probable `(64, 64)` luma, about mean 0, whose hashes in these windows have these signs."""
    rows = np.concatenate(
        [np.kron(seen_through(w.top, w.height), seen_through(w.left, w.width)) for w in windows]
    )
    told = np.concatenate([signs(row).ravel() for row in hashes])
    weighted = rows * prior().ravel()
    covariance = weighted @ rows.T
    power = covariance.diagonal().copy()
    expected = told * np.sqrt(power * SIGNED)
    covariance[np.diag_indices(len(power))] += power * (1 - SIGNED) + power.mean() * 1e-6
    coefficients = (weighted.T @ np.linalg.solve(covariance, expected)).reshape(SIDE, SIDE)
    result: Plane = cosines().T @ coefficients @ cosines()
    return result


def located(luma: Plane, row: NDArray[np.uint8], aspect: float) -> Window:
    """Where in a picture of this luma a square with this hash most likely lies; `aspect` is width / height.

    An attacker gives the picture drawn back from the standard hash; we, who have the original, give that one to
    learn where an anchored hash really was, since no rectangle is ever kept.
    """
    coefficients = cosines() @ luma @ cosines().T
    told = signs(row)
    best, found = -np.inf, WHOLE
    for size in SIZES:
        width, height = min(1.0, size * min(1, 1 / aspect)), min(1.0, size * min(1, aspect))
        lefts = np.arange(0, 1 - width + 1e-9, width / 8)
        tops = np.arange(0, 1 - height + 1e-9, height / 8)
        across = np.stack([seen_through(float(left), width) for left in lefts])
        down = np.stack([seen_through(float(top), height) for top in tops])
        seen = np.einsum("tic,cd,ljd->tlij", down, coefficients, across, optimize=True)
        scale = np.sqrt((down[0] ** 2 @ prior() @ (across[0] ** 2).T).clip(1e-12))
        agreement = (np.tanh(seen / (scale * seen.std() / scale.mean() + 1e-9)) * told).mean(axis=(2, 3))
        place = np.unravel_index(int(agreement.argmax()), agreement.shape)
        if agreement[place] > best:
            best = float(agreement[place])
            found = Window(float(lefts[place[1]]), float(tops[place[0]]), width, height)
    return found


def likeness(drawn: Plane, original: Plane) -> float:
    """Pearson correlation of two lumas."""
    return float(np.corrcoef(drawn.ravel(), original.ravel())[0, 1])


@dataclass(frozen=True)
class Leak:
    """Lumas drawn back by someone who knows more and more, and their likeness to the original."""

    original: Plane
    standard: Plane
    unplaced: Plane
    """From the whole family, every anchored hash put where it seems to fit."""
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


def leak(luma: Plane, family: NDArray[np.uint8], aspect: float) -> Leak:
    """Draw a picture back from its family: row 0 the whole, the others anchored; `luma` is its 64 × 64."""
    original = luma - luma.mean()
    standard = drawn_back(family[:1], [WHOLE])
    guessed = [WHOLE, *(located(standard, row, aspect) for row in family[1:])]
    true = [WHOLE, *(located(original, row, aspect) for row in family[1:])]
    return Leak(original, standard, drawn_back(family, guessed), drawn_back(family, true))
