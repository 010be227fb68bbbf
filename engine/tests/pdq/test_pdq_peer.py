"""Equality with the reference implementation, as PyPI's `pdqhash` compiles it."""

import numpy as np
import pdqhash
import pytest
from numpy.typing import NDArray
from pdq_scenes import scene
from skimage import data

from repit_engine import pdq
from repit_engine.types import Hash

SIZES = [
    (5, 5), (5, 300), (7, 9), (31, 33), (63, 64), (64, 63), (64, 64), (64, 65), (65, 65), (127, 128),
    (128, 127), (128, 128), (129, 129), (129, 131), (200, 300), (255, 256), (256, 257), (301, 203),
    (512, 512), (500, 375), (90, 1400), (1500, 70), (641, 959), (700, 900), (3, 900), (4, 4),
]  # fmt: skip
PHOTOGRAPHS = ["cat", "coffee", "rocket", "brick", "grass", "gravel", "moon", "hubble_deep_field"]


def peer(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    vector, quality = pdqhash.compute(np.ascontiguousarray(rgb))
    return np.packbits(vector), quality


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_pictures_made_by_code_hash_as_the_reference_does(size: tuple[int, int]) -> None:
    for seed in range(9):
        picture = scene(*size, seed)
        row, quality = pdq.hash_rgb(picture)
        expected, expected_quality = peer(picture)
        assert pdq.hamming(row, expected) == 0
        assert quality == expected_quality


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs_hash_as_the_reference_does(name: str) -> None:
    picture = getattr(data, name)()
    rgb = picture if picture.ndim == 3 else np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    row, quality = pdq.hash_rgb(np.ascontiguousarray(rgb))
    expected, expected_quality = peer(rgb)
    assert pdq.hamming(row, expected) == 0
    assert quality == expected_quality


def test_hexadecimal_form_is_that_of_pdq_systems() -> None:
    picture = scene(120, 160, 1)
    vector, _ = pdqhash.compute(picture)
    # threatexchange.signal_type.pdq.pdq_hasher writes the vector as one binary number
    exchanged = f"{int(''.join(map(str, vector)), 2):064x}"
    assert Hash.from_row(pdq.hash_rgb(picture)[0]).hex == exchanged


def test_turned_samples_hash_as_the_reference_turns_them() -> None:
    picture = scene(64, 64, 5)
    turned, _ = pdqhash.compute_dihedral(picture)
    rows, _ = pdq.hash_samples(
        pdq.samples_of(np.ascontiguousarray(picture[:, :, 0]))[np.newaxis], orientations=8
    )
    upright = np.ascontiguousarray(np.repeat(picture[:, :, :1], 3, axis=2))
    turned, _ = pdqhash.compute_dihedral(upright)
    order = pdq.Orientation
    names = [
        order.UPRIGHT, order.QUARTER_TURN_LEFT, order.HALF_TURN, order.QUARTER_TURN_RIGHT,
        order.FLIPPED, order.MIRRORED, order.TRANSPOSED, order.ANTI_TRANSPOSED,
    ]  # fmt: skip
    for orientation, vector in zip(names, turned, strict=True):
        assert (rows[0, orientation] == np.packbits(vector)).all()
