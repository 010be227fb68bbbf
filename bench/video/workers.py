"""The same function over many things, in processes forked from this one.

In: a function, things. Out: what it returned, in their order. Next: `copies`, `recall`, `unrelated`.

Functions and things are inherited, and only results are sent, so that neither needs to be sendable.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

import cv2
from rich.progress import track

Thing, Result = TypeVar("Thing"), TypeVar("Result")
_STATE: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def over(
    things: Sequence[Thing], function: Callable[[Thing], Result], processes: int, title: str
) -> list[Result]:
    """`function` of each."""
    if not things:
        return []
    cv2.setNumThreads(1)
    _STATE[:] = [(function, things)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        results = pool.map(_call, range(len(things)))
        return list(track(results, title, len(things), transient=True))


def _call(place: int) -> Any:
    function, things = _STATE[0]
    return function(things[place])
