"""Luma of colours: the kernel against NumPy's float32, operation by operation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit_engine.picture.result import luma_of


def plainly(pixels: np.ndarray) -> np.ndarray:
    red, green, blue = (pixels[:, :, channel].astype(np.float32) for channel in range(3))
    return (np.float32(0.299) * red + np.float32(0.587) * green) + np.float32(0.114) * blue


def test_every_shade_of_every_colour_has_the_reference_s_bits() -> None:
    steps = np.arange(256, dtype=np.uint8)
    for red in range(256):
        pixels = np.empty((256, 256, 3), np.uint8)
        pixels[:, :, 0], pixels[:, :, 1], pixels[:, :, 2] = red, steps[:, np.newaxis], steps
        assert (luma_of(pixels).view(np.uint32) == plainly(pixels).view(np.uint32)).all()


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    seed=st.integers(0, 2**32 - 1),
    step=st.integers(1, 3),
)
def test_any_size_and_any_layout_give_the_same(height: int, width: int, seed: int, step: int) -> None:
    whole = np.random.default_rng(seed).integers(0, 256, (height * step, width * step, 3), np.uint8)
    for pixels in (whole[::step, ::step], whole[::-step, ::step], whole.swapaxes(0, 1)):
        assert (luma_of(pixels) == plainly(pixels)).all()


@pytest.mark.parametrize("writeable", [True, False])
def test_pixels_that_may_not_be_written_are_read_as_others(writeable: bool) -> None:
    pixels = np.full((3, 5, 3), 200, np.uint8)
    pixels.flags.writeable = writeable
    assert (luma_of(pixels) == plainly(pixels)).all()


def test_grey_stays_as_it_is() -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert luma_of(grey) is grey
