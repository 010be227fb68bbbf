"""So many clients at once, each with one request after another, over connections that stay open.

In: ports, uploads, how many clients, seconds. Out: `Measured`. Next: `run`.

Requests are whole byte strings, made beforehand, so that the clients cost the shared machine little.
"""

import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.load.pictures import Upload

_PAUSE = 0.05
"""What a client waits after "come back later", less than the second that is asked for: the harder case."""


@dataclass
class Measured:
    """Seconds of each answer, answers by status, and how long it went on."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lasted: float = 0.0
    processor: float = 0.0
    """Seconds of processor that the servers used meanwhile."""

    @property
    def rate(self) -> float:
        """Uploads looked at, a second."""
        return self.statuses[200] / self.lasted if self.lasted else 0.0

    @property
    def cost(self) -> float:
        """Milliseconds of processor for one upload."""
        return self.processor * 1e3 / max(1, self.statuses[200])


def measure(ports: list[int], path: str, uploads: list[Upload], clients: int, seconds: float) -> Measured:
    """Send for so long. Only uploads that were looked at count as answered."""
    requests = [_request(path, upload) for upload in uploads]
    parts = [Measured() for _ in range(clients)]
    begun = time.perf_counter()
    threads = [
        threading.Thread(
            target=_client, args=(ports[number % len(ports)], requests, number, begun + seconds, part)
        )
        for number, part in enumerate(parts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Measured(lasted=time.perf_counter() - begun)
    for part in parts:
        whole.seconds += part.seconds
        whole.statuses += part.statuses
    return whole


def _request(path: str, upload: Upload) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {upload.content_type}\r\n"
    return f"{head}Content-Length: {len(upload.data)}\r\n\r\n".encode() + upload.data


def _client(port: int, requests: list[bytes], number: int, end: float, part: Measured) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        turn = number * 7
        while time.perf_counter() < end:
            begun = time.perf_counter()
            connection.sendall(requests[turn % len(requests)])
            status = _answer(connection)
            part.statuses[status] += 1
            if status == 200:
                part.seconds.append(time.perf_counter() - begun)
            else:
                time.sleep(_PAUSE)
            turn += 1


def _answer(connection: socket.socket) -> int:
    heard = bytearray()
    while (end := heard.find(b"\r\n\r\n")) < 0:
        heard += connection.recv(65536) or _gone()
    head = bytes(heard[:end]).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(heard) < end + 4 + length:
        heard += connection.recv(65536) or _gone()
    return int(head.split(b" ")[1])


def _gone() -> bytes:
    raise ConnectionResetError
