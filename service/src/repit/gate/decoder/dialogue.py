"""The parent's half of the dialogue about one upload.

In: an upload, and whether more is wanted. Out: stages of `QueryHashes`, none of them trusted: every length is
bounded before it is read. Next: `pool` hands it out, `repit.gate.altered` decides between the stages.
"""

import os
from collections.abc import Iterator
from dataclasses import asdict
from json import loads
from typing import BinaryIO, Final

from repit.gate.decoder.views import MOST_BYTES, MOST_HASHES, MOST_HEAD, from_bytes, refusal
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.frames import PipeClosed, send, send_json
from repit_engine.picture import Limits
from repit_engine.types import NotHashable

_PIECE: Final = 1 << 20


class NotSeen(Exception):
    """The upload could not be looked at, or not to the end; `outcome` says why."""

    def __init__(self, outcome: NotHashable) -> None:
        self.outcome = outcome
        super().__init__(outcome.reason)


class ChildFailed(Exception):
    """The child is gone, or says nonsense."""


class Dear(Exception):
    """By its header the upload would cost more than was allowed here; the child has not opened it."""


class Dialogue:
    """One upload with one child. `open` is true while the child waits to hear whether more is wanted."""

    def __init__(self, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
        self._in, self._out = pipe_in, pipe_out
        self.open = False

    def stages(
        self, data: bytes, limits: Limits, last: Stage, cost: int | None = None
    ) -> Iterator[QueryHashes]:
        """Send the upload, then yield stage by stage. `cost`: the most it may cost (`picture.cost`).

        Raises `NotSeen`, `Dear`, `ChildFailed`.
        """
        try:
            send_json(self._in, {"limits": asdict(limits), "last": int(last), "cost": cost})
            send(self._in, data)
            hashes = 0
            for number in range(int(last) + 1):
                if number:
                    send_json(self._in, {"more": True})
                    self.open = False
                views, end = self._heard()
                hashes += len(views)
                if hashes > MOST_HASHES or end != (number == int(last)):
                    raise ChildFailed
                self.open = not end
                yield views
        except (PipeClosed, OSError, ValueError, KeyError, TypeError, RecursionError):
            raise ChildFailed from None

    def finish(self) -> None:
        """Tell the child that this is enough. Raises `ChildFailed`."""
        if self.open:
            self.open = False
            try:
                send_json(self._in, {"more": False})
            except (PipeClosed, OSError, ValueError):
                raise ChildFailed from None

    def _heard(self) -> tuple[QueryHashes, bool]:
        head = loads(_bounded(self._out, MOST_HEAD))
        if not isinstance(head, dict):
            raise ChildFailed
        body = _bounded(self._out, MOST_BYTES)
        if head.get("dear") is True:
            raise Dear
        outcome = refusal(head)
        if outcome is not None:
            raise NotSeen(outcome)
        return from_bytes(body), bool(head["end"])


def _bounded(pipe: BinaryIO, most: int) -> bytes:
    """One frame of at most `most` bytes; a child that was taken over must not make the gate hold more."""
    size = int.from_bytes(_exactly(pipe, 4), "big")
    if size > most:
        raise ChildFailed
    return _exactly(pipe, size)


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    descriptor, parts = pipe.fileno(), bytearray()
    while len(parts) < size:
        part = os.read(descriptor, min(size - len(parts), _PIECE))
        if not part:
            raise ChildFailed
        parts += part
    return bytes(parts)
