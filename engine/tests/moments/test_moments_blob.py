"""Moments as bytes: they come back as they went in, and nothing else comes in."""

import contextlib
import hashlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit_engine import moments
from repit_engine.errors import MomentsRefused, WrongInput
from repit_engine.moments import Moments


@st.composite
def some_moments(draw: st.DrawFn) -> Moments:
    count = draw(st.integers(0, 12))
    begins = np.sort(
        np.array(
            draw(st.lists(st.integers(0, 10**6), unique=True, min_size=count, max_size=count)), np.uint32
        )
    )
    ends = begins + np.array(draw(st.lists(st.integers(0, 500), min_size=count, max_size=count)), np.uint32)
    ends[:-1] = np.minimum(ends[:-1], begins[1:] - 1)
    each = np.array(draw(st.lists(st.integers(0, 4), min_size=count, max_size=count)), np.int64)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    of = np.repeat(np.arange(count, dtype=np.uint32), each)
    return Moments(
        begins,
        ends,
        rng.integers(0, 256, (count, 32), np.uint8),
        rng.integers(50, 101, count, np.uint8),
        rng.integers(0, 256, (len(of), 32), np.uint8),
        of,
        rng.integers(50, 101, len(of), np.uint8),
        int(ends.max(initial=0)) + draw(st.integers(0, 100)),
    )


@given(some_moments())
def test_moments_come_back_as_they_went_in(given_ones: Moments) -> None:
    again = moments.from_bytes(moments.to_bytes(given_ones))

    for column in ("begins", "ends", "whole", "qualities", "anchored", "anchored_of", "anchored_qualities"):
        np.testing.assert_array_equal(getattr(again, column), getattr(given_ones, column))
        assert getattr(again, column).dtype == getattr(given_ones, column).dtype
    assert again.duration == given_ones.duration
    assert moments.to_bytes(again) == moments.to_bytes(given_ones)


@given(some_moments(), st.data())
def test_a_blob_that_was_touched_is_refused(given_ones: Moments, data: st.DataObject) -> None:
    blob = bytearray(moments.to_bytes(given_ones))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(MomentsRefused):
        moments.from_bytes(bytes(blob))


@given(some_moments(), st.data())
def test_a_blob_that_was_cut_is_refused(given_ones: Moments, data: st.DataObject) -> None:
    blob = moments.to_bytes(given_ones)

    with pytest.raises(MomentsRefused):
        moments.from_bytes(blob[: data.draw(st.integers(0, len(blob) - 1))])


@given(st.binary(max_size=400))
def test_noise_with_a_right_checksum_is_refused_or_read_never_an_accident(noise: bytes) -> None:
    body = struct.pack("<4sB3x", b"RPTM", 1) + noise
    with contextlib.suppress(MomentsRefused):
        moments.from_bytes(body + hashlib.sha256(body).digest()[:8])


def test_a_promise_of_four_thousand_million_moments_takes_no_room() -> None:
    body = struct.pack("<4sB3xIII", b"RPTM", 1, 0, 2**32 - 1, 2**32 - 1)

    with pytest.raises(MomentsRefused):
        moments.from_bytes(body + hashlib.sha256(body).digest()[:8])


def test_moments_out_of_the_order_of_time_are_wrong() -> None:
    with pytest.raises(WrongInput):
        _two([2000, 1000], [2000, 1000])


@pytest.mark.parametrize("end", [2000, 4000])
def test_a_moment_that_lasts_into_the_next_one_is_wrong(end: int) -> None:
    """Else every moment might last as long as its video."""
    with pytest.raises(WrongInput):
        _two([1000, 2000], [end, 4500])
    assert len(_two([1000, 2000], [1999, 4500])) == 2


def test_a_moment_beyond_the_end_of_its_video_is_wrong() -> None:
    with pytest.raises(WrongInput):
        _two([1000, 2000], [1000, 5001])


def test_who_may_not_see_anchored_hashes_gets_a_blob_without_them() -> None:
    whole = _two([1000, 2000], [1000, 2500])

    assert len(whole.anchored) == 1
    assert len(moments.from_bytes(moments.to_bytes(whole.without_anchored())).anchored) == 0


def test_moments_show_no_bit() -> None:
    assert repr(_two([1000, 2000], [1000, 2500])) == "Moments(2 + 1)"


def _two(begins: list[int], ends: list[int]) -> Moments:
    return Moments(
        np.array(begins, np.uint32),
        np.array(ends, np.uint32),
        np.zeros((2, 32), np.uint8),
        np.full(2, 100, np.uint8),
        np.zeros((1, 32), np.uint8),
        np.ones(1, np.uint32),
        np.full(1, 100, np.uint8),
        5000,
    )
