"""A proxy that cuts answers off: the server did what it was asked, and the browser never hears of it.

In: the address of a running site. Out: an address that is the same site, with `cut` to be set. Next: tests.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Cutting:
    """`cut`: the beginning of the requests (`POST /en/start/`) whose answers are not passed on; `done`: one
    was not."""

    def __init__(self, behind: str) -> None:
        parts = urlsplit(behind)
        self._behind = (str(parts.hostname), int(parts.port or 80))
        self._listens = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listens.getsockname()[1]}"
        self.cut = ""
        self.done = threading.Event()
        self._threads: list[threading.Thread] = []
        self._main = threading.Thread(target=self._serve, daemon=True)
        self._main.start()

    def close(self) -> None:
        self._listens.shutdown(socket.SHUT_RDWR)
        self._listens.close()
        self._main.join()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listens.accept()
                thread = threading.Thread(target=self._one, args=(client,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _one(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            request = self._read(client)
            if not request:
                return
            with socket.create_connection(self._behind) as server:
                server.sendall(request)
                answer = b"".join(iter(lambda: server.recv(65536), b""))
            if self.cut and request.startswith(self.cut.encode()):
                self.done.set()
                return
            client.sendall(answer)

    def _read(self, client: socket.socket) -> bytes:
        """One request, told to be the last of its connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = client.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith((b"connection:", b"keep-alive:"))]
        length = next(
            (int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += client.recv(65536)
        return b"\r\n".join([*kept, b"Connection: close", b"", b""]) + body


@contextmanager
def cutting(behind: str) -> Iterator[Cutting]:
    """The same site, until the block ends."""
    proxy = Cutting(behind)
    try:
        yield proxy
    finally:
        proxy.close()
