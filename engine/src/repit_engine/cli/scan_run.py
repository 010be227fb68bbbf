"""A scan from its journal to its results, over all cores, in bounded memory.

In: a listing, the rows so far, an index. Out: rows in the order of the listing, and what they came to. Next:
`scan` reports it.

Each worker is a thread with a child process of its own (`repit_engine.child`): a file that crashes, hangs
or swells its decoder costs one child and leaves one row. At most two batches a worker are under way.
"""

import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Final

from repit_engine.child.asking import Asker
from repit_engine.child.hashing import HashingChild
from repit_engine.cli.scan_altered import Families, scan_altered
from repit_engine.cli.scan_batch import Against, Row, scan_batch
from repit_engine.cli.scan_child import LookingChild
from repit_engine.cli.scan_items import Item
from repit_engine.cli.scan_journal import Journal, State
from repit_engine.cli.scan_listing import batches
from repit_engine.cli.scan_sinks import Rows
from repit_engine.picture import Limits

BATCH: Final = 64
"""Items a batch: few enough to lose little, enough for one search to serve them."""
_SECONDS_A_MARK: Final = 1.0


def run(
    journal: Journal,
    state: State,
    rows: Rows,
    *,
    workers: int,
    limits: Limits,
    against: Against | Families | None,
    on_progress: Callable[[int], None],
) -> State:
    """Scan what `state` leaves to do. The counts of the state that comes back are of all runs together:
    `hashed`, `matched`, `altered` (met by another hash than the standard one), and reasons of refusal.
    """
    counts = Counter(state.counts)
    done, marked = state.batches, time.monotonic()
    todo = batches(journal.listing, BATCH, skip=state.batches)
    for batch in _in_order(todo, workers, limits, against):
        rows.write(batch)
        done += 1
        counts.update(map(_outcome, batch))
        if time.monotonic() - marked > _SECONDS_A_MARK:
            journal.save(replace(state, batches=done, mark=rows.mark(), counts=dict(counts)))
            marked = time.monotonic()
        on_progress(len(batch))
    state = replace(state, batches=done, mark=rows.mark(), counts=dict(counts))
    journal.save(state)
    return state


def _outcome(row: Row) -> str:
    if row["reason"]:
        return str(row["reason"])
    if row["matches"]:
        return "matched"
    return "hashed" if row.get("tier") is None else "altered"


def _work(
    limits: Limits, against: Against | Families | None
) -> tuple[Callable[[], Asker], Callable[[list[Item], Any], list[Row]]]:
    """The kind of child that is wanted, and what to do with a batch and such a child."""
    if isinstance(against, Families):
        families = against
        return LookingChild, lambda items, child: scan_altered(items, limits, families, child.look)
    plain = against
    return HashingChild, lambda items, child: scan_batch(items, limits, plain, child.hash)


def _in_order(
    todo: Iterator[list[Item]], workers: int, limits: Limits, against: Against | Families | None
) -> Iterator[list[Row]]:
    start, scan = _work(limits, against)
    free: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def work(items: list[Item]) -> list[Row]:
        child = free.get()
        try:
            return scan(items, child)
        finally:
            free.put(child)

    with ExitStack() as stack:
        children = [stack.enter_context(start()) for _ in range(workers)]
        # What is not compiled yet is compiled by one, for all.
        children[0].start()
        for child in children:
            free.put(child)
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        under_way: deque[Future[list[Row]]] = deque()
        stack.callback(lambda: [future.cancel() for future in under_way])
        for items in todo:
            under_way.append(pool.submit(work, items))
            if len(under_way) >= 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
