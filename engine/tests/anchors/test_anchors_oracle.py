"""The kernels against the oracle, which shares no code with them."""

import numpy as np
import pytest
from anchor_scenes import scene
from hypothesis import given, settings
from hypothesis import strategies as st

from repit_engine.anchors import bank, shades, squares, tables
from repit_engine.anchors.plane import working_plane
from repit_engine.kernels.jit import anchors_detect, anchors_hash
from repit_engine.kernels.reference import anchors as oracle

SIDES = st.integers(1, 40)


def plane(seed: int, height: int, width: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65_281, (height, width)).astype(np.int32)


def test_the_tables_are_those_of_the_formulas():
    assert [list(half) for half in tables.BLURS] == oracle.blur_halves()
    assert list(tables.HALF_SIDES) == oracle.half_sides()
    waves = [[oracle.cosine(f, p) for p in range(32)] for f in range(1, 17)]
    assert tables.COSINE_TABLE.tolist() == waves


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), SIDES, SIDES, SIDES, SIDES)
def test_the_area_average_is_exact(seed, height, width, down, across):
    source = plane(seed, height, width)
    np.testing.assert_array_equal(
        anchors_detect.area_average(source, down, across), oracle.area_average(source, down, across)
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 40), st.integers(3, 40))
def test_the_ladder_is_exact(seed, height, width):
    source = plane(seed, height, width)
    made = anchors_detect._ladder(source, tables.BLUR_WEIGHTS, tables.BLUR_REACHES)
    np.testing.assert_array_equal(made, np.stack(oracle.ladder(source)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [(72, 96), (96, 61)])
def test_extrema_are_those_of_the_oracle(seed, shape):
    work = anchors_detect.area_average(working_plane(scene(seed)), *shape)
    found = anchors_detect.extrema(
        work,
        np.array([96, 48, 24]),
        -1,
        tables.BLUR_WEIGHTS,
        tables.BLUR_REACHES,
        tables.HALF_SIDE_TABLE,
        tables.LEAST_STRENGTH,
        tables.EDGE,
    )
    assert len(found) >= 3
    expected = oracle.extrema(work, (-1, 0, 1), 48, tables.LEAST_STRENGTH, tables.EDGE)
    assert [tuple(row) for row in found.tolist()] == expected


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(5, 60),
    st.integers(5, 60),
    st.tuples(
        st.integers(-200, 3000), st.integers(-200, 3000), st.integers(300, 4000), st.integers(300, 4000)
    ),
)
def test_a_rectangle_hashes_as_the_oracle_says(seed, height, width, area):
    source = anchors_detect.area_average(plane(seed, 7, 9), height, width)
    grid = oracle.samples(source, *area)
    hashes, qualities, structure, breadth = anchors_hash.hash_areas(
        source, np.array([area], np.int64), 8, tables.COSINE_TABLE
    )
    upright = oracle.hash_of(grid)
    np.testing.assert_array_equal(hashes[0, 0], upright)
    assert qualities[0] == oracle.quality(grid)
    assert structure[0] == oracle.structure(upright)
    assert breadth[0] == oracle.breadth(grid)
    turned = [grid, grid[:, ::-1], grid[::-1], grid[::-1, ::-1]]
    turned += [plane.T for plane in turned]
    for orientation, turned_plane in enumerate(turned):
        np.testing.assert_array_equal(hashes[0, orientation], oracle.hash_of(turned_plane))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(3, 40), st.integers(3, 40),
    st.tuples(st.integers(-300, 2600), st.integers(-300, 2600), st.integers(32, 1500)),
)  # fmt: skip
def test_a_square_is_drawn_where_the_oracle_says_so(seed, height, width, square):
    rng = np.random.default_rng(seed)
    work = plane(seed, height, width)
    work[rng.random((height, width)) < rng.random()] = 30_000
    x, y, half = square
    areas = np.array([[x - half, y - half, 2 * half, 2 * half]])
    assert shades.drawn(work, areas)[0] == oracle.drawn(work, x, y, half)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_family_is_the_oracles_walk(seed):
    work = working_plane(scene(seed))
    found = squares.extrema(work, bank.OCTAVES, tables.LEAST_STRENGTH)
    hashes, _ = bank.anchored(work, 8)
    expected = oracle.family(work, [tuple(row) for row in found.tolist()], 8)
    np.testing.assert_array_equal(hashes, np.array(expected))
