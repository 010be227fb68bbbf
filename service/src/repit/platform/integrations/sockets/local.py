"""Connections at a socket in the file system, over which clients hand in open files (unix(7), SCM_RIGHTS).

In: a listening socket. Out: `LocalReader` and `LocalWriter`, which sessions use like asyncio's own. Next:
`listener`. asyncio's streams read ahead and drop what comes beside the bytes; here nothing is read that was
not asked for, so that no client can make this process hold more than one descriptor for each read.
"""

import array
import asyncio
import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

_MOST: Final = 8
_ROOM: Final = socket.CMSG_SPACE(array.array("i").itemsize)


class LocalReader:
    """What a client sends: bytes, and descriptors in their order."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held: deque[int] = deque()

    async def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end; what came with them is held. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                data, beside, _, _ = self._connection.recvmsg(size, _ROOM, socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                await _readable(loop, self._connection)
                continue
            for level, kind, handles in beside:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    self._hold(handles)
            return data

    def take_descriptor(self) -> int | None:
        """The oldest one that nobody took; whoever takes it closes it."""
        return self._held.popleft() if self._held else None

    def close(self) -> None:
        """Close what nobody took."""
        while (descriptor := self.take_descriptor()) is not None:
            os.close(descriptor)

    def _hold(self, handles: bytes) -> None:
        came = array.array("i")
        came.frombytes(handles[: len(handles) - len(handles) % came.itemsize])
        self._held.extend(came)
        if len(came) > 1 or len(self._held) > _MOST:
            self.close()
            raise ConnectionAbortedError


class LocalWriter:
    """What is said to a client."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Say this with the next `drain`, or with `close` as far as there is room."""
        self._waiting += data

    async def drain(self) -> None:
        """Send what waits. Raises `OSError`."""
        data, self._waiting = bytes(self._waiting), bytearray()
        if data:
            await asyncio.get_running_loop().sock_sendall(self._connection, data)

    def can_write_eof(self) -> bool:
        """As asyncio's writers say."""
        return True

    def write_eof(self) -> None:
        """Say no more."""
        self._connection.shutdown(socket.SHUT_WR)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Who it is: nobody knows, so the file's permissions decide."""
        return self._connection.getpeername() if name == "peername" else default

    def close(self) -> None:
        """Send what fits, and close."""
        with suppress(OSError):
            self._connection.send(self._waiting)
        self._connection.close()


Come = Callable[[LocalReader, LocalWriter], Awaitable[None]]


class LocalServer:
    """Accepts until it is closed."""

    def __init__(self, listening: socket.socket, come: Come) -> None:
        self._listening, self._come = listening, come
        self._open: set[asyncio.Task[None]] = set()
        self._accepting = asyncio.create_task(self._accept())

    def close(self) -> None:
        """Accept no more."""
        self._accepting.cancel()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listening)
            except OSError:
                await asyncio.sleep(1)  # no descriptors left, most likely
                continue
            task = asyncio.create_task(self._serve(connection))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = LocalReader(connection), LocalWriter(connection)
        try:
            await self._come(reader, writer)
        finally:
            reader.close()
            writer.close()


async def _readable(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> None:
    ready: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(connection, tell)
    try:
        await ready
    finally:
        loop.remove_reader(connection)
