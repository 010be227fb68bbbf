"""The page's rows and tables of what was found, and the goals of the issue held against them.

In: answers, strangers. Out: rows and tables of a `Report`. Next: `bench.video`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from bench.common import Report, Table, number
from bench.search_goals import Goal
from bench.video.alterations import EXACT, REVERSED, ROWS
from bench.video.copies import LENGTHS
from bench.video.decoding import CODECS, PHONE
from bench.video.originals import HAND, STILL, TRIPOD
from bench.video.recall import NEAR, SIZES, Answer, bounds, share
from bench.video.unrelated import Strangers

WEAK: Final = 95.0
SIZE_NAMES: Final = ("1,000 hashes", "1 M", "42 M")
VPDQ: Final = "vpdq and threatexchange"
MEAN, WORST = "found, by hand, mean of the rows", "found, by hand, weakest row"
STILL_MEAN, STILL_WORST = "found, still, mean of the rows", "found, still, weakest row"
ENDS, OFFSET = f"ends within {NEAR:g} s, by hand", "offset, median, by hand"
FALSE_BLOCKED = "unrelated pairs blocked"
EXPECTED = "false alignments expected an upload, 42 M hashes"
_DECODED: Final = "{}, {}p, one hash a second"
GOALS: Final = (
    Goal(MEAN, VPDQ, least=98, by_ratio=False),
    Goal(WORST, "", least=95),
    Goal(STILL_MEAN, VPDQ, least=98, by_ratio=False),
    Goal(STILL_WORST, "", least=95),
    Goal(ENDS, "", least=95),
    Goal(OFFSET, "", most=0.1),
    Goal(FALSE_BLOCKED, "", most=0),
    Goal(EXPECTED, "", most=1e-3),
    *(
        Goal(_DECODED.format(name, size), "vpdq", least=8 if name == PHONE else 2.5)
        for size in (720, 1080)
        for name in CODECS
    ),
    Goal(_DECODED.format("H.264, 2 s", 720), "vpdq", least=55, by_ratio=False),
    Goal("ten minutes, one hash a second, 42 M", "", most=40),
    Goal("ten minutes, every frame, 42 M", "", most=0.6),
    Goal("all stages, searched and decided, 42 M", "", most=3),
    Goal("ten minutes, one hash a second, 10 M", "VPDQIndex, its search alone", least=500),
    Goal("memory, 10 M, times, ids and all", "", most=85),
    Goal("memory, 42 M, times, ids and all", "", most=85),
)  # fmt: skip


def recall(page: Report, answers: Mapping[str, Sequence[Answer]]) -> None:
    """Rows of what was found; tables by row, by length and rate, of places."""
    for kind, mean, worst in ((HAND, MEAN, WORST), (STILL, STILL_MEAN, STILL_WORST), (TRIPOD, "", "")):
        rows = _by_row(answers[kind])
        ours = [share(own, lambda each: each.found[-1]) for own in rows.values()]
        theirs = _theirs([each for own in rows.values() for each in own])
        page.compare(
            mean or "found, tripods, mean of the rows", "%", float(np.mean(ours)), VPDQ, theirs, less=False
        )
        for place, name in enumerate(SIZE_NAMES[:-1]):
            smaller = [share(own, lambda each, place=place: each.found[place]) for own in rows.values()]
            work = f"{mean or 'found, tripods, mean of the rows'}, as in a bank of {name}"
            page.compare(work, "%", float(np.mean(smaller)), less=False)
        if worst:
            page.compare(worst, "%", min(ours), less=False)
        page.tables.append(_table(kind, rows))
    placed = [each for each in answers[HAND] if each.begin_off is not None and each.copy.row != REVERSED.name]
    _places(page, placed, "by hand")
    inside = [each for each in answers["inside"] if each.begin_off is not None]
    page.tables.append(_lengths(answers[HAND]))
    page.tables.append(_placed_table({"by hand": placed, "within 16 s of other film": inside}))
    _places(page, inside, "within other film")
    everything = [each for kind in answers for each in answers[kind]]
    page.compare("pairs of copies and other films", "pairs", float(sum(each.pairs for each in everything)))
    page.compare("of these blocked", "pairs", float(sum(len(each.wrong_blocked) for each in everything)))
    page.compare(
        "of these to be looked at",
        "pairs",
        float(sum(len(each.wrong) - len(each.wrong_blocked) for each in everything)),
    )
    _cost(page, answers[HAND])
    backwards = [each for each in answers[HAND] if each.copy.row == REVERSED.name]
    found = share(backwards, lambda each: each.found[-1] and each.is_reversed)
    page.compare("reversed clips found and called so", "%", found, less=False)


def strangers(page: Report, found: Strangers) -> None:
    """Rows of what was found wrongly."""
    page.compare("unrelated pairs", "pairs", float(found.pairs))
    page.compare(FALSE_BLOCKED, "pairs", float(found.blocked))
    page.compare("unrelated pairs to be looked at", "pairs", float(found.reviewed))
    page.compare(EXPECTED, "", found.expected())
    page.notes.append(
        f"Of {found.pairs:,} unrelated pairs {found.blocked} were blocked: with none, the rate is below "
        f"{3 / found.pairs:.1g} a pair (95 %). They show parts of few pictures, again and again, and "
        "so are not independent. What is expected at 42 M hashes is what the rule allows, times the most by "
        "which more was seen than claimed where at least three were seen."
    )


def held(page: Report) -> Table:
    """Every goal whose row this run has."""
    rows = []
    for goal in GOALS:
        for row in page.rows:
            if row.work != goal.work or (goal.peer and goal.by_ratio and row.peer != goal.peer):
                continue
            value = row.ratio if goal.peer and goal.by_ratio else row.ours
            if value is None:
                continue
            met = (goal.least is None or value >= goal.least) and (goal.most is None or value <= goal.most)
            bound = f"≥ {number(goal.least)}" if goal.least is not None else f"≤ {number(goal.most)}"
            unit = f"times {goal.peer}" if goal.peer and goal.by_ratio else row.unit
            rows.append((goal.work, unit, number(float(value)), bound, "met" if met else "not met"))
            break
    return Table("Goals", ("work", "unit", "measured", "goal", ""), rows)


def _by_row(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    return {row.name: own for row in ROWS if (own := [each for each in answers if each.copy.row == row.name])}


def _theirs(answers: Sequence[Answer]) -> float | None:
    known = [each for each in answers if each.peer is not None]
    return share(known, lambda each: bool(each.peer)) if known else None


def _table(kind: str, rows: Mapping[str, Sequence[Answer]]) -> Table:
    cells = []
    for name, own in rows.items():
        hits = sum(each.found[-1] for each in own)
        low, high = bounds(hits, len(own))
        found = 100 * hits / len(own)
        theirs = _theirs(own)
        cells.append((
            name, len(own), f"{found:.0f}", f"{low:.0f} to {high:.0f}",
            *(f"{100 * np.mean([each.found[place] for each in own]):.0f}" for place in range(len(SIZES) - 1)),
            *(f"{100 * np.mean([each.blocked[place] for each in own]):.0f}" for place in range(len(SIZES))),
            f"{100 * np.mean([each.blocked_again for each in own]):.0f}",
            "–" if theirs is None else f"{theirs:.0f}", "weak" if found < WEAK else "",
        ))  # fmt: skip
    columns = (
        "copy", "clips", "found, %", "bounds", *(f"found, {name}" for name in SIZE_NAMES[:-1]),
        *(f"blocked, {name}" for name in SIZE_NAMES),
        "asked again", VPDQ, "",
    )  # fmt: skip
    return Table(f"Found, {kind}: thresholds of 42 M hashes", columns, cells)


def _lengths(answers: Sequence[Answer]) -> Table:
    rates = sorted({each.copy.rate for each in answers}, reverse=True)
    plain = [each for each in answers if each.copy.row not in (EXACT.name, REVERSED.name)]
    cells = []
    for length in LENGTHS:
        own = [each for each in plain if each.copy.wanted == length]
        by_rate = [[each for each in own if each.copy.rate == rate] for rate in rates]
        cells.append((
            f"{length:g} s", len(own),
            *(f"{share(part, lambda each: each.found[-1]):.1f}" for part in (*by_rate, own)),
            f"{share(own, lambda each: each.blocked[-1]):.1f}",
        ))  # fmt: skip
    names = (f"{rate:g} frames/s" for rate in rates)
    return Table(
        "Found by length and frame rate, by hand, in %", ("clip", "clips", *names, "all", "blocked"), cells
    )


def _places(page: Report, placed: Sequence[Answer], where: str) -> None:
    ends = np.array([[each.begin_off, each.end_off] for each in placed], float)
    offsets = np.array([each.offset_off for each in placed], float)
    if not len(placed):
        return
    page.compare(
        f"ends within {NEAR:g} s, {where}", "%", 100 * float((np.abs(ends) <= NEAR).mean()), less=False
    )
    page.compare(f"offset, median, {where}", "s", float(np.median(np.abs(offsets))))
    again = np.array([each.ends_again for each in placed if each.ends_again is not None], float)
    if len(again):
        within = 100 * float((np.abs(again) <= NEAR).mean())
        page.compare(f"ends within {NEAR:g} s, asked again, {where}", "%", within, less=False)


def _placed_table(groups: Mapping[str, Sequence[Answer]]) -> Table:
    cells = []
    for name, own in groups.items():
        if not own:
            continue
        begins, ends, offsets = (
            np.abs(np.array([getattr(each, which) for each in own], float))
            for which in ("begin_off", "end_off", "offset_off")
        )
        speeds = np.abs(np.array([each.speed_off for each in own], float))
        cells.append((
            name, len(own), *(f"{100 * (side <= NEAR).mean():.0f}" for side in (begins, ends)),
            *(f"{100 * (side <= 1.5).mean():.0f}" for side in (begins, ends)),
            f"{np.median(begins):.2f}", f"{np.median(ends):.2f}",
            f"{np.median(offsets):.3f}", f"{np.percentile(offsets, 95):.2f}", f"{np.median(speeds):.3f}",
        ))  # fmt: skip
    columns = (
        "clips", "found", "begin within 0.5 s, %", "end", "begin within 1.5 s, %", "end ", "begin, median s",
        "end, median s", "offset, median s", "offset, 95 %", "speed, median",
    )  # fmt: skip
    return Table("Where: how far from the truth", columns, cells)


def _cost(page: Report, answers: Sequence[Answer]) -> None:
    seconds = sum(each.copy.duration for each in answers)
    page.compare(
        "processor for a second of upload, decoded and asked", "s", sum(a.seconds for a in answers) / seconds
    )
    page.compare("hashes for a second of upload", "hashes", sum(a.hashes for a in answers) / seconds)
