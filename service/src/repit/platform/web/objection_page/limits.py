"""How often one connection may try numbers, and object, without keeping its address.

In: a request. Out: a count, or how many seconds it must wait. Next: `views`. A number is drawn from 2^128 and
cannot be guessed; the limit keeps whoever tries from costing much. Counted are digests under the salt of the
hour (`foundation.limits.hour`). A number that leads somewhere neither counts nor waits, so that nobody keeps
a neighbour from theirs.
"""

from typing import Final

from django.http import HttpRequest

from repit.foundation.limits.counting import HOUR, MINUTE, Counted, Limit, Rate
from repit.foundation.web.origins import address_of

NUMBERS: Final = Limit("numbers of decisions", (Rate(30, HOUR),), grain=MINUTE, origins=True)
OBJECTIONS: Final = Limit("objections", (Rate(10, HOUR),), grain=MINUTE, origins=True)


def wait(request: HttpRequest, limit: Limit) -> int:
    """Seconds until the next is let through; 0 for now."""
    address = address_of(request)
    return int(limit.free_in(address).total_seconds()) if address else 0


def count(request: HttpRequest, limit: Limit) -> Counted | None:
    """Count one. None where nobody is counted, or it is one too many: ask `wait` first."""
    address = address_of(request)
    return limit.count(address) if address else None
