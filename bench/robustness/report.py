"""The page: recall, false matches, shared overlays, cost, leak, what was missed.

In: the runs of both suites over the reported pictures. Out: a `Report`, plots beside the page, a contact
sheet in `artefacts/` (it shows the pictures, so it is never committed). Next: `bench.common.publish`.
"""

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.common import Options, Report, Table
from bench.robustness import leaking, ours, plots, recall
from bench.robustness.measure import Measured
from bench.robustness.missed import contact_sheet
from bench.robustness.pictures import REPORTED, collection
from bench.robustness.recall import WAYS, Way
from bench.robustness.report_decided import decided, shared
from bench.robustness.run import KEPT, Plan, fingerprint, run
from bench.robustness.suite import SUITES, Row

PLAIN, BEST, FOUR, SINGLE = "plain PDQ ≤ 31 (HMA, StopNCII)", "1 + 8", "1 + 4", "K = 1, ≤ 31"
PEER_WAYS = {name: way for name, way in WAYS.items() if name in list(WAYS)[:3]}
OUR_WAYS = {name: way for name, way in WAYS.items() if name not in PEER_WAYS}
WEAK = 95.0
"""Rows found less often than this are named one by one."""
SINGLES = (31, 46, 50, 56, 60, 66)
TWOS = (62, 66, 70, 74, 76)


def report(options: Options) -> Report:
    """Run what is not kept yet, and write it up.

    `only`: `quick` takes one picture in eight; `minutes=4` ends each of our two runs after four minutes (the
    peers' after a ninth of that) and writes up what is kept until then; another call goes on. `minutes=0`
    measures nothing more.
    """
    pictures = collection(options.pictures)
    quick = "quick" in options.only
    minutes = [float(word.partition("=")[2]) for word in options.only if word.startswith("minutes=")]
    seconds = minutes[0] * 60 if minutes else float("inf")
    plan = Plan(
        pictures, "main", REPORTED, every=8 if quick else 1, processes=options.threads, keep=not quick,
        seconds=seconds,
    )  # fmt: skip
    page = Report("robustness", "Altered copies: what is found, and what is found wrongly", _intro(plan))
    main, held = _both(plan), _both(replace(plan, suite="held-out"))
    _headlines(page, plan.rows, *main)
    page.tables.append(_by_group("Recall in %, main suite", plan.rows, *main))
    page.tables.append(_by_group("Recall in %, held-out suite", SUITES["held-out"], *held))
    page.tables.append(_weak("main", plan.rows, main[1]))
    page.tables.append(_weak("held-out", SUITES["held-out"], held[1]))
    page.tables.append(_false_by_threshold([*main[1], *held[1]]))
    page.tables.append(decided(main[1], held[1]))
    page.tables += shared(page, plan)
    page.tables.append(_cost(main[1]))
    leaks = leaking.kept(KEPT / f"leaks-{fingerprint(replace(plan, with_peers=False))}.json")
    page.tables.append(leaking.table(leaks))
    page.plots += plots.draw(options.out, main[1], leaks)
    sheet = contact_sheet(plan, main[1], KEPT.parent / "robustness-missed.png")
    page.notes += [
        _asked(plan, main, held),
        "Every query is compared with all pictures; what a collage holds besides counts as neither.",
        "SIFT was asked of one picture in six of those, of its own original only: an upper bound, no filter.",
        "Milliseconds are the processor's, of one thread. Load when this was written: "
        f"{os.getloadavg()[2]:.1f} on {os.cpu_count()} cores.",
        "Overlays: the first list is the issue's; the hashes' thresholds were chosen with the first two in "
        "view, the breadth of a match with the third, the last one was drawn afterwards. The stop-list is "
        "heard on both sides; the engine counts votes turned alike.",
        f"What was missed is drawn in {sheet.name}, kept out of the repository.",
    ]
    return page


_Both = tuple[Sequence[Measured], Sequence[Measured]]
"""The peers' and our own."""


def _asked(plan: Plan, main: _Both, held: _Both) -> str:
    """Of how many pictures the figures are, and of how many a whole run would be."""
    items, whole = len(plan.collection.sources), len(plan.indices) + len(plan.indices[::2])
    pairs_in_all = whole * len(plan.rows) * (items - 1) / 1e6
    return (
        f"Of {items} pictures every second may be reported, the others were tuned on. We were asked of "
        f"{len(main[1])} of them in the main suite and of {len(held[1])} in the held-out one, the peers of "
        f"{len(main[0])} and {len(held[0])}: as many as time allowed. A whole run asks us of {whole}, "
        f"{pairs_in_all:.1f} million unrelated pairs."
    )


def _both(plan: Plan) -> _Both:
    """Peers and ours apart: another engine does not ask the peers again.

    Peers answer for every second picture, and so do we in the held-out suite: a quarter of an hour for all.
    """
    theirs = run(replace(plan, with_ours=False, every=plan.every * 2, seconds=plan.seconds / 9))
    own = run(replace(plan, with_peers=False, every=plan.every * (1 if plan.suite == "main" else 2)))
    return theirs, own


def _intro(plan: Plan) -> str:
    return (
        f"Eighty-eight alterations, from fixed seeds, re-encoded as JPEG 85, of {len(plan.indices)} "
        f"pictures or as many as the notes say ({plan.collection.label}). "
        "*1 + 8* is the standard PDQ and eight anchored hashes "
        "a picture, matched by one hash within 31 or two within 70; *K = 1* a bank of one standard PDQ. "
        "*Engine* is what `repit_engine.decision` decides for a bank of that size."
    )


def _headlines(
    page: Report, rows: Sequence[Row], theirs: Sequence[Measured], own: Sequence[Measured]
) -> None:
    plain = recall.by_row(WAYS[PLAIN], theirs)
    geometric = np.array([row.geometric for row in rows])
    turned = np.array([row.group == "small rotation" for row in rows])
    every = np.ones(len(rows), np.bool_)
    for work, way, mask in (
        ("mean over 88 rows, 1 + 8", WAYS[BEST], every),
        ("67 geometric and overlay rows, 1 + 8", WAYS[BEST], geometric),
        ("mean over 88 rows, 1 + 4", WAYS[FOUR], every),
        ("mean over 88 rows, K = 1", WAYS[SINGLE], every),
        ("small rotations", WAYS[BEST], turned),
        ("mean over 88 rows, engine with 1 M items", recall.engine(1_000_000), every),
    ):
        found = float(recall.by_row(way, own)[mask].mean())
        page.compare(work, "%", found, PLAIN, float(plain[mask].mean()), less=False)
    spent = np.mean([picture.stage_ms.sum(axis=1).mean() for picture in own])
    page.compare("query family after decoding, all stages", "ms", float(spent))


def _by_group(title: str, rows: Sequence[Row], theirs: Sequence[Measured], own: Sequence[Measured]) -> Table:
    columns = {name: recall.by_row(way, theirs) for name, way in PEER_WAYS.items()} if theirs else {}
    columns |= {name: recall.by_row(way, own) for name, way in OUR_WAYS.items()}
    for size in ours.BANK_SIZES:
        columns[f"engine, {size:,} items"] = recall.by_row(recall.engine(size), own)
    sift = recall.sift_by_row(theirs)
    if sift is not None:
        columns[recall.SIFT] = sift
    cells = []
    for group, mask in recall.groups(rows).items():
        label = f"{group} ({int(mask.sum())})"
        cells.append((label, *(f"{values[mask].mean():.1f}" for values in columns.values())))
    return Table(title, ("group (rows)", *columns), cells)


def _weak(suite: str, rows: Sequence[Row], own: Sequence[Measured]) -> Table:
    best, million = recall.by_row(WAYS[BEST], own), recall.by_row(recall.engine(1_000_000), own)
    order = [int(place) for place in np.argsort(best, kind="stable") if best[place] < WEAK]
    cells = [(rows[place].name, f"{best[place]:.1f}", f"{million[place]:.1f}") for place in order]
    return Table(
        f"Rows found less than {WEAK:.0f} times in 100, {suite} suite", ("row", BEST, "engine, 1 M"), cells
    )


def _false_by_threshold(own: Sequence[Measured]) -> Table:
    """Both suites together."""
    ways: dict[str, Way] = {f"one hash ≤ {radius}": recall.single(8, radius) for radius in SINGLES}
    ways |= {f"two hashes ≤ {radius}": recall.votes(8, radius, -1) for radius in TWOS}
    cells = []
    for name, way in ways.items():
        wrong, unrelated = recall.false_matches(way, own)
        cells.append((name, wrong, unrelated, f"{max(wrong, 3) / unrelated:.1e}" if unrelated else "–"))
    return Table(
        "False matches by threshold, both suites, before any stop-list",
        (
            "decided by",
            "false",
            "unrelated query-item pairs",
            "rate, or its bound at 95 % where none was seen",
        ),
        cells,
    )


def _cost(own: Sequence[Measured]) -> Table:
    spent = np.median(np.concatenate([picture.stage_ms for picture in own]), axis=0)
    hashes = np.mean(np.concatenate([picture.stage_hashes for picture in own]), axis=0)
    decode = float(np.median(np.concatenate([picture.decode_ms for picture in own])))
    cells: list[tuple[object, ...]] = [("decoding", 0.0, decode)]
    cells += [(stage, float(hashes[i]), float(spent[i])) for i, stage in enumerate(ours.STAGES)]
    cells.append(("all stages", float(hashes.sum()), float(spent.sum())))
    return Table("Cost of an upload, one thread", ("stage", "hashes, mean", "ms, median"), cells)
