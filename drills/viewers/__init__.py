"""Mutated files of every format, shown in a browser and looked at by the engine: do both see the same?

In: a seed and how many files. Out: the page `docs/bench/viewers.md`, differing files under `artefacts`; 0
only if every difference has a reason. Next: a reader.

A run that was stopped goes on where it was, unless the engine or the drill has changed since.
"""

from pathlib import Path

from bench.common import ROOT, Options, publish

from drills.viewers import chromium, engine
from drills.viewers.report import page, unexplained
from drills.viewers.run import Run

FILES = 20_000
SEED = 11


def run_files(files: int, seed: int = SEED, folder: Path | None = None) -> int:
    """The whole drill."""
    folder = folder or ROOT / "artefacts" / "viewers" / f"seed-{seed}"
    with chromium.running(chromium.installed()) as browser, engine.running() as ours:
        version = browser.version
        one = Run(seed, folder, browser, ours)
        try:
            entries = one.causes(one.files(files))
        finally:
            one.close()
    ordered = [entries[number] for number in sorted(entries)]
    publish(
        page(ordered, seed, f"Chromium {version}"),
        Options(),
        f"make drill NAME=viewers ARGS='--files {files}'",
    )
    return 1 if unexplained(ordered) else 0
