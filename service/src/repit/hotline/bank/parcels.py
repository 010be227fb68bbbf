"""What is too long for letters: the moments of videos, packed so that nobody sees how much it is, or whether.

In: moments, within the transaction of a case (`letters`). Out: pieces of one length, always some; moments
again. Next: `carrying`, which carries out the letter that leads to them.

A video of two minutes has more moments than a hundred letters hold: by their number alone it could be told
which case sent one, and beside it in the bank lies an item as long. So whatever a case asks for, `FEWEST`
pieces come with its letters, 25 minutes of video or nothing at all; what has more has four times as many,
and so on. Each video's moments are sealed under a key that stands in its letter only, and go with it. What is
left of the pieces is filled with chance, so that they look the same throughout. They are found by a name that
all letters of one request bear, and stay as long as any of these letters does: together, however many of them
were needed.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from repit.foundation.errors import SealBroken
from repit.foundation.ids import random_key
from repit.foundation.sealing import KEY_BYTES, Place, keyed_digest, operator_and
from repit.hotline.bank.models import Parcel

PIECE: Final = 64 * 1024
FEWEST: Final = 4
_TIMES: Final = 4
_NAME: Final = 16
_USE: Final = "parcel"
_TOGETHER: Final = 500


@dataclass(frozen=True, slots=True, repr=False)
class Bundle:
    """The pieces of one request: by which name they are found, how many there are."""

    name: bytes
    pieces: int


@dataclass(frozen=True, slots=True, repr=False)
class Packed:
    """Where in its bundle something lies, and what opens it."""

    begin: int
    length: int
    key: bytes


class Packing:
    """One request's, while it is put down."""

    def __init__(self) -> None:
        self._name = secrets.token_bytes(_NAME)
        self._raw = bytearray()

    def add(self, value: bytes) -> Packed:
        """Seal a value behind those before it."""
        begin, key = len(self._raw), secrets.token_bytes(KEY_BYTES)
        self._raw += operator_and(_USE, key).seal(value, _place(self._name, begin))
        return Packed(begin, len(self._raw) - begin, key)

    def write(self) -> Bundle:
        """Write all of it down, within the caller's transaction; once."""
        pieces = FEWEST
        while pieces * PIECE < len(self._raw):
            pieces *= _TIMES
        raw = bytes(self._raw) + secrets.token_bytes(pieces * PIECE - len(self._raw))
        rows = [
            Parcel(id=random_key(), name=_digest(self._name, part), raw=raw[begin : begin + PIECE])
            for part, begin in enumerate(range(0, len(raw), PIECE))
        ]
        secrets.SystemRandom().shuffle(rows)
        Parcel.objects.bulk_create(rows)
        return Bundle(self._name, pieces)


def opened(bundle: Bundle, packed: Packed) -> bytes:
    """A value again. Raises `SealBroken`, also where a piece of it is not there any more."""
    first, last = packed.begin // PIECE, (packed.begin + packed.length - 1) // PIECE
    names = [_digest(bundle.name, part) for part in range(first, last + 1)]
    held = {bytes(row.name): bytes(row.raw) for row in Parcel.objects.filter(name__in=names)}
    if len(held) < len(names):
        raise SealBroken(detail="a piece is missing")
    raw = b"".join(held[name] for name in names)
    begin = packed.begin - first * PIECE
    sealed = raw[begin : begin + packed.length]
    return operator_and(_USE, packed.key).open(sealed, _place(bundle.name, packed.begin))


def names() -> list[bytes]:
    """Of every piece that is there."""
    return [bytes(name) for name in Parcel.objects.values_list("name", flat=True)]


def drop(there: Iterable[bytes], needed: Iterable[Bundle]) -> int:
    """Delete those of these pieces that belong to no bundle that is needed; how many."""
    kept = {_digest(bundle.name, part) for bundle in needed for part in range(bundle.pieces)}
    over = [name for name in there if name not in kept]
    for begin in range(0, len(over), _TOGETHER):
        Parcel.objects.filter(name__in=over[begin : begin + _TOGETHER]).delete()
    return len(over)


def _digest(name: bytes, part: int) -> bytes:
    return keyed_digest(_USE, name, part.to_bytes(4, "big"))


def _place(name: bytes, begin: int) -> Place:
    return Place("bank_parcel", name.hex(), str(begin))
