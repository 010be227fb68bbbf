"""What an upload is asked with: what a bank may have kept is met, and no length exceeds the budget."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from shown_frames import Shown, panned, picture, steady

from repit_engine.anchors import Kind
from repit_engine.moments import Asked, Moments, VideoBudget, VideoStage, asked_about, asked_of, moments_of
from repit_engine.pdq import Orientation, distances, hash_luma

MOST = 25_000


def _met(moments: Moments, asked: Iterable[Asked], radius: int = 31) -> np.ndarray:
    """Which moments any hash meets: ``(n,) bool``."""
    nearest = np.full(len(moments), 256)
    for stage in asked:
        if len(stage):
            nearest = np.minimum(nearest, distances(moments.whole, stage.hashes).min(axis=1))
            if len(moments.anchored):
                near = distances(moments.anchored, stage.hashes).min(axis=1)
                np.minimum.at(nearest, moments.anchored_of.astype(int), near)
    return nearest <= radius


def test_stages_come_from_cheap_to_dear_and_the_dense_one_in_slices() -> None:
    stages = list(asked_of(Shown(steady(25_000, 10), panned(1, 90, 160))))
    order = [stage.stage for stage in stages]
    assert order == sorted(order)
    dense = [stage for stage in stages if stage.stage is VideoStage.DENSE]
    assert len(dense) == 3
    assert all(part.ms.max() <= other.ms.min() + 500 for part, other in pairwise(dense))
    only = list(asked_of(Shown(steady(2000), panned(1)), last=VideoStage.SECONDS))
    assert [stage.stage for stage in only] == [VideoStage.KEYFRAMES, VideoStage.SECONDS]


def test_every_frame_of_a_short_upload_is_asked_whole_in_eight_orientations() -> None:
    times, scene = steady(2000), panned(2)
    asked = [stage for stage in asked_of(Shown(times, scene)) if stage.stage is VideoStage.DENSE]
    ms = np.concatenate([stage.ms for stage in asked])
    rows = np.concatenate([stage.hashes for stage in asked])
    orientation = np.concatenate([stage.orientation for stage in asked])
    skipped = 0
    for time in times:
        here = ms == time
        if not here.any():
            skipped += 1  # within four bits of the frame before
            continue
        luma = np.ascontiguousarray(scene(time))
        assert hash_luma(luma)[0].tobytes() in {row.tobytes() for row in rows[here]}
        assert set(Orientation) <= set(orientation[here].tolist())
    assert skipped < len(times) // 2


@pytest.mark.parametrize(
    ("length", "rate", "least", "most"),
    [(1400, 30, 0.95, 1.0), (8_000, 20, 0.02, 0.4), (8_000, 30, 0.02, 0.4), (20_000, 30, 0.01, 0.2)],
)
def test_a_short_upload_is_asked_about_the_places_of_every_frame_and_of_nothing_twice(
    length: int, rate: int, least: float, most: float
) -> None:
    times = steady(length, rate)
    asked = [stage for stage in asked_of(Shown(times, panned(2))) if stage.stage is VideoStage.DENSE]
    ms = np.concatenate([stage.ms for stage in asked])
    kinds = np.concatenate([stage.kinds for stage in asked])
    share = len(np.unique(ms[kinds == Kind.ANCHOR])) / len(times)
    assert least <= share <= most
    rows = np.concatenate([stage.hashes for stage in asked])[kinds == Kind.WHOLE]
    whole = {(time, row.tobytes()) for time, row in zip(ms[kinds == Kind.WHOLE].tolist(), rows, strict=True)}
    assert len(whole) == len(rows)


def test_damaged_frames_are_asked_whole_but_are_no_still_moment() -> None:
    times = steady(1000)
    asked = list(asked_of(Shown(times, panned(3), corrupt=times)))
    dense = next(stage for stage in asked if stage.stage is VideoStage.DENSE)
    assert len(dense) > 100
    assert set(dense.kinds.tolist()) == {Kind.WHOLE}


def test_what_shows_nothing_asks_nothing() -> None:
    assert sum(map(len, asked_of(Shown(steady(2000), lambda ms: np.full((90, 160), 16, np.uint8))))) == 0


@pytest.mark.parametrize(
    "altered",
    [
        lambda luma: luma,
        lambda luma: luma[:, ::-1],
        np.rot90,
        lambda luma: np.pad(luma, ((40, 40), (0, 0)), constant_values=16),
        lambda luma: luma[12:, 20:],
    ],
    ids=["as it is", "mirrored", "turned", "letterbox", "crop"],
)
def test_an_altered_copy_meets_what_the_bank_kept(altered) -> None:  # type: ignore[no-untyped-def]
    scene = panned(4, 216, 384)
    bank = moments_of(Shown(steady(5000), scene))
    copy = Shown(steady(5000, 25), lambda ms: np.ascontiguousarray(altered(scene(ms))))
    assert _met(bank, asked_of(copy), 46).mean() >= 0.8


def test_a_picture_in_the_corner_of_another_video_is_found_by_what_does_not_move() -> None:
    scene, around = panned(5, 216, 384), picture(50, 480, 854)
    bank = moments_of(Shown(steady(4000), scene))

    def corner(ms: int) -> np.ndarray:
        frame = around.copy()
        frame[40:256, 430:814] = scene(ms)
        return frame

    stages = list(asked_of(Shown(steady(4000), corner)))
    parts = [stage for stage in stages if stage.stage is VideoStage.PARTS]
    assert _met(bank, parts).all()
    found = np.unique(np.concatenate([stage.rectangles for stage in parts]), axis=0)
    true = np.array([430 / 854, 40 / 480, 814 / 854, 256 / 480])
    assert np.abs(found - true).max(axis=1).min() <= 0.01
    assert not _met(bank, [stage for stage in stages if stage.stage < VideoStage.DENSE]).any()


def test_a_video_that_fills_its_frame_has_no_such_rectangle() -> None:
    wide = [picture(70 + number, 216, 600) for number in range(4)]

    def walked(ms: int) -> np.ndarray:
        left = round(108 + 85 * np.sin(ms / 300) + 20 * np.sin(ms / 70))
        return wide[ms // 1500][:, left : left + 384]

    parts = [stage for stage in asked_of(Shown(steady(6000), walked)) if stage.stage is VideoStage.PARTS]
    assert sum(map(len, parts)) == 0


@pytest.mark.parametrize("length", [60_000, 1_200_000])
def test_no_length_exceeds_the_budget_and_its_end_is_asked_like_its_beginning(length: int) -> None:
    wide = picture(6, 60, 4000)

    def restless(ms: int) -> np.ndarray:
        left = ms * 7 % 3800
        return wide[:, left : left + 107]

    stages = list(asked_of(Shown(steady(length, 30 if length < 100_000 else 5), restless)))
    assert sum(map(len, stages)) <= MOST - 2500
    ms = np.concatenate([stage.ms for stage in stages if stage.stage is VideoStage.DENSE])
    each = np.histogram(ms, bins=10, range=(0, length))[0]
    assert each.min() >= 0.5 * each.mean()


def test_a_smaller_budget_is_kept_too() -> None:
    budget = VideoBudget(early=80, whole=200, still=300, parts=100)
    stages = list(asked_of(Shown(steady(10_000), panned(7)), budget=budget))
    counts = {stage: sum(len(part) for part in stages if part.stage is stage) for stage in VideoStage}
    assert counts[VideoStage.KEYFRAMES] <= 80
    assert counts[VideoStage.SECONDS] <= 80
    assert 300 <= counts[VideoStage.DENSE] <= 500
    assert counts[VideoStage.PARTS] <= 100


def test_what_a_quiet_stretch_leaves_is_used_by_a_busy_one() -> None:
    scene, still = panned(8), picture(9)
    video = Shown(steady(20_000), lambda ms: still if ms < 15_000 else scene(ms))
    budget = VideoBudget(early=0, whole=160, still=0, parts=0)
    ms = np.concatenate([stage.ms for stage in asked_of(video, budget=budget)])
    assert (ms >= 15_000).sum() > 100


def test_what_runs_at_a_thousand_frames_a_second_takes_nothing_from_what_it_is_put_beside() -> None:
    scene, wide = panned(8, 60, 107), picture(6, 60, 4000)
    times = [*range(2_000), *(2_000 + ms for ms in steady(3_000))]
    video = Shown(times, lambda ms: wide[:, ms * 7 % 3_800 :][:, :107] if ms < 2_000 else scene(ms))
    video.keyframes = video.times
    budget = VideoBudget(early=1_250, whole=200, still=0, parts=0)
    stages = list(asked_of(video, budget=budget))
    for stage, least in ((VideoStage.KEYFRAMES, 60), (VideoStage.DENSE, 60)):
        ms = np.concatenate([part.ms for part in stages if part.stage is stage])
        assert len(np.unique(ms[ms >= 2_000])) >= least
    again = asked_about(video, np.arange(0, 5_000, 100), most=400)
    assert len(np.unique(again.ms[again.ms >= 2_000])) >= 60


def test_an_upload_is_asked_again_densely_about_given_times() -> None:
    times, scene = steady(5000), panned(10)
    asked = asked_about(Shown(times, scene), np.array([9000, 1900, *range(1000, 1800, 100), -900]))
    assert asked.stage is VideoStage.AGAIN
    assert set(asked.ms.tolist()) <= {ms for ms in times if 930 <= ms <= 1970}
    assert len(np.unique(asked.ms)) >= 22
    still = np.unique(asked.ms[asked.kinds == Kind.ANCHOR])
    assert (np.abs(still - 1500) <= 40).any()
    for nothing in ([], [6000]):
        assert len(asked_about(Shown(times, scene), np.array(nothing, np.int64))) == 0


def test_single_times_are_asked_about_with_the_frames_next_to_them() -> None:
    times, scene = steady(5000), panned(12)
    asked = asked_about(Shown(times, scene), np.array([4990, 1010, 1011]))
    assert set(asked.ms.tolist()) == {
        ms for ms in times if min(abs(ms - t) for t in (1010, 1011, 4990)) <= 70
    }


def test_asking_again_keeps_to_its_budget_whatever_is_predicted() -> None:
    asked = asked_about(Shown(steady(10_000), panned(11)), np.arange(0, 10_000, 7))
    assert 1000 <= len(asked) <= 2500
    assert asked.ms.max() > 9000
