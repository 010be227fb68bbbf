"""Single frames are bit for bit those of the whole, whatever the codec, and cost less."""

import functools

import numpy as np
import pytest
from films import Recipe, film
from hypothesis import given, settings
from hypothesis import strategies as st
from video_files import KINDS, made, seen

from repit_engine import open_video
from repit_engine.video import Video, decoding
from repit_engine.video.av1 import Frames


@functools.cache
def _whole(kind: str) -> dict[int, tuple[int, str, bool, bool]]:
    with open_video(made(kind)) as video:
        frames = seen(video.every())
        assert [frame[0] for frame in frames] == video.times.tolist()
        assert video.unseen is None
    return {frame[0]: frame for frame in frames}


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_of_a_film_is_shown_once_at_its_time(kind: str) -> None:
    frames = _whole(kind)
    assert len(frames) == 75
    if not any(name in kind for name in ("raw", "obu", "mpeg1")):
        steps = np.diff(sorted(frames))
        assert set(steps.tolist()) == {33, 34}


@pytest.mark.parametrize("kind", KINDS)
@given(wanted=st.lists(st.integers(0, 74), max_size=12))
@settings(max_examples=12, deadline=None)
def test_wanted_frames_are_those_of_the_whole(kind: str, wanted: list[int]) -> None:
    frames = _whole(kind)
    with open_video(made(kind)) as video:
        times = video.times[np.array(wanted, np.int64)]
        expected = [frames[ms] for ms in sorted(set(times.tolist()))]
        assert seen(video.at(times)) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_keyframes_alone_are_those_of_the_whole(kind: str) -> None:
    frames = _whole(kind)
    with open_video(made(kind)) as video:
        alone = seen(video.at(video.keyframes))
        assert alone == [frames[ms] for ms in video.keyframes.tolist()]
    # Where frames are counted, it is not known before they are decoded which of them these are.
    if not any(name in kind for name in ("intra refresh", "raw", "mpeg1")):
        assert all(frame[3] for frame in alone)
        assert video.keyframes[0] == 0


def test_a_time_at_which_no_frame_begins_has_none() -> None:
    with open_video(made("h264")) as video:
        assert seen(video.at(np.array([1, 34, -5, 10**9]))) == []


def _fed(video: Video, wanted: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> int:
    """How many packets a decoder is given."""
    counted = 0

    class Counting(decoding.Decoding):
        def _decoded(self, packet, number, *, strict=False):  # type: ignore[no-untyped-def]
            nonlocal counted
            counted += packet is not None
            return super()._decoded(packet, number, strict=strict)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("repit_engine.video.film.Decoding", Counting)
        list(video.at(wanted))
    return counted


@pytest.mark.parametrize(
    "kind", ["h264", "h264 open", "h264 open ts", "hevc", "hevc open", "vp9", "av1", "mpeg4"]
)
def test_what_nobody_wants_is_not_decoded(kind: str) -> None:
    # In a transport stream the packet behind a wanted one may be its second field.
    each = 2 if kind.endswith("ts") else 1
    with open_video(made(kind)) as video:
        assert _fed(video, video.keyframes) == each * len(video.keyframes)
        assert _fed(video, video.times[:1]) == each
        assert _fed(video, video.times) == len(video.times)


def test_a_frame_before_the_first_of_an_open_group_is_fed_the_group_before() -> None:
    content = film(Recipe(frames=60, group=30, options={"x264-params": "open-gop=1:bframes=3:b-adapt=0"}))
    with open_video(content) as video:
        early = video.times[(video.times < video.keyframes[1]) & (video.times > video.keyframes[1] - 70)]
        whole = {frame[0]: frame for frame in seen(video.every())}
        for ms in early.tolist():
            assert seen(video.at(np.array([ms]))) == [whole[ms]]


@pytest.mark.parametrize("kind", ["av1", "av1 matroska"])
def test_av1_frames_on_which_nothing_rests_are_not_decoded(kind: str) -> None:
    with open_video(made(kind)) as video:
        needed = _fed(video, video.times[-1:])
        # The last group has 25 frames.
        assert needed < 20
        assert _fed(video, video.times) == 75


@given(data=st.binary(max_size=80))
@settings(deadline=None)
def test_av1_headers_of_any_kind_are_read_or_left(data: bytes) -> None:
    frames = Frames(b"\x81" + data)
    for unit in (b"\x0a", b"\x32", b"\x12\x00\x32"):
        needed = frames.needed_of(unit + bytes([len(data) & 127]) + data)
        assert needed is None or len(needed) <= len(data) + 4
