"""Mutated files of every format, shown in a browser and looked at by the engine: do both see the same?

In: a seed and how many files. Out: the page `docs/bench/viewers.md`, differing files under `artefacts`; 0
only if every difference has a reason. Next: a reader.

A run that was stopped goes on where it was, unless the engine or the drill has changed since.
"""

from collections.abc import Sequence

from bench.common import ROOT, Options, publish

from drills.viewers import chromium, engine, firefox, sheet
from drills.viewers.report import page, unexplained
from drills.viewers.run import Run

FILES = 20_000
SEED = 11
BROWSERS = ("chromium", "firefox")


def run_files(files: int, program: str = "chromium", seed: int = SEED, only: Sequence[int] = ()) -> int:
    """The whole drill in one browser; with `only`, a sheet of these files instead."""
    driver = {"chromium": chromium, "firefox": firefox}[program]
    folder = ROOT / "artefacts" / "viewers" / f"{program}-{seed}"
    with driver.running(driver.installed()) as browser, engine.running() as ours:
        if only:
            sheet.sheet(seed, only, browser, ours, folder)
            return 0
        version = f"{program.capitalize()} {browser.version}"
        run = Run(seed, folder, browser, ours)
        try:
            entries = run.causes(run.files(files))
        finally:
            run.close()
    ordered = [entries[number] for number in sorted(entries)]
    command = f"make drill NAME=viewers ARGS='--files {files} --browser {program}'"
    publish(page(ordered, seed, version, program), Options(), command)
    return 1 if unexplained(ordered) else 0
