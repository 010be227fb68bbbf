"""What unrelated pictures that share an overlay are taken for, and what sparing them costs in copies found.

In: pictures. Out: a `Report`. Next: `bench.__main__`.

The part of the robustness bench that asks no peer: the rule that decides, with and without the breadth that
it asks of a match, in one run. `only=minutes=4` ends each run over a suite after four minutes; another call
goes on.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.common import Options, Report, Table
from bench.robustness import recall
from bench.robustness.measure import Measured
from bench.robustness.ours import BLOCK, REVIEW
from bench.robustness.pictures import REPORTED, collection
from bench.robustness.report_decided import decided, shared
from bench.robustness.run import Plan
from bench.robustness.run import run as measured_by
from bench.robustness.suite import SUITES

SIZE = 1_000_000
"""Items of the bank for which groups are listed."""


def _plan(options: Options) -> Plan:
    minutes = [float(word.partition("=")[2]) for word in options.only if word.startswith("minutes=")]
    return Plan(
        collection(options.pictures),
        "main",
        REPORTED,
        with_peers=False,
        processes=options.threads,
        seconds=minutes[0] * 60 if minutes else float("inf"),
    )


def run(options: Options) -> Report:
    """Overlays first, then both suites."""
    plan = _plan(options)
    page = Report(
        "overlays",
        "Pictures that share an overlay: what is blocked wrongly, and what sparing it costs",
        "Unrelated pictures wear the same overlay, some in the bank, the others as uploads. *Were a small "
        "piece enough* is the same engine without the breadth that it asks of a match before it blocks "
        "(docs/en/altered-copies.md, section 5), in the same run. Recall is of the suites of robustness.md, "
        f"over reported pictures ({plan.collection.label}).",
    )
    tables = shared(page, plan)
    suites = {suite: measured_by(replace(plan, suite=suite)) for suite in SUITES}
    for suite, measured in suites.items():
        before, after = (
            float(recall.by_row(way, measured).mean())
            for way in (recall.blocked_by_pieces(SIZE), recall.engine(SIZE, BLOCK))
        )
        page.compare(
            f"copies blocked, {suite} suite, {SIZE:,} items",
            "%",
            after,
            "were a small piece enough",
            before,
            less=False,
        )
    page.tables += [decided(suites["main"], suites["held-out"]), *tables]
    page.tables += [_by_group(suite, measured) for suite, measured in suites.items()]
    asked = ", ".join(f"{len(measured)} in the {suite} one" for suite, measured in suites.items())
    page.notes += [
        f"Reported pictures asked of the suites, as many as time allowed: {asked}, 88 queries each.",
        "The first list has 60 pictures on either side, the others 30. The hashes' thresholds were chosen "
        "with the first two lists in view, the breadth of a match with the third and with ten grainy or "
        "photographed overlays that are not kept; the last list was drawn afterwards, and nothing was "
        "changed once it had been counted.",
        "All pictures of the bank wear the overlay, each is judged by itself; no crowd is muted here.",
    ]
    return page


def _by_group(suite: str, measured: Sequence[Measured]) -> Table:
    ways = {
        "block, were a small piece enough": recall.blocked_by_pieces(SIZE),
        "block": recall.engine(SIZE, BLOCK),
        "review or block": recall.engine(SIZE, REVIEW),
    }
    columns = {name: recall.by_row(way, measured) for name, way in ways.items()}
    cells = [
        (f"{group} ({int(mask.sum())})", *(f"{np.mean(values[mask]):.1f}" for values in columns.values()))
        for group, mask in recall.groups(SUITES[suite]).items()
    ]
    return Table(f"Copies found in %, {suite} suite, {SIZE:,} items", ("group (rows)", *columns), cells)
