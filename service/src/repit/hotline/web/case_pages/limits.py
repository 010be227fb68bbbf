"""How many cases one connection may open in an hour, without keeping its address.

In: a request. Out: let through, or `TooOften` with the time after which it may go on. Next: views that open
cases. What was typed is theirs to carry on (`intake` shows the same page again, with everything in it).

Counted is a digest of the address under a salt that is thrown away every hour, to the minute, in the
database: all processes count together, and once the salt is gone nothing leads back to an address
(`foundation.limits.hour`). Only cases that were opened count. Whoever comes from this machine or its own
network is not counted: behind a proxy that was not declared everyone would look like one visitor, and the
first to err would lock out all others (`origins`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.http import HttpRequest

from repit.foundation.errors import RequestRefused, Text
from repit.foundation.limits.counting import HOUR, MINUTE, Limit, Rate
from repit.foundation.web.origins import address_of


class TooOften(RequestRefused):
    """`seconds`: after how many it is worth another try."""

    code = "too-often"
    status: ClassVar[int] = 429
    message = Text("Too many tries from your connection.", "Trop d’essais depuis votre connexion.")
    next_step = Text("Wait a little, then try again.", "Attendez un peu, puis réessayez.")

    def __init__(self, message: Text | None = None, next_step: Text | None = None, seconds: int = 5) -> None:
        self.seconds = self.retry_seconds = seconds
        super().__init__(message, next_step)


@contextmanager
def opening(request: HttpRequest, most: int) -> Iterator[None]:
    """Open a case within; no limit where `most` is 0. Raises `TooOften`."""
    address, limit = address_of(request), _opened(most)
    if not address or not most:
        yield
        return
    counted = limit.count(address)
    if counted is None:
        raise _later(limit.free_in(address).total_seconds())
    try:
        yield
    except BaseException:
        counted.give_back()
        raise


def _opened(most: int) -> Limit:
    return Limit("open a case", (Rate(most, HOUR),), grain=MINUTE, origins=True)


def _later(seconds: float) -> TooOften:
    minutes = int(seconds // 60) + 1
    return TooOften(
        Text(
            "Many cases were opened from your connection in the last hour, perhaps by others who share it.",
            "Beaucoup de dossiers ont été ouverts depuis votre connexion depuis une heure, peut-être par"
            " d’autres qui la partagent.",
        ),
        Text(
            f"Nothing is lost: your answers stay on this page. Leave it open and press again in {minutes}"
            " minutes, or connect in another way (mobile data, another Wi-Fi) and press again now.",
            "Rien n’est perdu : vos réponses restent sur cette page. Laissez-la ouverte et appuyez de nouveau"
            f" dans {minutes} minutes, ou connectez-vous autrement (données mobiles, autre Wi-Fi) et appuyez"
            " tout de suite.",
        ),
        int(seconds) + 1,
    )
