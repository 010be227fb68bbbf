"""The kernels against the dull oracle, which shares no code with them."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pdq_scenes import grey, luma, scene

from repit_engine import pdq
from repit_engine.kernels.reference import pdq as oracle
from repit_engine.kernels.reference import search as search_oracle

TIE = 0.02
"""Coefficients reach 8,000; float32 sums of 64 terms move them by less than this."""
STEP = 1e-3

sides = st.one_of(st.integers(5, 140), st.sampled_from([63, 64, 65, 127, 128, 129, 255, 256, 257, 300]))
seeds = st.integers(0, 2**32 - 1)
noise = arrays(np.uint8, st.tuples(st.integers(5, 40), st.integers(5, 40)))
TURNS = {
    pdq.Orientation.UPRIGHT: lambda a: a,
    pdq.Orientation.MIRRORED: np.fliplr,
    pdq.Orientation.FLIPPED: np.flipud,
    pdq.Orientation.HALF_TURN: lambda a: np.rot90(a, 2),
    pdq.Orientation.TRANSPOSED: np.transpose,
    pdq.Orientation.QUARTER_TURN_LEFT: np.rot90,
    pdq.Orientation.QUARTER_TURN_RIGHT: lambda a: np.rot90(a, 3),
    pdq.Orientation.ANTI_TRANSPOSED: lambda a: np.rot90(np.transpose(a), 2),
}


def same_but_for_ties(row: NDArray[np.uint8], samples: NDArray[Any]) -> bool:
    """Equal to the oracle's bits wherever a coefficient is clear of the median."""
    values = oracle.coefficients(samples)
    clear = np.abs(values - oracle.median(values)).ravel() > TIE
    differs = np.unpackbits(row ^ oracle.bits(values))[::-1].astype(bool)
    return not (differs & clear).any()


def quality_agrees(quality: int, samples: NDArray[Any]) -> bool:
    return oracle.quality(samples, -STEP) <= quality <= oracle.quality(samples, STEP)


@given(st.one_of(noise, st.builds(grey, sides, sides, seeds)), st.booleans())
@settings(deadline=None, max_examples=60)
def test_hash_and_quality_equal_the_oracle(picture: NDArray[np.uint8], as_float: bool) -> None:
    row, quality = pdq.hash_luma(picture.astype(np.float32) if as_float else picture)
    samples = oracle.samples(picture)
    assert same_but_for_ties(row, samples)
    assert quality_agrees(quality, samples)


@given(sides, sides, seeds)
@settings(deadline=None, max_examples=40)
def test_each_orientation_is_the_hash_of_the_picture_really_turned(
    height: int, width: int, seed: int
) -> None:
    picture = grey(height, width, seed)
    rows, quality = pdq.hash_luma_orientations(picture)
    assert quality == pdq.hash_luma(picture)[1]
    for orientation, turn in TURNS.items():
        turned = np.ascontiguousarray(turn(picture))
        assert same_but_for_ties(rows[orientation], oracle.samples(turned))
        if orientation < 4:
            assert (rows[orientation] == pdq.hash_luma(turned)[0]).all()


@given(st.integers(0, 20), seeds, st.sampled_from([1, 2, 8]), st.booleans())
@settings(deadline=None, max_examples=40)
def test_a_rectangle_hashes_like_the_picture_cut_out(
    count: int, seed: int, orientations: Any, as_float: bool
) -> None:
    rng = np.random.default_rng(seed)
    picture = grey(150, 210, seed)
    if as_float:
        picture = picture.astype(np.float32)
    corners = rng.integers(0, [210 - 5, 150 - 5], (count, 2))
    rectangles = np.hstack((corners, rng.integers(corners + 1, [211, 151], (count, 2))))
    hashes, qualities = pdq.hash_rectangles(picture, rectangles, orientations=orientations)
    assert hashes.shape == (count, orientations, 32)
    for (left, top, right, bottom), rows, quality in zip(rectangles, hashes, qualities, strict=True):
        expected, expected_quality = pdq.hash_luma_orientations(picture[top:bottom, left:right])
        assert (rows == expected[:orientations]).all()
        assert quality == expected_quality


@given(sides, sides, seeds, st.integers(2, 8), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=40)
def test_a_shrunk_luma_hashes_like_its_blocks_spread_out(  # noqa: PLR0917
    height: int, width: int, seed: int, shrink: int, column_first: bool, row_first: bool
) -> None:
    blocks = grey(-(-height // shrink), -(-width // shrink), seed)
    rows, quality = pdq.hash_luma_orientations(
        blocks,
        width=width,
        height=height,
        shrink=shrink,
        partial_first_column=column_first,
        partial_first_row=row_first,
    )
    spread = oracle.expanded(blocks, (height, width), shrink, (row_first, column_first))
    for orientation, turn in TURNS.items():
        assert same_but_for_ties(rows[orientation], oracle.samples(turn(spread)))
    assert quality_agrees(quality, oracle.samples(spread))


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_given_samples_are_turned_as_blocks(seed: int) -> None:
    samples = grey(64, 64, seed).astype(np.float32)
    hashes, _ = pdq.hash_samples(samples[np.newaxis], orientations=8)
    for orientation, turn in TURNS.items():
        assert same_but_for_ties(hashes[0, orientation], turn(samples).astype(np.float64))


@given(sides, sides, seeds)
@settings(deadline=None, max_examples=20)
def test_samples_lie_within_rounding_of_the_oracle(height: int, width: int, seed: int) -> None:
    picture = grey(height, width, seed)
    samples = pdq.samples_of(picture)
    assert np.abs(samples - oracle.samples(picture)).max() < 1e-3
    assert (pdq.hash_samples(samples[np.newaxis])[0][0, 0] == pdq.hash_luma(picture)[0]).all()


@given(sides, sides, seeds)
@settings(deadline=None, max_examples=20)
def test_colour_hashes_like_its_luma(height: int, width: int, seed: int) -> None:
    rgb = scene(height, width, seed)
    row, quality = pdq.hash_rgb(rgb)
    expected, expected_quality = pdq.hash_luma(luma(rgb))
    assert (row == expected).all()
    assert quality == expected_quality


@given(arrays(np.uint8, st.tuples(st.integers(0, 9), st.just(32))), seeds)
@settings(deadline=None, max_examples=30)
def test_distances_equal_the_oracle(left: NDArray[np.uint8], seed: int) -> None:
    right = np.random.default_rng(seed).integers(0, 256, (11, 32), dtype=np.uint8)
    matrix = pdq.distances(left, right)
    assert matrix.shape == (len(left), len(right))
    for row, apart in zip(left, matrix, strict=True):
        assert (apart == search_oracle.distances(row, right)).all()
        assert pdq.hamming(row, right[0]) == apart[0]
