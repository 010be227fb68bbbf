"""How many cases one connection may open in an hour, without keeping its address.

In: a request. Out: let through, or `TooOften` with the time after which it may go on. Next: views that open
cases. What was typed is theirs to carry on (`intake` shows the same page again, with everything in it).

Counts live in this process's memory, by a digest of the address under a salt that is thrown away every hour:
nothing is written down, and what is in memory cannot be turned back into addresses once the salt is gone.
Only cases that were opened count. Whoever comes from this machine or its own network is not counted: behind a
proxy that was not declared everyone would look like one visitor, and the first to err would lock out all
others (`rate_limits`).
"""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from django.http import HttpRequest

from repit.foundation.clock import elapsed
from repit.foundation.errors import RequestRefused, Text
from repit.foundation.web.origins import address_of

_HOUR: Final = 3600.0
_MOST: Final = 50_000


class TooOften(RequestRefused):
    """`seconds`: after how many it is worth another try."""

    code = "too-often"
    status: ClassVar[int] = 429
    message = Text("Too many tries from your connection.", "Trop d'essais depuis votre connexion.")
    next_step = Text("Wait a little, then try again.", "Attendez un peu, puis réessayez.")

    def __init__(self, message: Text | None = None, next_step: Text | None = None, seconds: int = 5) -> None:
        self.seconds = self.retry_seconds = seconds
        super().__init__(message, next_step)


class Counter:
    """What came of a connection, by purpose, within a sliding window."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._salt, self._since = secrets.token_bytes(32), elapsed()
        self._times: dict[bytes, list[float]] = {}

    def note(self, address: str, purpose: str, most: int, seconds: float) -> float:
        """Count one; 0.0, or, where there are as many as may be, the seconds until one more may come."""
        with self._lock:
            moment = elapsed()
            if moment - self._since > _HOUR or len(self._times) > _MOST:
                self._salt, self._since = secrets.token_bytes(32), moment
                self._times = {}
            key = self._key(address, purpose)
            recent = [then for then in self._times.get(key, []) if moment - then < seconds]
            if len(recent) >= most:
                return recent[-most] + seconds - moment
            self._times[key] = [*recent, moment]
            return 0.0

    def give_back(self, address: str, purpose: str) -> None:
        """The last one came to nothing."""
        with self._lock:
            self._times.get(self._key(address, purpose), [])[-1:] = []

    def _key(self, address: str, purpose: str) -> bytes:
        return hashlib.blake2b(f"{purpose} {address}".encode(), key=self._salt, digest_size=16).digest()


counter: Final = Counter()


@contextmanager
def opening(request: HttpRequest, most: int) -> Iterator[None]:
    """Open a case within; no limit where `most` is 0. Raises `TooOften`."""
    address, purpose = address_of(request), "open a case"
    if not address or not most:
        yield
        return
    seconds = counter.note(address, purpose, most, _HOUR)
    if seconds:
        raise _later(seconds)
    try:
        yield
    except BaseException:
        counter.give_back(address, purpose)
        raise


def _later(seconds: float) -> TooOften:
    minutes = int(seconds // 60) + 1
    return TooOften(
        Text(
            "Many cases were opened from your connection in the last hour, perhaps by others who share it.",
            "Beaucoup de dossiers ont été ouverts depuis votre connexion depuis une heure, peut-être par"
            " d'autres qui la partagent.",
        ),
        Text(
            f"Nothing is lost: your answers stay on this page. Leave it open and press again in {minutes}"
            " minutes, or connect in another way (mobile data, another Wi-Fi) and press again now.",
            "Rien n'est perdu : vos réponses restent sur cette page. Laissez-la ouverte et appuyez de nouveau"
            f" dans {minutes} minutes, ou connectez-vous autrement (données mobiles, autre Wi-Fi) et appuyez"
            " tout de suite.",
        ),
        int(seconds) + 1,
    )
