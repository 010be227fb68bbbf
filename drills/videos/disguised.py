"""Texts that make FFmpeg open other files and sockets, called a video.

In: a generator, a decoy: the path of a film that nobody may open. Out: bytes. Next: `hostile`.

Every one of them is a container that some demuxer of FFmpeg would follow.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from drills.videos.boxes import box

Make = Callable[[np.random.Generator, Path], bytes]
_PORT: Final = 9
"""Discard: nobody listens."""


def _sdp(rng: np.random.Generator, _: Path) -> bytes:
    port = int(rng.integers(20_000, 60_000))
    return (
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n"
    ).encode()


def _ffconcat(rng: np.random.Generator, decoy: Path) -> bytes:
    named = str(rng.choice([str(decoy), decoy.name, f"file:{decoy}", f"http://127.0.0.1:{_PORT}/a.mp4"]))
    return f"ffconcat version 1.0\nfile '{named}'\nduration 5\n".encode()


def _hls(rng: np.random.Generator, decoy: Path) -> bytes:
    named = str(rng.choice([decoy.as_uri(), decoy.name, str(decoy), f"http://127.0.0.1:{_PORT}/a.ts"]))
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="{decoy.as_uri()}"\n' if rng.random() < 0.3 else ""
    return (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n{key}#EXTINF:10,\n{named}\n#EXT-X-ENDLIST\n"
    ).encode()


def _dash(rng: np.random.Generator, decoy: Path) -> bytes:
    named = str(rng.choice([decoy.as_uri(), f"http://127.0.0.1:{_PORT}/"]))
    text = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT10S"><Period><AdaptationSet mimeType="video/mp4">'
        '<Representation id="1" bandwidth="100000" codecs="avc1.42c01e" width="320" height="240">'
        f"<BaseURL>{named}</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>"
    )
    return text.encode()


def _smooth(_: np.random.Generator, decoy: Path) -> bytes:
    return f'<imf><Asset Id="a"><Path>{decoy}</Path></Asset></imf>'.encode()


def _rtsp(_: np.random.Generator, __: Path) -> bytes:
    return f"RTSPtextRTSP://127.0.0.1:{_PORT}/a\n".encode()


def _playlist(rng: np.random.Generator, decoy: Path) -> bytes:
    kind = int(rng.integers(3))
    if kind == 0:
        return f"[Reference]\nRef1={decoy.as_uri()}\n".encode()
    if kind == 1:
        return f'<asx version="3.0"><entry><ref href="http://127.0.0.1:{_PORT}/a"/></entry></asx>'.encode()
    return f"[playlist]\nNumberOfEntries=1\nFile1={decoy}\n".encode()


def _reference_movie(_: np.random.Generator, decoy: Path) -> bytes:
    """QuickTime's own: a movie that says where the movie lies."""
    url = str(decoy.as_uri()).encode() + b"\0"
    data = b"\0" * 4 + b"url " + len(url).to_bytes(4, "big") + url
    return box(b"ftyp", b"qt  ", b"\0" * 4, b"qt  ") + box(
        b"moov", box(b"rmra", box(b"rmda", box(b"rdrf", data)))
    )


def _subtitles(_: np.random.Generator, decoy: Path) -> bytes:
    return f"# VobSub index file, v7\nsize: 320x240\nid: en, index: 0\n{decoy}\n".encode()


def _behind(make: Make, before: bytes) -> Make:
    """The same behind bytes of an honest head."""
    return lambda rng, decoy: before + make(rng, decoy)


_PLAIN: Final[dict[str, Make]] = {
    "sdp": _sdp,
    "ffconcat": _ffconcat,
    "hls": _hls,
    "dash": _dash,
    "imf": _smooth,
    "rtsp": _rtsp,
    "playlist": _playlist,
    "reference movie": _reference_movie,
    "subtitles": _subtitles,
}
DISGUISED: Final[dict[str, Make]] = _PLAIN | {
    f"{name} behind a head": _behind(_PLAIN[name], box(b"ftyp", b"isom", b"\0\0\2\0", b"isomiso2avc1mp41"))
    for name in ("sdp", "hls", "ffconcat")
}
