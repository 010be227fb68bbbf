"""Thumbnails, rates and still moments against the oracle, which shares no code with them."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repit_engine.kernels.jit import motion as kernels
from repit_engine.kernels.reference import motion as oracle
from repit_engine.moments.motion import Minima, Rated, rated, thumb

SIDES = st.integers(1, 300)
STEPS = st.lists(st.integers(10, 400), min_size=1, max_size=40)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), SIDES, SIDES, st.booleans())
def test_a_thumbnail_is_that_of_the_oracle(seed: int, height: int, width: int, deep: bool) -> None:
    rng = np.random.default_rng(seed)
    luma = rng.integers(0, 1024, (height, width)).astype(np.float32) / np.float32(4)
    luma = luma if deep else luma.astype(np.uint8)
    assert thumb(luma).tolist() == oracle.thumbnail(luma.tolist())


@pytest.mark.parametrize("level", [0, 16, 255])
def test_a_flat_frame_has_an_empty_thumbnail(level: int) -> None:
    assert not thumb(np.full((360, 640), level, np.uint8)).any()


def test_black_and_white_halves_give_the_widest_thumbnail_without_overflow() -> None:
    luma = np.zeros((2160, 3840), np.float32)
    luma[:, 1920:] = 255.75
    # The oracle reads every level as a fraction: a plane of the same cells, small enough for it.
    assert thumb(luma).tolist() == oracle.thumbnail(luma[::16, ::16].tolist())


def test_brightness_and_contrast_hardly_change_a_thumbnail() -> None:
    rng = np.random.default_rng(3)
    luma = np.kron(rng.integers(40, 200, (18, 32)), np.ones((20, 20))).astype(np.uint8)
    dimmer = (luma * 0.6 + 20).astype(np.uint8)
    apart = kernels.apart(thumb(luma), thumb(dimmer))
    assert apart < kernels.apart(thumb(luma), thumb(np.roll(luma, 4, axis=1)))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), STEPS)
def test_rates_are_those_of_the_oracle_however_frames_lie_in_time(seed: int, steps: list[int]) -> None:
    times = np.cumsum([0, *steps]).tolist()
    thumbs = np.random.default_rng(seed).integers(-9000, 9000, (len(times), 784)).astype(np.int32)
    found = rated((ms, small, ms) for ms, small in zip(times, thumbs, strict=True))
    moving = [(frame.ms, frame.rate, held) for frame, held in found]
    assert [(ms, ms) for ms in times] == [(ms, held) for ms, _, held in moving]
    assert [rate for _, rate, _ in moving] == oracle.rates(times, thumbs.tolist())


def test_no_more_frames_are_held_than_come_within_the_reach() -> None:
    given_out, most = 0, 0

    def frames() -> Iterator[tuple[int, np.ndarray, int]]:
        nonlocal given_out
        for number in range(600):
            given_out += 1
            yield number * 20, np.full(784, number % 7, np.int32), number

    for back, _ in enumerate(rated(frames())):
        most = max(most, given_out - back)
    assert most <= 110 // 20 + 2


@settings(max_examples=100, deadline=None)
@given(st.data(), STEPS)
def test_still_moments_are_those_of_the_oracle(data: st.DataObject, steps: list[int]) -> None:
    times = np.cumsum([0, *steps]).tolist()
    moving = [data.draw(st.integers(0, 5)) for _ in times]
    assert _stills(times, moving) == oracle.stills(times, moving)


def test_of_one_picture_held_for_long_the_first_frame_is_the_still_moment() -> None:
    times = list(range(0, 3000, 33))
    assert _stills(times, list(range(9, 0, -1)) + [0] * (len(times) - 9)) == [times[9]]


def _stills(times: Sequence[int], moving: Sequence[int]) -> list[int]:
    minima: Minima[int] = Minima()
    found = [minima.push(Rated(ms, rate), ms) for ms, rate in zip(times, moving, strict=True)]
    return [still[1] for still in (*found, minima.end()) if still]
