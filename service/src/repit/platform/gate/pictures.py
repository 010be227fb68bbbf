"""Pictures that this platform's people let pass here, known again by what was looked at and not by any item.

In: every view of an upload. Out: `Signature`, by which the same picture is recognised however it was stored;
whether an upload shows it. Next: `review.let_go` keeps them, sealed; `inspection` asks.

A release must not be of an item. A harmless picture can be made to have a private one's standard hash, and a
bank can be told of a famous picture's hash with squares of another: in both, moderators see something
harmless, and letting the item go would open what a person protects, or not letting it go would refuse the
famous picture for ever. Let go is what they saw. Of pictures stored anew, scaled to half, cut by a fiftieth
or captioned, 40 to 96 of a hundred squares agree; of unrelated ones none (docs/en/game.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import Kind, QueryHashes
from repit_engine.pdq import Orientation
from repit_engine.stoplist import StopList
from repit_engine.types import HASH_BYTES, HashArray

NEAR: Final = 62
"""Bits of 256 between standard hashes, inclusive, within which the squares are compared at all."""
RADIUS: Final = 45
"""Bits of 256, inclusive. Unrelated squares are about 110 apart; storing a picture anew, at half its size and
half its quality, moves its own by up to 44."""
SHARE: Final = 33
"""Of a hundred squares, so many make it the same picture."""
LEAST: Final = 4
MOST: Final = 64


@dataclass(frozen=True, slots=True, repr=False)
class Signature:
    """`standard` is 32 bytes, `squares` 32 for each. Its `repr` says nothing of it."""

    standard: bytes
    squares: bytes

    def packed(self) -> bytes:
        """As bytes."""
        return self.standard + self.squares

    @staticmethod
    def unpacked(raw: bytes) -> "Signature":
        """What `packed` wrote."""
        return Signature(raw[:HASH_BYTES], raw[HASH_BYTES:])

    def near(self, standard: NDArray[np.uint8]) -> bool:
        """Whether an upload with this standard hash may be the picture."""
        own = np.frombuffer(self.standard, np.uint8)
        return int(np.bitwise_count(own ^ standard).sum()) <= NEAR

    def shown_by(self, views: Sequence[QueryHashes]) -> bool:
        """Whether an upload shows the picture."""
        return (agreement(views, _rows(self.squares)) or 0) >= SHARE

    def __repr__(self) -> str:
        return "Signature(…)"


def signature(views: Sequence[QueryHashes], stoplist: StopList) -> Signature | None:
    """Of an upload; None where too little can be told of it."""
    standard = next((stage.hashes[0] for stage in views if len(stage)), None)
    upright = [
        stage.hashes[(stage.kinds == Kind.ANCHOR) & (stage.orientation == Orientation.UPRIGHT)]
        for stage in views
    ]
    if standard is None or not upright:
        return None
    squares = np.concatenate(upright)
    squares = squares[~stoplist.near(squares)][:MOST] if len(squares) else squares
    if len(squares) < LEAST:
        return None
    return Signature(standard.tobytes(), squares.tobytes())


def agreement(views: Sequence[QueryHashes], squares: HashArray) -> int | None:
    """Of a hundred squares (anchored hashes of an item, or of a picture), how many an upload meets; None of
    none."""
    if not len(squares):
        return None
    met = np.zeros(len(squares), np.bool_)
    for stage in views:
        if len(stage):
            differ = np.bitwise_count(stage.hashes[:, None, :] ^ squares[None, :, :])
            met |= (differ.sum(2, dtype=np.int64) <= RADIUS).any(0)
    return round(100 * float(met.mean()))


def _rows(raw: bytes) -> HashArray:
    return np.frombuffer(raw, np.uint8).reshape(-1, HASH_BYTES)
