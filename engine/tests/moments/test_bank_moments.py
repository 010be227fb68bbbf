"""What a bank keeps of a video: the stillest frame of each second, whatever the video does."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from shown_frames import Shown, panned, picture, steady

from repit_engine.anchors import bank_family
from repit_engine.moments import moments_of, to_bytes
from repit_engine.pdq import Orientation, distances
from repit_engine.stoplist import package_stoplist
from repit_engine.video import turned


def test_each_second_gives_the_frame_at_which_the_camera_stands_still() -> None:
    moments = moments_of(Shown(steady(6000), panned(1)))
    # It turns round at half seconds: 500, 1500, …
    assert len(moments) == 6
    assert (np.abs(moments.begins.astype(int) - (1000 * np.arange(6) + 500)) <= 40).all()
    assert moments.begins.tolist() == moments.ends.tolist()


def test_a_copy_at_another_rate_that_begins_elsewhere_gives_the_same_moments() -> None:
    scene = panned(2)
    bank = moments_of(Shown(steady(8000), scene))
    copy = moments_of(Shown(steady(6000, 25), lambda ms: scene(ms + 730)))
    nearest = distances(bank.whole, copy.whole).min(axis=1)
    inside = (bank.begins > 800) & (bank.begins < 6600)
    assert (nearest[inside] <= 31).all()


def test_a_moment_holds_the_hashes_of_a_picture_of_that_frame() -> None:
    scene = panned(3)
    moments = moments_of(Shown(steady(1000), scene))
    luma = np.ascontiguousarray(scene(int(moments.begins[0])))
    family = bank_family(luma, 4, stoplist=package_stoplist())
    assert moments.whole[0].tobytes() == family.hashes[0].tobytes()
    assert moments.qualities[0] == family.qualities[0]
    anchored = sorted(row.tobytes() for row in family.hashes[1:])
    assert len(anchored) >= 1
    assert [row.tobytes() for row in moments.anchored] == anchored


@pytest.mark.parametrize("turn", Orientation)
def test_a_turned_video_has_the_moments_of_the_turned_frames(turn: Orientation) -> None:
    scene = panned(4)

    def back(ms: int) -> np.ndarray:
        inverse = {Orientation.QUARTER_TURN_LEFT: Orientation.QUARTER_TURN_RIGHT,
                   Orientation.QUARTER_TURN_RIGHT: Orientation.QUARTER_TURN_LEFT}  # fmt: skip
        return turned(scene(ms), inverse.get(turn, turn))

    upright, stored = moments_of(Shown(steady(2000), scene)), moments_of(Shown(steady(2000), back, turn=turn))
    # Both are sampled from the same pixels, but their sums are rounded in another order.
    assert (np.abs(upright.begins.astype(int) - stored.begins) <= 34).all()
    same = upright.begins == stored.begins
    assert same.any()
    assert np.diag(distances(upright.whole, stored.whole))[same].max() <= 2
    assert to_bytes(upright.without_anchored())[:12] == to_bytes(stored.without_anchored())[:12]


def test_luma_of_limited_range_gives_the_hashes_of_full_range() -> None:
    scene = panned(5)

    def limited(ms: int) -> np.ndarray:
        return 16 + scene(ms).astype(np.float32) * np.float32(219 / 255)

    full, narrow = (
        moments_of(Shown(steady(2000), scene)),
        moments_of(Shown(steady(2000), limited, limited=True)),
    )
    assert full.begins.tolist() == narrow.begins.tolist()
    assert np.diag(distances(full.whole, narrow.whole)).max() <= 2
    assert np.abs(full.qualities.astype(int) - narrow.qualities).max() <= 1
    assert len(full.anchored) == len(narrow.anchored) >= 2
    assert np.median(distances(full.anchored, narrow.anchored).min(axis=1)) <= 4


def _black(ms: int) -> np.ndarray:
    return np.full((90, 160), 16, np.uint8)


def _black_then_seen(ms: int) -> np.ndarray:
    return _black(ms) if ms < 2300 else panned(6, 90, 160)(ms)


def test_what_shows_nothing_is_not_kept_and_the_next_stillest_frame_is() -> None:
    assert len(moments_of(Shown(steady(3000), _black))) == 0
    moments = moments_of(Shown(steady(4000), _black_then_seen))
    assert moments.begins.min() >= 2300
    assert {2, 3} == set((moments.begins // 1000).tolist())


def test_damaged_frames_are_never_kept() -> None:
    scene = panned(7)
    whole = moments_of(Shown(steady(2000), scene))
    worst = [ms for ms in steady(2000) if abs(ms - int(whole.begins[0])) <= 100]
    again = moments_of(Shown(steady(2000), scene, corrupt=worst))
    assert not set(again.begins.tolist()) & set(worst)
    assert len(moments_of(Shown(steady(2000), scene, corrupt=steady(2000)))) == 0


def test_a_picture_that_stands_for_minutes_is_one_moment_with_its_stretch() -> None:
    still = picture(8)
    moments = moments_of(Shown(range(0, 120_000, 500), lambda ms: still))
    assert len(moments) == 1
    assert (moments.begins[0], moments.ends[0]) == (0, 119_000)


@pytest.mark.parametrize("times", [[0], [0, 1], [0, 4, 9], [0, 5_000_000, 1_000_000_000]])
def test_odd_times_are_walked_frame_by_frame(times: list[int]) -> None:
    moments = moments_of(Shown(times, lambda ms: picture(ms % 97)))
    assert len(moments) >= 1
    assert moments.begins[0] == 0
    assert moments.duration >= times[-1]


def test_a_slide_show_keeps_each_slide() -> None:
    moments = moments_of(Shown(range(0, 40_000, 4000), lambda ms: picture(100 + ms // 4000)))
    assert moments.begins.tolist() == list(range(0, 40_000, 4000))


def test_a_cut_is_not_taken_for_a_still_moment() -> None:
    scene, other = panned(9), panned(10)
    moments = moments_of(Shown(steady(4000), lambda ms: scene(ms) if ms < 2000 else other(ms)))
    assert (np.abs(moments.begins.astype(int) - 2000) > 110).all()


def test_hours_are_not_beyond_it() -> None:
    def hour(ms: int) -> np.ndarray:
        return picture(ms // 60_000 % 3, 40, 64)

    moments = moments_of(Shown(range(0, 5 * 3_600_000, 60_000), hour))
    assert len(moments) == 300
    assert moments.duration >= 5 * 3_600_000 - 60_000


@pytest.mark.parametrize("scene", [panned(11), _black])
def test_memory_does_not_grow_with_length(scene: Callable[[int], np.ndarray]) -> None:
    moments_of(Shown(steady(1000), scene))
    peaks = []
    for length in (2000, 20_000):
        tracemalloc.start()
        moments_of(Shown(steady(length), scene))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] <= peaks[0] + 500_000
