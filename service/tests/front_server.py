"""The front in this process, before whatever a test wants to be asked; and clients that speak as they like.

In: rules, an answer for each whole request. Out: its port. Next: tests of the front.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from repit.foundation.admission.room import Room
from repit.foundation.process.front.handling import Flow, Whole
from repit.foundation.process.front.rules import Rules
from repit.foundation.process.front.server import Front

MEBIBYTE = 1024**2
TIMEOUT = 60.0
Answer = Callable[[dict[str, Any]], Any]


def rules(**other: Any) -> Rules:
    """Small rules."""
    threads = {**dict.fromkeys(("state", "uploads", "pages", "streams", "long"), 2), "feeds": 8}
    usual: dict[str, Any] = {
        "threads": threads,
        "room": Room(8 * MEBIBYTE),
        "health": {"/health": b'{"alive": true}'},
        "most": MEBIBYTE,
    }
    return Rules(**{**usual, **other})


class Asked:
    """What stands behind the front: it notes what it is asked."""

    def __init__(self, answer: Answer | None = None) -> None:
        self._answer = answer or (lambda _environ: Whole(200, [], b"ok"))
        self.environs: list[dict[str, Any]] = []

    def answer(self, environ: dict[str, Any]) -> Whole | Flow:
        self.environs.append(environ)
        return self._answer(environ)

    @property
    def paths(self) -> list[str]:
        return [environ["PATH_INFO"] for environ in self.environs]


@contextmanager
def front(own: Rules, asked: Asked) -> Iterator[int]:
    """Serve; the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    served = Front(listening, own, asked)
    thread = threading.Thread(target=served.run)
    port = listening.getsockname()[1]
    thread.start()
    try:
        assert within(lambda: get(port, "/health")[0] == 200)
        yield port
    finally:
        served.stop()
        thread.join(TIMEOUT)
        listening.close()
        while Raw.opened:
            Raw.opened.pop().close()
        assert not thread.is_alive()


def within(true: Callable[[], bool], seconds: float = TIMEOUT) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if true():
                return True
        except OSError:
            pass
        time.sleep(0.01)
    return False


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): v for name, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


class Raw:
    """A connection that says what it is told to; closed with the front, if not before."""

    opened: ClassVar[list[Raw]] = []

    def __init__(self, port: int, sent: bytes = b"", *, room: int = 0) -> None:
        self.socket = socket.socket()
        self.opened.append(self)
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(("127.0.0.1", port))
        self.heard = b""
        if sent:
            self.say(sent)

    def say(self, sent: bytes) -> None:
        self.socket.sendall(sent)

    def silent(self) -> bool:
        """Whether nothing came, and the other end is still there."""
        self.socket.setblocking(False)
        try:
            self.heard += self.socket.recv(65536)
        except BlockingIOError:
            return not self.heard
        except OSError:
            return False
        finally:
            self.socket.settimeout(TIMEOUT)
        return False

    def rest(self) -> bytes:
        """Everything until the other end closes."""
        try:
            while part := self.socket.recv(65536):
                self.heard += part
        except ConnectionError:
            pass
        return self.heard

    def answer(self) -> tuple[int, bytes]:
        """One answer whose length is told: (status, body)."""
        while b"\r\n\r\n" not in self.heard:
            self._more()
        head, _, body = self.heard.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            ),
            0,
        )
        while len(body) < length:
            self._more()
            body = self.heard.partition(b"\r\n\r\n")[2]
        self.heard = body[length:]
        return int(head.split(b" ")[1]), body[:length]

    def _more(self) -> None:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionResetError
        self.heard += part

    def close(self) -> None:
        self.socket.close()


def post(path: str, length: int, body: bytes = b"", **headers: str) -> bytes:
    """The head of a POST, and some of its body."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{more}\r\n".encode() + body
