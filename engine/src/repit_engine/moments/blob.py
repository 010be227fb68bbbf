"""Moments as one sealed-in-itself blob: versioned, checksummed, the same in bank, feed, snapshot and browser.

In: `Moments`. Out: bytes, and the inverse, which trusts none of them. Next: a bank seals it, a feed carries
it, a gate's index takes it in. Specified to the byte in docs/en/moments.md.

All numbers are little-endian. A head of 20 bytes: ``RPTM``, version (1 byte), three zero bytes, duration in
milliseconds, number of moments, number of anchored hashes (4 bytes each). Then a row of 42 bytes a moment:
begin and end in milliseconds (4 bytes each), quality, number of its anchored hashes (1 byte each), PDQ (32).
Then 33 bytes an anchored hash, in the order of their moments: quality, PDQ. Then the first 8 bytes of the
SHA-256 of all before.
"""

import hashlib
import struct
from typing import Final

import numpy as np

from repit_engine.errors import MomentsRefused, WrongInput
from repit_engine.moments.types import MOST_ANCHORED, MOST_MOMENTS, Moments
from repit_engine.types import HASH_BYTES

MAGIC: Final = b"RPTM"
VERSION: Final = 1
_HEAD: Final = struct.Struct("<4sB3xIII")
_MOMENT: Final = np.dtype(
    [("begin", "<u4"), ("end", "<u4"), ("quality", "u1"), ("anchored", "u1"), ("whole", "u1", HASH_BYTES)]
)
_ANCHORED: Final = np.dtype([("quality", "u1"), ("hash", "u1", HASH_BYTES)])
_SUM: Final = 8
MOST_BYTES: Final = _HEAD.size + MOST_MOMENTS * (_MOMENT.itemsize + MOST_ANCHORED * _ANCHORED.itemsize) + _SUM


def to_bytes(moments: Moments) -> bytes:
    """Write moments down."""
    rows = np.zeros(len(moments), _MOMENT)
    rows["begin"], rows["end"] = moments.begins, moments.ends
    rows["quality"], rows["whole"] = moments.qualities, moments.whole
    rows["anchored"] = np.bincount(moments.anchored_of, minlength=len(moments))
    places = np.zeros(len(moments.anchored), _ANCHORED)
    places["quality"], places["hash"] = moments.anchored_qualities, moments.anchored
    head = _HEAD.pack(MAGIC, VERSION, moments.duration, len(rows), len(places))
    body = head + rows.tobytes() + places.tobytes()
    return body + hashlib.sha256(body).digest()[:_SUM]


def from_bytes(blob: bytes) -> Moments:
    """Read what `to_bytes` wrote. Raises `MomentsRefused`: whatever it is, it is not guessed at."""
    if len(blob) < _HEAD.size + _SUM or len(blob) > MOST_BYTES:
        raise MomentsRefused("These moments of a video have no length that moments can have.")
    magic, version, duration, count, places = _HEAD.unpack_from(blob)
    if magic != MAGIC or any(blob[5:8]):
        raise MomentsRefused("These are no moments of a video.")
    if version != VERSION:
        raise MomentsRefused("These moments of a video are of a version that is not read here.")
    begin = _HEAD.size + count * _MOMENT.itemsize
    end = begin + places * _ANCHORED.itemsize
    if len(blob) != end + _SUM:
        raise MomentsRefused("These moments of a video are cut off, or too long.")
    if hashlib.sha256(blob[:end]).digest()[:_SUM] != blob[end:]:
        raise MomentsRefused("These moments of a video do not agree with their checksum.")
    rows = np.frombuffer(blob, _MOMENT, count, _HEAD.size)
    anchored = np.frombuffer(blob, _ANCHORED, places, begin)
    each = rows["anchored"].astype(np.int64)
    if int(each.sum()) != places:
        raise MomentsRefused("These moments of a video do not say which hash is whose.")
    try:
        return Moments(
            rows["begin"].astype(np.uint32),
            rows["end"].astype(np.uint32),
            np.ascontiguousarray(rows["whole"]),
            rows["quality"].copy(),
            np.ascontiguousarray(anchored["hash"]),
            np.repeat(np.arange(count, dtype=np.uint32), each),
            anchored["quality"].copy(),
            duration,
        )
    except WrongInput as wrong:
        raise MomentsRefused(f"These are no moments of a video. {wrong.message}") from None
