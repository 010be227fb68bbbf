"""One decoded layer of samples, and all that viewers may make of it.

In: samples as a file stores them, what they let through, the profiles they come with. Out: `Shown`, first as
browsers show it on white, then the others. Next: `open_picture`, `repit_engine.views`.

What is not the first is only ever compared, never published: it is averaged down to as few pixels as a hash
needs, which bounds its cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image

from repit_engine.picture.grounds import BLACK, GREYS, on_ground
from repit_engine.picture.profiles import ways_of
from repit_engine.picture.result import Picture, luma_of, upright, upright_luma
from repit_engine.picture.shown import STANDS, Of, Shown
from repit_engine.types import LumaArray

_WHITE: Final = 255
MIN_SIDE: Final = 256
"""Shrinking stops above this many pixels on the shorter side. Measured: `make bench NAME=hash`."""
_WIDENED: Final = [min(255, max(0, round((level - 16) * 255 / 219))) for level in range(256)]
_MANY_PIXELS: Final = 4_000_000
"""Beyond these, what is not the first view is made of fewer."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """`image`: opaque samples in mode L, RGB or CMYK. `cover`: how far each covers the ground (mode L), None
    for wholly. `profiles`: those it comes with, the one that browsers go by first; `ignored` where they go
    by none. `narrow`: some viewers take the cover for television's range. `orientation`: as EXIF has it.
    `shrink`, `size`: as in `Picture`, before it is turned.
    """

    image: Image.Image
    cover: Image.Image | None = None
    profiles: tuple[bytes, ...] = ()
    ignored: bool = False
    orientation: int = 1
    of: Of = Of.SHOWN
    seconds: float = STANDS
    shrink: int = 1
    size: tuple[int, int] | None = None
    narrow: bool = False


def shown_of(layer: Layer, *, colour: bool = False) -> Iterator[Shown]:
    """Every view of one layer; `colour`: the first with its `Picture.rgb`."""
    if layer.cover is not None and layer.cover.getextrema() == (255, 255):
        layer = replace(layer, cover=None)
    for number, way in enumerate(ways_of(layer.profiles, layer.image.mode, ignored=layer.ignored)):
        large = layer.image.size[0] * layer.image.size[1] > _MANY_PIXELS
        thin = _thinned(layer) if way.slow or (number and large) else layer
        opaque = way.applied(thin.image)
        on_white = laid_on_white(opaque, thin.cover)
        if not number:
            size = thin.size or thin.image.size
            picture = upright(np.asarray(on_white), thin.orientation, size, thin.shrink, colour=colour)
            yield Shown(picture, thin.of, thin.seconds)
        else:
            yield Shown(_averaged(on_white, thin), Of.PROFILE)
        if thin.cover is not None:
            yield from _on_grounds(on_white, thin, GREYS if not number else ())
            # What is transparent still has a colour, and programs that drop the transparency show it.
            yield Shown(_averaged(opaque, thin), Of.OPAQUE)
    if layer.narrow and layer.cover is not None:
        wide = replace(layer, cover=layer.cover.point(_WIDENED), narrow=False, seconds=0.0)
        yield from (replace(view, of=Of.COVER) for view in shown_of(wide))


def _on_grounds(on_white: Image.Image, layer: Layer, greys: tuple[int, ...]) -> Iterator[Shown]:
    factor = shrink_of(*layer.image.size)
    averaged = luma_of(np.asarray(_reduced(on_white, factor)))
    covered = np.asarray(_reduced(layer.cover, factor)) if layer.cover is not None else np.uint8(255)
    for ground in (BLACK, *greys):
        luma = on_ground(averaged, np.asarray(covered), ground)
        yield Shown(_again(luma, layer, factor), Of.GREY if ground else Of.BLACK)


def added_of(layer: Layer, *, colour: bool = False) -> Iterator[Shown]:
    """The views of a layer whose colours are added to what its cover lets through, and not weighed by it."""
    stored = np.asarray(layer.image).astype(np.int32)
    through = 255 - np.asarray(layer.cover).astype(np.int32)
    if stored.ndim == 3:
        through = through[:, :, np.newaxis]
    for ground in (_WHITE, BLACK, *GREYS):
        added = np.minimum(stored + through * ground // 255, 255).astype(np.uint8)
        first = ground == _WHITE
        of = Of.SHOWN if first else Of.GREY if ground else Of.BLACK
        seconds = STANDS if first else 0.0
        laid = replace(layer, image=Image.fromarray(added), cover=None, of=of, seconds=seconds)
        yield from shown_of(laid, colour=colour and first)


def averaged(layer: Layer, of: Of) -> Shown:
    """An opaque layer as it is, at as few pixels as a hash needs."""
    factor = shrink_of(*layer.image.size)
    luma = luma_of(np.asarray(_reduced(layer.image, factor)))
    return Shown(_again(luma, layer, factor), of)


def _thinned(layer: Layer) -> Layer:
    """Every second, fourth or eighth pixel of a large layer."""
    factor = shrink_of(*layer.image.size)
    if factor == 1:
        return layer
    cover = None if layer.cover is None else _every(layer.cover, factor)
    size = layer.size or layer.image.size
    fewer = _every(layer.image, factor)
    return replace(layer, image=fewer, cover=cover, shrink=layer.shrink * factor, size=size)


def _every(image: Image.Image, step: int) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(np.asarray(image)[::step, ::step]), image.mode)


def eased(picture: Picture) -> Picture:
    """The same with as few pixels as a hash needs."""
    factor = shrink_of(*picture.luma.shape)
    if factor == 1 or picture.partial_first_column or picture.partial_first_row:
        return picture
    luma = np.asarray(Image.fromarray(picture.luma.astype(np.float32, copy=False)).reduce(factor))
    return replace(picture, luma=luma, shrink=picture.shrink * factor, rgb=None)


def shrink_of(width: int, height: int) -> int:
    """The fraction at which a hash loses next to nothing."""
    for factor in (8, 4, 2):
        if min(width, height) // factor >= MIN_SIDE:
            return factor
    return 1


def laid_on_white(image: Image.Image, cover: Image.Image | None) -> Image.Image:
    """An opaque image on white, which it covers so far (None: wholly)."""
    if cover is None:
        return image
    ground = Image.new(image.mode, image.size, "white")
    ground.paste(image, mask=cover)
    return ground


def _averaged(image: Image.Image, layer: Layer) -> Picture:
    factor = shrink_of(*layer.image.size)
    return _again(luma_of(np.asarray(_reduced(image, factor))), layer, factor)


def _again(luma: LumaArray, layer: Layer, factor: int) -> Picture:
    size = layer.size or layer.image.size
    return upright_luma(luma, layer.orientation, size, layer.shrink * factor)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    return image if factor == 1 else image.reduce(factor)
