"""An index that compares everything: exact, appendable, the least memory.

In: ids and hashes. Out: `RangeResult`. Next: `live` keeps its newest additions in one; a gate that must spare
memory uses it for the whole bank.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput
from repit_engine.kernels.jit.layout import DEAD, HEAD, LAYOUT_ITEMS, ROWS, TAIL
from repit_engine.search.arguments import MAX_ROWS, as_id_array, as_words, check_limits
from repit_engine.search.hits import scan_rows
from repit_engine.search.results import Hits, combine
from repit_engine.types import HashArray, IdArray, RangeResult

_FIRST_ROOM = 1024


class _State(NamedTuple):
    """What one query sees: rows at or beyond `rows` are not there yet. `dead` is a bitmap of removed rows."""

    head: NDArray[np.uint64]
    tail: NDArray[np.uint64]
    ids: IdArray
    rows: int
    dead: NDArray[np.uint64] | None
    removed: int


class FlatIndex:
    """Exact range search by blocked scan. Writers take turns; readers never wait.

    32 bytes a hash and 8 an id. Several hashes may share one id; each is a result of its own.
    """

    def __init__(self) -> None:
        self._state = _State(_rows(0), _rows(0), np.empty(0, np.uint64), 0, None, 0)
        self._writing = threading.Lock()

    def __len__(self) -> int:
        state = self._state
        return state.rows - state.removed

    @property
    def nbytes(self) -> int:
        """Bytes held, spare room included."""
        state = self._state
        dead = 0 if state.dead is None else state.dead.nbytes
        return state.head.nbytes + state.tail.nbytes + state.ids.nbytes + dead

    def add(self, ids: IdArray, hashes: HashArray) -> None:
        """Append ``(n,)`` ids and ``(n, 32)`` hashes, visible to the next search. Raises `WrongInput`."""
        words = as_words(hashes)
        ids = as_id_array(ids, len(words))
        with self._writing:
            state = self._state
            total = state.rows + len(words)
            if total > MAX_ROWS:
                raise WrongInput(f"A flat index holds {MAX_ROWS} hashes at most.", "Use several.")
            if total > len(state.ids):
                state = _grown(state, total)
            state.head[state.rows : total] = words[:, :2]
            state.tail[state.rows : total] = words[:, 2:]
            state.ids[state.rows : total] = ids
            self._state = state._replace(rows=total)

    def remove(self, ids: IdArray) -> int:
        """Forget every hash of these ids at once; returns how many there were. Raises `WrongInput`."""
        wanted = np.unique(as_id_array(ids))
        with self._writing:
            state = self._state
            rows = np.flatnonzero(np.isin(state.ids[: state.rows], wanted))
            if state.dead is not None:
                rows = rows[~_bits(state.dead, rows)]
            if not len(rows):
                return 0
            removed = state.removed + len(rows)
            if 2 * removed > state.rows:
                self._state = _compacted(state, rows)
            else:
                dead = (
                    np.zeros(-(-len(state.ids) // 64), np.uint64) if state.dead is None else state.dead.copy()
                )
                np.bitwise_or.at(dead, rows >> 6, np.uint64(1) << (rows & 63).astype(np.uint64))
                self._state = state._replace(dead=dead, removed=removed)
            return len(rows)

    def range_search(
        self, hashes: HashArray, radius: int, max_results: int | None = None, threads: int = 1
    ) -> RangeResult:
        """Everything within `radius` (inclusive) of each ``(m, 32)`` query, by distance then id.

        At most `max_results` a query, the nearest, with `truncated` set where there were more.
        Raises `WrongInput`.
        """
        check_limits(radius, max_results)
        state, words = self._state, as_words(hashes)
        hits = _search(state, words, radius, threads)
        return combine([(hits, state.ids[hits.rows])], len(words), max_results)


def _rows(count: int) -> NDArray[np.uint64]:
    return np.empty((count, 2), np.uint64)


def _grown(state: _State, total: int) -> _State:
    """The same rows with room for more; a first bulk addition gets exactly what it needs."""
    room = total if state.rows == 0 and total >= _FIRST_ROOM else max(_FIRST_ROOM, total + total // 2)
    head, tail, ids = _rows(room), _rows(room), np.empty(room, np.uint64)
    head[: state.rows], tail[: state.rows] = state.head[: state.rows], state.tail[: state.rows]
    ids[: state.rows] = state.ids[: state.rows]
    dead = None
    if state.dead is not None:
        dead = np.zeros(-(-room // 64), np.uint64)
        dead[: len(state.dead)] = state.dead
    return _State(head, tail, ids, state.rows, dead, state.removed)


def _compacted(state: _State, also: NDArray[np.intp]) -> _State:
    """The rows that are left, in new arrays: a reader may still stand in the old ones."""
    keep = np.ones(state.rows, np.bool_)
    if state.dead is not None:
        keep &= ~_bits(state.dead, np.arange(state.rows))
    keep[also] = False
    rows = np.flatnonzero(keep)
    return _State(state.head[rows], state.tail[rows], state.ids[rows], len(rows), None, 0)


def _bits(dead: NDArray[np.uint64], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = ((dead[rows >> 6] >> (rows & 63).astype(np.uint64)) & np.uint64(1)).astype(
        np.bool_
    )
    return found


def _search(state: _State, queries: NDArray[np.uint64], radius: int, threads: int) -> Hits:
    """A single query shares its rows out among the threads, many are shared out themselves."""
    if threads == 1 or len(queries) != 1:
        return scan_rows(_layout(state, 0, state.rows), queries, radius, threads=threads)
    step = max(64, -(-state.rows // threads) // 64 * 64 + 64)
    starts = range(0, state.rows, step)
    with ThreadPoolExecutor(threads) as pool:
        layouts = [_layout(state, start, min(state.rows, start + step)) for start in starts]
        parts = list(pool.map(lambda layout: scan_rows(layout, queries, radius), layouts))
    packed = [part.packed + np.uint64(start) for part, start in zip(parts, starts, strict=True)]
    whole = np.concatenate([np.empty(0, np.uint64), *packed])
    return Hits(np.array([0, len(whole)]), whole, np.zeros(1, np.bool_))


def _layout(state: _State, start: int, end: int) -> NDArray[np.uint64]:
    """Rows `start` (a multiple of 64, as the bitmap's words are) to `end` as the kernels take them."""
    layout = np.zeros(LAYOUT_ITEMS, np.uint64)
    layout[HEAD] = state.head.ctypes.data + 16 * start
    layout[TAIL] = state.tail.ctypes.data + 16 * start
    layout[DEAD] = 0 if state.dead is None else state.dead.ctypes.data + start // 8
    layout[ROWS] = end - start
    return layout
