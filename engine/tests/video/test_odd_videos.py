"""What containers, cameras and accidents do to a film: times, turns, tracks, damage."""

import gc
import io
import random
import zlib
from dataclasses import replace
from typing import cast

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from films import Recipe, cut_before, encode, film, prepared, scene, turned_by
from PIL import Image
from video_files import animation, made, seen

from repit_engine import Orientation, open_video
from repit_engine.errors import DamagedVideo, NoMovingPicture, NotAVideo, UnsupportedVideo, VideoRefused
from repit_engine.video import turned
from repit_engine.video.display import turn_of
from repit_engine.video.luma import Planes

PLAIN = Recipe(width=160, height=96, frames=60, group=30, options={"preset": "veryfast"})
FILM = film(PLAIN)


def _damaged(content: bytes, flips: int, begin: float, end: float) -> bytes:
    chance, made_of = random.Random(flips), bytearray(content)
    for _ in range(flips):
        made_of[chance.randrange(int(begin * len(content)), int(end * len(content)))] ^= (
            1 << chance.randrange(8)
        )
    return bytes(made_of)


# --- how it is shown ----------------------------------------------------------------------------------------

_TURNS = {
    (1, 0, 0, 1): Orientation.UPRIGHT,
    (-1, 0, 0, 1): Orientation.MIRRORED,
    (1, 0, 0, -1): Orientation.FLIPPED,
    (-1, 0, 0, -1): Orientation.HALF_TURN,
    (0, 1, 1, 0): Orientation.TRANSPOSED,
    (0, -1, 1, 0): Orientation.QUARTER_TURN_LEFT,
    (0, 1, -1, 0): Orientation.QUARTER_TURN_RIGHT,
    (0, -1, -1, 0): Orientation.ANTI_TRANSPOSED,
}


@pytest.mark.parametrize(("matrix", "turn"), _TURNS.items())
def test_the_display_matrix_turns_and_mirrors(matrix: tuple[int, int, int, int], turn: Orientation) -> None:
    """What the matrix does to each corner is what `turned` does to a plane."""
    with open_video(turned_by(FILM, matrix)) as video:
        assert video.turn is turn
        assert next(video.every()).turn is turn
        assert (video.width, video.height) == (160, 96)
    a, b, c, d = matrix
    plane = np.arange(6).reshape(2, 3)
    shown = turned(plane, turn)
    height, width = shown.shape
    for y, x in np.ndindex(plane.shape):
        # A pixel lies between two whole numbers: what is mirrored begins one before 0.
        across, down = a * x + c * y + min(a, c, 0), b * x + d * y + min(b, d, 0)
        assert shown[down % height, across % width] == plane[y, x]


def test_frames_are_let_go_as_they_come_whatever_stands_beside_them() -> None:
    """Without Python's own search for rings, which comes after hundreds of frames."""
    gc.collect()
    gc.disable()
    try:
        with open_video(turned_by(FILM, (0, 1, -1, 0))) as video:
            assert sum(1 for _ in video.every()) >= 8
            held = sum(type(each) is VideoFrame for each in gc.get_objects())
    finally:
        gc.enable()
    assert held <= 2


@pytest.mark.parametrize(
    "matrix", [(1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0)], ids=["0", "left", "half", "right"]
)
def test_beside_what_has_no_name_the_angle_of_a_turn_is_heard(matrix: tuple[int, int, int, int]) -> None:
    class Unnamed:
        """A frame beside which stands a kind of data that PyAV does not know."""

        def __init__(self, rotation: int) -> None:
            self.rotation = rotation

        @property
        def side_data(self) -> None:
            raise ValueError("35 is not a valid Type")

    with av.open(io.BytesIO(turned_by(FILM, matrix))) as container:
        rotation = next(container.decode(video=0)).rotation
    assert turn_of(cast(VideoFrame, Unnamed(rotation))) is _TURNS[matrix]


def test_what_an_edit_list_hides_is_decoded_and_never_shown() -> None:
    with open_video(FILM) as whole, open_video(cut_before(FILM, 0.7)) as cut:
        all_frames = seen(whole.every())
        shown = seen(cut.every())
        assert cut.times[0] == 0 and len(cut.times) == 60 - 21
        assert [frame[1] for frame in shown] == [frame[1] for frame in all_frames[21:]]
        assert seen(cut.at(cut.times[::5])) == shown[::5]


def test_a_crop_is_taken_to_the_pixel() -> None:
    options = {"preset": "veryfast", "x264-params": "crop-rect=6,2,10,4"}
    with open_video(film(replace(PLAIN, options=options))) as cropped, open_video(FILM) as whole:
        assert (cropped.width, cropped.height) == (160 - 16, 96 - 6)
        [inner], [outer] = (
            [frame.luma.copy() for frame in video.at(np.array([0]))] for video in (cropped, whole)
        )
        assert inner.flags.c_contiguous
        assert np.abs(inner.astype(int) - outer[2:-4, 6:-10]).mean() < 1


# --- when it is shown ---------------------------------------------------------------------------------------


def test_uneven_times_are_kept() -> None:
    times = [3000 * (number * number // 4 + number) for number in range(60)]
    with open_video(film(replace(PLAIN, times=times))) as video:
        assert video.times.tolist() == [(2 * time * 1000 + 90000) // 180000 for time in times]


def test_frames_of_one_millisecond_are_shown_one_after_another() -> None:
    with open_video(film(replace(PLAIN, times=range(60)))) as video:
        assert video.times.tolist() == list(range(60))
        assert len(seen(video.every())) == 60


def test_two_frames_a_thousand_million_seconds_apart_are_two_frames() -> None:
    content = film(replace(PLAIN, frames=2, times=(0, 90000 * 10**9), container="matroska"))
    with open_video(content) as video:
        assert len(seen(video.every())) == 1
        assert video.unseen == "film"
    content = film(replace(PLAIN, frames=2, times=(0, 90000 * 10**6), container="matroska"))
    with open_video(content) as video:
        assert video.times.tolist() == [0, 10**9]
        assert [frame[0] for frame in seen(video.at(video.times))] == [0, 10**9]


def test_a_recording_behind_another_goes_on_by_its_own_clock() -> None:
    first_part = film(replace(PLAIN, container="mpegts"))
    other = film(replace(PLAIN, container="mpegts", width=192, height=128, seed=9, rate=25))
    with open_video(first_part + other) as video:
        assert video.times.tolist() == [*_steady(60, 30), *(2000 + ms for ms in _steady(60, 25))]
        sizes = [frame.luma.shape for frame in video.every()]
        assert sizes == [(96, 160)] * 60 + [(128, 192)] * 60
        assert len(seen(video.at(video.times[::9]))) == 14
        assert video.unseen is None


def _steady(count: int, rate: int) -> list[int]:
    return [(2 * number * 1000 + rate) // (2 * rate) for number in range(count)]


def test_another_film_behind_the_first_is_said_to_be_there() -> None:
    with open_video(FILM + FILM) as video:
        assert (len(video.times), video.unseen) == (60, "more")


def test_a_stream_without_times_is_counted_at_its_rate() -> None:
    with open_video(film(replace(PLAIN, container="h264"))) as video:
        assert video.guessed
        assert [frame[0] for frame in seen(video.every())] == video.times.tolist()
        assert len(video.times) == 60


def test_a_live_recording_without_duration_has_the_times_of_its_frames() -> None:
    content = film(Recipe("libvpx", "webm", 160, 96, 60, options={"b": "100k"}, muxing={"live": "1"}))
    with open_video(content) as video:
        assert video.times.tolist() == _steady(60, 30)
        assert video.duration == 2000


def _behind(inserted: bytes, renamed: bytes = b"moov") -> bytes:
    """The film with this before its index, which lies at its end."""
    at = FILM.rindex(b"moov") - 4
    return FILM[:at] + inserted + FILM[at : at + 4] + renamed + FILM[at + 8 :]


_ITEMS = b"\0\0\0\x0cmeta\0\0\0\0"
_FREE = b"\0\0\0\x08free"


@pytest.mark.parametrize(
    "content",
    [
        _behind(_ITEMS + 20 * _FREE),
        _behind(_ITEMS + 5000 * _FREE),
        _behind(_ITEMS, b"free"),
        _behind(_ITEMS, b"hoov"),
    ],
    ids=["a few boxes", "many boxes", "free", "hoov"],
)
def test_a_film_that_names_itself_a_picture_is_read_wherever_its_index_lies(content: bytes) -> None:
    """Demuxers, those of browsers among them, take what begins as an index for one."""
    with open_video(content) as video, open_video(FILM) as film_itself:
        assert video.times.tolist() == film_itself.times.tolist()
        assert len(seen(video.every())) == 60


# --- what is in it ------------------------------------------------------------------------------------------


def _two_tracks() -> bytes:
    out, other = io.BytesIO(), replace(PLAIN, width=96, height=64, seed=8)
    with av.open(out, "w", format="mp4") as container:
        streams = [container.add_stream("libx264", rate=30, options=PLAIN.options) for _ in range(2)]
        for stream, recipe in zip(streams, (PLAIN, other), strict=True):
            prepared(stream, recipe)
        for stream, recipe in zip(streams, (PLAIN, other), strict=True):
            encode(container, stream, recipe)
    return out.getvalue()


def test_each_track_of_moving_pictures_can_be_read() -> None:
    content = _two_tracks()
    with open_video(content) as first, open_video(content, track=1) as second:
        assert (first.tracks, first.width, second.tracks, second.width) == (2, 160, 2, 96)
        assert len(seen(second.every())) == 60
    with pytest.raises(NoMovingPicture):
        open_video(content, track=2)


def _beside_a_sequence_of_pictures() -> bytes:
    """An AVIF that moves, with the film as one more track: a picture to some, that film to a player."""
    avif = animation("AVIF")
    index = avif.index(b"moov") - 4
    index_end = index + int.from_bytes(avif[index : index + 4], "big")
    data = FILM.index(b"mdat") - 4
    track = bytearray(FILM[FILM.index(b"trak") - 4 :])
    del track[int.from_bytes(track[:4], "big") :]
    offsets = track.index(b"stco") + 12
    moved = len(avif) - data
    for at in range(offsets, offsets + 4 * int.from_bytes(track[offsets - 4 : offsets], "big"), 4):
        track[at : at + 4] = (int.from_bytes(track[at : at + 4], "big") + moved).to_bytes(4, "big")
    number = track.index(b"tkhd") + 16
    track[number : number + 4] = (99).to_bytes(4, "big")
    film_data = FILM[data : data + int.from_bytes(FILM[data : data + 4], "big")]
    inside = b"moov" + avif[index + 8 : index_end] + track
    skipped = avif[index : index + 4] + b"skip" + bytes(index_end - index - 8)
    rest = avif[index_end:] + film_data + (len(inside) + 4).to_bytes(4, "big") + inside
    return avif[:index] + skipped + rest


def test_a_film_beside_a_sequence_of_pictures_is_one_of_its_tracks() -> None:
    content = _beside_a_sequence_of_pictures()
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, getattr(picture, "n_frames", 1) > 1) == ("AVIF", True)
    with open_video(content) as video:
        frames = {0: len(seen(video.every()))}
        tracks = video.tracks
    for track in range(1, tracks):
        with open_video(content, track=track) as video:
            frames[track] = len(seen(video.every()))
    assert frames[0] > 1 and 60 in frames.values()
    with pytest.raises(NoMovingPicture):
        open_video(content, track=tracks)


def _beside_what_is_not_read() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        streams = [container.add_stream(codec, rate=30) for codec in ("libx264", "ffv1")]
        for stream in streams:
            prepared(stream, PLAIN)
        for stream in streams:
            encode(container, stream, PLAIN)
    return out.getvalue()


def test_a_track_in_a_codec_that_is_not_read_is_said_to_be_there() -> None:
    with open_video(_beside_what_is_not_read()) as video:
        assert (video.tracks, len(seen(video.every())), video.unseen) == (1, 60, "more")


def _song(cover: bool) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        sound = container.add_stream("aac", rate=44100)
        if cover:
            picture = io.BytesIO()
            Image.new("RGB", (64, 64)).save(picture, "JPEG")
            container.add_attachment("cover.jpg", "image/jpeg", picture.getvalue())
        for number in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, number * 1024
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return out.getvalue()


@pytest.mark.parametrize("cover", [False, True])
def test_a_song_with_or_without_a_cover_is_no_video(cover: bool) -> None:
    with pytest.raises(NoMovingPicture):
        open_video(_song(cover))


_STILLS = ("GIF", "PNG", "WEBP", "AVIF")


@pytest.mark.parametrize("form", _STILLS)
def test_a_picture_that_moves_is_a_video(form: str) -> None:
    with open_video(animation(form)) as video:
        frames = seen(video.every())
        assert [frame[0] for frame in frames] == video.times.tolist()
        assert (video.width, video.height, video.limited, video.duration) == (96, 64, False, 1440)
        assert len({frame[1] for frame in frames}) == len(frames) > 5
        assert seen(video.at(video.times[1::2])) == frames[1::2]


@pytest.mark.parametrize("form", [*_STILLS, "JPEG", "BMP", "TIFF"])
def test_a_still_picture_is_no_video(form: str) -> None:
    with pytest.raises(NoMovingPicture):
        open_video(animation(form, 1))


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


@pytest.mark.parametrize("before", [_chunk(b"tEXt", bytes(9000)), _chunk(b"tEXt", b"a\0b") * 5000])
def test_a_png_moves_however_far_behind_it_says_so(before: bytes) -> None:
    moving, still = animation("PNG"), animation("PNG", 1)
    at = moving.index(b"acTL") - 4
    with open_video(moving[:at] + before + moving[at:]) as video, open_video(moving) as plain:
        assert seen(video.every()) == seen(plain.every())
    at = still.index(b"IDAT") - 4
    with pytest.raises(NoMovingPicture):
        open_video(still[:at] + before + still[at:])


def test_a_film_that_names_itself_a_sequence_of_pictures_is_read_as_a_film() -> None:
    named = FILM[:8] + b"avis" + FILM[12:]
    with open_video(named) as video:
        assert len(seen(video.every())) == 60


# --- damage -------------------------------------------------------------------------------------------------

_KINDS = ["h264", "h264 open", "h264 open ts", "hevc", "vp9", "av1", "mpeg4 avi", "mpeg2 ts", "mjpeg"]


@pytest.mark.parametrize("flips", [5, 60, 400])
@pytest.mark.parametrize("kind", _KINDS)
def test_damage_is_stepped_over_and_single_frames_stay_those_of_the_whole(kind: str, flips: int) -> None:
    content = _damaged(made(kind), flips, 0.05, 0.7)
    try:
        video = open_video(content)
    except VideoRefused:
        return
    with video:
        frames = {frame[0]: frame for frame in seen(video.every())}
        assert list(frames) == sorted(frames)
        assert set(frames) <= set(video.times.tolist()) | {ms + 1 for ms in frames}
        wanted = video.times[::7]
        alone, expected = seen(video.at(wanted)), [frames[ms] for ms in wanted.tolist() if ms in frames]
        # What is missing of a damaged frame is what lay in memory, and frames that rest on it show it, too:
        # no two decodings need agree on their pixels.
        assert [(frame[0], *frame[2:]) for frame in alone] == [(frame[0], *frame[2:]) for frame in expected]


def test_a_damaged_film_is_shown_before_and_behind_the_damage() -> None:
    with open_video(_damaged(FILM, 60, 0.28, 0.4)) as video:
        frames = seen(video.every())
    assert video.unseen == "damaged"
    assert len(frames) > 40
    assert any(frame[2] for frame in frames) and not frames[0][2] and not frames[-1][2]


@pytest.mark.parametrize("kind", ["h264 fragments", "vp9", "h264 open ts", "mpeg4 avi", "h264 raw"])
def test_a_file_that_ends_too_soon_is_shown_as_far_as_it_goes(kind: str) -> None:
    content = made(kind)
    with open_video(content) as whole, open_video(content[: len(content) * 8 // 10]) as cut:
        before = [frame[1] for frame in seen(whole.every())]
        after = [frame[1] for frame in seen(cut.every())]
    assert 20 <= len(after) < 75
    assert after[:15] == before[:15]


def test_a_film_that_lost_its_index_is_refused_as_damaged() -> None:
    with pytest.raises(DamagedVideo):
        open_video(FILM[: len(FILM) * 6 // 10])
    with pytest.raises(DamagedVideo):
        open_video(FILM[:40])


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 10_000, b"hello " * 1000, random.Random(2).randbytes(20_000), b"<html></html>"],
    ids=["empty", "zeros", "text", "noise", "page"],
)
def test_what_is_no_video_is_refused_as_such(content: bytes) -> None:
    with pytest.raises(NotAVideo):
        open_video(content)


def test_a_codec_that_is_not_read_is_refused_as_such() -> None:
    with pytest.raises(UnsupportedVideo):
        open_video(film(Recipe("ffv1", "matroska", 160, 96, 5)))


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuyv422", "uyvy422", "yuv420p10le"])
def test_luma_is_the_same_in_whatever_way_it_is_packed(pixels: str) -> None:
    [plane] = scene(64, 48, 1, 5)
    frame = av.VideoFrame.from_ndarray(np.concatenate([plane, plane[:24] * 0 + 128]), format="yuv420p")
    packed = frame.reformat(format=pixels, src_color_range=1, dst_color_range=1)
    luma = Planes().of(packed)
    assert (luma == plane).all()
    assert luma.dtype == (np.float32 if "10" in pixels else np.uint8)
    assert luma.flags.c_contiguous and luma.flags.writeable


@pytest.mark.parametrize("pixels", ["rgb24", "bgra", "gbrp", "bgr0"])
def test_colours_have_the_luma_of_a_picture(pixels: str) -> None:
    colours = np.random.default_rng(5).integers(0, 256, (48, 64, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(colours, format="rgb24").reformat(format=pixels)
    expected = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    assert np.abs(Planes().of(frame) - expected).max() < 0.01
