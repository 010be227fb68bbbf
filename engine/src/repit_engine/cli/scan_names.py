"""What a bank's list calls its items, in little memory.

In: numbers of items in ascending order, each with a name. Out: the name of one. Next: `scan_batch`, rows that
people read.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable


class Names:
    """One buffer of text, not an object an item: banks hold millions."""

    def __init__(self, named: Iterable[tuple[int, str]] = ()) -> None:
        self._numbers, self._ends, self._text = array("Q"), array("Q"), bytearray()
        for number, name in named:
            self.add(number, name)

    def add(self, number: int, name: str) -> None:
        """Call an item so; one with no number below those before it."""
        self._text += name.encode("utf-8", "backslashreplace")
        self._numbers.append(number)
        self._ends.append(len(self._text))

    def of(self, number: int) -> str:
        """The item's name, or its number where it has none."""
        place = bisect_left(self._numbers, number)
        if place == len(self._numbers) or self._numbers[place] != number:
            return str(number)
        start = self._ends[place - 1] if place else 0
        return self._text[start : self._ends[place]].decode()
