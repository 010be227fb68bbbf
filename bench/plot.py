"""Plots of a report, as SVG, without a date or an address inside.

In: named series of points. Out: a file beside the page. Next: `Report.plots`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

MARKERS = "osDv^P*X<>"


def lines(
    path: Path,
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    title: str,
    x: str,
    y: str,
    logarithmic: bool = True,
) -> str:
    """One line per series of (x, y) points; returns the file's name for `Report.plots`."""
    mpl.rcParams["svg.hashsalt"] = "repit"
    figure, axes = plt.subplots(figsize=(8, 5))
    for place, (name, points) in enumerate(series.items()):
        if points:
            xs, ys = zip(*points, strict=True)
            axes.plot(xs, ys, marker=MARKERS[place % len(MARKERS)], label=name, linewidth=1.5)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(
        path, format=path.suffix.lstrip("."), metadata={"Date": None} if path.suffix == ".svg" else None
    )
    plt.close(figure)
    return path.name
