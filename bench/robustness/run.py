"""Run the suite over a collection with two processes, keeping what is done.

In: a `Plan`. Out: the `Measured` of every picture of the part. Next: `__main__`, `report`.
"""

import hashlib
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

import repit_engine
from bench.common import ROOT
from bench.robustness.measure import Bank, Measured, bank_of, keep, kept, measure
from bench.robustness.pictures import Collection
from bench.robustness.suite import SUITES, Row

KEPT = ROOT / "artefacts" / "robustness"
SIFT_EVERY = 6
"""One picture in six is asked of SIFT: it takes as long as everything else together."""


@dataclass(frozen=True)
class Plan:
    """What to measure: a suite, part of the pictures (`which`), some of the rows, whom to compare."""

    collection: Collection
    suite: str
    which: int
    only: tuple[str, ...] = ()
    every: int = 1
    with_ours: bool = True
    with_peers: bool = True
    processes: int = 2
    keep: bool = True
    seconds: float = float("inf")

    @property
    def rows(self) -> tuple[Row, ...]:
        """Rows whose group or name starts with one of `only` (all of them without)."""
        rows = SUITES[self.suite]
        return tuple(
            row
            for row in rows
            if not self.only or row.group.startswith(self.only) or row.name.startswith(self.only)
        )

    @property
    def indices(self) -> list[int]:
        return self.collection.part(self.which)[:: self.every]


_STATE: list[tuple[Plan, Bank]] = []


def _picture(index: int, with_sift: bool) -> Measured:
    plan, bank = _STATE[0]
    return measure(
        plan.collection, bank, plan.rows, index,
        which=plan.which, with_peers=plan.with_peers, with_sift=with_sift and plan.with_peers,
    )  # fmt: skip


def run(plan: Plan) -> Sequence[Measured]:
    """Measure what is not kept yet, until `seconds` are over; give all that there is, in order.

    With 0 seconds nothing is measured.
    """
    folder = KEPT / fingerprint(plan)
    done = {
        index: kept(folder / f"{index}.npz")
        for index in plan.indices
        if plan.keep and (folder / f"{index}.npz").exists()
    }
    missing = [index for index in plan.indices if index not in done] if plan.seconds > 0 else []
    for measured in _missing(plan, missing) if missing else ():
        done[measured.index] = measured
        if plan.keep:
            keep(measured, folder / f"{measured.index}.npz")
    return [done[index] for index in plan.indices if index in done]


def _missing(plan: Plan, indices: Sequence[int]) -> Iterator[Measured]:
    _STATE[:] = [(plan, bank_of(plan.collection, with_ours=plan.with_ours))]
    end = time.monotonic() + plan.seconds
    order = {index: place for place, index in enumerate(plan.indices)}
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(plan.processes, mp_context=context) as pool:
        futures = [pool.submit(_picture, index, order[index] % SIFT_EVERY == 0) for index in indices]
        for future in track(as_completed(futures), f"{plan.suite} suite", len(futures), transient=True):
            yield future.result()
            if time.monotonic() > end:
                pool.shutdown(cancel_futures=True)
                return


def fingerprint(plan: Plan) -> str:
    """Names what is kept: pictures, rows, the suite's own code and, where it matters, the engine's.

    Another engine is another run of ours; the peers' results stay.
    """
    shaping = (plan.suite, plan.which, plan.only, plan.with_ours, plan.with_peers)
    digest = hashlib.sha256(repr(shaping).encode())
    for source in plan.collection.sources:
        digest.update(source.name.encode())
    here = Path(__file__).parent
    files = [*here.glob("suite*.py"), *here.glob("alterations/*.py"), here / "measure.py"]
    if plan.with_ours:
        engine = Path(repit_engine.__file__).parent
        parts = [engine / name for name in ("anchors", "decision", "stoplist", "pdq", "picture", "kernels")]
        files += [path for part in parts for path in part.glob("**/*.py")]
        files += [engine / "stoplist.py", *engine.glob("*.bin")]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
