"""What the engine makes of a file, through a decoder of the gate's, as uploads go.

In: bytes. Out: `Looked`. Next: `judge`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.decoder.refusals import NotSeen
from repit.platform.gate.kinds import left_undone
from repit_engine.anchors import Stage
from repit_engine.hash import hash_of
from repit_engine.picture import DEFAULT_LIMITS
from repit_engine.views import open_views

_PAUSE: Final = 0.02


def _nothing() -> NDArray[np.uint8]:
    return np.empty((0, 32), np.uint8)


@dataclass(frozen=True)
class Looked:
    """`hashes`: ``(n, 32) uint8``, one a view; none where the file was refused, for `reason`. `passes`: a
    gate would let it by as no picture. `unseen`: there is more in the file
    than was looked at, so that a channel does not pass it for the views alone. `faint`: gives the hashes of
    all views, those too that hold too little to be searched for.
    """

    hashes: NDArray[np.uint8]
    reason: str = ""
    passes: bool = False
    unseen: str = ""
    faint: Callable[[], NDArray[np.uint8]] = _nothing


class Engine(Protocol):
    """Whatever hashes files."""

    def looked(self, data: bytes) -> Looked: ...


class Decoder:
    """One decoder process, used by one thread at a time."""

    def __init__(self, pool: DecoderPool) -> None:
        self._pool = pool

    def looked(self, data: bytes) -> Looked:
        while not self._pool.alive:
            # It starts, or starts anew after a file that ended it.
            time.sleep(_PAUSE)
        try:
            with self._pool.open(data, DEFAULT_LIMITS, Stage.STANDARD) as talk:
                rows = [stage.hashes for look in talk for stage in look]
                return Looked(np.concatenate(rows), unseen=talk.unseen or "", faint=partial(_faint, data))
        except NotSeen as refused:
            code = refused.outcome.reason
            left = left_undone(code, refused.kind)
            reason = code if left in ("no-picture", "undecided") else left
            return Looked(np.empty((0, 32), np.uint8), reason, left == "no-picture")


def _faint(data: bytes) -> NDArray[np.uint8]:
    views = open_views(data, closely=True)
    shown = hash_of(views.shown).hash.row()
    return np.concatenate([shown[np.newaxis], *(view.hashes[:1] for view in views.others)])


@contextmanager
def running() -> Iterator[Decoder]:
    """A decoder for the length of a run."""
    with DecoderPool(1) as pool:
        yield Decoder(pool)
