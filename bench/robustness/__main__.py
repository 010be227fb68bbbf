"""`python -m bench.robustness`: a quick look while working on the engine; nothing is published.

In: options. Out: recall by row and group, false matches, on the terminal. Next: whoever changes the engine.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.robustness import recall
from bench.robustness.ours import BLOCK, STAGES
from bench.robustness.pictures import REPORTED, TUNING, collection
from bench.robustness.run import Plan, run


def main(arguments: list[str]) -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.robustness", description=__doc__)
    parser.add_argument("--pictures", type=Path, help="folder of pictures (drawn scenes without)")
    parser.add_argument("--suite", choices=("main", "held-out"), default="main")
    parser.add_argument(
        "--reported", action="store_true", help="the part that is reported, not the one to tune on"
    )
    parser.add_argument("--quick", action="store_true", help="one picture in eight")
    parser.add_argument("--every", type=int, default=1, help="one picture in so many")
    parser.add_argument("--only", default="", help="groups or rows by how they begin, with commas")
    parser.add_argument("--k", type=int, default=8, help="anchored hashes a picture")
    parser.add_argument("--peers", action="store_true", help="measure the peers too")
    parser.add_argument("--peers-only", action="store_true", help="measure the peers alone")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="stop after so long; run again to go on"
    )
    chosen = parser.parse_args(arguments)
    only = tuple(part.strip() for part in chosen.only.split(",") if part.strip())
    plan = Plan(
        collection(chosen.pictures),
        chosen.suite,
        REPORTED if chosen.reported else TUNING,
        only=only,
        every=8 if chosen.quick else chosen.every,
        with_ours=not chosen.peers_only,
        with_peers=chosen.peers or chosen.peers_only,
        processes=chosen.processes,
        keep=not (only or chosen.quick or chosen.every > 1),
        seconds=chosen.seconds,
    )
    measured = run(plan)
    ways: dict[str, recall.Way] = {}
    if plan.with_peers:
        ways |= {
            "plain": recall.peer("plain"),
            "unletterbox": recall.peer("unletterboxed"),
            "eight": recall.peer("eight"),
        }
    if plan.with_ours:
        k = chosen.k
        ways |= {"K=1 ≤31": recall.single(0), "K=1 ≤46": recall.single(0, 46)}
        ways |= {f"1+{k} ≤31": recall.single(k), f"1+{k} two ≤66": recall.votes(k, 66)}
        ways |= {f"1+{k} two ≤70": recall.votes(k), "engine, 1 k": recall.engine(1_000)}
        ways |= {"engine, 1 M": recall.engine(1_000_000), "blocks, 1 M": recall.engine(1_000_000, BLOCK)}
    _show(plan, measured, ways)
    return 0


def _show(plan: Plan, measured: recall.Sequence[recall.Measured], ways: dict[str, recall.Way]) -> None:
    table = Table(title=f"{len(measured)} pictures, {plan.suite} suite: found, in %")
    table.add_column("row")
    columns = {name: recall.by_row(way, measured) for name, way in ways.items()}
    sift = recall.sift_by_row(measured)
    if sift is not None:
        columns["SIFT"] = sift
    for name in columns:
        table.add_column(name, justify="right")
    for group, mask in recall.groups(plan.rows).items():
        table.add_section()
        table.add_row(f"[bold]{group}", *(f"[bold]{values[mask].mean():.1f}" for values in columns.values()))
        if group not in ("geometric and overlay", "all"):
            for place, row in enumerate(plan.rows):
                if mask[place]:
                    table.add_row(f"  {row.name}", *(f"{values[place]:.0f}" for values in columns.values()))
    table.add_section()
    table.add_row("false matches", *(str(recall.false_matches(way, measured)[0]) for way in ways.values()))
    console = Console()
    console.print(table)
    if ways:
        console.print(f"unrelated pairs: {recall.false_matches(next(iter(ways.values())), measured)[1]:,}")
    if plan.with_ours:
        decode = np.mean([picture.decode_ms.mean() for picture in measured])
        spent = np.mean([picture.stage_ms.mean(axis=0) for picture in measured], axis=0)
        hashes = np.mean([picture.stage_hashes.mean(axis=0) for picture in measured], axis=0)
        stages = zip(STAGES, hashes, spent, strict=True)
        parts = ", ".join(f"{name} {count:.0f} / {ms:.1f}" for name, count, ms in stages)
        console.print(f"decoding {decode:.1f} ms; hashes / ms by stage: {parts}")
        console.print(f"in all {hashes.sum():.0f} / {spent.sum():.1f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
