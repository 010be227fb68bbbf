"""Files that hold several pictures: animations and pages.

In: an image that Pillow can seek in. Out: the views of every frame, with the time for which each stands, and
word of what was left out. Next: `open_picture`, `repit_engine.views`.

No frame is worth more than another by its place: a decoy comes first and is gone at once, and the picture
that people see follows. An animation that does not begin anew stands at its last frame for good.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from PIL import Image

from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import plain_of
from repit_engine.picture.partial import Opening
from repit_engine.picture.shown import STANDS, Of, Shown, Unseen

_SHORTEST: Final = 0.011
_INSTEAD: Final = 0.1
"""Browsers show a frame that asks for ten milliseconds or less for a tenth of a second."""
_SHARE: Final = 0.5
"""Of the time for a file: what frames may take, so that some is left to compare them."""


def frames_of(
    opening: Opening,
    pattern: Layer,
    limits: Limits,
    deadline: Deadline,
    *,
    colour: bool,
    once: bool = False,
    pages: bool = False,
) -> Iterator[Shown | Unseen]:
    """Every frame of what `opening` gives, in order; `pattern`: what their layers have in common.

    `once`: the last stays. `pages`: the first counts as shown, as in a document. Raises what Pillow raises
    for the first.
    """
    image = opening()
    count, pixels = getattr(image, "n_frames", 1), 0
    # Pillow counts an APNG's still picture as its first frame, where it is none.
    begin = int(getattr(image, "default_image", False))
    for number in range(begin, count):
        pixels += image.size[0] * image.size[1]
        if number > begin and (number >= limits.frames or pixels > limits.pixels or deadline.used(_SHARE)):
            yield Unseen("too-many-frames")
            return
        try:
            image.seek(number)
            image.load()
        except Exception:
            if number == begin:
                raise
            # Decoders guess differently at what a broken frame shows.
            yield Unseen("damaged-frame")
            return
        limits.check_pixels(*image.size)
        opaque, cover = plain_of(image)
        if pages:
            seconds = STANDS if number == begin else 0.0
        else:
            seconds = STANDS if once and number == count - 1 else seconds_of(image)
        layer = replace(pattern, image=opaque, cover=cover, of=Of.FRAME, seconds=seconds)
        yield from shown_of(layer, colour=colour)
        if number == count - 1:
            return


def seconds_of(image: Image.Image) -> float:
    """For how long browsers let the current frame of an animation stand."""
    stated = image.info.get("duration", 0)
    seconds = float(stated) / 1000 if isinstance(stated, (int, float)) else 0.0
    return seconds if seconds >= _SHORTEST else _INSTEAD
