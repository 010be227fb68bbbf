"""The goals set for search, held against a run.

In: a `Report` of `bench.search`. Out: a table: measured, goal, met or not. Next: the page.
"""

from dataclasses import dataclass

from bench.common import Report, Table, number

PDQ_INDEX, FLAT = "threatexchange PDQIndex", "faiss IndexBinaryFlat"


@dataclass(frozen=True)
class Goal:
    """`least` or `most` is asked of the row's ratio where it names a peer, else of our figure."""

    work: str
    peer: str
    least: float | None = None
    most: float | None = None
    by_ratio: bool = True


GOALS = (
    Goal("one query, 1 M, warm p50", PDQ_INDEX, least=50),
    Goal("one query, 10 M, warm p50", PDQ_INDEX, least=80),
    Goal("one query, 10 M, cold p50", PDQ_INDEX, least=30),
    Goal("one query, 10 M, warm p50", FLAT, least=200),
    Goal("one query, 42 M, warm p50", FLAT, least=400),
    Goal("one query, 42 M, cold p50", FLAT, least=70),
    Goal("one query, 42 M, warm p99", FLAT, most=1, by_ratio=False),
    Goal("batch, 42 M, two threads", FLAT, least=6_000, by_ratio=False),
    Goal("memory, 42 M, arbitrary 64-bit ids and all", "", most=130),
    Goal("memory, 4 M frames of shots, frames numbered as they come", "", most=76),
    Goal("memory, 4 M frames of shots, ids spread at random over 64 bits, frames in order", "", most=76),
    Goal("compact mode, 42 M, memory, ids and all", "", most=40),
    Goal("compact mode, 42 M, 1 thread(s), warm p50", "", most=25),
    Goal("compact mode, 42 M, 2 thread(s), warm p50", "", most=25),
    Goal("build, 42 M, two threads", "", most=30),
    Goal("additions sustained beside queries, 42 M", "", least=9_900),
    Goal("query p99 beside additions, 42 M", "the same without additions", least=0.5),
    Goal("slowest query beside filling and merging, 10 M, in memory", "", most=50),
    Goal("slowest query beside filling and merging, 10 M, in a folder", "", most=50),
    Goal("most memory beside filling and merging, 10 M, in memory", "", most=2),
    Goal("most memory beside filling and merging, 10 M, in a folder", "", most=2),
    Goal("recall, 10 M clustered, worst of the planted distances 0 to 31", "", least=100),
    Goal("recall, 1 M, worst of the planted distances 0 to 31", "", least=100),
    Goal("recall, 10 M, worst of the planted distances 0 to 31", "", least=100),
    Goal("recall, 42 M, worst of the planted distances 0 to 31", "", least=100),
)


def held(report: Report) -> Table:
    """Every goal whose row this run has."""
    rows = []
    for goal in GOALS:
        for row in report.rows:
            if (row.work, row.peer) == (goal.work, goal.peer):
                ratio = bool(goal.peer) and goal.by_ratio
                value = row.ratio if ratio else row.ours
                if value is None:
                    continue
                met = (goal.least is None or value >= goal.least) and (
                    goal.most is None or value <= goal.most
                )
                bound = f"≥ {number(goal.least)}" if goal.least is not None else f"≤ {number(goal.most)}"
                unit = f"times {goal.peer}" if ratio else row.unit
                rows.append((goal.work, unit, number(float(value)), bound, "met" if met else "not met"))
    return Table("Goals", ("work", "unit", "measured", "goal", ""), rows)
