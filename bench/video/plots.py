"""Plots of the page: what is found of clips, by row, ours and theirs; and how sure of it.

In: answers. Out: files beside the page. Next: `bench.video`.
"""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from bench.video.alterations import ROWS
from bench.video.recall import Answer, bounds, share


def draw(folder: Path, answers: Sequence[Answer]) -> list[str]:
    """Names of what was drawn."""
    mpl.rcParams["svg.hashsalt"] = "repit"
    folder.mkdir(parents=True, exist_ok=True)
    return [_rows(folder / "video-recall.svg", answers)]


def _rows(path: Path, answers: Sequence[Answer]) -> str:
    rows = {row.name: [each for each in answers if each.copy.row == row.name] for row in ROWS}
    names = [name for name in reversed(rows) if rows[name]]
    figure, axes = plt.subplots(figsize=(8, 8))
    places = np.arange(len(names))
    found = np.array([share(rows[name], lambda each: each.found[-1]) for name in names])
    limits = np.array([bounds(sum(a.found[-1] for a in rows[name]), len(rows[name])) for name in names])
    spread = np.abs(limits.T - found)
    axes.barh(places + 0.2, found, 0.4, xerr=spread, label="Répit, found", color="#1d70b8", ecolor="#505a5f")
    theirs = [[each for each in rows[name] if each.peer is not None] for name in names]
    if all(theirs):
        axes.barh(
            places - 0.2, [share(own, lambda each: bool(each.peer)) for own in theirs], 0.4,
            label="vpdq, threatexchange", color="#f47738",
        )  # fmt: skip
    axes.axvline(95, color="#505a5f", linewidth=0.8, linestyle=":")
    axes.set_yticks(places, names, fontsize=8)
    axes.set(xlim=(0, 100), xlabel="clips found, in %", title="Clips of films by hand")
    axes.legend(fontsize=8, loc="lower left")
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)
    return path.name
