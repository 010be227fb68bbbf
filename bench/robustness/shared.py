"""Unrelated pictures that share a sticker, a logo, an interface or a caption: the likeliest false matches.

In: pictures, overlays. Out: false matches for each overlay, by distance and as the engine decides, with the
stop-list on both sides. Next: `report`.

Sixty pictures carry the overlay into the bank, sixty others bring the same one as uploads. `OVERLAYS` are the
issue's kinds; `shared_wider` has others, `shared_held_out` those that nothing was chosen with.
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
from bench.robustness.thresholds import RADIUS, TWO
from repit_engine.pdq import distances

PICTURES: Final = 60
PICTURES_ELSE: Final = 30
"""Of each side for the overlays of the other two lists."""
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
    """Distances of one overlay's pairs, and what the engine decides of them."""

    nearest: NDArray[np.uint8]
    """`(uploads, items, 9)`: smallest distance to each hash of an item, the stop-list heard."""
    decided: NDArray[np.uint8]
    """`(uploads, bank sizes, items)`: nothing, review or block."""
    by_pieces: NDArray[np.uint8]
    """The same, were a small piece of the upload enough to block."""

    def wrong(self, radius: int = RADIUS, two: int = TWO) -> tuple[int, int]:
        """Pairs matched by one hash within the radius; and by that or two hashes within `two`."""
        single = (self.nearest <= radius).any(axis=2)
        return int(single.sum()), int((single | ((self.nearest <= two).sum(axis=2) >= 2)).sum())

    def at_least(self, level: int) -> list[int]:
        """Pairs called a match of this level or more, by the bank's size."""
        counts: list[int] = (self.decided >= level).sum(axis=(0, 2)).tolist()
        return counts

    def blocked_by_pieces(self) -> list[int]:
        """Pairs that would be blocked, by the bank's size, were a small piece of the upload enough."""
        counts: list[int] = (self.by_pieces >= ours.BLOCK).sum(axis=(0, 2)).tolist()
        return counts


def pairs(overlay: Overlay, bank: Sequence[Picture], uploads: Sequence[Picture]) -> Pairs:
    """Compare every upload with every item, all carrying the overlay."""
    families = np.zeros((len(bank), ours.BANK_ROWS, 32), np.uint8)
    present = np.zeros((len(bank), ours.BANK_ROWS), np.bool_)
    for place, picture in enumerate(bank):
        family = ours.bank_family(_jpeg(overlay(picture)))
        families[place, : len(family)], present[place, : len(family)] = family, True
    nearest = np.full((len(uploads), len(bank), ours.BANK_ROWS), 255, np.uint8)
    decided = np.zeros((len(uploads), len(ours.BANK_SIZES), len(bank)), np.uint8)
    by_pieces = np.zeros_like(decided)
    for place, picture in enumerate(uploads):
        views = ours.query_family(_jpeg(overlay(picture))).views
        table = distances(views.hashes, families.reshape(-1, 32))
        table[:, ~present.ravel()] = 255
        for size, items in enumerate(ours.BANK_SIZES):
            decided[place, size] = ours.decided(views, table, families, present, items)
            by_pieces[place, size] = ours.decided(
                views, table, families, present, items, rule=ours.PIECES_BLOCK
            )
        table[ours.stoplist().near(views.hashes)] = 255
        nearest[place] = table.min(axis=0).reshape(present.shape).clip(0, 255)
    return Pairs(nearest, decided, by_pieces)


def _jpeg(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
