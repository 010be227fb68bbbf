"""A contact sheet of what was missed: query beside original, its row named beneath.

In: measured pictures. Out: one PNG under `artefacts/`. Next: whoever wants to know why. Never committed.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from bench.robustness import recall
from bench.robustness.alterations.writing import text_at
from bench.robustness.measure import Measured
from bench.robustness.run import Plan
from bench.robustness.suite import altered

CELL: Final = 150
COLUMNS: Final = 6
MOST: Final = 120


def contact_sheet(plan: Plan, own: Sequence[Measured], path: Path) -> Path:
    """Draw up to `MOST` of the queries that neither one hash ≤ 31 nor two ≤ 70 found."""
    way = recall.votes(8)
    missed = [
        (measured.index, int(place))
        for measured in own
        for place in (~way(measured)[:, measured.index]).nonzero()[0]
    ]  # fmt: skip
    step = max(1, -(-len(missed) // MOST))
    chosen = missed[::step]
    height = CELL + 18
    sheet = Image.new(
        "RGB", (COLUMNS * 2 * CELL, max(1, -(-len(chosen) // COLUMNS)) * height), (255, 255, 255)
    )
    fillers = [plan.collection.sources[i].picture for i in plan.collection.part(1 - plan.which)]
    for cell, (index, place) in enumerate(chosen):
        source, row = plan.collection.sources[index], plan.rows[place]
        query = Image.open(io.BytesIO(altered(row, index, source.picture(), fillers).jpeg))
        left, top = (cell % COLUMNS) * 2 * CELL, (cell // COLUMNS) * height
        for offset, picture in ((0, source.picture().copy()), (CELL, query)):
            picture.thumbnail((CELL - 4, CELL - 4))
            sheet.paste(picture, (left + offset, top))
        text_at(sheet, (left + 2, top + CELL - 2), row.name, 12, (0, 0, 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
    return path
