"""Speaking to the antivirus channels from tests: raw bytes in, raw bytes out."""

import socket
import struct
from collections.abc import Callable
from contextlib import AbstractContextManager

from repit.demo.ports import free_port
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
