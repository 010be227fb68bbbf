"""Connections: how many, how long a head may take, and who does not read.

In: bytes from the network. Out: requests. Next: `gateway`. uvicorn's protocol over httptools, with deadlines
that it does not have: for a request's head and its size, for a client that does not read its answer, and for
the number of connections, where the one that has been without a whole request for longest gives way.
"""

import asyncio
import resource
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 20.0
HEAD_BYTES: Final = 64 * 1024
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than proxies keep theirs, so that none is closed while a proxy takes it into use."""
STALL_SECONDS: Final = 30.0
STALL_PACE: Final = 1024
"""Bytes a second that a client reads at least, looked at each `STALL_SECONDS`."""
MOST_CONNECTIONS: Final = 8192
_SOCKET: Final = "repit.socket"
_SPARE_FILES: Final = 512
"""Descriptors that are not connections."""


def connections_allowed() -> int:
    """How many connections this process may have; raises its limit on open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return (
        MOST_CONNECTIONS
        if soft == resource.RLIM_INFINITY
        else max(64, min(MOST_CONNECTIONS, soft - _SPARE_FILES))
    )


@contextmanager
def together(scope: Mapping[str, Any]) -> Iterator[None]:
    """What is written within goes out as one (tcp(7), TCP_CORK): a head and its body in one packet."""
    connection = scope.get(_SOCKET)
    if connection is None:
        yield
        return
    with suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    try:
        yield
    finally:
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


class Protocol(HttpToolsProtocol):
    """One connection. `most`: connections at once."""

    most = MOST_CONNECTIONS
    idle: dict["Protocol", None] = {}  # noqa: RUF012 - shared on purpose: those without a whole request, oldest first

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._head_size = 0
        self._unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()
        if len(self.connections) > self.most:
            next(iter(self.idle)).give_way()

    def connection_lost(self, exc: Exception | None) -> None:
        self._no_timers()
        self.idle.pop(self, None)
        super().connection_lost(exc)

    def give_way(self) -> None:
        """End at once, whatever was said."""
        self.idle.pop(self, None)
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()

    # --- heads --------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and not self._busy():
            self._expect_head()
        in_head = self._head_timer is not None
        super().data_received(data)
        if in_head and self._head_timer is not None:
            self._head_size += len(data)
            if self._head_size > HEAD_BYTES:
                self.give_way()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[_SOCKET] = self.transport.get_extra_info("socket")  # type: ignore[typeddict-unknown-key]
        if self._head_timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        self._head_size = 0
        self.idle.pop(self, None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and not self._busy():
            self.idle[self] = None

    def _busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        self.idle[self] = None
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.give_way)

    # --- clients that do not read -------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stall_timer is None:
            self._unread = self.transport.get_write_buffer_size()
            self._stall_timer = self.loop.call_later(STALL_SECONDS, self._look_whether_it_reads)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _look_whether_it_reads(self) -> None:
        unread = self.transport.get_write_buffer_size()
        if self._unread - unread < STALL_SECONDS * STALL_PACE:
            self._stall_timer = None
            self.give_way()
            return
        self._unread = unread
        self._stall_timer = self.loop.call_later(STALL_SECONDS, self._look_whether_it_reads)

    def _no_timers(self) -> None:
        for timer in (self._head_timer, self._stall_timer):
            if timer is not None:
                timer.cancel()
        self._head_timer = self._stall_timer = None
