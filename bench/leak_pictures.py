"""Draw what a family gives away, of scenes that code drew: `python -m bench.leak_pictures docs/img`.

In: seeds. Out: one PNG, and the medians on the terminal. Next: THREAT-MODEL, docs/*/what-a-hash-reveals.md.
"""

import sys
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
    sheet = Image.new("L", (4 * (CELL + GAP) + GAP, len(SCENES) * (CELL + GAP) + GAP), 255)
    found = []
    for row, seed in enumerate(SCENES):
        luma = np.ascontiguousarray(np.asarray(scene(seed).convert("L")))
        picture = Picture(luma, luma.shape[1], luma.shape[0])
        result = leak(picture, bank_family(picture).hashes)
        found.append(result.likenesses)
        for column, drawn in enumerate((result.original, result.standard, result.unplaced, result.placed)):
            sheet.paste(_shown(drawn), (GAP + column * (CELL + GAP), GAP + row * (CELL + GAP)))
    folder.mkdir(parents=True, exist_ok=True)
    sheet.save(folder / "what-a-hash-reveals.png", optimize=True)
    print("standard, family, with rectangles:", np.median(np.array(found), axis=0).round(2))


def _shown(drawn: Plane) -> Image.Image:
    """Stretched to the range of grey, so that nothing is hidden by faintness."""
    low, high = np.percentile(drawn, [1, 99])
    grey = ((drawn - low) / max(high - low, 1e-9) * 255).clip(0, 255).astype(np.uint8)
    return Image.fromarray(grey).resize((CELL, CELL), Image.Resampling.BICUBIC)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/img"))
