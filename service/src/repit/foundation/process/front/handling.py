"""Django's half: one whole request, in a thread.

In: the environment of a request (WSGI). Out: `Whole`, `Flow` for an answer that is made piece by piece, of
which nothing is made yet, or `Parked`. Next: `gateway` sends it.

An answer that is made piece by piece is asked for the next pieces in a thread each time, so that a client who
reads slowly holds none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core import signals
from django.core.handlers.wsgi import get_script_name
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from repit.foundation.web import wsgi
from repit.foundation.web.parking import Parked

STEP: Final = 256 * 1024
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer that is there."""

    status: int
    headers: Headers
    body: bytes


class Flow:
    """An answer that is made as it is read."""

    def __init__(self, response: Any, headers: Headers) -> None:
        self.status: int = response.status_code
        self.headers = headers
        self.ended = False
        self._response = response
        self._pieces: Iterator[bytes] = iter(response)
        self.first = b""
        self._closed = False

    def begun(self) -> "Whole | Flow":
        """With its first pieces made; an answer that is there where those were all."""
        first = self.step()
        if self.ended:
            self.close()
            return Whole(self.status, self.headers, first)
        self.first = first
        return self

    def step(self) -> bytes:
        """The next pieces; `ended` once there are no more."""
        parts, size = list[bytes](), 0
        try:
            while size < STEP:
                part = next(self._pieces, None)
                if part is None:
                    self.ended = True
                    break
                parts.append(part)
                size += len(part)
        finally:
            close_old_connections()  # the next step may be another thread's
        return b"".join(parts)

    def close(self) -> None:
        """Let go of what it is made from."""
        if not self._closed:
            self._closed = True
            self._response.close()


class Handler(wsgi.Handler):
    """Django, asked from a thread."""

    def answer(self, environ: dict[str, Any]) -> Whole | Flow | Parked:
        """One request."""
        set_script_prefix(get_script_name(environ))
        signals.request_started.send(sender=self.__class__, environ=environ)
        response: Any = self.get_response(self.request_class(environ))
        response._handler_class = self.__class__
        if isinstance(response, Parked):
            response.close()
            return response
        headers = _headers(response)
        if not response.streaming:
            response.close()
            return Whole(response.status_code, headers, response.content)
        close_old_connections()  # pieces are made in other threads
        return Flow(response, headers)


def _headers(response: HttpResponseBase) -> Headers:
    headers = [
        *response.items(),
        *(("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()),
    ]
    return [(name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in headers]
