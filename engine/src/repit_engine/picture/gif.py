"""GIF: every frame, and what a broken one still shows.

In: the bytes of a GIF. Out: its views. Next: `reading`.
"""

import io
from collections.abc import Iterator

from PIL import GifImagePlugin, Image

from repit_engine.picture.frames import frames_of
from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.modes import plain_of
from repit_engine.picture.partial import both, loaded, spread
from repit_engine.picture.shown import Shown, Unseen


def read_gif(content: bytes, limits: Limits, deadline: Deadline, *, colour: bool) -> Iterator[Shown | Unseen]:
    """The views of a GIF. Raises `PictureRefused`, and whatever Pillow raises (`refusals.decoding`)."""

    def opening() -> GifImagePlugin.GifImageFile:
        return GifImagePlugin.GifImageFile(io.BytesIO(content))

    image = opening()
    limits.check_pixels(*image.size)
    deadline.check()
    if _moves(image):
        once = "loop" not in image.info
        pattern = Layer(Image.new("L", (1, 1)))
        yield from frames_of(opening, pattern, limits, deadline, colour=colour, once=once)
        return
    box = (image.tile[0][1] if image.tile else None) or (0, 0, 0, 0)
    found, decoded = loaded(opening)
    limits.check_pixels(*found.size)
    deadline.check()
    if decoded is not None:
        found, decoded = spread(found, decoded)
    opaque, cover = plain_of(found)
    if box != (0, 0, *found.size):
        # Where the only frame does not fill the canvas, the rest lets the ground through.
        inside = Image.new("L", found.size, 0)
        inside.paste(255, box)
        cover = both(cover, inside)
    yield from shown_of(Layer(opaque, both(cover, decoded)), colour=colour)


def _moves(image: GifImagePlugin.GifImageFile) -> bool:
    try:
        return image.n_frames > 1
    except Exception:  # noqa: BLE001 - what follows the first frame is broken, and shown by nobody
        return False
