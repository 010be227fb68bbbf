"""Everything that is loaded only when it is first needed, loaded before a child is sealed.

In: nothing. Out: nothing; PyAV, its decoders and Pillow's readers are in memory. Next: programs that decode
strangers' videos.
"""

import ctypes
import io
from contextlib import suppress
from typing import Final

import av
import av.logging
import numpy as np
from PIL import Image

from repit_engine.errors import EngineError
from repit_engine.picture import warm_up as warm_up_pictures
from repit_engine.video.curves import Curve, table
from repit_engine.video.kinds import DECODERS
from repit_engine.video.opening import open_video

_ENCODINGS: Final = (
    b"ISO6937", b"UCS-2BE", b"KSC_5601", b"GB2312", b"UTF-8",
    *(b"ISO-8859-%d" % part for part in range(1, 16)),
)  # fmt: skip


def warm_up() -> None:
    """Load it, and have FFmpeg write nothing: what it would write repeats parts of files."""
    av.logging.set_level(None)
    _encodings()
    warm_up_pictures()
    Image.init()
    for name in DECODERS:
        av.codec.Codec(name, "r")
    for curve in Curve:
        for limited in (True, False):
            table(curve, limited)
    for content in (_animation("GIF"), _animation("PNG"), _animation("WEBP"), _film()):
        with suppress(EngineError), open_video(content) as video:
            list(video.every())
            list(video.at(np.array([0])))


def _encodings() -> None:
    """A transport stream names its programme in an encoding of its choice, each of which the C library keeps
    in a file of its own (ETSI EN 300 468, annex A)."""
    with suppress(OSError, AttributeError):
        opened = ctypes.CDLL(None).iconv_open
        opened.restype = ctypes.c_void_p
        for name in _ENCODINGS:
            opened(b"UTF-8", name)  # and never closed: so it stays loaded


def _animation(form: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("white", "black")]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def _film() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(stream.encode(None))
    return out.getvalue()
