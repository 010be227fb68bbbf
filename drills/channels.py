"""The three channels of a running gate, each kept open by one client.

In: a gate's ports, an upload. Out: whether it was refused, passed, or turned away. Next: `soak`.
"""

import http.client
import json
import select
import socket
from dataclasses import dataclass

REFUSED, PASSED, BUSY = "refused", "passed", "busy"


@dataclass(frozen=True)
class Ports:
    """Where a gate listens."""

    http: int
    clamd: int
    icap: int


class Channels:
    """One client with a connection to each channel that keeps connections."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._http = http.client.HTTPConnection("127.0.0.1", ports.http, timeout=60)
        self._icap = socket.create_connection(("127.0.0.1", ports.icap), timeout=60)

    def close(self) -> None:
        """Leave."""
        self._http.close()
        self._icap.close()

    def ask(self, channel: str, data: bytes) -> tuple[str, str | None]:
        """(what became of it, the number of the recorded decision where the channel tells it)."""
        if channel == "icap" and _left(self._icap):
            self._reconnect()
        if channel == "check" and self._http.sock is not None and _left(self._http.sock):
            self._http.close()  # the next request opens it again
        return {"check": self._check, "clamd": self._clamd, "icap": self._icap_reqmod}[channel](data)

    def _reconnect(self) -> None:
        self._icap.close()
        self._icap = socket.create_connection(("127.0.0.1", self._ports.icap), timeout=60)

    def _check(self, data: bytes) -> tuple[str, str | None]:
        self._http.request("POST", "/v1/check", data, {"Content-Type": "application/octet-stream"})
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status == 503:
            return BUSY, None
        reply = json.loads(body)
        if reply["undecided"] or reply["verdict"] == "review":
            return f"review:{reply['undecided']}", reply["decision"]
        return (REFUSED if reply["verdict"] == "block" else PASSED), reply["decision"]

    def _clamd(self, data: bytes) -> tuple[str, str | None]:
        with socket.create_connection(("127.0.0.1", self._ports.clamd), timeout=60) as connection:
            connection.sendall(b"zINSTREAM\0" + len(data).to_bytes(4, "big") + data + bytes(4))
            reply = b""
            while not reply.endswith(b"\0"):
                reply += connection.recv(4096) or b"\0"
        known = {b"stream: Repit.known FOUND\0": REFUSED, b"stream: OK\0": PASSED}
        return known.get(reply, BUSY if b"busy" in reply else repr(reply)), None

    def _icap_reqmod(self, data: bytes) -> tuple[str, str | None]:
        head = b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n"
        start = b"REQMOD icap://gate/repit ICAP/1.0\r\nHost: gate\r\nAllow: 204\r\n"
        start += b"Encapsulated: req-hdr=0, req-body=%d\r\n\r\n" % len(head)
        self._icap.sendall(start + head + b"%x\r\n" % len(data) + data + b"\r\n0\r\n\r\n")
        reply = self._until(b"\r\n\r\n")
        status = int(reply.split(b" ")[1])
        if status == 204:
            return PASSED, None
        if status != 200:
            self._reconnect()
            return (BUSY if status == 503 else str(status)), None
        self._until(b"\r\n0\r\n\r\n")
        return (REFUSED if b"Threat=Repit.known;" in reply else "found something else"), None

    def _until(self, end: bytes) -> bytes:
        heard = bytearray()
        while not heard.endswith(end):
            part = self._icap.recv(1 if end == b"\r\n\r\n" else 65536)
            if not part:
                raise ConnectionResetError
            heard += part
        return bytes(heard)


def _left(connection: socket.socket) -> bool:
    """Whether the channel has closed a connection that was silent for a while, as it may."""
    ready, _, _ = select.select([connection], [], [], 0)
    return bool(ready)
