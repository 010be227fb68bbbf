"""What rooms want to hold before anything is served from the database.

In: checks, as Django starts. Out: nothing, or what the first of them raises. Next: `present`.
"""

from collections.abc import Callable
from typing import Final

_MUST_HOLD: Final[list[Callable[[], None]]] = []


def require(check: Callable[[], None]) -> None:
    """Have something checked once the database is ready, which refuses to go on by raising; a room's app says
    so as Django starts."""
    _MUST_HOLD.append(check)


def check() -> None:
    """Raises what the first check that fails raises."""
    for each in _MUST_HOLD:
        each()
