"""Some at a time: as many as are good for one transaction, fewer where they are long.

In: values, what each weighs. Out: lists of them. Next: whoever imports or pulls. Pure.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Value = TypeVar("_Value")


def batched(
    values: Iterable[_Value], weight: Callable[[_Value], int], *, most: int, heaviest: int
) -> Iterator[list[_Value]]:
    """Lists of at most `most` values, each ended as soon as it weighs more than `heaviest`."""
    batch, held = list[_Value](), 0
    for value in values:
        batch.append(value)
        held += weight(value)
        if len(batch) == most or held > heaviest:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
