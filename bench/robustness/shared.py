"""Unrelated pictures that share a sticker, a logo, an interface or a caption: the likeliest false matches.

In: pictures, overlays, a stop-list. Out: false matches of 3,600 pairs for each overlay, with and without the
list. Next: `report`, `tools/make_stoplist.py`.

Sixty pictures carry the overlay into the bank, sixty others bring the same one as uploads.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.background import shapes
from bench.robustness import ours
from bench.robustness.alterations import borders, overlays
from bench.robustness.alterations.base import Context, Picture
from bench.robustness.distances import between
from bench.robustness.thresholds import RADIUS, TWO

PICTURES: Final = 60
Overlay = Callable[[Picture], Picture]


def _same(step: Callable[[Picture, Context], Picture], seed: int) -> Overlay:
    """The same drawing every time: the generator starts anew for each picture."""
    return lambda picture: step(picture, Context(np.random.default_rng([20261128, seed]), ()))


def _sticker(drawn: overlays.Sticker, area: float) -> Overlay:
    return lambda picture: overlays.sticker_at(picture, drawn(240), area, 0.7, 0.6)


def _logo(seed: int) -> overlays.Sticker:
    """One of the background set's own drawers, with a seed that is not in the set."""

    def drawn(size: int) -> Image.Image:
        square = Image.new("RGBA", (shapes.SIZE, shapes.SIZE), (0, 0, 0, 0))
        drawer = shapes.DRAWERS[seed % len(shapes.DRAWERS)][0]
        drawer(shapes.ImageDraw.Draw(square), np.random.default_rng([20261129, seed]))
        return square.resize((size, size), Image.Resampling.LANCZOS)

    return drawn


OVERLAYS: Final[Mapping[str, Overlay]] = {
    "face, 15 %": _sticker(overlays.face, 0.15),
    "face, 5 %": _sticker(overlays.face, 0.05),
    "star, 15 %": _sticker(overlays.star, 0.15),
    "heart, 15 %": _sticker(overlays.heart, 0.15),
    "badge, 8 %": _sticker(_logo(5), 0.08),
    "monogram, 8 %": _sticker(_logo(6), 0.08),
    "phone": _same(borders.phone_screenshot, 1),
    "desktop": _same(borders.desktop_screenshot, 2),
    "caption": _same(borders.captioned(0.2, above=True, dark=False), 3),
    "meme text": _same(overlays.meme_text(), 4),
    "corner mark": _same(overlays.corner_mark(0.4, 1.0), 5),
}


@dataclass(frozen=True)
class Pairs:
    """Distances of one overlay's pairs, kept apart from any decision."""

    nearest: NDArray[np.uint8]
    """`(uploads, items, 9)`: smallest distance of an upload's hashes to each of an item's."""
    nearest_kept: NDArray[np.uint8]
    """The same after the stop-list on both sides."""

    def wrong(self, *, stopped: bool, radius: int = RADIUS, two: int = TWO) -> tuple[int, int]:
        """Pairs matched by one hash within the radius; and by that or two hashes within `two`."""
        near = self.nearest_kept if stopped else self.nearest
        single = (near <= radius).any(axis=2)
        return int(single.sum()), int((single | ((near <= two).sum(axis=2) >= 2)).sum())


Stopped = Callable[[NDArray[np.uint8]], NDArray[np.bool_]]
"""Of `(n, 32)` hashes, those that the stop-list holds."""


def pairs(overlay: Overlay, bank: Sequence[Picture], uploads: Sequence[Picture], stopped: Stopped) -> Pairs:
    """Distances of every upload to every item, all carrying the overlay."""
    families = np.zeros((len(bank), ours.BANK_ROWS, 32), np.uint8)
    present = np.zeros((len(bank), ours.BANK_ROWS), np.bool_)
    for place, picture in enumerate(bank):
        family = ours.bank_family(_jpeg(overlay(picture)))
        families[place, : len(family)], present[place, : len(family)] = family, True
    kept = present & ~stopped(families.reshape(-1, 32)).reshape(present.shape)
    # the standard hash stays whatever the list says: it is what the rest of the field holds
    kept[:, 0] = present[:, 0]
    shape = (len(uploads), len(bank), ours.BANK_ROWS)
    nearest, nearest_kept = np.full(shape, 255, np.uint8), np.full(shape, 255, np.uint8)
    for place, picture in enumerate(uploads):
        hashes = ours.query_family(_jpeg(overlay(picture))).hashes
        table = between(hashes, families.reshape(-1, 32)).clip(0, 255).astype(np.uint8)
        nearest[place] = np.where(present, table.min(axis=0).reshape(present.shape), 255)
        table[stopped(hashes)] = 255
        nearest_kept[place] = np.where(kept, table.min(axis=0).reshape(present.shape), 255)
    return Pairs(nearest, nearest_kept)


def _jpeg(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
