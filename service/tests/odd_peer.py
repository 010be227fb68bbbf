"""A peer that speaks HTTP its own way: each script writes to the raw connection, on loopback.

In: a script. Out: its address, and whether it is still at it. Next: tests of whatever reaches out. Where a
script would go on for `LONG`, a client that ends in time ends before it.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LONG = 20.0
HEAD = b"HTTP/1.1 200 OK\r\n"


@dataclass
class Odd:
    """One odd peer; `asked`: first lines of requests; `ended`: a script came to its own end."""

    address: str
    over: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def base(self) -> str:
        return f"http://{self.address}"

    def wait(self, seconds: float) -> None:
        """Pause within a script; ends it once the test is over."""
        if self.over.wait(seconds):
            raise ConnectionAbortedError

    def dribble(self, connection: socket.socket, data: bytes, every: float = 0.05) -> None:
        """A byte now and then, for long."""
        for at in range(int(LONG / every)):
            connection.sendall(data[at % len(data) : at % len(data) + 1])
            self.wait(every)

    def again(self, connection: socket.socket, data: bytes, every: float = 0.05) -> None:
        """The same now and then, for long."""
        for _ in range(int(LONG / every)):
            connection.sendall(data)
            self.wait(every)


Script = Callable[[Odd, socket.socket], None]


def request_of(odd: Odd, connection: socket.socket) -> bytes:
    """Read a request's head."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(65536)
        if not part:
            raise ConnectionResetError
        head += part
    odd.asked.append(head.split(b"\r\n", 1)[0].decode())
    return head


@contextmanager
def odd_peer(script: Script) -> Iterator[Odd]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        odd = Odd(f"127.0.0.1:{listening.getsockname()[1]}")
        threads = [threading.Thread(target=_accept, args=(odd, listening, script))]
        threads[0].start()
        try:
            yield odd
        finally:
            odd.over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            threads[0].join()


def _accept(odd: Odd, listening: socket.socket, script: Script) -> None:
    under_way: list[threading.Thread] = []
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            thread = threading.Thread(target=_play, args=(odd, connection, script))
            thread.start()
            under_way.append(thread)
    for thread in under_way:
        thread.join()


def _play(odd: Odd, connection: socket.socket, script: Script) -> None:
    with connection:
        connection.settimeout(LONG)
        try:
            script(odd, connection)
            odd.ended.set()
        except OSError:
            return  # the client left, or the test is over
