"""Length-prefixed frames over a pipe: what two processes of ours say to each other, nothing of it code.

In: bytes or a JSON object. Out: four bytes of big-endian length, then the body. Next: `child`, on both ends.
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
    """The other end did not answer in time."""


def send(pipe: BinaryIO, body: bytes) -> None:
    """Write one frame. Raises `PipeClosed`."""
    try:
        pipe.write(len(body).to_bytes(4, "big"))
        pipe.write(body)
        pipe.flush()
    except OSError:
        raise PipeClosed from None


def send_json(pipe: BinaryIO, message: dict[str, Any]) -> None:
    """Write one frame of JSON. Raises `PipeClosed`."""
    send(pipe, json.dumps(message, separators=(",", ":")).encode())


def receive(pipe: BinaryIO, deadline: float | None = None) -> bytes:
    """Read one frame, until `deadline` on the monotonic clock. Raises `PipeClosed`, `PipeSilent`."""
    size = int.from_bytes(_exactly(pipe, 4, deadline), "big")
    if size > MAX_FRAME:
        raise PipeClosed
    return _exactly(pipe, size, deadline)


def receive_json(pipe: BinaryIO, deadline: float | None = None) -> dict[str, Any]:
    """Read one frame of JSON. Raises `PipeClosed`, `PipeSilent`."""
    try:
        message = json.loads(receive(pipe, deadline))
    except ValueError:
        raise PipeClosed from None
    if not isinstance(message, dict):
        raise PipeClosed
    return message


def widen(pipe: BinaryIO) -> None:
    """Let a pipe hold a megabyte, so that a picture goes through it in few pieces; as it is where that is
    refused, or unknown: Linux alone can."""
    with suppress(OSError, AttributeError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)


def _exactly(pipe: BinaryIO, size: int, deadline: float | None) -> bytes:
    # Straight from the descriptor: a buffered reader would hide from `select` what it has read ahead. Room is
    # made as bytes come: an end that was taken over may promise a gigabyte.
    descriptor, parts, done = pipe.fileno(), bytearray(min(size, _PROMISED)), 0
    while done < size:
        if deadline is not None:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([descriptor], [], [], left)[0]:
                raise PipeSilent
        if done == len(parts):
            parts.extend(bytes(min(size - done, done)))
        with memoryview(parts) as room, room[done:] as rest:
            read = os.readv(descriptor, [rest])
        if not read:
            raise PipeClosed
        done += read
    return bytes(parts)
