"""Everything that hashing a video loads only when it is first needed, loaded before a child is sealed.

In: nothing. Out: nothing; decoders and kernels are in memory. Next: `watching`, a gate's decoders.
"""

import io

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine import anchors
from repit_engine.moments.again import asked_about
from repit_engine.moments.bank import moments_of
from repit_engine.moments.query import asked_of
from repit_engine.video import open_video
from repit_engine.video import warm_up as warm_up_videos

_SIZE = (240, 320)
_FRAMES = 8


def warm_up() -> None:
    """For whatever is done with videos: keep them, ask about them, whole and again."""
    anchors.warm_up()
    _warm(asked=True)


def warm_up_bank() -> None:
    """For a child that is asked for the moments of videos and nothing else."""
    _warm(asked=False)


def _warm(*, asked: bool) -> None:
    """By a film, whose luma comes in bytes, and an animation, whose luma comes in floats."""
    warm_up_videos()
    planes = [_plane(number) for number in range(_FRAMES)]
    for content in (_film(planes), _animation(planes)):
        with open_video(content) as video:
            moments_of(video)
            if asked:
                for _ in asked_of(video):
                    pass
                asked_about(video, video.times[:1])


def _plane(number: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[: _SIZE[0], : _SIZE[1]]
    waves = 127 + 80 * np.sin(rows / 9.0) * np.cos((columns + number) / 13.0)
    return np.asarray(waves, np.uint8)


def _film(planes: list[NDArray[np.uint8]]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.height, stream.width = _SIZE
        stream.pix_fmt = "yuv420p"
        for plane in planes:
            chroma = np.full((_SIZE[0] // 2, _SIZE[1]), 128, np.uint8)
            frame = av.VideoFrame.from_ndarray(np.concatenate([plane, chroma]), format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _animation(planes: list[NDArray[np.uint8]]) -> bytes:
    first, *others = [Image.fromarray(plane) for plane in planes]
    out = io.BytesIO()
    first.save(out, "PNG", save_all=True, append_images=others, duration=100, compress_level=0)
    return out.getvalue()
