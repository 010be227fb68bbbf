"""What the moments of a video give away together, where they show one scene: `python -m bench.leak_series`.

In: scenes seen through a camera that a hand moves. Out: likeness to the original of what is drawn back from
one moment, and from all of them. Next: `engine/tests/leak`; THREAT-MODEL and docs/*/what-a-hash-reveals.md.

Many views of one scene are many measurements of it: whoever knew how they lie to one another could draw
sharper than from any of them. Moments do not say. So the attacker draws the first view, finds where each other
one fits best on that drawing, draws from all of them, finds them anew on the better drawing, and so on; then
looks for the anchored squares. The method is that of `bench.leak`: nothing is learnt.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.leak import Plane, Window, drawn_back, likeness, located, true_windows
from bench.robustness.scenes import scene
from repit_engine.anchors import bank_family
from repit_engine.pdq import samples_of
from repit_engine.picture import Picture

FIRST: Final = Window(0.15, 0.15, 0.7, 0.7)
"""Where on the canvas the attacker puts the first view."""
SIZES: Final = (0.63, 0.665, 0.7, 0.735, 0.77)
TRUSTED: Final = (0.03, 0.1, 0.25, 0.5, 1.0)
"""How far the attacker may trust what they guessed; the best for them is what counts."""
TURNS: Final = 3
STEPS: Final = 28
"""Of a view's side, when it is looked for."""
ASPECT: Final = 4 / 3
ANCHORED: Final = 4


@dataclass(frozen=True)
class Series:
    """Views of one scene: where each lies on the canvas, and their families (whole first, then anchored)."""

    canvas: Plane
    windows: Sequence[Window]
    families: Sequence[NDArray[np.uint8]]
    places: Sequence[Sequence[Window]]
    """Of each family's anchored hashes, on the canvas."""


def filmed(luma: NDArray[np.uint8], views: int, seed: int, hand: float = 0.08) -> Series:
    """A hand holds a camera before a scene: each view is shifted by up to `hand` of the canvas and as much
    nearer or farther as `SIZES` go."""
    rng = np.random.default_rng(seed)
    height, width = luma.shape
    windows, families, places = [], [], []
    for number in range(views):
        size = FIRST.width if not number else float(rng.uniform(SIZES[0], SIZES[-1]))
        middle = np.array([0.5, 0.5]) + (rng.uniform(-hand, hand, 2) if number else 0)
        left, top = (middle - size / 2).clip(0, 1 - size)
        x, y = round(left * width), round(top * height)
        seen = np.ascontiguousarray(luma[y : y + round(size * height), x : x + round(size * width)])
        window = Window(x / width, y / height, seen.shape[1] / width, seen.shape[0] / height)
        picture = Picture(seen, seen.shape[1], seen.shape[0])
        family = bank_family(picture, ANCHORED).hashes
        windows.append(window)
        families.append(family)
        places.append([_within(window, part) for part in true_windows(picture, family)[1:]])
    canvas = samples_of(luma).astype(np.float64)
    return Series(canvas, windows, families, places)


@dataclass(frozen=True)
class SeriesLeak:
    """Likeness, within the first view, of what is drawn back from more and more."""

    first: float
    """From the standard hash of one moment."""
    wholes: float
    """From those of all moments, each put where it seems to fit best."""
    families: float
    """From all that is kept, likewise."""
    placed: float
    """From the standard hashes, were it known how the views lie to one another."""
    everything: float
    """From all that is kept, were every place known."""


def series_leak(series: Series) -> SeriesLeak:
    """What an attacker gets, with the trust that is best for them in each column."""
    truth, there = series.canvas, series.windows[0]
    wholes = np.stack([family[0] for family in series.families])

    def like(drawn: Plane, where: Window) -> float:
        return likeness(_cut(drawn, where), _cut(truth, there))

    tried = [_fitted(wholes, trust) for trust in TRUSTED]
    drawn, windows, trust = max(tried, key=lambda one: like(one[0], FIRST))
    guessed = [[located(drawn, row, ASPECT) for row in family[1:]] for family in series.families]
    return SeriesLeak(
        first=like(drawn_back(wholes[:1], [FIRST]), FIRST),
        wholes=like(drawn, FIRST),
        families=max(like(_drawn(series, windows, guessed, trust, less), FIRST) for less in TRUSTED),
        placed=max(like(drawn_back(wholes, series.windows, more), there) for more in TRUSTED),
        everything=max(
            like(_drawn(series, series.windows, series.places, more, less), there)
            for more in TRUSTED[2:]
            for less in TRUSTED[1:]
        ),
    )


def _fitted(wholes: NDArray[np.uint8], trust: float) -> tuple[Plane, list[Window], float]:
    """The drawing from all views, each where it fits best; where that is; the trust."""
    drawn, windows = drawn_back(wholes[:1], [FIRST]), [FIRST]
    for _ in range(TURNS if len(wholes) > 1 else 0):
        windows = [FIRST, *(located(drawn, row, 1.0, SIZES, STEPS) for row in wholes[1:])]
        drawn = drawn_back(wholes, windows, trust)
    return drawn, windows, trust


def _drawn(
    series: Series,
    windows: Sequence[Window],
    places: Sequence[Sequence[Window]],
    more: float,
    less: float,
) -> Plane:
    """From every hash at its place: wholes trusted more, anchored ones less."""
    rows = [family[0] for family in series.families]
    found = list(windows)
    for family, squares in zip(series.families, places, strict=True):
        rows += list(family[1:])
        found += list(squares)
    trust = np.full(len(rows) - 1, less)
    trust[: len(windows) - 1] = more
    return drawn_back(np.stack(rows), found, trust)


def _within(window: Window, part: Window) -> Window:
    return Window(
        window.left + part.left * window.width,
        window.top + part.top * window.height,
        part.width * window.width,
        part.height * window.height,
    )


def _cut(plane: Plane, window: Window) -> Plane:
    side = len(plane)
    image = Image.fromarray(plane.astype(np.float32))
    box = (
        window.left * side,
        window.top * side,
        (window.left + window.width) * side,
        (window.top + window.height) * side,
    )
    return np.asarray(image.resize((48, 48), Image.Resampling.BILINEAR, box=box), np.float64)


def main(folder: Path | None) -> None:
    """Medians over scenes drawn by code, or over the pictures of a folder."""
    lumas = (
        [np.asarray(scene(seed).convert("L")) for seed in range(12)]
        if folder is None
        else [np.asarray(Image.open(path).convert("L")) for path in sorted(folder.iterdir())[:24]]
    )
    for views in (2, 4, 8, 16):
        found = [
            series_leak(filmed(np.ascontiguousarray(luma), views, seed)) for seed, luma in enumerate(lumas)
        ]
        rows = np.array(
            [[leak.first, leak.wholes, leak.families, leak.placed, leak.everything] for leak in found]
        )
        print(
            views, "views:", np.median(rows, axis=0).round(3), "most", rows.max(axis=0).round(2), flush=True
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
