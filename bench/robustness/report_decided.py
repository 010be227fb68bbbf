"""Tables of what the engine decides: copies found, and unrelated pairs that share an overlay.

In: measured pictures; a plan. Out: tables. Next: `report`, `bench.overlays`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from bench.common import Report, Table
from bench.robustness import ours, recall
from bench.robustness.measure import Measured
from bench.robustness.pictures import REPORTED
from bench.robustness.run import KEPT, Plan, fingerprint
from bench.robustness.shared import OVERLAYS, PICTURES, PICTURES_ELSE, Overlay, pairs
from bench.robustness.shared_held_out import HELD_OUT
from bench.robustness.shared_textured import TEXTURED
from bench.robustness.shared_wider import WIDER

LISTS: Final[Mapping[str, tuple[Mapping[str, Overlay], int]]] = {
    "": (OVERLAYS, PICTURES),
    ": other fonts, marks, interfaces": (WIDER, PICTURES_ELSE),
    ": drawn after the hashes' thresholds": (HELD_OUT, PICTURES_ELSE),
    ": held out, grainy and photographed": (TEXTURED, PICTURES_ELSE),
}
"""Overlays and how many pictures wear them on either side."""


def decided(main: Sequence[Measured], held: Sequence[Measured]) -> Table:
    cells = []
    for size in ours.BANK_SIZES:
        for name, way in (
            ("block, were a small piece enough", recall.blocked_by_pieces(size)),
            ("block", recall.engine(size, ours.BLOCK)),
            ("review or block", recall.engine(size, ours.REVIEW)),
        ):
            both = [*main, *held]
            found = [f"{recall.by_row(way, suite).mean():.1f}" for suite in (main, held)]
            cells.append((f"{size:,}", name, *found, *recall.false_matches(way, both)))
    return Table(
        "What the engine decides, by the bank's size",
        ("items", "decision", "main, %", "held-out, %", "false", "unrelated pairs"),
        cells,
    )


def shared(page: Report, plan: Plan) -> list[Table]:
    """One table for each list of overlays; what is done is kept."""
    path = KEPT / f"shared-{fingerprint(replace(plan, with_peers=False))}.json"
    known: dict[str, list[int]] = json.loads(path.read_text()) if path.exists() and plan.keep else {}
    tables = []
    for title, (overlays, count) in LISTS.items():
        cells = []
        for name, overlay in overlays.items():
            if name not in known:
                known[name] = _counted(plan, overlay, count)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(known))
            cells.append((name, *known[name]))
        totals = np.sum([known[name] for name in overlays], axis=0).tolist()
        cells.append(("all", *totals))
        _, _, _, by_pieces, blocked, met = totals[:6]
        work = f"wrongly, of {totals[0]:,} pairs sharing an overlay{title}"
        page.compare(f"blocked {work}", "pairs", blocked, "were a small piece enough", by_pieces)
        page.compare(f"blocked or reviewed {work}", "pairs", met)
        columns = [
            f"{word}, {size:,} items"
            for size in ours.BANK_SIZES
            for word in ("block, were a small piece enough", "block", "review or block")
        ]
        tables.append(
            Table(
                f"False matches among unrelated pictures that share an overlay{title}",
                ("overlay", "pairs", "one hash ≤ 31", "or two ≤ 70", *columns),
                cells,
            )
        )
    return tables


def _counted(plan: Plan, overlay: Overlay, count: int) -> list[int]:
    sources = plan.collection.sources
    bank, uploads = (
        [sources[i].picture() for i in plan.collection.part(which)[:count]] for which in (0, REPORTED)
    )
    found = pairs(overlay, bank, uploads)
    decided = zip(
        found.blocked_by_pieces(), found.at_least(ours.BLOCK), found.at_least(ours.REVIEW), strict=True
    )
    return [len(bank) * len(uploads), *found.wrong(), *(n for three in decided for n in three)]
