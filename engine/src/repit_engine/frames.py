"""Length-prefixed frames over a pipe: what two processes of ours say to each other, nothing of it code.

In: bytes or a JSON object. Out: four bytes of big-endian length, then the body. Next: `child`, on both ends.
"""

import json
import os
import select
import time
from typing import Any, BinaryIO, Final

MAX_FRAME: Final = 1 << 30


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


def _exactly(pipe: BinaryIO, size: int, deadline: float | None) -> bytes:
    # Straight from the descriptor: a buffered reader would hide from `select` what it has read ahead.
    descriptor, parts = pipe.fileno(), bytearray()
    while len(parts) < size:
        if deadline is not None:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([descriptor], [], [], left)[0]:
                raise PipeSilent
        part = os.read(descriptor, min(size - len(parts), 1 << 20))
        if not part:
            raise PipeClosed
        parts += part
    return bytes(parts)
