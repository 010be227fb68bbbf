"""Every bound on a stranger's video holds, and says so."""

import functools
import io
from dataclasses import fields, replace
from pathlib import Path

import av
import numpy as np
import pytest
from films import Recipe, film, framed, prepared
from video_files import animation, made, seen

from repit_engine import VideoLimits, open_video
from repit_engine.errors import NotAVideo, VideoTookTooLong, VideoTooLarge, WrongInput
from repit_engine.video import Video

LIMITS = VideoLimits()
FILM = made("h264")
FRAME = 160 * 96


@functools.cache
def _huge() -> bytes:
    """Little to send, much to decode: frames of 4096 × 4096 in which nothing moves."""
    recipe = Recipe(width=4096, height=4096, options={"preset": "ultrafast", "crf": "51"})
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=30, options=recipe.options)
        prepared(stream, recipe)
        for _ in range(3):
            container.mux(stream.encode(framed(np.zeros((4096, 4096), np.uint8), "yuv420p")))
        container.mux(stream.encode(None))
    return out.getvalue()


def _limited(**limits: float) -> Video:
    return open_video(FILM, replace(LIMITS, **limits))


def test_a_file_beyond_the_limit_on_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    for source in (FILM, path):
        with pytest.raises(VideoTooLarge):
            open_video(source, replace(LIMITS, bytes=len(FILM) - 1))
        with open_video(source, replace(LIMITS, bytes=len(FILM))) as video:
            assert len(video.times) == 75


def test_frames_beyond_the_limit_on_pixels_are_refused_before_one_is_decoded() -> None:
    with pytest.raises(VideoTooLarge):
        open_video(_huge(), replace(LIMITS, pixels=4096 * 4096 - 1))
    with pytest.raises(VideoTooLarge):
        _limited(pixels=FRAME - 1)
    with _limited(pixels=FRAME) as video:
        assert len(seen(video.every())) == 75


def test_frames_that_would_take_too_much_memory_are_refused() -> None:
    with pytest.raises(VideoTooLarge):
        open_video(_huge(), replace(LIMITS, memory=4096 * 4096 * 16))


def test_a_frame_that_grows_beyond_the_limit_is_stepped_over() -> None:
    """The header speaks of the small ones that come first."""
    small = Recipe(container="mpegts", width=64, height=48, frames=10, options={"preset": "ultrafast"})
    content = film(small) + film(replace(small, width=640, height=480))
    with open_video(content, replace(LIMITS, pixels=64 * 48)) as video:
        assert {frame.luma.shape for frame in video.every()} == {(48, 64)}
        assert video.unseen == "damaged"


def test_no_more_pixels_are_decoded_than_allowed() -> None:
    with _limited(decoded=20 * FRAME) as video:
        # One frame was decoded when it was opened.
        assert 10 <= len(seen(video.every())) < 20
        assert video.unseen == "pixels"
        assert seen(video.every()) == []
    with pytest.raises(VideoTooLarge):
        _limited(decoded=FRAME - 1)


def test_single_frames_of_a_long_film_cost_what_they_need() -> None:
    with _limited(decoded=20 * FRAME) as video:
        assert len(seen(video.at(video.keyframes))) == len(video.keyframes) == 4
        assert video.unseen is None


def test_no_more_frames_are_looked_at_than_allowed() -> None:
    with _limited(frames=20) as video:
        assert len(video.times) == 20
        assert len(seen(video.every())) == 20
        assert len(seen(video.at(video.times))) == 20
        assert video.unseen == "frames"


def test_what_comes_after_the_limit_on_film_is_left() -> None:
    with _limited(film=1.0) as video:
        assert (int(video.times[-1]), video.duration, video.unseen) == (1000, 1000, "film")
        assert len(seen(video.every())) == 31


def test_what_takes_too_long_is_left_or_refused() -> None:
    with pytest.raises(VideoTookTooLong):
        _limited(seconds=1e-9)
    with open_video(FILM) as video:
        video._spent._end = 0.0
        assert seen(video.every()) == []
        assert video.unseen == "time"


def test_many_recordings_behind_one_another_do_not_get_round_the_limits() -> None:
    short = film(Recipe(container="mpegts", width=64, height=48, frames=10, options={"preset": "ultrafast"}))
    with open_video(short * 30, replace(LIMITS, frames=100)) as video:
        assert len(video.times) == 100
        assert video.unseen == "frames"


@pytest.mark.parametrize("name", [field.name for field in fields(VideoLimits)])
def test_a_limit_is_positive(name: str) -> None:
    with pytest.raises(WrongInput):
        replace(LIMITS, **{name: 0})


def test_a_path_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(NotAVideo):
            open_video(path)


def test_times_that_are_none_are_refused() -> None:
    with open_video(FILM) as video, pytest.raises(WrongInput):
        list(video.at(np.array([0.5])))


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_animations_keep_to_the_same_limits(form: str) -> None:
    content = animation(form)
    with pytest.raises(VideoTooLarge):
        open_video(content, replace(LIMITS, pixels=96 * 64 - 1))
    with open_video(content, replace(LIMITS, frames=4)) as video:
        assert (len(video.times), video.unseen) == (4, "frames")
    with open_video(content, replace(LIMITS, film=0.3)) as video:
        assert (len(video.times), video.unseen) == (3, "film")
