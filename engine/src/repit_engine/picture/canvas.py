"""The frames of an animation, laid over one another as browsers lay them.

In: pieces, in order. Out: what stands after each, with how far it covers the ground. Next: `gif`, `png`.

Whatever background a file names, what a frame leaves behind lets the ground through (Chromium 156, Firefox
153). GIF89a, 23 (disposal); PNG (third edition), 11.3.6 (fcTL).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repit_engine.picture.layers import Layer, shown_of
from repit_engine.picture.limits import Deadline, Limits
from repit_engine.picture.shown import STANDS, Of, Shown, Unseen

_SHORTEST: Final = 0.011
_INSTEAD: Final = 0.1
"""Browsers show a frame that asks for ten milliseconds or less for a tenth of a second."""
_SHARE: Final = 0.5
"""Of the time for a file: what frames may take, so that some is left to compare them."""

Rgba = NDArray[np.uint8]


class After(Enum):
    """What becomes of a frame's place when its time is over."""

    KEPT = "kept"
    CLEARED = "cleared"
    PUT_BACK = "put back"


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """`pixels`: ``(h, w, 4)``. `over`: it lies over what is there; else it takes its place, as far as it
    `came`. `unsure`: viewers may show something else of it.
    """

    pixels: Rgba
    left: int = 0
    top: int = 0
    after: After = After.KEPT
    over: bool = True
    seconds: float = STANDS
    came: NDArray[np.bool_] | None = None
    unsure: bool = False


def standing(
    pieces: Iterable[Piece],
    size: tuple[int, int],
    pattern: Layer,
    limits: Limits,
    deadline: Deadline,
    *,
    colour: bool,
    grey: bool = False,
    once: bool = False,
) -> Iterator[Shown | Unseen]:
    """The views of every frame; `pattern`: what their layers have in common; `once`: the last one stays.

    Raises what `pieces` raises for the first; a later one that raises ends the animation.
    """
    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    waiting: Layer | None = None
    coming, count = iter(pieces), 0
    while True:
        try:
            piece = next(coming, None)
        except Exception:
            if waiting is None:
                raise
            yield Unseen("damaged-frame")
            piece = None
        if waiting is not None:
            if once and piece is None:
                waiting = replace(waiting, seconds=STANDS)
            yield from shown_of(waiting, colour=colour)
        if piece is None:
            return
        count += 1
        if count > 1 and (
            count > limits.frames or count * size[0] * size[1] > limits.pixels or deadline.used(_SHARE)
        ):
            yield Unseen("too-many-frames")
            return
        if piece.unsure:
            yield Unseen("damaged-frame")
        waiting = replace(_layer(_laid(canvas, piece), pattern, grey), of=Of.FRAME, seconds=_seconds(piece))


def rgba(opaque: Image.Image, cover: Image.Image | None) -> Rgba:
    """``(h, w, 4)`` of an opaque image (mode L or RGB) and how far it covers the ground."""
    image = opaque.convert("RGB")
    image.putalpha(255 if cover is None else cover)
    return np.asarray(image)


def _laid(canvas: Rgba, piece: Piece) -> Rgba:
    """What stands once `piece` is laid; `canvas` is left as the next one finds it."""
    height, width = canvas.shape[:2]
    pixels = piece.pixels[: max(0, height - piece.top), : max(0, width - piece.left)]
    place = canvas[piece.top : piece.top + pixels.shape[0], piece.left : piece.left + pixels.shape[1]]
    before = place.copy() if piece.after is After.PUT_BACK else None
    if piece.came is not None and not piece.over:
        came = piece.came[: pixels.shape[0], : pixels.shape[1], np.newaxis]
        pixels = np.where(came, pixels, place)
    place[:] = _over(place, pixels) if piece.over else pixels
    stands = canvas.copy()
    if before is not None:
        place[:] = before
    elif piece.after is After.CLEARED:
        place[:] = 0
    return stands


def _over(below: Rgba, above: Rgba) -> Rgba:
    alpha = above[:, :, 3]
    if bool(np.isin(alpha, (0, 255)).all()):
        return np.where(alpha[:, :, np.newaxis] == 0, below, above)
    share = alpha[:, :, np.newaxis].astype(np.float32) / 255
    under = below[:, :, 3:].astype(np.float32) / 255 * (1 - share)
    covered = share + under
    mixed = (above[:, :, :3] * share + below[:, :, :3] * under) / np.maximum(covered, 1e-6)
    laid: Rgba = np.rint(np.dstack([mixed, covered * 255])).astype(np.uint8)
    return laid


def _layer(pixels: Rgba, pattern: Layer, grey: bool) -> Layer:
    samples = pixels[:, :, 0] if grey else pixels[:, :, :3]
    cover = Image.fromarray(np.ascontiguousarray(pixels[:, :, 3]))
    return replace(pattern, image=Image.fromarray(np.ascontiguousarray(samples)), cover=cover)


def _seconds(piece: Piece) -> float:
    return piece.seconds if piece.seconds >= _SHORTEST else _INSTEAD
