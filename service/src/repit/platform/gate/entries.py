"""What a gate knows of a banked item, whichever source it came from.

In: a follower's translation of its protocol. Out: `KnownEntry` and its compact form for the index store.
Next: `index` searches them, `index_store` keeps them over a restart. Pure: no framework, no network.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast, get_args

from repit.foundation.errors import InputRefused
from repit.foundation.hashes import ALGORITHMS, FORMS, ROLES, Announced, Hash

_NO_QUALITY: Final = 255
_HASH: Final = struct.Struct(">BBB")


FEED: Final = ""
"""The source of what came by the feed of the hotline that is followed; exchanges have names
(`Partner.source`)."""


class Key(NamedTuple):
    """What an entry is held under; what one source says never changes what another holds."""

    source: str
    item: str


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """One item: `item` its opaque name, `confirmations` how many parties submitted it."""

    item: str
    state: Announced
    media: str
    kind: str
    origin: str
    confirmations: int
    hashes: tuple[Hash, ...]
    exchange: str = "repit"
    """The protocol it came by."""
    record: str = field(default="", repr=False)
    """The partner's own name for it, which may be a hash; kept in the index store only, for feedback."""
    asked: int = 0
    """How often its bank has asked that people look once more; of the moment, not kept in the store."""
    source: str = FEED
    """The exchange that the gate follows itself and that it came from; `FEED` where that is a hotline's feed.
    """
    moments: bytes = field(default=b"", repr=False)
    """Of a video, as `repit_engine.moments` writes them; empty where there are none."""

    @property
    def key(self) -> Key:
        """What it is held under."""
        return Key(self.source, self.item)


def packed(entry: KnownEntry) -> bytes:
    """The entry as bytes: a line of JSON, then three bytes and the value for each hash, then its moments.

    Only where there are moments does the line say how many bytes they take: an entry without any is written
    as ever, so that an older gate reads it.
    """
    head: list[str | int] = [
        entry.item,
        entry.state,
        entry.media,
        entry.kind,
        entry.origin,
        entry.confirmations,
        entry.exchange,
        entry.record,
        entry.source,
    ]
    if entry.moments:
        head.append(len(entry.moments))
    parts = [json.dumps(head, separators=(",", ":")).encode(), b"\n"]
    for known in entry.hashes:
        quality = _NO_QUALITY if known.quality is None else known.quality
        parts.append(_HASH.pack(ALGORITHMS.index(known.algorithm), ROLES.index(known.role), quality))
        parts.append(known.value)
    parts.append(entry.moments)
    return b"".join(parts)


def unpacked(raw: bytes) -> KnownEntry:
    """What `packed` wrote. Raises `InputRefused` where the bytes are something else."""
    try:
        line, _, rest = raw.partition(b"\n")
        item, state, media, kind, origin, confirmations, exchange, record, source, *more = json.loads(line)
        ends = len(rest) - _length(more, len(rest))
        hashes, at = [], 0
        while at < ends:
            algorithm_number, role_number, quality = _HASH.unpack_from(rest, at)
            algorithm = ALGORITHMS[algorithm_number]
            start = at + _HASH.size
            at = start + FORMS[algorithm].length
            if at > ends:
                raise InputRefused(detail="a hash is cut")
            known = None if quality == _NO_QUALITY else quality
            hashes.append(Hash(algorithm, ROLES[role_number], rest[start:at], known))
        if state not in get_args(Announced):
            raise InputRefused(detail="an unknown state")
        return KnownEntry(
            item,
            cast("Announced", state),
            media,
            kind,
            origin,
            int(confirmations),
            tuple(hashes),
            exchange,
            record,
            source=source,
            moments=rest[ends:],
        )
    except (ValueError, IndexError, TypeError, struct.error):
        raise InputRefused(detail="not an entry of the index store") from None


def _length(more: list[int], most: int) -> int:
    """Bytes of moments, as the line says. Raises `ValueError`, `TypeError`."""
    (length,) = more or (0,)
    if not 0 <= length <= most:
        raise ValueError
    return int(length)
