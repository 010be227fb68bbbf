"""What a stranger's file says is never followed: no socket, no other file; the kernel is the witness.

A process that has loaded everything has the kernel end it (seccomp, SIGSYS) as soon as it asks for a socket,
or to open anything by a name. It needs no right, no network and no other program. That it lives on and gives
a typed refusal shows that nothing was tried; that the same process dies of the same file without our lists
shows that the witness sees.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from video_files import made

_PROGRAM = """
import io, json, os, sys
import av
from repit_engine.child.system_calls import FILES, NETWORK, Refused, refuse
from repit_engine.errors import VideoRefused
from repit_engine.video import open_video, warm_up

def said(way, content):
    try:
        if way == "bare":
            with av.open(io.BytesIO(content), timeout=1.0) as container:
                return len(list(container.decode(video=0)))
        with open_video(content) as video:
            return len(list(video.every()))
    except VideoRefused as refusal:
        return refusal.code
    except Exception as failure:
        return type(failure).__name__

def witnessed(way, content):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        if refuse((*NETWORK, *FILES), Refused.ENDS):
            os.write(writing, str(said(way, content)).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    return [os.waitstatus_to_exitcode(status), os.read(reading, 100).decode()]

warm_up()
print(json.dumps([witnessed(way, bytes.fromhex(content)) for way, content in json.load(sys.stdin)]))
"""


_SDP = b"""v=0
o=- 0 0 IN IP4 127.0.0.1
s=x
c=IN IP4 127.0.0.1
t=0 0
m=video 5004 RTP/AVP 96
a=rtpmap:96 H264/90000
"""


def _playlist(path: Path) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{path}\n#EXT-X-ENDLIST\n".encode()


def _joined(path: Path) -> bytes:
    return f"ffconcat version 1.0\nfile {path.name}\n".encode()


def _manifest(path: Path) -> bytes:
    return f"""<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT3S"
 profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">
<Representation id="1" bandwidth="1"><BaseURL>{path}</BaseURL></Representation></AdaptationSet></Period></MPD>
""".encode()


def _referring(path: Path) -> bytes:
    """QuickTime whose samples lie in another file: an alias in place of "in this one", and larger boxes about
    it."""
    content, name = made("h264"), str(path).encode()
    name += bytes(len(name) % 2)
    alias = bytes(10) + b"\4disc".ljust(28, b"\0") + bytes(12) + b"\7private".ljust(64, b"\0")
    alias += bytes(36) + b"\0\2" + len(name).to_bytes(2, "big") + name + b"\xff\xff\0\0"
    own = b"\0\0\0\x0curl \0\0\0\1"
    other = (12 + len(alias)).to_bytes(4, "big") + b"alis" + bytes(4) + alias
    at = content.index(own)
    made_of = bytearray(content[:at] + other + content[at + len(own) :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = content.index(box) - 4
        size = int.from_bytes(content[place : place + 4], "big") + len(other) - len(own)
        made_of[place : place + 4] = size.to_bytes(4, "big")
    return bytes(made_of)


_WAYS = {
    "a session that is to be listened for": lambda path: _SDP,
    "a list of files to join": _joined,
    "a playlist of a local file": _playlist,
    "a playlist of the network": lambda path: _playlist(Path("http://127.0.0.1:9/a.ts")),
    "a manifest of a local file": _manifest,
    "a film whose samples lie elsewhere": _referring,
}


_WITNESS = ["a session that is to be listened for", "a list of files to join"]
_HONEST = ["h264", "hevc", "vp9", "av1", "mpeg2 ts", "h264 raw", "mjpeg"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[int, str]]:
    """How a process ended, and what it said; each a copy of one that has loaded everything."""
    other = tmp_path_factory.mktemp("others") / "private.mp4"
    other.write_bytes(made("h264"))
    asked = [("ours", way, make(other)) for way, make in _WAYS.items()]
    asked += [("bare", way, _WAYS[way](other)) for way in _WITNESS]
    asked += [("ours", kind, made(kind)) for kind in _HONEST]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=json.dumps([(reader, content.hex()) for reader, _, content in asked]),
        cwd=other.parent, capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    answers = [(status, answer) for status, answer in json.loads(done.stdout)]
    return {(reader, way): heard for (reader, way, _), heard in zip(asked, answers, strict=True)}


@pytest.mark.parametrize("way", _WAYS)
def test_what_a_file_says_is_not_followed(way: str, results: dict[tuple[str, str], tuple[int, str]]) -> None:
    status, answer = results["ours", way]
    assert status == 0
    assert answer in {"not-a-video", "damaged-video", "no-moving-picture"}


@pytest.mark.parametrize("way", _WITNESS)
def test_the_witness_sees_what_would_be_followed_otherwise(
    way: str, results: dict[tuple[str, str], tuple[int, str]]
) -> None:
    assert results["bare", way] == (-signal.SIGSYS, "")


@pytest.mark.parametrize("kind", _HONEST)
def test_an_honest_film_is_read_without_opening_anything(
    kind: str, results: dict[tuple[str, str], tuple[int, str]]
) -> None:
    assert results["ours", kind] == (0, "75")
