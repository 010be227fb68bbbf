"""What the moments of a video give away together, where they show one scene: `python -m bench.leak_series`.

In: scenes seen through a camera that a hand moves. Out: likeness to the original of what is drawn back from
one moment, and from all of them. Next: `engine/tests/leak`; THREAT-MODEL and docs/*/what-a-hash-reveals.md.

Many views of one scene are many measurements of it: whoever knew how they lie to one another could draw
sharper than from any of them. Moments do not say. So the attacker draws the first view, finds where each
other one fits best on that drawing, draws from all of them, finds them anew on the better drawing, and so on;
then looks for the anchored squares. The method is that of `bench.leak`: nothing is learnt.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.leak import Plane, Window, drawn_back, likeness, located
from bench.leak_pictures import drawn_sheet
from bench.robustness.scenes import scene
from repit_engine.anchors import bank_family
from repit_engine.pdq import samples_of
from repit_engine.picture import Picture

FIRST: Final = Window(0.15, 0.15, 0.7, 0.7)
"""Where on the canvas the attacker puts the first view."""
SIZES: Final = (0.63, 0.665, 0.7, 0.735, 0.77)
TRUSTED: Final = (0.25, 0.5, 1.0)
"""How far the attacker may trust where they put a view; the best for them is what counts."""
GUESSES: Final = (0.03, 0.1, 0.25)
"""The same of anchored squares."""
VIEWS: Final = 8
SCENES: Final = (3, 4, 7, 2, 5, 8, 11, 6)
ROWS: Final = 4
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


def filmed(luma: NDArray[np.uint8], views: int, seed: int, hand: float = 0.08) -> Series:
    """A hand holds a camera before a scene: each view is shifted by up to `hand` of the canvas and as much
    nearer or farther as `SIZES` go."""
    rng = np.random.default_rng(seed)
    height, width = luma.shape
    windows, families = [], []
    for number in range(views):
        size = FIRST.width if not number else float(rng.uniform(SIZES[0], SIZES[-1]))
        middle = np.array([0.5, 0.5]) + (rng.uniform(-hand, hand, 2) if number else 0)
        left, top = (middle - size / 2).clip(0, 1 - size)
        x, y = round(left * width), round(top * height)
        seen = np.ascontiguousarray(luma[y : y + round(size * height), x : x + round(size * width)])
        picture = Picture(seen, seen.shape[1], seen.shape[0])
        windows.append(Window(x / width, y / height, seen.shape[1] / width, seen.shape[0] / height))
        families.append(bank_family(picture, ANCHORED).hashes)
    canvas = samples_of(luma).astype(np.float64)
    return Series(canvas, windows, families)


@dataclass(frozen=True)
class SeriesLeak:
    """What is drawn back of the first view from more and more, and how like the original each is."""

    original: Plane
    first: Plane
    """From the standard hash of one moment."""
    wholes: Plane
    """From those of all moments, each put where it seems to fit best."""
    families: Plane
    """From all that is kept, likewise."""
    placed: Plane
    """From the standard hashes, were it known how the views lie to one another."""

    @property
    def likenesses(self) -> tuple[float, float, float, float]:
        """Of `first`, `wholes`, `families`, `placed`."""
        first, wholes, families, placed = (
            likeness(drawn, self.original) for drawn in (self.first, self.wholes, self.families, self.placed)
        )
        return first, wholes, families, placed


def series_leak(series: Series, trusted: Sequence[float] = TRUSTED) -> SeriesLeak:
    """What an attacker gets, with the trust that is best for them in each drawing."""
    there = series.windows[0]
    original = _cut(series.canvas, there)
    wholes = np.stack([family[0] for family in series.families])

    def best(drawings: Iterable[Plane]) -> Plane:
        return max(drawings, key=lambda drawn: likeness(drawn, original))

    tried = [_fitted(wholes, trust) for trust in trusted]
    drawn, windows, trust = max(tried, key=lambda fitted: likeness(_cut(fitted[0], FIRST), original))
    guessed = [[located(drawn, row, ASPECT) for row in family[1:]] for family in series.families]
    return SeriesLeak(
        original,
        _cut(drawn_back(wholes[:1], [FIRST]), FIRST),
        _cut(drawn, FIRST),
        best(_cut(_drawn(series, windows, guessed, trust, less), FIRST) for less in GUESSES),
        best(_cut(drawn_back(wholes, series.windows, more), there) for more in trusted),
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


def main(folder: Path) -> None:
    """Medians over scenes drawn by code; a figure: the original, from one moment, from all that is kept."""
    rows = []
    shown = []
    for seed in SCENES:
        luma = np.ascontiguousarray(np.asarray(scene(seed).convert("L")))
        leak = series_leak(filmed(luma, VIEWS, seed))
        rows.append(leak.likenesses)
        shown.append((leak.original, leak.first, leak.families))
        print(seed, np.round(leak.likenesses, 2), flush=True)
    print(f"{VIEWS} moments: one, all, with anchored, were places known:", np.median(rows, axis=0).round(2))
    drawn_sheet(shown[:ROWS]).save(folder / "what-a-video-reveals.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/img"))
