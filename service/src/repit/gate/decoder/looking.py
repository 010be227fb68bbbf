"""One upload and the decoders that look at it: a quick one first, another if it turns out to be dear.

In: an upload, a sender, a moment by which all is over. Out: stages of hashes; each decoder given back, or
reported lost, exactly once. Next: `pool`, which hands decoders out.
"""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from repit.gate.decoder.dialogue import ChildFailed, Dear, Dialogue, NotSeen
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.picture import Limits
from repit_engine.types import NotHashable

if TYPE_CHECKING:
    from repit.gate.decoder.lanes import Lane
    from repit.gate.decoder.pool import DecoderPool, Worker

QUICK_COST: Final = 12_000_000
"""What may be opened in the quick lane, in pixels of a PNG (`picture.cost`): about 0.3 s of a processor."""


class Looking:
    """One upload; `finish` or `drop` it."""

    def __init__(self, pool: "DecoderPool", data: bytes, limits: Limits, last: Stage, sender: str) -> None:
        self._pool, self._data, self._limits, self._last = pool, data, limits, last
        self._sender = sender
        self._due = time.monotonic() + limits.seconds
        self._worker: Worker | None = None
        self._talk: Dialogue | None = None

    def begin(self) -> None:
        """Take a decoder of the quick lane. Raises `NotSeen`, `Overloaded`."""
        self._take(self._pool.quick)

    def stages(self) -> Iterator[QueryHashes]:
        """Stage by stage, each once. Raises `NotSeen`, and `Overloaded` where it is dear and many are."""
        given = 0
        try:
            for views in self._heard(QUICK_COST):
                given += 1
                yield views
        except Dear:
            self.finish()
        except ChildFailed:
            self._lost(unless_ousted=True)
        else:
            return
        self._take(self._pool.dear)
        try:
            for number, views in enumerate(self._heard(None)):
                if number >= given:
                    yield views
        except ChildFailed:
            self._lost()

    def finish(self) -> None:
        """That is enough: the decoder is free again."""
        if self._worker is None or self._talk is None:
            return
        try:
            self._talk.finish()
        except ChildFailed:
            self.drop()
            return
        worker, self._worker = self._worker, None
        self._pool.give_back(worker)

    def drop(self) -> None:
        """Something went wrong here: what the decoder would say next is anyone's guess."""
        worker, self._worker = self._worker, None
        if worker is not None:
            self._pool.lost(worker)

    def _take(self, lane: "Lane") -> None:
        worker = self._pool.take(lane, self._sender, self._due)
        if worker is None:
            raise NotSeen(_not_in_time("no-time", "No decoder became free in time."))
        self._worker, self._talk = worker, Dialogue(worker.child.pipe_in, worker.child.pipe_out)

    def _heard(self, cost: int | None) -> Iterator[QueryHashes]:
        if self._talk is None:
            raise ChildFailed
        limits = self._limits
        left = max(0.001, self._due - time.monotonic())
        shortened = Limits(bytes=limits.bytes, pixels=limits.pixels, scans=limits.scans, seconds=left)
        return self._talk.stages(self._data, shortened, self._last, cost)

    def _lost(self, *, unless_ousted: bool = False) -> None:
        """Say why the decoder is gone. Raises `NotSeen`, unless it was ended to make room for others."""
        worker = self._worker
        self.drop()
        if worker is not None and worker.ousted and unless_ousted:
            return
        if worker is not None and worker.hung:
            raise NotSeen(_not_in_time("decoder-hung", "Decoding took longer than allowed and was ended."))
        raise NotSeen(
            NotHashable(
                "decoder-crashed", "The file made its decoder fail.", "Save it again, then send the new file."
            )
        ) from None


def _not_in_time(reason: str, message: str) -> NotHashable:
    return NotHashable(reason, message, "Send it again, or send a smaller file.")
