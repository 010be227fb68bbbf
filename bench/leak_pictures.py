"""Draw what a family gives away, of scenes that code drew: `python -m bench.leak_pictures docs/img`.

In: seeds. Out: one PNG, and the medians on the terminal. Next: THREAT-MODEL, docs/*/what-a-hash-reveals.md.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bench.leak import Plane, leak
from bench.robustness.scenes import scene
from repit_engine.anchors import bank_family
from repit_engine.picture import Picture

SCENES: Final = (3, 5, 19, 23)
CELL: Final = 192
GAP: Final = 12


def main(folder: Path) -> None:
    """Four rows: the scene at 64 × 64, from the standard hash, from the family, were its rectangles known."""
    found, rows = [], []
    for seed in SCENES:
        luma = np.ascontiguousarray(np.asarray(scene(seed).convert("L")))
        picture = Picture(luma, luma.shape[1], luma.shape[0])
        result = leak(picture, bank_family(picture).hashes)
        found.append(result.likenesses)
        rows.append((result.original, result.standard, result.unplaced, result.placed))
    folder.mkdir(parents=True, exist_ok=True)
    drawn_sheet(rows).save(folder / "what-a-hash-reveals.png", optimize=True)
    print("standard, family, with rectangles:", np.median(np.array(found), axis=0).round(2))


def drawn_sheet(rows: Sequence[Sequence[Plane]]) -> Image.Image:
    """Each row of drawings beside one another."""
    sheet = Image.new("L", (len(rows[0]) * (CELL + GAP) + GAP, len(rows) * (CELL + GAP) + GAP), 255)
    for row, drawings in enumerate(rows):
        for column, drawn in enumerate(drawings):
            sheet.paste(_shown(drawn), (GAP + column * (CELL + GAP), GAP + row * (CELL + GAP)))
    return sheet


def _shown(drawn: Plane) -> Image.Image:
    """Stretched to the range of grey, so that nothing is hidden by faintness."""
    low, high = np.percentile(drawn, [1, 99])
    grey = ((drawn - low) / max(high - low, 1e-9) * 255).clip(0, 255).astype(np.uint8)
    return Image.fromarray(grey).resize((CELL, CELL), Image.Resampling.BICUBIC)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/img"))
