"""A request that has nothing to be told yet, and waits outside: no thread stands behind it.

In: a view that would wait. Out: a `Parked` in place of its answer, where the server can park. Next:
`foundation.process.front`, which asks the view again once something came, or the time is over. Elsewhere, as
in tests of a view alone, the view waits itself.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

MAY_PARK: Final = "repit.may_park"
WAITED: Final = "repit.waited"
"""Keys of a request's environment; no header can have such a name."""

Stop = Callable[[], None]
Watch = Callable[[Callable[[], None]], Stop]
"""Begin to watch: the argument is called once, from any thread, when something came; the answer ends it."""


class Parked(HttpResponse):
    """Not an answer. `who` waits for at most `seconds`."""

    def __init__(self, who: str, seconds: float, watch: Watch) -> None:
        super().__init__(status=204)
        self.who, self.seconds, self.watch = who, seconds, watch


def may_park(request: HttpRequest) -> bool:
    """Whether this request can wait outside."""
    return bool(request.META.get(MAY_PARK))


def has_waited(request: HttpRequest) -> bool:
    """Whether it has, and is now to be answered whatever there is."""
    return bool(request.META.get(WAITED))
