"""A JPEG whose colours show something else than its luma is decoded in colour, where it is asked to look
closely.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_files import baseline
from odd_files.scenes import SCENE, saved
from picture_files import GREY_PHOTOGRAPHS, PHOTOGRAPHS, photograph
from PIL import Image

from repit_engine.hash import hash_of
from repit_engine.kernels.jit.luma import luma_of_planes
from repit_engine.pdq import hash_rgb
from repit_engine.picture import open_picture
from repit_engine.picture.baseline import skimmed, skimmed_closely
from repit_engine.types import Hash
from repit_engine.views import open_views

LIGHTS = np.asarray(SCENE.convert("L")).astype(np.float64)
EVENLY = ((1, 1), (1, 1), (1, 1))


def wanted(image: Image.Image) -> Hash:
    return Hash.from_row(hash_rgb(np.asarray(image))[0])


def test_a_picture_in_the_colours_of_a_white_file_is_seen() -> None:
    beyond = 128 + (255 - LIGHTS) / 255 * 127
    white = np.full_like(LIGHTS, 255)
    finely = np.where(np.indices(LIGHTS.shape).sum(axis=0) % 2, beyond, 256 - beyond)
    for planes in ([white, beyond, beyond], [white, finely, finely]):
        content = baseline.encoded(SCENE, EVENLY, planes)
        assert hash_of(open_picture(content)).quality == 0
        views = open_views(content, closely=True)
        assert hash_of(views.shown).hash.distance(wanted(SCENE)) <= 4
        assert len(views.others) == 1


@pytest.mark.parametrize("factors", [(1, 1), (2, 1), (2, 2)])
def test_a_large_file_is_seen_through_as_well(factors: tuple[int, int]) -> None:
    """At an eighth of its size, where a plain file is skimmed."""
    large = SCENE.resize((2200, 2100))
    lights = np.asarray(large.convert("L")).astype(np.float64)
    beyond = 128 + (255 - lights) / 255 * 127
    content = baseline.encoded(
        large, (factors, (1, 1), (1, 1)), [200 + lights[::-1] * 30 / 255, beyond, beyond]
    )
    assert open_picture(content).shrink == 8
    views = open_views(content, closely=True)
    assert views.shown.shrink == 8
    assert hash_of(views.shown).hash.distance(hash_of(open_picture(content, full=True)).hash) <= 8
    assert hash_of(views.shown).hash.distance(hash_of(open_picture(content)).hash) > 31


@pytest.mark.parametrize("progressive", [False, True])
def test_of_photographs_it_is_the_stored_luma_that_counts(progressive: bool) -> None:
    for name in (*PHOTOGRAPHS, *GREY_PHOTOGRAPHS):
        for size in ((500, 375), (2200, 2060)):
            content = saved(photograph(name, *size), "JPEG", quality=88, progressive=progressive)
            views = open_views(content, closely=True)
            assert views.others == ()
            assert np.array_equal(views.shown.luma, open_picture(content).luma)


@given(st.integers(0, 100), st.sampled_from(("4:4:4", "4:2:2", "4:2:0")), st.sampled_from((20, 75, 95)))
def test_the_skim_of_colours_is_what_libjpeg_shows(seed: int, subsampling: str, quality: int) -> None:
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    image = Image.fromarray(small).resize((128, 96), Image.Resampling.BICUBIC)
    content = saved(image, "JPEG", quality=quality, subsampling=subsampling)
    found = skimmed_closely(content, image.size)
    assert found is not None
    assert np.array_equal(found.luma, skimmed(content, image.size))
    # Block by block: the mean of what is shown, but for what is cut within a block.
    full = open_picture(content, full=True).luma
    blocks = full.reshape(12, 8, 16, 8).mean(axis=(1, 3))
    assert found.shown is not None
    assert float(np.abs(found.shown - blocks).mean()) < 6


def test_grey_and_unusual_files_have_no_colours_to_skim() -> None:
    grey = skimmed_closely(saved(SCENE.convert("L"), "JPEG"), SCENE.size)
    assert grey is not None
    assert grey.shown is None
    assert skimmed_closely(saved(SCENE, "JPEG", progressive=True), SCENE.size) is None


def test_planes_are_cut_to_what_a_screen_shows() -> None:
    luma = np.array([[255, 0], [128, 128]], np.uint8)
    colours = np.array([[[255]], [[255]]], np.uint8)
    red, blue = 127 * 1.402, 127 * 1.772
    green = -127 * (0.344136 + 0.714136)
    for level, seen in zip(luma.ravel(), luma_of_planes(luma, colours).ravel(), strict=True):
        r, g, b = (min(max(level + each, 0), 255) for each in (red, green, blue))
        assert abs(0.299 * r + 0.587 * g + 0.114 * b - seen) < 0.01
