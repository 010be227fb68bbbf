"""Every bound on a stranger's video holds, and says so."""

import functools
import io
import struct
from dataclasses import fields, replace
from pathlib import Path

import av
import numpy as np
import pytest
from films import Recipe, film, framed, prepared
from PIL.GifImagePlugin import GifImageFile
from video_files import animation, made, seen

from repit_engine import VideoLimits, open_video
from repit_engine.errors import DamagedVideo, NotAVideo, VideoTookTooLong, VideoTooLarge, WrongInput
from repit_engine.video import Video, av1

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


def test_what_is_passed_over_counts_as_well() -> None:
    """To find out that nothing rests on a frame takes time, of which a film may want a lot."""
    content = made("av1")
    with open_video(content, replace(LIMITS, decoded=12 * FRAME)) as video:
        assert seen(video.at(video.times[-1:])) == []
        assert video.unseen == "pixels"
    with open_video(content, replace(LIMITS, decoded=30 * FRAME)) as video:
        assert len(seen(video.at(video.times[-1:]))) == 1


def _of_ivf(packets: list[bytes]) -> bytes:
    head = struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, b"AV01", 160, 96, 30, 1, len(packets), 0)
    return head + b"".join(struct.pack("<IQ", len(each), at) + each for at, each in enumerate(packets))


def _packets(content: bytes) -> tuple[list[bytes], bytes]:
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.video[0]
        description = stream.codec_context.extradata or b""
        return [bytes(packet) for packet in container.demux(stream) if packet.size], description


def _in_one_packet(recipe: Recipe, container: str) -> bytes:
    out, content = io.BytesIO(), film(recipe)
    with av.open(io.BytesIO(content)) as read, av.open(out, "w", format=container) as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        packet = av.Packet(b"".join(_packets(content)[0]))
        packet.pts = packet.dts = 0
        packet.is_keyframe, packet.stream = True, stream
        written.mux(packet)
    return out.getvalue()


_ALL_KEYS = Recipe(width=160, height=96, frames=30, group=1, options={"preset": "veryfast"})


@pytest.mark.parametrize("kind", ["av1", "h264", "h264 avi"])
def test_a_packet_holds_no_more_frames_than_an_encoder_puts_into_one(kind: str) -> None:
    """Each would be decoded for the price of one."""
    if kind == "av1":
        packets, _ = _packets(made("av1 obu"))
        with open_video(_of_ivf([packets[0] + packets[1], *packets[2:]])) as video:
            assert len(seen(video.every())) == 75
        content = _of_ivf([b"".join(packets)])
    elif kind == "h264":
        content = _in_one_packet(_ALL_KEYS, "mp4")
    else:
        content = _in_one_packet(replace(_ALL_KEYS, container="h264"), "avi")
    with pytest.raises(DamagedVideo):
        open_video(content)


def test_all_frames_of_a_packet_are_counted() -> None:
    packets, _ = _packets(made("av1 obu"))
    eights = [b"".join(packets[at : at + 8]) for at in range(0, 72, 8)]
    with open_video(_of_ivf(eights), replace(LIMITS, decoded=60 * FRAME)) as video:
        assert len(seen(video.every())) < 60
        assert video.unseen == "pixels"


def test_of_a_header_no_more_is_read_than_any_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of megabytes, in each packet, would be turned into a number as long, thirty times over."""
    longest = 0

    class Measured(av1._Bits):
        def __init__(self, data: bytes) -> None:
            nonlocal longest
            longest = max(longest, len(data))
            super().__init__(data)

    monkeypatch.setattr(av1, "_Bits", Measured)
    content = made("av1 obu")
    packets, _ = _packets(content)
    (sequence,) = [
        data[body:end] for data in packets[:1] for kind, _, body, end in av1._units(data) if kind == 1
    ]
    padded = sequence + bytes(1 << 20)
    frames = av1.Frames(b"")
    frames.needed_of(b"\x0a" + _leb128(len(padded)) + padded + packets[0])
    assert 0 < longest < 200
    assert any(frames.needed_of(data) == b"" for data in packets)


def _leb128(number: int) -> bytes:
    return bytes([number & 127 | 128, number >> 7 & 127 | 128, number >> 14 & 127 | 128, number >> 21])


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


def test_nothing_is_read_once_the_time_is_over() -> None:
    """A demuxer may pass over gigabytes before it gives the next packet, or none."""

    class Counting(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            self.given += len(piece)
            return piece

    file = Counting(made("samples"))
    with open_video(file) as video:
        before, video._spent._end = file.given, 0.0
        assert seen(video.every()) == seen(video.at(video.times)) == []
        assert (file.given, video.unseen) == (before, "time")


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
    with open_video(content) as whole, open_video(content, replace(LIMITS, frames=len(whole.times))) as video:
        assert (len(video.times), video.unseen) == (len(whole.times), None)
    with open_video(content, replace(LIMITS, film=0.3)) as video:
        assert (len(video.times), video.unseen) == (3, "film")


def test_a_gif_is_not_walked_through_to_count_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only as far as the limits go; and of one that is too large nothing is asked."""
    content = animation("GIF")
    with open_video(content) as video:
        whole = video.times.tolist()

    def walk(_: object) -> int:
        raise AssertionError

    monkeypatch.setattr(GifImageFile, "n_frames", property(walk))
    with open_video(content) as video:
        assert (video.times.tolist(), video.unseen) == (whole, None)
    monkeypatch.setattr(GifImageFile, "is_animated", property(walk))
    with pytest.raises(VideoTooLarge):
        open_video(content, replace(LIMITS, pixels=96 * 64 - 1))
