"""Length-prefixed frames over a pipe: what two processes of ours say to each other, nothing of it code.

In: bytes or a JSON object. Out: four bytes of big-endian length, then the body. Next: `child`, on both ends.

Straight to and from the descriptor: a buffered reader would hide from `poll` what it has read ahead. Either
end may have been taken over: it may say less than it promised, more than was asked for, or nothing.
"""

import fcntl
import json
import os
import select
import time
from contextlib import suppress
from typing import Any, BinaryIO, Final

MAX_FRAME: Final = 1 << 30
_PROMISED: Final = 16 << 20
"""Bytes that room is made for before any has come."""
_ROOM: Final = 1 << 20
"""What an ordinary user may have a pipe hold (pipe(7)); a pipe begins with a sixteenth of that."""


class PipeClosed(Exception):
    """The other end is gone, or says nonsense."""


class PipeSilent(Exception):
    """The other end did not answer, or did not listen, in time."""


def send(pipe: BinaryIO, body: bytes, deadline: float | None = None) -> None:
    """Write one frame, until `deadline` on the monotonic clock, which takes a pipe that was `unblock`ed.
    Raises `PipeClosed`, `PipeSilent`.
    """
    descriptor = pipe.fileno()
    head, done, size = len(body).to_bytes(4, "big"), 0, len(body) + 4
    with memoryview(body) as rest:
        while done < size:
            parts: list[bytes | memoryview] = [head[done:], rest] if done < 4 else [rest[done - 4 :]]
            try:
                done += os.writev(descriptor, parts)
            except BlockingIOError:
                _wait(descriptor, select.POLLOUT, deadline)
            except OSError:
                raise PipeClosed from None


def send_json(pipe: BinaryIO, message: dict[str, Any], deadline: float | None = None) -> None:
    """Write one frame of JSON. Raises `PipeClosed`, `PipeSilent`."""
    send(pipe, json.dumps(message, separators=(",", ":")).encode(), deadline)


def receive(pipe: BinaryIO, deadline: float | None = None, *, most: int = MAX_FRAME) -> bytes:
    """Read one frame of at most `most` bytes, until `deadline` on the monotonic clock. Raises `PipeClosed`,
    `PipeSilent`.
    """
    size = int.from_bytes(_exactly(pipe, 4, deadline), "big")
    if size > most:
        raise PipeClosed
    return _exactly(pipe, size, deadline)


def receive_json(pipe: BinaryIO, deadline: float | None = None, *, most: int = MAX_FRAME) -> dict[str, Any]:
    """Read one frame of JSON. Raises `PipeClosed`, `PipeSilent`."""
    try:
        message = json.loads(receive(pipe, deadline, most=most))
    except (ValueError, RecursionError):
        raise PipeClosed from None
    if not isinstance(message, dict):
        raise PipeClosed
    return message


def widen(pipe: BinaryIO) -> None:
    """Let a pipe hold a megabyte, so that a picture goes through it in few pieces; as it is where that is
    refused, or unknown: Linux alone can."""
    with suppress(OSError, AttributeError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)


def unblock(pipe: BinaryIO) -> None:
    """Have writes wait in `send`, where a deadline ends them, and not in the kernel, where nothing does."""
    os.set_blocking(pipe.fileno(), False)


def _exactly(pipe: BinaryIO, size: int, deadline: float | None) -> bytes:
    # Room is made as bytes come: an end that was taken over may promise a gigabyte.
    descriptor, parts, done = pipe.fileno(), bytearray(min(size, _PROMISED)), 0
    while done < size:
        if deadline is not None:
            _wait(descriptor, select.POLLIN, deadline)
        if done == len(parts):
            parts.extend(bytes(min(size - done, done)))
        with memoryview(parts) as room, room[done:] as rest:
            read = os.readv(descriptor, [rest])
        if not read:
            raise PipeClosed
        done += read
    return bytes(parts)


def _wait(descriptor: int, event: int, deadline: float | None) -> None:
    """Until the other end has moved. Raises `PipeSilent`."""
    looking = select.poll()
    looking.register(descriptor, event)
    left = None if deadline is None else 1000 * max(0.0, deadline - time.monotonic())
    if not looking.poll(left):
        raise PipeSilent
