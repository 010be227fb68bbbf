"""A video with a child that may open nothing: read by ranges, stage after stage, track after track."""

import io
import os
import platform
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import watching_child
from numpy.typing import NDArray

from repit_engine import NotHashable, open_video
from repit_engine.child import system_calls
from repit_engine.child.process import MEMORY, Child, spawned
from repit_engine.errors import VideoTooLarge
from repit_engine.moments import VideoStage, moments_of, to_bytes
from repit_engine.moments.dialogue import MOST_TRACKS, VideoDialogue, VideoNotSeen
from repit_engine.moments.watching import Watched, WatchingChild
from repit_engine.pipe import PipeClosed, PipeSilent, receive_json, send_json
from repit_engine.video import VideoLimits

VIDEOS = Path(__file__).resolve().parents[3] / "conformance" / "videos"
FILM = (VIDEOS / "h264-open.mp4").read_bytes()
LIMITS = VideoLimits()


class Lying:
    """A video in memory; says what of it was read."""

    def __init__(self, content: bytes) -> None:
        self.content, self.read = content, 0

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, size: int) -> bytes:
        self.read += size
        return self.content[offset : offset + size]


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    made = spawned([sys.executable, "-c", _PROGRAM, str(MEMORY)])
    made.wait(time.monotonic() + 60)
    yield made
    made.kill()
    made.close()


_PROGRAM = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import watching_child as w; w.main()"
)


def _talk(child: Child, content: bytes, limits: VideoLimits = LIMITS) -> VideoDialogue:
    return VideoDialogue(child.pipe_in, child.pipe_out, Lying(content), limits, time.monotonic() + 30)


def test_stages_come_as_they_would_here(child: Child) -> None:
    talk = _talk(child, FILM)
    [track] = [(track.duration, track.frames, list(track.stages)) for track in talk]
    talk.finish()
    with open_video(FILM) as video:
        here = list(watching_child.asking(video))
        assert track[:2] == (video.duration, len(video.times))
    for theirs, ours in zip(track[2], here, strict=True):
        assert (theirs.stage, theirs.ms.tolist()) == (ours.stage, ours.ms.tolist())
        assert (theirs.hashes == ours.hashes).all()
    assert talk.unseen is None


@pytest.mark.parametrize("stages", [0, 1, 2])
def test_frames_are_asked_again_after_any_stage_as_they_would_be_here(child: Child, stages: int) -> None:
    with open_video(FILM) as video:
        times = np.append(video.times[::7], 10**6)
        here = watching_child.again(video, times)
    talk = _talk(child, FILM)
    for track in talk:
        for _ in range(stages):
            next(track.stages)
        there = track.again(times)
        assert (there.stage, there.ms.tolist()) == (VideoStage.AGAIN, here.ms.tolist())
        assert (there.hashes == here.hashes).all()
        assert list(track.stages) == []
    talk.finish()
    assert len(track.again(times)) == 0
    assert (_talk(child, FILM).moments().whole == watching_child_moments()).all()


def watching_child_moments() -> NDArray[np.uint8]:
    with open_video(FILM) as video:
        return watching_child.banked(video).whole


def _many_tracks(count: int) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        streams = [container.add_stream("mpeg4", rate=10) for _ in range(count)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(3):
            for stream in streams:
                picture = np.full((64, 64, 3), 40 * number, np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode())
    return out.getvalue()


@pytest.mark.parametrize(("count", "unseen"), [(MOST_TRACKS, None), (MOST_TRACKS + 2, "more")])
def test_tracks_beyond_those_that_are_looked_at_are_said_to_be_there(
    child: Child, count: int, unseen: str | None
) -> None:
    talk = _talk(child, _many_tracks(count))
    assert len([track.duration for track in talk]) == MOST_TRACKS
    talk.finish()
    assert talk.unseen == unseen


def test_moments_come_as_they_would_here(child: Child) -> None:
    moments = _talk(child, FILM).moments()
    with open_video(FILM) as video:
        here = watching_child.banked(video)
    assert (moments.whole == here.whole).all()
    assert moments.duration == here.duration


def test_a_child_of_our_own_gives_the_moments_of_bytes_and_paths() -> None:
    with WatchingChild() as watching:
        by_path, by_bytes = watching.moments(VIDEOS / "h264-open.mp4"), watching.moments(FILM)
        assert isinstance(by_path, Watched) and isinstance(by_bytes, Watched)
        with open_video(FILM) as video:
            assert to_bytes(by_path.moments) == to_bytes(by_bytes.moments) == to_bytes(moments_of(video))
        for source in (b"nothing", VIDEOS):
            refused = watching.moments(source)
            assert isinstance(refused, NotHashable) and refused.reason == "not-a-video"
        assert watching._child is not None
        os.kill(watching._child.number, signal.SIGSTOP)
        late = watching.moments(FILM, VideoLimits(seconds=0.2))
        assert isinstance(late, NotHashable) and late.reason == "video-took-too-long"


def test_a_demuxer_that_finds_no_end_is_ended_in_time() -> None:
    """A transport stream of one packet again and again: it is walked through before anything is given."""
    stream = (VIDEOS / "h264.ts").read_bytes()
    packets = [stream[at : at + 188] for at in range(0, len(stream), 188)]
    begins = [at for at, packet in enumerate(packets) if packet[1:3] == b"\x41\0"]
    endless = b"".join(packets[: begins[1]]) + packets[begins[0]] * 300_000
    with WatchingChild() as watching:
        late = watching.moments(endless, VideoLimits(seconds=0.3))
        assert isinstance(late, NotHashable) and late.reason == "video-took-too-long"
        assert isinstance(watching.moments(FILM), Watched)


def test_a_dialogue_may_be_left_after_any_stage(child: Child) -> None:
    for stages in range(3):
        talk = _talk(child, FILM)
        for track in talk:
            for _ in range(stages):
                next(track.stages)
            break
        assert talk.open
        talk.finish()
        assert not talk.open


def test_a_refusal_leaves_the_child_ready(child: Child) -> None:
    for content in (b"", b"no video at all", FILM[:40]):
        with pytest.raises(VideoNotSeen):
            _talk(child, content).moments()
        with pytest.raises(VideoNotSeen):
            next(iter(_talk(child, content)))
    with pytest.raises(VideoNotSeen) as refused:
        _talk(child, FILM, VideoLimits(pixels=100)).moments()
    assert refused.value.outcome.reason == "video-too-large"
    assert len(_talk(child, FILM).moments()) == 4


def test_a_film_for_which_memory_does_not_suffice_is_refused_and_costs_no_child() -> None:
    made = spawned([sys.executable, "-c", _PROGRAM.replace("w.main()", "w.run_out(); w.main()"), str(MEMORY)])
    made.wait(time.monotonic() + 60)
    try:
        for _ in range(2):
            with pytest.raises(VideoNotSeen) as refused:
                for track in _talk(made, FILM):
                    list(track.stages)
            assert refused.value.outcome.reason == VideoTooLarge.code
        assert not made.gone
    finally:
        made.kill()
        made.close()


def test_what_goes_wrong_where_the_video_lies_is_raised_as_it_is(child: Child) -> None:
    class Gone(Lying):
        def read_at(self, offset: int, size: int) -> bytes:
            raise TimeoutError

    made = spawned([sys.executable, "-c", _PROGRAM, str(MEMORY)])
    made.wait(time.monotonic() + 60)
    try:
        with pytest.raises(TimeoutError):
            VideoDialogue(made.pipe_in, made.pipe_out, Gone(FILM), LIMITS, time.monotonic() + 30).moments()
    finally:
        made.kill()
        made.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"range": [0, 1 << 30]},
        {"range": [-1, 10]},
        {"range": ["a", 10]},
        {"range": [10**9, 10]},
        {"duration": -1, "frames": 1, "tracks": 1, "guessed": False, "unseen": None},
        {"duration": 1, "frames": 1, "tracks": "x", "guessed": False, "unseen": None},
        {"stage": 3},
        {},
    ],
    ids=str,
)
def test_nonsense_of_a_child_ends_the_dialogue(answer: dict[str, object]) -> None:
    program = (
        "import sys; from repit_engine.pipe import *; receive_json(sys.stdin.buffer);"
        f"send_json(sys.stdout.buffer, {answer!r}); sys.stdin.buffer.read()"
    )
    made = spawned([sys.executable, "-c", program])
    try:
        with pytest.raises(PipeClosed):
            next(iter(_talk(made, FILM)))
    finally:
        made.kill()
        made.close()


def test_a_child_that_says_nothing_is_left_in_time() -> None:
    made = spawned([sys.executable, "-c", "import sys; sys.stdin.buffer.read()"])
    try:
        with pytest.raises(PipeSilent):
            VideoDialogue(made.pipe_in, made.pipe_out, Lying(FILM), LIMITS, time.monotonic() + 0.2).moments()
    finally:
        made.kill()
        made.close()


_TRYING = """
import ctypes, fcntl, os, resource, signal, socket, threading, time
from repit_engine.child import serving
from repit_engine.child.call_numbers import NUMBERS
from repit_engine.pipe import receive_json, send_json

libc = ctypes.CDLL(None, use_errno=True)
numbers = NUMBERS[os.uname().machine][1]
here, there = os.pipe()
parent = os.getppid()
buffer = ctypes.create_string_buffer(128)
scratch = "/dev/shm"

def call(name, *arguments):
    if libc.syscall(numbers[name], *arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

def owned_by(command, value):
    return lambda: fcntl.fcntl(here, command, value)

def forked():
    if not os.fork():
        os._exit(0)

# Arguments with which nothing would happen where they were let through: no signal, no such file.
WAYS = {
    "open": lambda: open("/etc/hostname"),
    "socket": socket.socket,
    "kill": lambda: os.kill(parent, 0),
    "rt_sigqueueinfo": lambda: call("rt_sigqueueinfo", parent, 0, buffer),
    "rt_tgsigqueueinfo": lambda: call("rt_tgsigqueueinfo", parent, parent, 0, buffer),
    "fork": forked,
    "clone": lambda: call("clone", signal.SIGCHLD, 0, 0, 0, 0),
    "F_SETOWN": owned_by(fcntl.F_SETOWN, parent),
    "F_SETOWN_EX": owned_by(15, bytes(8)),
    "F_SETSIG": owned_by(10, signal.SIGUSR1),
    "prlimit": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE),
    "setpriority": lambda: os.setpriority(os.PRIO_PROCESS, parent, 10),
    "sched_setaffinity": lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)),
    "fchmodat2": lambda: call("fchmodat2", -100, scratch.encode(), 0o1777, 0),
    "utimensat": lambda: os.utime(scratch),
    "setxattr": lambda: os.setxattr(scratch, "user.a", b"a"),
    "mq_open": lambda: call("mq_open", b"repit", os.O_CREAT | os.O_RDWR, 0o600, None),
    "open_tree": lambda: call("open_tree", -100, scratch.encode(), 0),
}

def tried(what):
    try:
        what()
        return "done"
    except OSError as refused:
        return type(refused).__name__

def own():
    # What any library may do to itself.
    started = threading.Thread(target=time.sleep, args=(0,))
    started.start()
    started.join()
    fcntl.fcntl(here, fcntl.F_SETFL, fcntl.fcntl(here, fcntl.F_GETFL) | os.O_NONBLOCK)
    fcntl.fcntl(os.dup(here), fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))

def watch(request, pipe_in, pipe_out):
    send_json(pipe_out, {name: tried(way) for name, way in WAYS.items()} | {"own": tried(own)})

serving.serve_standard(None, watch=watch, sealed=True)
"""


def test_a_sealed_child_opens_no_file_and_no_socket() -> None:
    """Nor does it reach another process, nor leave one behind; what it does to itself stays its own."""
    made = spawned([sys.executable, "-c", _TRYING, str(MEMORY)])
    try:
        made.wait(time.monotonic() + 60)
        send_json(made.pipe_in, {"video": 1, "limits": {}})
        tried = receive_json(made.pipe_out)
        assert tried.pop("own") == "done"
        assert set(tried.values()) == {"PermissionError"} and len(tried) == 18, tried
    finally:
        made.kill()
        made.close()


def test_where_the_system_refuses_nothing_whoever_runs_children_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The child's own words go nowhere."""
    monkeypatch.setattr(platform, "machine", lambda: "another")
    system_calls.say_where_nothing_is_refused.cache_clear()
    for _ in range(2):
        made = spawned([sys.executable, "-c", ""])
        made.kill()
        made.close()
    assert len(caplog.records) == 1 and "seccomp" in caplog.text
    system_calls.say_where_nothing_is_refused.cache_clear()
