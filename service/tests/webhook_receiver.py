"""A receiver of webhooks on loopback, which keeps what it is told and answers as it should.

In: the status to answer with. Out: its address, what came. Next: tests of whatever calls webhooks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast


@dataclass
class Announced:
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """One that runs; `status`: what it answers from now on."""

    port: int
    status: int = 204
    announced: list[Announced] = field(default_factory=list)

    @property
    def peer(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = cast(_Server, self.server).receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.announced.append(Announced(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(receiver.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def running() -> Iterator[Receiver]:
    """A receiver, for as long as the block lasts."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.receiver = Receiver(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.receiver
        finally:
            server.shutdown()
            thread.join()
