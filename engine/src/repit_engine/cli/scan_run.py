"""A scan from its journal to its results, over all cores, in bounded memory.

In: a listing, a sink, an index. Out: rows in the order of the listing, and counts. Next: `scan` reports them.

Each worker is a thread with a child process of its own (`repit_engine.child`): a file that crashes, hangs
or swells its decoder costs one child and leaves one row. At most two batches a worker are under way.
"""

import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Final

from repit_engine.child.asking import Asker
from repit_engine.child.hashing import HashingChild
from repit_engine.cli.scan_altered import Families, scan_altered
from repit_engine.cli.scan_batch import Against, Row, scan_batch
from repit_engine.cli.scan_child import LookingChild
from repit_engine.cli.scan_items import Item
from repit_engine.cli.scan_journal import Journal, State
from repit_engine.cli.scan_listing import batches
from repit_engine.cli.scan_sinks import Sink
from repit_engine.picture import Limits

BATCH: Final = 64
"""Items a batch: few enough to lose little, enough for one search to serve them."""
_SECONDS_A_MARK: Final = 1.0


def run(
    journal: Journal,
    state: State,
    sink: Sink,
    *,
    workers: int,
    limits: Limits,
    against: Against | Families | None,
    on_progress: Callable[[int], None],
) -> Counter[str]:
    """Scan what `state` leaves to do; count rows as `hashed`, `matched`, `altered` (met by another hash than
    the standard one) and by reason of refusal.
    """
    counts: Counter[str] = Counter()
    done, marked = state.batches, time.monotonic()
    todo = batches(journal.listing, BATCH, skip=state.batches)
    for rows in _in_order(todo, workers, limits, against):
        sink.write(rows)
        done += 1
        counts.update(map(_outcome, rows))
        if time.monotonic() - marked > _SECONDS_A_MARK:
            mark, marked = sink.mark(), time.monotonic()
            if mark is not None:
                journal.save(State(state.items, done, mark))
        on_progress(len(rows))
    mark = sink.mark(last=True)
    journal.save(State(state.items, done, mark or 0))
    return counts


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
        for _ in range(workers):
            free.put(stack.enter_context(start()))
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        under_way: deque[Future[list[Row]]] = deque()
        stack.callback(lambda: [future.cancel() for future in under_way])
        for items in todo:
            under_way.append(pool.submit(work, items))
            if len(under_way) >= 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
