"""Reading a partner page by page: where the next page is, and when something is wrong with the way there.

In: the address of a next page as a partner gives it; the pages read so far. Out: its query, or a refusal.
Next: the clients of other exchanges. Pure: no framework, no network, no clock.

Credentials travel with each request, so of an address only the query is used, and only where it leads to the
same place. A partner whose pages lead in a circle, or on for ever, must not hold the reading.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from repit.foundation.errors import WireRefused

Query = tuple[tuple[str, str], ...]
_LONGEST: Final = 8_000


class Pages:
    """The pages of one reading."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._seen: set[object] = set()

    def __bool__(self) -> bool:
        """Whether a page was turned yet."""
        return bool(self._seen)

    def turn(self, following: object) -> None:
        """Note that the reading goes on there. Raises `WireRefused`."""
        self._left -= 1
        if following in self._seen:
            raise WireRefused(detail="pages that lead in a circle")
        if self._left <= 0:
            raise WireRefused(detail="more pages than can be")
        self._seen.add(following)


def query_of(following: object, same_place: Callable[[SplitResult], bool]) -> Query:
    """What the address of a next page asks for; empty where there is none. Raises `WireRefused`."""
    if not following:
        return ()
    if not isinstance(following, str) or len(following) > _LONGEST:
        raise WireRefused(detail="a next page that is no address")
    try:
        parts = urlsplit(following)
    except ValueError:
        raise WireRefused(detail="a next page that is no address") from None
    if not same_place(parts):
        raise WireRefused(detail="a next page somewhere else")
    return tuple(parse_qsl(parts.query))
