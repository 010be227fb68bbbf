"""Where a part of a frame that shows a film begins and ends, told from plane after plane."""

from collections.abc import Callable

import numpy as np
import pytest
from shown_frames import panned, picture

from repit_engine.anchors.plane import working_plane
from repit_engine.moments import borders
from repit_engine.moments.parts import Constant

HEIGHT, WIDTH = 360, 640
Scene = Callable[[int], np.ndarray]


def _shown(scene: Scene, box: tuple[int, int, int, int], around: Scene) -> Constant:
    left, top, right, bottom = box
    constant = Constant()
    for ms in range(0, 4000, 200):
        frame = around(ms).copy()
        frame[top:bottom, left:right] = scene(ms)
        constant.add(ms, working_plane(frame))
    return constant


def _best(constant: Constant, box: tuple[int, int, int, int]) -> float:
    """Of a rectangle's side at its best, how far from the truth, as a share of the box."""
    true = np.array(box) / [WIDTH, HEIGHT, WIDTH, HEIGHT]
    found = constant.rectangles()
    sides = np.tile(true[2:] - true[:2], 2)
    return float((np.abs(found - true) / sides).max(axis=1).min(initial=9))


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_film_within_a_film_is_told_to_a_hundredth_of_its_side(seed: int) -> None:
    box = (40 + 20 * seed, 120, 264 + 20 * seed, 246)
    around = panned(seed + 30, HEIGHT, WIDTH)
    assert _best(_shown(panned(seed, 126, 224), box, around), box) <= 0.015


def test_a_film_that_hardly_moves_within_a_still_picture_is_told() -> None:
    box = (300, 60, 524, 186)
    ground = picture(40, HEIGHT, WIDTH)
    film = panned(14, 126, 224, swing=3)
    assert _best(_shown(film, box, lambda _: ground), box) <= 0.015


def test_a_side_is_moved_to_the_strongest_step_near_it_and_the_frames_own_stays() -> None:
    across, down = np.zeros((50, 99), np.int64), np.zeros((49, 100), np.int64)
    across[:, 29] = 9  # before column 30
    down[9, :] = 9
    box = borders.snapped(np.array([34, 4, 100, 50]), across, down)
    assert box.tolist() == [30, 10, 100, 50]


def test_what_is_seen_in_few_planes_is_no_border() -> None:
    recurring = borders.Recurring()
    for number in range(20):
        plane = np.full((288, 512), 90 * 256, np.int32)
        plane[60 : 60 + 100, 5 * number : 5 * number + 180] = 180 * 256  # at another place each time
        recurring.add(plane)
    assert not any(box[2] - box[0] < 400 and box[0] > 0 for box in recurring.boxes().tolist())
    still = borders.Recurring()
    for _ in range(3):
        still.add(plane)
    assert [5 * 19, 60, 5 * 19 + 180, 160] in still.boxes().tolist()


def test_the_seldom_seen_give_way_so_that_no_length_holds_more() -> None:
    recurring = borders.Recurring()
    rng = np.random.default_rng(3)
    for _ in range(200):
        plane = np.zeros((144, 256), np.int32)
        for left, top in zip(rng.integers(0, 180, 4), rng.integers(0, 90, 4), strict=True):
            plane[top : top + 40, left : left + 60] = int(rng.integers(40, 220)) * 256
        recurring.add(plane)
    assert len(recurring._seen) <= 2 * borders._MOST_HELD + 20


@pytest.mark.filterwarnings("error")
def test_thin_lines_along_a_frame_have_no_inside_and_are_no_box_of_what_moves() -> None:
    constant = Constant()
    for ms in range(0, 2000, 200):
        plane = np.full((288, 512), 90 * 256, np.int32)
        plane[:, :2] = plane[:2] = (60 + ms // 20) * 256
        constant.add(ms, plane)
    left, _, right, _ = constant.rectangles().T
    assert (right - left >= 0.12).all()
