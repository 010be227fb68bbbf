"""One upload and the decoders that look at it: a quick one first, another if it turns out to be dear.

In: an upload, a sender, a moment by which all is over. Out: looks, each of stages of hashes; each decoder
given back, or reported lost, exactly once. Next: `pool`, which hands decoders out.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Protocol

from repit.platform.gate.decoder.dialogue import ChildFailed, Dear, Dialogue
from repit.platform.gate.decoder.lanes import Lane, Worker
from repit.platform.gate.decoder.refusals import NotSeen, out_of_time
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.picture import Limits
from repit_engine.types import NotHashable

QUICK_COST: Final = 12_000_000
"""What may be opened in the quick lane, in pixels of a PNG (`picture.cost`): about 0.3 s of a processor."""


class Decoders(Protocol):
    """Whoever hands out decoders."""

    quick: Lane
    dear: Lane

    def take(self, lane: Lane, sender: str, due: float) -> Worker | None:
        """One, once it is the sender's turn; None where there is none in time. Raises `Overloaded`."""

    def give_back(self, worker: Worker) -> None:
        """It is free again."""

    def lost(self, worker: Worker) -> None:
        """It failed."""


class Looking:
    """One upload; `finish` or `drop` it.

    Iterate over it once: looks, each an iterator of stages, which may be left at any time. Raises `NotSeen`,
    and `Overloaded` where it is dear and many are. `unseen`, `moves`: see `Dialogue`.
    """

    def __init__(self, pool: Decoders, data: bytes, limits: Limits, last: Stage, sender: str) -> None:
        self._pool, self._data, self._limits, self._last = pool, data, limits, last
        self._sender = sender
        self._due = time.monotonic() + limits.seconds
        self._worker: Worker | None = None
        self._talk: Dialogue | None = None
        self._coming: Iterator[Iterator[QueryHashes]] = iter(())
        self._begun_anew = False

    @property
    def unseen(self) -> str | None:
        """Why not all that the file may show is looked at, in one word."""
        return None if self._talk is None else self._talk.unseen

    @property
    def moves(self) -> bool:
        """Whether it is an animation."""
        return self._talk is not None and self._talk.moves

    @property
    def proportion(self) -> float | None:
        """Width by height of what the latest stage is of; see `Dialogue`."""
        return None if self._talk is None else self._talk.proportion

    def begin(self) -> None:
        """Take a decoder of the quick lane. Raises `NotSeen`, `Overloaded`."""
        self._take(self._pool.quick, QUICK_COST)

    def __iter__(self) -> Iterator[Iterator[QueryHashes]]:
        number = 0
        while (stages := next(self._coming, None)) is not None:
            yield self._stages(number, stages)
            number += 1

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

    def _stages(self, number: int, stages: Iterator[QueryHashes]) -> Iterator[QueryHashes]:
        """The stages of one look, each once, whichever decoder gives them."""
        given = 0
        while True:
            try:
                views = next(stages, None)
            except Dear:
                self.finish()
                stages = self._anew(number, given)
                continue
            except ChildFailed:
                self._lost(unless_ousted=not self._begun_anew)
                stages = self._anew(number, given)
                continue
            if views is None:
                return
            given += 1
            yield views

    def _anew(self, number: int, given: int) -> Iterator[QueryHashes]:
        """The same look from a decoder of the other lane, behind the stages that were given already."""
        self._begun_anew = True
        self._take(self._pool.dear, None)
        try:
            for _ in range(number):
                next(next(self._coming))
            stages = next(self._coming)
            for _ in range(given):
                next(stages)
        except ChildFailed:
            self._lost()
        except StopIteration:  # it shows less than it did before
            raise NotSeen(out_of_time()) from None
        return stages

    def _take(self, lane: Lane, cost: int | None) -> None:
        worker = self._pool.take(lane, self._sender, self._due)
        if worker is None:
            raise NotSeen(_not_in_time("no-time", "No decoder became free in time."))
        limits = replace(self._limits, seconds=max(0.001, self._due - time.monotonic()))
        child = worker.child
        self._worker = worker
        self._talk = Dialogue(child.pipe_in, child.pipe_out, self._data, limits, self._last, cost=cost)
        self._coming = iter(self._talk)

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
