"""Array shapes and value objects that every part of the engine shares.

In: nothing. Out: `Hash`, `Hashed`, `NotHashable`, `RangeResult` and the array aliases. Next: everyone.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import WrongInput

HASH_BITS: Final = 256
HASH_BYTES: Final = 32

HashArray: TypeAlias = NDArray[np.uint8]
"""C-contiguous ``(n, 32) uint8``; byte 0 gives the first two digits of the hexadecimal form on the wire."""
IdArray: TypeAlias = NDArray[np.uint64]
"""``(n,) uint64``: what the caller calls each hash; need not be dense."""
LumaArray: TypeAlias = NDArray[np.uint8] | NDArray[np.float32]
"""``(height, width)``, 0 to 255, row-major, upright."""


@dataclass(frozen=True, slots=True, repr=False)
class Hash:
    """One PDQ hash: 256 bits in the byte order of the hexadecimal form that PDQ systems exchange.

    Its `repr` says nothing of the bits: hashes are personal data.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != HASH_BYTES:
            raise WrongInput(f"A PDQ hash has {HASH_BYTES} bytes, this one {len(self.raw)}.")

    @classmethod
    def from_hex(cls, text: str) -> "Hash":
        """Read 64 hexadecimal digits, either case. Raises `WrongInput`."""
        try:
            return cls(bytes.fromhex(text) if len(text) == 2 * HASH_BYTES else b"")
        except ValueError:
            raise WrongInput("A PDQ hash is written as 64 hexadecimal digits.") from None

    @classmethod
    def from_row(cls, row: NDArray[np.uint8]) -> "Hash":
        """Take one row of a `HashArray`."""
        return cls(np.ascontiguousarray(row, dtype=np.uint8).tobytes())

    @property
    def hex(self) -> str:
        """64 lower-case digits, the form of the wire."""
        return self.raw.hex()

    def row(self) -> NDArray[np.uint8]:
        """``(32,) uint8``, a copy."""
        return np.frombuffer(self.raw, dtype=np.uint8).copy()

    def distance(self, other: "Hash") -> int:
        """Hamming distance, 0 to 256."""
        return (int.from_bytes(self.raw, "big") ^ int.from_bytes(other.raw, "big")).bit_count()

    def __repr__(self) -> str:
        return "Hash(…)"


@dataclass(frozen=True, slots=True)
class Hashed:
    """A picture's hash and its quality, 0 to 100 as PDQ defines it; below 50 it is not worth exchanging.

    `others`: hashes of what else the file shows to somebody (`repit_engine.views`), of quality 50 and more.
    `unseen`: why not all of it was looked at, in one word.
    """

    hash: Hash
    quality: int
    others: tuple[Hash, ...] = ()
    unseen: str | None = None


@dataclass(frozen=True, slots=True)
class NotHashable:
    """Why a picture has no hash: `reason` is the `code` of a `PictureRefused`, the rest may be shown."""

    reason: str
    message: str
    next_step: str


class RangeResult(NamedTuple):
    """Range search in the manner of faiss: query i found ``ids[lims[i]:lims[i + 1]]``.

    `lims` is ``(n_queries + 1,) int64``, `ids` ``uint64``, `distances` ``uint16``; the radius is inclusive.
    Within one query, results are ordered by distance, then id. `truncated` is ``(n_queries,) bool``: true
    where there were more results than the caller's cap, the nearest ones being kept.
    """

    lims: NDArray[np.int64]
    ids: IdArray
    distances: NDArray[np.uint16]
    truncated: NDArray[np.bool_]


def as_hash_array(hashes: NDArray[np.uint8]) -> HashArray:
    """Validate once, at the edge: ``(n, 32) uint8``, made C-contiguous. Raises `WrongInput`."""
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != HASH_BYTES:
        raise WrongInput(
            f"Hashes come as an (n, {HASH_BYTES}) array of uint8, not {hashes.shape} of {hashes.dtype}."
        )
    return np.ascontiguousarray(hashes)
