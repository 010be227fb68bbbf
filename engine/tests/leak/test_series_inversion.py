"""The inversion experiment on a film: many moments of one scene tell more than one, and not the picture."""

from functools import cache

import numpy as np
from bench.leak_series import SeriesLeak, filmed, series_leak
from bench.robustness.scenes import scene

MOST_LIKE = 0.72
"""Correlation with the original, median, of four moments with all that is kept of them."""
SCENES = (4, 7)


@cache
def _leaks() -> tuple[SeriesLeak, ...]:
    lumas = (np.ascontiguousarray(np.asarray(scene(seed).convert("L"))) for seed in SCENES)
    return tuple(series_leak(filmed(luma, 4, seed), (0.5,)) for luma, seed in zip(lumas, SCENES, strict=True))


def test_moments_of_one_scene_together_reveal_more_than_one_which_is_why_it_is_said() -> None:
    first, wholes, _, _ = np.median([leak.likenesses for leak in _leaks()], axis=0)
    assert wholes > first + 0.02


def test_anchored_hashes_of_a_film_add_next_to_nothing_to_its_wholes() -> None:
    _, wholes, families, _ = np.median([leak.likenesses for leak in _leaks()], axis=0)
    assert families <= wholes + 0.03


def test_knowing_how_the_views_lie_adds_next_to_nothing_to_guessing_it() -> None:
    """So it would be no protection to keep fewer times, or none."""
    _, wholes, _, placed = np.median([leak.likenesses for leak in _leaks()], axis=0)
    assert abs(placed - wholes) <= 0.05


def test_a_film_reveals_no_more_than_a_soft_blob() -> None:
    families = [leak.likenesses[2] for leak in _leaks()]
    assert np.median(families) <= MOST_LIKE
    assert max(families) < 0.8
