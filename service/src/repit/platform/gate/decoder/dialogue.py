"""The parent's half of the dialogue about one upload.

In: an upload, and whether more is wanted. Out: looks at it, each of stages of `QueryHashes`, none of them
trusted: every length is bounded before it is read. Next: `pool` hands it out, `repit.platform.gate.altered`
decides between the stages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from repit.platform.gate.decoder.refusals import refusal
from repit_engine.anchors import QueryHashes, Stage
from repit_engine.anchors.rows import MOST_BYTES, MOST_HASHES, from_bytes
from repit_engine.child.serving import ask
from repit_engine.picture import Limits
from repit_engine.pipe import PipeClosed, receive, receive_json, send_json
from repit_engine.views import MOST_LOOKS

MOST_HEAD: Final = 4096
MOST_PROPORTION: Final = 50.0
"""Longer strips are drawn as if they were so long."""
_LONGEST_WORD: Final = 40


class ChildFailed(Exception):
    """The child is gone, or says nonsense."""


class Dear(Exception):
    """By its header the upload would cost more than was allowed here; the child has not opened it."""


class Dialogue:
    """One upload with one child. `open` is true while the child waits to hear what more is wanted.

    Iterate over it once: looks, each an iterator of stages, which may be left at any time. Raises `NotSeen`,
    `ChildFailed`, between the stages too, and `Dear` before the first where it would cost more than `cost`
    (`picture.cost`). `unseen`: why not all that the file may show is looked at, in one word; `moves`: it is
    an animation; both known with the first stage. `proportion`: width by height of what the latest stage is
    of.
    """

    def __init__(
        self,
        pipe_in: BinaryIO,
        pipe_out: BinaryIO,
        data: bytes,
        limits: Limits,
        last: Stage,
        *,
        cost: int | None = None,
    ) -> None:
        self._in, self._out = pipe_in, pipe_out
        self._data, self._limits, self._last, self._cost = data, limits, last, cost
        self._looks = 1
        self.open = False
        self.unseen: str | None = None
        self.moves = False
        self.proportion: float | None = None

    def __iter__(self) -> Iterator[Iterator[QueryHashes]]:
        number = 0
        while number < self._looks:
            yield self._stages(first=number == 0)
            number += 1

    def finish(self) -> None:
        """Tell the child that this is enough. Raises `ChildFailed`."""
        if self.open:
            with _honestly():
                self._ask("nothing")

    def _stages(self, *, first: bool) -> Iterator[QueryHashes]:
        hashes = 0
        for place in range(int(self._last) + 1):
            with _honestly():
                if place or not first:
                    self._ask("stage" if place else "look")
                else:
                    ask(self._in, self._data, self._limits, last=int(self._last), cost=self._cost)
                views, end = self._heard()
            hashes += len(views)
            if hashes > MOST_HASHES or (place == int(self._last) and not end):
                raise ChildFailed
            self.open = True
            yield views
            if end:
                return

    def _ask(self, wanted: str) -> None:
        self.open = False
        send_json(self._in, {"want": wanted})

    def _heard(self) -> tuple[QueryHashes, bool]:
        head = receive_json(self._out, most=MOST_HEAD)
        body = receive(self._out, most=MOST_BYTES)
        if head.get("dear") is True:
            raise Dear
        unseen = refusal(head)
        if unseen is not None:
            raise unseen
        self._looks = min(int(head["looks"]), MOST_LOOKS)
        self.unseen = None if head["unseen"] is None else str(head["unseen"])[:_LONGEST_WORD]
        self.moves = bool(head["moves"])
        self.proportion = _proportion(head.get("proportion"))
        return from_bytes(body), bool(head["end"])


def _proportion(answer: object) -> float | None:
    """Of a picture that can be drawn; None for anything else that a child may say."""
    if not isinstance(answer, float) or not answer > 0:
        return None
    return min(max(answer, 1 / MOST_PROPORTION), MOST_PROPORTION)


@contextmanager
def _honestly() -> Iterator[None]:
    """What only a child that is gone or says nonsense makes us raise leaves as `ChildFailed`."""
    try:
        yield
    except (PipeClosed, OSError, ValueError, KeyError, TypeError):
        raise ChildFailed from None
