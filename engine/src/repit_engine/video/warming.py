"""Everything that is loaded only when it is first needed, loaded before a child is sealed.

In: nothing. Out: nothing; PyAV, its decoders and Pillow's readers are in memory. Next: programs that decode
strangers' videos.
"""

import io
from contextlib import suppress

import av
import av.logging
import numpy as np
from PIL import Image

from repit_engine.errors import EngineError
from repit_engine.picture import warm_up as warm_up_pictures
from repit_engine.video.curves import Curve, table
from repit_engine.video.kinds import DECODERS
from repit_engine.video.opening import open_video


def warm_up() -> None:
    """Load it, and have FFmpeg write nothing: what it would write repeats parts of files."""
    av.logging.set_level(None)
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
