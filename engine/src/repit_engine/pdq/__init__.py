"""PDQ: luma to a 256-bit hash and its quality, in all eight orientations, whole or by rectangle.

In: luma (`repit_engine.picture`). Out: `HashArray` rows and qualities 0 to 100. Next: `anchors`, `vpdq`,
`search`.

Bits and quality are those of the reference (Meta, threatexchange/pdq, 2019; PyPI `pdqhash`); a row's
hexadecimal form is the one that PDQ systems exchange. The arithmetic is specified to the bit in
docs/en/pdq.md and shared with `browser/` through `conformance/`. Every function releases the interpreter's
lock while it computes.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.kernels import jit
from repit_engine.pdq import checks
from repit_engine.pdq.orientation import Orientation
from repit_engine.pdq.weights import SideTables, side
from repit_engine.types import HASH_BYTES, HashArray, LumaArray, as_hash_array

__all__ = [
    "MIN_SIDE",
    "Orientation",
    "distances",
    "hamming",
    "hash_luma",
    "hash_luma_orientations",
    "hash_rectangles",
    "hash_rgb",
    "hash_samples",
    "samples_of",
    "warm_up",
]

MIN_SIDE = 5
"""A side under 5 original pixels gives a hash of zeros and quality 0, as in the reference: keep none."""

_RECTANGLE_SIDES = SideTables(room=4_000_000)


def hash_luma(
    luma: LumaArray,
    *,
    width: int | None = None,
    height: int | None = None,
    shrink: int = 1,
    partial_first_column: bool = False,
    partial_first_row: bool = False,
) -> tuple[NDArray[np.uint8], int]:
    """Hash a picture: ``(32,) uint8`` and the quality.

    `luma` is ``(h, w)`` uint8 or float32, 0 to 255. With `shrink` s its column k stands for the original
    columns ``[k·s, min((k + 1)·s, width))`` of `width` in all, rows alike; where `partial_first_column`
    (`partial_first_row`) the incomplete block comes first. The filter is the original's, so that shrinking
    costs fractions of a bit. Raises `WrongInput`.
    """
    rows, quality = _hash_whole(
        luma, width, height, shrink, partial_first_column, partial_first_row, orientations=1
    )
    return rows[0], quality


def hash_luma_orientations(
    luma: LumaArray,
    *,
    width: int | None = None,
    height: int | None = None,
    shrink: int = 1,
    partial_first_column: bool = False,
    partial_first_row: bool = False,
) -> tuple[HashArray, int]:
    """`hash_luma` for every `Orientation`: ``(8, 32) uint8`` and the quality of the upright picture."""
    return _hash_whole(luma, width, height, shrink, partial_first_column, partial_first_row, orientations=8)


def _hash_whole(  # noqa: PLR0917 (the keywords of its two callers)
    luma: LumaArray,
    width: int | None,
    height: int | None,
    shrink: int,
    partial_first_column: bool,
    partial_first_row: bool,
    orientations: int,
) -> tuple[HashArray, int]:
    luma = checks.luma_array(luma)
    width = checks.original_side(luma.shape[1], width, shrink)
    height = checks.original_side(luma.shape[0], height, shrink)
    hashes = np.zeros((orientations, HASH_BYTES), np.uint8)
    if min(width, height) < MIN_SIDE:
        return hashes, 0
    sides = (
        side(height, shrink, partial_first_row),
        side(width, shrink, partial_first_column),
        side(height, shrink, not partial_first_row),
        side(width, shrink, not partial_first_column),
    )
    return hashes, int(jit.pdq_bits.luma_hash(luma, *sides, hashes))


def hash_rgb(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Hash ``(h, w, 3) uint8`` at full size without a copy of its luma; the hash of that luma in float32."""
    rgb = checks.rgb_array(rgb)
    height, width, _ = rgb.shape
    hashes = np.zeros((1, HASH_BYTES), np.uint8)
    if min(width, height) < MIN_SIDE:
        return hashes[0], 0
    quality = jit.pdq_bits.rgb_hash(rgb, side(height, 1, False), side(width, 1, False), hashes)
    return hashes[0], int(quality)


def hash_rectangles(
    luma: LumaArray, rectangles: NDArray[Any], *, orientations: Literal[1, 2, 8] = 1
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Hash each half-open rectangle (x0, y0, x1, y1) of ``(n, 4)`` as if it had been cut out.

    Returns ``(n, orientations, 32) uint8`` and ``(n,)`` qualities. One of 256 × 256 pixels costs some tens
    of microseconds; see `MIN_SIDE` for tiny ones. Raises `WrongInput` for an empty rectangle or one beyond
    the picture.
    """
    luma = checks.luma_array(luma)
    rectangles = checks.rectangle_array(rectangles, luma.shape)
    hashes, qualities = _room_for(len(rectangles), orientations)
    lengths = np.concatenate(
        (rectangles[:, 2] - rectangles[:, 0], rectangles[:, 3] - rectangles[:, 1]), dtype=np.int64
    )
    jit.pdq_bits.rectangle_hashes(luma, rectangles, _RECTANGLE_SIDES.holding(lengths), hashes, qualities)
    return hashes, qualities


def hash_samples(
    samples: NDArray[np.float32], *, orientations: Literal[1, 2, 8] = 1
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Hash given ``(n, 64, 64) float32`` samples, row-major, 0 to 255, for instance of turned squares.

    Returns ``(n, orientations, 32) uint8`` and ``(n,)`` qualities.
    """
    samples = checks.samples_array(samples)
    hashes, qualities = _room_for(len(samples), orientations)
    jit.pdq_bits.samples_hashes(samples, hashes, qualities)
    return hashes, qualities


def samples_of(
    luma: LumaArray,
    *,
    width: int | None = None,
    height: int | None = None,
    shrink: int = 1,
    partial_first_column: bool = False,
    partial_first_row: bool = False,
) -> NDArray[np.float32]:
    """The ``(64, 64) float32`` samples that PDQ takes of a picture; arguments as in `hash_luma`."""
    luma = checks.luma_array(luma)
    width = checks.original_side(luma.shape[1], width, shrink)
    height = checks.original_side(luma.shape[0], height, shrink)
    samples = np.empty((64, 64), np.float32)
    down, across = side(height, shrink, partial_first_row), side(width, shrink, partial_first_column)
    jit.pdq_samples.luma_samples(luma, down, across, samples)
    return samples


def hamming(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """Bits that differ between two ``(32,) uint8`` hashes."""
    apart = int.from_bytes(a.tobytes(), "big") ^ int.from_bytes(b.tobytes(), "big")
    return apart.bit_count()


def distances(left: HashArray, right: HashArray) -> NDArray[np.uint16]:
    """Hamming distance of each of ``(n, 32)`` to each of ``(m, 32)``: ``(n, m) uint16``."""
    left, right = as_hash_array(left), as_hash_array(right)
    result = np.empty((len(left), len(right)), np.uint16)
    jit.distances.distance_matrix(left.view(np.uint64), right.view(np.uint64), result)
    return result


def warm_up() -> None:
    """Compile or load every kernel of this module, so that the first picture does not wait for it."""
    for luma in (np.zeros((8, 8), np.uint8), np.zeros((8, 8), np.float32)):
        hash_luma_orientations(luma)
        samples_of(luma)
        hash_rectangles(luma, np.array([[0, 0, 8, 8]]))
    hash_rgb(np.zeros((8, 8, 3), np.uint8))
    hashes, _ = hash_samples(np.zeros((1, 64, 64), np.float32))
    distances(hashes[0], hashes[0])


def _room_for(count: int, orientations: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if orientations not in (1, 2, 8):
        raise WrongInput("A hash comes in 1, 2 or 8 orientations.")
    return np.empty((count, orientations, HASH_BYTES), np.uint8), np.empty(count, np.int64)
