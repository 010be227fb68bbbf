"""What a stored object says of its own coding, and what its bytes are without it.

In: the value of Content-Encoding, the bytes as they are stored. Out: bytes as a browser would show them, and
how far they may be trusted. Next: `inspect_object`. Pure.

gzip alone is undone. A browser undoes others too (br, zstd, deflate), and passes over labels that it does not
know; so under any other label the bytes are looked at as they are, and what is not known among them is
undecided. `aws-chunked` belongs to the transfer, but some servers keep it, with or without its frames.
"""

import zlib
from collections.abc import Iterator
from typing import Final

CODED: Final = "content-coding"
_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 256 * 1024
_EMPTY: Final = frozenset({"identity", "aws-chunked"})


class Coding:
    """One object's; `doubt`, `sure` and `unpacked` hold once `plain` has run to its end.

    `doubt`: why the bytes may be something else to others, or nothing. `sure`: whether they may be called no
    picture. `unpacked`: whether they are other bytes than those that are stored.
    """

    def __init__(self, header: str) -> None:
        tokens = [part.strip() for part in header.lower().split(",") if part.strip()]
        self._packed = tokens in (["gzip"], ["x-gzip"])
        self.sure = not tokens or self._packed
        self.unpacked = False
        self.doubt = "" if self.sure or set(tokens) <= _EMPTY else CODED

    def plain(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The bytes without their coding, where it is gzip and they are. Raises `zlib.error`."""
        first = next(pieces, b"")
        if not self._packed or not first.startswith(_GZIP):
            self.sure = self.sure and not self._packed
            yield first
            yield from pieces
            return
        self.unpacked = True
        unpacking = zlib.decompressobj(31)
        packed = first
        while packed:
            yield unpacking.decompress(packed, _PIECE)
            packed = unpacking.unconsumed_tail or next(pieces, b"")
        yield unpacking.flush()
        if not unpacking.eof or unpacking.unused_data:
            self.doubt = CODED  # cut, or followed by what some programs unpack as well
