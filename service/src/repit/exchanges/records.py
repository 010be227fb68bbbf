"""What any exchange tells of, in one form, whatever its protocol.

In: a protocol's `wire`. Out: `Pulled` records, `Rejected` ones, and how far a reading has come. Next:
`bank_target`, or a gate's own. Pure: no framework, no network, no clock.

A record is the complete present state of one thing at the partner, by the partner's name for it. A batch is
written down together with its checkpoint or not at all; between batches a reading may be cut off anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np

from repit.foundation.errors import WireRefused
from repit.foundation.hashes import (
    BEST_QUALITY,
    FORMS,
    MAX_HASHES,
    QUALITY_FLOOR,
    Algorithm,
    Announced,
    Hash,
    Media,
)
from repit_engine.moments import from_bytes

View = Literal["blocked", "not_blocked", "pending"]

ASSUMED_QUALITY: Final = QUALITY_FLOOR
"""Of a PDQ hash whose exchange does not tell its quality: the least that may be published."""
_LEAST_BITS, _MOST_BITS = 64, 192


@dataclass(frozen=True, slots=True)
class PulledRoot:
    """Where a record of another hotline comes from, and the way it took, its origin first."""

    installation: str
    token: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Pulled:
    """One record. `name` may be a hash, so it stands in no text. No hashes where it is withdrawn. `moments`:
    of a video (`foundation.videos`), where the protocol has them.

    `roots` and `gone`: hotlines only (`repit.provenance_wire`).
    """

    name: str
    state: Announced
    media: Media = "picture"
    hashes: tuple[Hash, ...] = ()
    kind: str | None = None
    roots: tuple[PulledRoot, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    moments: bytes = b""

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= 300:
            raise WireRefused(detail="a record without a name, or with a very long one")
        if self.state != "withdrawn" and not any(hash_.role == "whole" for hash_ in self.hashes):
            raise WireRefused(detail="a record without a hash of the whole")
        if len(self.hashes) > MAX_HASHES:
            raise WireRefused(detail="a record with too many hashes")
        perceptual = [hash_ for hash_ in self.hashes if hash_.perceptual]
        if any(hash_.quality is None for hash_ in perceptual):
            raise WireRefused(detail="a hash without its quality")
        # Half of the bits of a PDQ hash are set, since it compares with the median. Of a flat picture hardly
        # any or nearly all are, and flat pictures all match one another.
        if any(not _LEAST_BITS <= _bits(hash_) <= _MOST_BITS for hash_ in perceptual):
            raise WireRefused(detail="a hash of a flat picture")

    def __repr__(self) -> str:
        return f"Pulled({self.state}, {self.media}, …)"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was not taken: where it stood and why, without its content."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Unmatched:
    """A partner's hash of a video that is not matched here: by which digest it is known, and whether the
    partner holds it still."""

    digest: bytes
    held: bool

    def __repr__(self) -> str:
        return f"Unmatched({self.held})"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records, and how far they bring the reading.

    `whole`: this reading sees everything there is; with `last`, whatever it did not see has gone. `skipped`:
    records of kinds that are of no use here; `unmatched`: those of them that are of a video.
    """

    records: tuple[Pulled, ...]
    checkpoint: str
    rejected: tuple[Rejected, ...] = ()
    skipped: int = 0
    whole: bool = False
    last: bool = False
    unmatched: tuple[Unmatched, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class GivenOpinion:
    """What is thought here of a partner's record, to be given to it. `value`: a hash of that kind."""

    name: str
    view: View
    value: bytes = b""

    def __repr__(self) -> str:
        return f"GivenOpinion({self.view}, …)"


class Puller(Protocol):
    """One partner's client."""

    def batches(self, checkpoint: str) -> Iterator[Batch]:
        """What is new since a checkpoint (empty: everything). Each batch is written before the next is asked.

        Raises `OutboundRefused`, `KeyRefused`, `NotGranted`, `WireRefused` for what cannot be read around.
        """

    def give_opinion(self, opinion: GivenOpinion) -> None:
        """Give an opinion; may be repeated. Raises as `batches`, and `NotGranted` where it takes none."""

    def close(self) -> None:
        """Close every connection."""


def _bits(hash_: Hash) -> int:
    return int.from_bytes(hash_.value, "big").bit_count()


def all_show_something(moments: bytes) -> bool:
    """Whether none of these moments of a video is of a flat picture."""
    read = from_bytes(moments)
    bits = np.unpackbits(np.concatenate([read.whole, read.anchored]), axis=1).sum(axis=1)
    return bool(((bits >= _LEAST_BITS) & (bits <= _MOST_BITS)).all())


def assumed(algorithm: Algorithm) -> int | None:
    """The quality of a hash whose exchange tells none."""
    return ASSUMED_QUALITY if FORMS[algorithm].perceptual else None


def hexadecimal(value: object, algorithm: Algorithm) -> bytes:
    """The bytes of a hash in hexadecimal digits of either case. Raises `WireRefused`."""
    if not isinstance(value, str) or len(value) != 2 * FORMS[algorithm].length:
        raise WireRefused(detail="a hash that is none, or of the wrong length")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise WireRefused(detail="a hash that is not hexadecimal") from None


def quality_of(value: object) -> int:
    """A quality that was told, or the assumed one. Raises `WireRefused` for one that cannot be."""
    if value is None:
        return ASSUMED_QUALITY
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= BEST_QUALITY:
        raise WireRefused(detail="quality outside 0 to 100")
    return value
