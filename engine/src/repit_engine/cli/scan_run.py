"""A scan from its journal to its results, over all cores, in bounded memory.

In: a listing, the rows so far, an index. Out: rows in the order of the listing, and what they came to. Next:
`scan` reports it.

Each worker is a thread with child processes of its own (`repit_engine.child`): a file that crashes, hangs
or swells its decoder costs one child and leaves one row. At most two batches a worker are under way.
"""

import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Final, Self, TypeAlias

from repit_engine.child.hashing import HashingChild
from repit_engine.cli.scan_altered import Films, scan_altered
from repit_engine.cli.scan_batch import Against, Row, scan_batch
from repit_engine.cli.scan_child import LookingChild
from repit_engine.cli.scan_families import Families
from repit_engine.cli.scan_film import FilmChild
from repit_engine.cli.scan_items import Item
from repit_engine.cli.scan_journal import Journal, State
from repit_engine.cli.scan_listing import batches
from repit_engine.cli.scan_sinks import Rows
from repit_engine.picture import Limits
from repit_engine.video import VideoLimits

_BATCH: Final = 64
"""Items a batch: few enough to lose little, enough for one search to serve them."""
_BATCH_OF_VIDEOS: Final = 8
"""Where any of them may be a video of many minutes."""
_SECONDS_A_MARK: Final = 1.0


def batch_of(against: Against | Families | None) -> int:
    """Items a batch."""
    return _BATCH_OF_VIDEOS if isinstance(against, Families) else _BATCH


def run(
    journal: Journal,
    state: State,
    rows: Rows,
    *,
    workers: int,
    limits: Limits,
    films: VideoLimits,
    against: Against | Families | None,
    on_progress: Callable[[int], None],
) -> State:
    """Scan what `state` leaves to do. The counts of the state that comes back are of all runs together:
    `hashed`, `matched`, `altered` (met by another hash than the standard one), and reasons of refusal.
    """
    counts = Counter(state.counts)
    done, marked = state.batches, time.monotonic()
    todo = batches(journal.listing, batch_of(against), skip=state.batches)
    for batch in _in_order(todo, workers, _work(limits, films, against)):
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


class _Pair:
    """Of one worker: a child for pictures, and one for videos, which starts with the first of those."""

    def __init__(self) -> None:
        self.pictures, self.films = LookingChild(), FilmChild()

    def start(self) -> None:
        self.pictures.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pictures.close()
        self.films.close()


_Work: TypeAlias = tuple[Callable[[], Any], Callable[[list[Item], Any], list[Row]]]


def _work(limits: Limits, films: VideoLimits, against: Against | Families | None) -> _Work:
    """The children that a worker has, and what to do with a batch and them."""
    if isinstance(against, Families):
        families = against

        def altered(items: list[Item], pair: _Pair) -> list[Row]:
            look = Films(pair.films.look, films)
            return scan_altered(items, limits, families, pair.pictures.look, look)

        return _Pair, altered
    plain = against
    return HashingChild, lambda items, child: scan_batch(items, limits, plain, child.hash)


def _in_order(todo: Iterator[list[Item]], workers: int, how: _Work) -> Iterator[list[Row]]:
    start, scan = how
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
