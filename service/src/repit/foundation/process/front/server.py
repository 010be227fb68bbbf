"""uvicorn, with our protocol, until told to stop.

In: a socket that listens. Out: a server that returns after SIGTERM or SIGINT. Next:
`foundation.process.serving`.
"""

import asyncio
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from uvicorn import Config, Server

from repit.foundation.process.front.gateway import Asked, Gateway
from repit.foundation.process.front.handling import Handler
from repit.foundation.process.front.protocol import KEEP_ALIVE_SECONDS, Protocol, connections_allowed
from repit.foundation.process.front.rules import Rules

GRACE_SECONDS: Final = 1
BACKLOG: Final = 2048
SWITCH_SECONDS: Final = 0.001


class _Server(Server):
    """A server that tells its gateway when it ends, and leaves the rest of the process to its caller."""

    gateway: Gateway

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but a signal that was heeded is not raised again: how the process ends is ours."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - signal's own signature
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.gateway.close()
        await super().shutdown(sockets)
        # Whoever hasn't read their answer by now is left; a socket closed later would outlive this loop.
        while left := list(self.server_state.connections):
            for connection in left:
                connection.transport.abort()
            await asyncio.sleep(0)


class Front:
    """The server of one process."""

    def __init__(self, listening: socket.socket, rules: Rules, handler: Asked | None = None) -> None:
        """`handler`: what whole requests are asked; Django, unless told otherwise."""
        self._listening, self._rules, self._handler = listening, rules, handler
        self._server: _Server | None = None

    def run(self) -> None:
        """Serve until told to stop."""
        # Of a client that speaks no HTTP nothing is written down; what fails here, the gateway says.
        logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        Protocol.most = connections_allowed()
        # How long a thread that computes may keep the event loop from its turn (default: 5 ms), for each.
        sys.setswitchinterval(SWITCH_SECONDS)
        asyncio.run(self._serve())

    def stop(self) -> None:
        """Have `run` return soon; from any thread."""
        if self._server is not None:
            self._server.should_exit = True

    async def _serve(self) -> None:
        gateway = Gateway(self._rules, self._handler or Handler())
        self._server = _Server(
            Config(
                _application(gateway),
                http=Protocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
                backlog=BACKLOG,
            )
        )
        self._server.gateway = gateway
        await self._server.serve([self._listening])


def _application(gateway: Gateway) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await gateway(scope, receive, send)

    return application
