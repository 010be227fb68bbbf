"""What a gate knows of a banked item, whichever exchange told it.

In: a follower's translation of its protocol. Out: `KnownEntry` and its compact form for the mirror. Next:
`live_index` searches them, `index_store` keeps them over a restart. Pure: no framework, no network.
"""

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Final, cast, get_args

from repit.foundation.errors import InputRefused
from repit.foundation.hashes import ALGORITHMS, FORMS, ROLES, Announced, Hash

_NO_QUALITY: Final = 255
_HASH: Final = struct.Struct(">BBB")


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
    """The partner's own name for it, which may be a hash; kept in the mirror only, for feedback."""
    asked: int = 0
    """How often its bank has asked that people look once more; of the moment, not kept in the mirror."""


def exchange_prefix(source: str) -> str:
    """How the names of all items of one exchange begin; no item of a hotline's own feed begins so."""
    return f"x{hashlib.blake2b(source.encode(), digest_size=5).hexdigest()}:"


OF_AN_EXCHANGE: Final = r"^x.{10}:"
"""The same as `of_an_exchange`, for databases."""


def of_an_exchange(name: str) -> bool:
    """Whether an item was told of by an exchange that the gate follows without a hotline."""
    return name[:1] == "x" and name[11:12] == ":"


def packed(entry: KnownEntry) -> bytes:
    """The entry as bytes: a line of JSON, then three bytes and the value for each hash."""
    head = [
        entry.item,
        entry.state,
        entry.media,
        entry.kind,
        entry.origin,
        entry.confirmations,
        entry.exchange,
        entry.record,
    ]
    parts = [json.dumps(head, separators=(",", ":")).encode(), b"\n"]
    for one in entry.hashes:
        quality = _NO_QUALITY if one.quality is None else one.quality
        parts.append(_HASH.pack(ALGORITHMS.index(one.algorithm), ROLES.index(one.role), quality))
        parts.append(one.value)
    return b"".join(parts)


def unpacked(raw: bytes) -> KnownEntry:
    """What `packed` wrote. Raises `InputRefused` where the bytes are something else."""
    try:
        line, _, rest = raw.partition(b"\n")
        item, state, media, kind, origin, confirmations, *rest_of_head = json.loads(line)
        hashes, at = [], 0
        while at < len(rest):
            algorithm_number, role_number, quality = _HASH.unpack_from(rest, at)
            algorithm = ALGORITHMS[algorithm_number]
            start = at + _HASH.size
            at = start + FORMS[algorithm].length
            if at > len(rest):
                raise InputRefused(detail="a hash is cut")
            known = None if quality == _NO_QUALITY else quality
            hashes.append(Hash(algorithm, ROLES[role_number], rest[start:at], known))
        if state not in get_args(Announced):
            raise InputRefused(detail="an unknown state")
        # Mirrors of before name no exchange, or no record.
        exchange, record, *_ = *map(str, rest_of_head), *("repit", "")[len(rest_of_head) :]
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
        )
    except (ValueError, IndexError, TypeError, struct.error):
        raise InputRefused(detail="not an entry of the mirror") from None
