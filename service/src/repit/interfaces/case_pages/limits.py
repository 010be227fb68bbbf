"""How often one connection may try, without keeping its address.

In: a request. Out: let through, or `TooOften`. Next: views that guess at receipts or open cases.

Counts live in this process's memory, by a digest of the address under a salt that is thrown away every hour:
nothing is written down, and what is in memory cannot be turned back into addresses once the salt is gone.
Whoever comes from this machine or its own network is not counted: behind a proxy that was not declared
everyone would look like one visitor, and the first to err would lock out all others (`rate_limits`).
"""

import hashlib
import secrets
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Final

from django.http import HttpRequest, HttpResponse

from repit.foundation.clock import elapsed
from repit.foundation.errors import RequestRefused, Text
from repit.foundation.rate_limits import address_of

_HOUR: Final = 3600.0
_MOST: Final = 50_000


class TooOften(RequestRefused):
    code = "too-often"
    status: ClassVar[int] = 429
    message = Text("Too many tries from your connection.", "Trop d'essais depuis votre connexion.")
    next_step = Text(
        "Wait a quarter of an hour, then try again.", "Attendez un quart d'heure, puis réessayez."
    )


class Counter:
    """Tries by connection and purpose, within a sliding window."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._salt, self._since = secrets.token_bytes(32), elapsed()
        self._tries: dict[bytes, list[float]] = {}

    def note(self, address: str, purpose: str, most: int, seconds: float) -> None:
        """Count one try. Raises `TooOften`."""
        with self._lock:
            moment = elapsed()
            if moment - self._since > _HOUR or len(self._tries) > _MOST:
                self._salt, self._since = secrets.token_bytes(32), moment
                self._tries = {}
            key = hashlib.blake2b(f"{purpose} {address}".encode(), key=self._salt, digest_size=16).digest()
            recent = [then for then in self._tries.get(key, []) if moment - then < seconds]
            if len(recent) >= most:
                raise TooOften
            self._tries[key] = [*recent, moment]


counter: Final = Counter()


def note(request: HttpRequest, purpose: str, most: int, seconds: float) -> None:
    """Count a try of this request's connection; no limit where `most` is 0. Raises `TooOften`."""
    address = address_of(request)
    if address and most:
        counter.note(address, purpose, most, seconds)


def limited(purpose: str, most: int, seconds: float = 900.0) -> Callable[[Any], Any]:
    """A view whose POST requests are counted."""

    def around(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                note(request, purpose, most, seconds)
            return view(request, *args, **kwargs)

        return counted

    return around
