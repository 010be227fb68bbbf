"""What a family gives away by its length: the inversion of `bench.leak` over drawn scenes.

In: nothing. Out: median likeness by the number of anchored hashes. Next: `report`, `plots`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from bench.common import Table
from bench.leak import leak
from bench.robustness.scenes import scene
from repit_engine.anchors import bank_family
from repit_engine.picture import Picture

KS: Final = (0, 2, 4, 8)
SCENES: Final = (3, 4, 5, 7, 11, 19, 21, 23, 31, 32, 34, 39)
"""Scenes whose family is full: in the others much is flat, and few squares of that are kept."""


def kept(path: Path) -> Mapping[int, tuple[float, float]]:
    """`by_k`, worked out once for each engine: the file is named after it."""
    if not path.exists():
        leaks = by_k()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([[k, *both] for k, both in leaks.items()]))
    return {k: (without, known) for k, without, known in json.loads(path.read_text())}


def by_k() -> Mapping[int, tuple[float, float]]:
    """For each K: median likeness without and with rectangles known."""
    result = {}
    for k in KS:
        found = []
        for seed in SCENES:
            luma = np.ascontiguousarray(np.asarray(scene(seed).convert("L")))
            picture = Picture(luma, luma.shape[1], luma.shape[0])
            found.append(leak(picture, bank_family(picture, k=k).hashes).likenesses[1:])
        without, known = np.median(np.array(found), axis=0)
        result[k] = float(without), float(known)
    return result


def table(leaks: Mapping[int, tuple[float, float]]) -> Table:
    """As rows of the page."""
    cells = [(f"1 + {k}", f"{without:.2f}", f"{known:.2f}") for k, (without, known) in leaks.items()]
    title = (
        f"What a family gives away: likeness of the picture drawn back, median of {len(SCENES)} drawn scenes"
    )
    return Table(title, ("hashes", "as kept: no rectangle", "were the rectangles known"), cells)
