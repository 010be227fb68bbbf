"""Plots of the page: recall against K, against false matches, against leak.

In: measured pictures. Out: SVG files beside the page. Next: `report`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.plot import lines
from bench.robustness import recall
from bench.robustness.measure import Measured

KS = (0, 1, 2, 3, 4, 5, 6, 7, 8)


def draw(folder: Path, own: Sequence[Measured], leaks: Mapping[int, tuple[float, float]]) -> list[str]:
    """Write the three; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    ways = {
        "one ≤ 31": recall.single,
        "one ≤ 46": lambda k: recall.single(k, 46),
        "one ≤ 31 or two ≤ 70": recall.votes,
    }
    by_k = {
        name: [(float(k), float(recall.by_row(way(k), own).mean())) for k in KS] for name, way in ways.items()
    }
    names = [
        lines(
            folder / "robustness-k.svg", by_k,
            title="Recall by the number of anchored hashes", x="K", y="recall, % of 88 rows",
            logarithmic=False,
        )
    ]  # fmt: skip
    tradeoff = {
        "one hash within d": [_point(recall.single(8, d), own) for d in range(24, 73, 4)],
        "two hashes within d": [_point(recall.votes(8, d, -1), own) for d in range(48, 89, 4)],
    }
    names.append(
        lines(
            folder / "robustness-false.svg", tradeoff,
            title="Recall against false matches, 1 + 8", x="false matches in a million unrelated pairs",
            y="recall, % of 88 rows", logarithmic=False,
        )
    )  # fmt: skip
    found = {k: float(recall.by_row(recall.votes(k), own).mean()) for k in leaks}
    leaking = {
        "as kept: no rectangle": [(leaks[k][0], found[k]) for k in leaks],
        "were the rectangles known": [(leaks[k][1], found[k]) for k in leaks],
    }
    names.append(
        lines(
            folder / "robustness-leak.svg", leaking,
            title="Recall against leak, K = " + ", ".join(str(k) for k in leaks),
            x="likeness of the picture drawn back", y="recall, % of 88 rows", logarithmic=False,
        )
    )  # fmt: skip
    return names


def _point(way: recall.Way, own: Sequence[Measured]) -> tuple[float, float]:
    wrong, unrelated = recall.false_matches(way, own)
    return 1e6 * wrong / max(1, unrelated), float(recall.by_row(way, own).mean())
