"""How long to wait before something is tried again.

In: how often it was tried in vain. Out: seconds. Next: whoever keeps rows with a due time. Pure.
"""


def pause(tries: int, first: float, longest: float) -> float:
    """`first` seconds after the first try, then twice as long each time, never more than `longest`."""
    return min(longest, first * 2.0 ** min(max(tries - 1, 0), 64))
