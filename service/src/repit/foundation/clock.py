"""The time, from one place, so that tests can say what time it is.

In: nothing. Out: `now`, an aware UTC datetime for what is written down, and `elapsed`, a monotonic count of
seconds for what is measured (the wall clock may be stepped; nothing waits or orders by it). Next: everyone.
`day` is for moments that could be matched with what a person did.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.now(UTC)


class _Clock:
    read: Callable[[], datetime] = staticmethod(_wall)


_clock = _Clock()


def now() -> datetime:
    """The present moment, in UTC."""
    return _clock.read()


def day() -> datetime:
    """The beginning of the present day, in UTC: for what is written down and must not say more."""
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


def elapsed() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


@contextmanager
def at(read: Callable[[], datetime]) -> Iterator[None]:
    """Within the block, `now` answers what `read` says."""
    before, _clock.read = _clock.read, read
    try:
        yield
    finally:
        _clock.read = before
