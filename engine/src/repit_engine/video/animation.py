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
        with decoding_pictures():
            opened = Image.open(io.BytesIO(self._content), formats=FORMATS)
        with opened as image:
            self.width, self.height = image.size
            limits.check_frame(self.width, self.height, False)
            with decoding_pictures():
                moves = _moves(image)
        if not moves:
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
        stood = 0.0
        with Image.open(io.BytesIO(self._content), formats=FORMATS) as image:
            begin = int(getattr(image, "default_image", False))
            for number in itertools.count(begin):
                try:
                    with decoding_pictures():
                        if not _reached(image, number):
                            return
                    if not self._affords(number - begin, stood, image):
                        return
                    with decoding_pictures():
                        image.load()
                except Exception:
                    if number == begin:
                        raise
                    self._spent.leave(Unseen.DAMAGED)
                    return
                seconds = seconds_of(image)
                stood += seconds
                yield image, seconds

    def _affords(self, number: int, stood: float, image: Image.Image) -> bool:
        """Whether one frame more is within the limits, after so many that stood so long."""
        if number >= self._limits.frames:
            self._spent.leave(Unseen.FRAMES)
            return False
        if stood > self._limits.film:
            self._spent.leave(Unseen.FILM)
            return False
        return self._spent.take(image.size[0] * image.size[1])


def _moves(image: Image.Image) -> bool:
    """Whether there is more than one frame. How many a GIF has takes a walk through all of it, which no limit
    bounds; the others say it."""
    if image.format == "GIF":
        return bool(getattr(image, "is_animated", False))
    return getattr(image, "n_frames", 1) - int(getattr(image, "default_image", False)) > 1


def _reached(image: Image.Image, number: int) -> bool:
    """Go to a frame; False where there is none."""
    if image.format != "GIF" and number >= getattr(image, "n_frames", 1):
        return False
    try:
        image.seek(number)
    except EOFError:
        if image.format == "GIF":
            return False
        raise
    return True
