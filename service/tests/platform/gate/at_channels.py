"""Speaking to the channels from tests: raw bytes in, raw bytes out; what each says of a file."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from django.test import Client

from repit.demo.ports import free_port
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Outcome
from repit.platform.integrations.sockets.start import opened

TIMEOUT = 30.0


class At:
    """A channel that is open at a port."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)

    def say(self, *sent: bytes) -> bytes:
        """Everything that is answered until the channel closes the connection."""
        with self.connect() as connection:
            for part in sent:
                connection.sendall(part)
            return everything(connection)


def everything(connection: socket.socket) -> bytes:
    heard = bytearray()
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            part = b""
        if not part:
            return bytes(heard)
        heard += part


def until(connection: socket.socket, end: bytes) -> bytes:
    heard = bytearray()
    while not heard.endswith(end):
        part = connection.recv(1)
        if not part:
            raise AssertionError(bytes(heard))
        heard += part
    return bytes(heard)


def listening(make: Callable, name: str) -> tuple[At, AbstractContextManager[None]]:
    port = free_port()
    return At(port), opened(f"127.0.0.1:{port}", make, name)


def stream(content: bytes, piece: int = 50_000) -> bytes:
    """A file as INSTREAM sends it."""
    parts = [content[at : at + piece] for at in range(0, len(content), piece)]
    return b"".join(struct.pack(">I", len(part)) + part for part in parts) + bytes(4)


class Channels:
    """Every channel that a test can walk through: what it says of a file."""

    def __init__(self, gate: Gate, clamd_channel: At, icap_channel: At) -> None:
        self._gate, self._http = gate, Client()
        self._clamd, self._icap = clamd_channel, icap_channel

    def all(self) -> Iterator[tuple[str, Callable[[bytes], Outcome]]]:
        yield "check", self._check
        yield "bare", lambda content: self._bare(content, "")
        for product in ("synapse", "mastodon", "wordpress"):
            yield product, lambda content, product=product: self._bare(content, f"?channel={product}")
        yield "s3", self._stored
        yield "clamd", self._scanned
        yield "icap", self._adapted

    def _check(self, content: bytes) -> Outcome:
        return self._http.post("/v1/check", content, "application/octet-stream").json()["verdict"]

    def _bare(self, content: bytes, query: str) -> Outcome:
        answer = self._http.post(f"/v1/refuse{query}", content, "application/octet-stream")
        return {200: "allow", 202: "review", 451: "block"}[answer.status_code]

    def _stored(self, content: bytes) -> Outcome:
        with self._gate.admission.buffer("s3") as upload:
            upload.write(content)
            return self._gate.inspector.inspect(upload.asked("s3")).outcome

    def _scanned(self, content: bytes) -> Outcome:
        reply = self._clamd.say(b"zINSTREAM\0", stream(content))
        return "block" if reply.endswith(b" FOUND\0") else "allow"

    def _adapted(self, content: bytes) -> Outcome:
        head = b"PUT /a HTTP/1.1\r\nHost: site\r\n\r\n"
        start = b"REQMOD icap://gate/repit ICAP/1.0\r\nHost: gate\r\nAllow: 204\r\nConnection: close\r\n"
        body = b"%x\r\n%s\r\n" % (len(content), content) if content else b""
        encapsulated = b"Encapsulated: req-hdr=0, req-body=%d\r\n\r\n" % len(head)
        reply = self._icap.say(start + encapsulated + head + body + b"0\r\n\r\n")
        return "allow" if reply.split(b" ", 2)[1] == b"204" else "block"
