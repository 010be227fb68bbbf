"""A picture that moves, as a video: GIF, APNG, WebP, AVIF.

In: a `Source` that Pillow reads. Out: `Animation`, one reader of `Video`. Next: `opening` makes a `Video` of
it. The same file is hashed as a picture, too (`repit_engine.views`).

Frames are what browsers show on white, as pictures have it; frames stand for as long as browsers let them.
"""

import io
import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine.pdq import Orientation
from repit_engine.picture.frames import seconds_of
from repit_engine.picture.layers import laid_on_white
from repit_engine.picture.modes import plain_of
from repit_engine.picture.refusals import decoding as decoding_pictures
from repit_engine.picture.result import luma_of
from repit_engine.video.frame import Frame
from repit_engine.video.limits import Spent, Unseen, VideoLimits
from repit_engine.video.refusals import no_moving_picture
from repit_engine.video.source import Source

FORMATS: Final = ("GIF", "PNG", "WEBP", "AVIF")
_MOST_BYTES: Final = 256 << 20
"""Pillow takes an animation whole."""


class Animation:
    """All frames lie in one file that Pillow steps through; any of them rests on those before."""

    def __init__(self, source: Source, limits: VideoLimits, spent: Spent) -> None:
        """Steps through once for the times. Raises `VideoRefused`, and whatever Pillow raises."""
        if source.size > _MOST_BYTES:
            spent.leave(Unseen.MEMORY)
        source.seek(0)
        self._content, self._limits, self._spent = source.read(_MOST_BYTES), limits, spent
        with decoding_pictures(), Image.open(io.BytesIO(self._content), formats=FORMATS) as image:
            self.width, self.height = image.size
            count = getattr(image, "n_frames", 1) - int(getattr(image, "default_image", False))
        limits.check_frame(self.width, self.height, False)
        if count < 2:
            raise no_moving_picture()
        starts, at = [], 0.0
        for _, seconds in self._stepped():
            starts.append(round(at * 1000))
            at += seconds
        self.times: NDArray[np.int64] = np.array(starts, np.int64)
        self.tracks, self.turn, self.limited, self.guessed = 1, Orientation.UPRIGHT, False, False
        self.keyframes = self.times[:1]
        self.duration = round(at * 1000)

    def every(self) -> Iterator[Frame]:
        """All frames, in order of time."""
        for (image, _), ms in zip(self._stepped(), self.times.tolist(), strict=False):
            opaque, cover = plain_of(image)
            luma = luma_of(np.asarray(laid_on_white(opaque, cover).convert("RGB")))
            yield Frame(ms, luma, limited=False, keyframe=ms == 0)

    def at(self, wanted: NDArray[np.int64]) -> Iterator[Frame]:
        """Those of these times."""
        times = set(wanted.tolist())
        return (frame for frame in self.every() if frame.ms in times)

    def _stepped(self) -> Iterator[tuple[Image.Image, float]]:
        """Each frame, and the seconds for which it stands."""
        limits, stood = self._limits, 0.0
        with Image.open(io.BytesIO(self._content), formats=FORMATS) as image:
            begin = int(getattr(image, "default_image", False))
            for number in itertools.count(begin):
                if number >= getattr(image, "n_frames", 1):
                    return
                if number - begin >= limits.frames:
                    self._spent.leave(Unseen.FRAMES)
                    return
                if stood > limits.film:
                    self._spent.leave(Unseen.FILM)
                    return
                if not self._spent.take(image.size[0] * image.size[1]):
                    return
                try:
                    with decoding_pictures():
                        image.seek(number)
                        image.load()
                except Exception:
                    if number == begin:
                        raise
                    self._spent.leave(Unseen.DAMAGED)
                    return
                seconds = seconds_of(image)
                stood += seconds
                yield image, seconds
