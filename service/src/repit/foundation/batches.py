"""Some at a time: as many as are good for one transaction, fewer where they are long.

In: values, what each weighs. Out: lists of them. Next: whoever imports or pulls. Pure.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Value = TypeVar("_Value")


def batched(
    values: Iterable[_Value], weight: Callable[[_Value], int], *, most: int, heaviest: int
) -> Iterator[list[_Value]]:
    """Lists of at most `most` values that together weigh no more than `heaviest`, unless one alone does."""
    batch, held = list[_Value](), 0
    for value in values:
        heavy = weight(value)
        if batch and held + heavy > heaviest:
            yield batch
            batch, held = [], 0
        batch.append(value)
        held += heavy
        if len(batch) == most:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
