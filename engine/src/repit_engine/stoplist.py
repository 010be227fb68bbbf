"""Hashes that mean nothing: interfaces, captions, stickers, logos, blank sheets; and how new ones show up.

In: a folder of background pictures, or hashes; later, which bank hash met which upload. Out: `StopList`,
`Crowd`. Next: `anchors.bank_family` leaves such anchors out, `decision` gives them no voice.

An anchored hash of a sticker would match every picture that wears it (607 of 3,600 unrelated pairs in the
experiment that led here). A stop-list is data with a version: a file of one JSON line, then 32 bytes a hash.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.errors import (
    SnapshotCorrupt,
    SnapshotForeign,
    SnapshotOutdated,
    SnapshotTruncated,
    WrongInput,
)
from repit_engine.kernels import jit
from repit_engine.types import HASH_BYTES, HashArray, as_hash_array

FORMAT: Final = "repit stop-list 1"
RADIUS: Final = 74
"""A hash this near to one of the list says nothing."""
TOGETHER: Final = 64
"""Hashes that are compared at once: with the package's list two megabytes, where a video's would take 900."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class StopList:
    """`hashes` ``(n, 32) uint8``; `radius` in bits, inclusive; `version` names the background set."""

    hashes: HashArray
    radius: int = RADIUS
    version: str = ""

    def __repr__(self) -> str:
        return f"StopList({self.version!r}, {len(self.hashes)} hashes)"

    def near(self, hashes: HashArray) -> NDArray[np.bool_]:
        """``(n,) bool``: which of ``(n, 32)`` hashes say nothing. Raises `WrongInput`."""
        words, listed = as_hash_array(hashes).view(np.uint64), self.hashes.view(np.uint64)
        near = np.zeros(len(words), np.bool_)
        apart = np.empty((min(TOGETHER, len(words)), len(listed)), np.uint16)
        if apart.size:
            for begin in range(0, len(words), TOGETHER):
                some = words[begin : begin + TOGETHER]
                jit.distances.distance_matrix(some, listed, apart[: len(some)])
                near[begin : begin + TOGETHER] = apart[: len(some)].min(axis=1) <= self.radius
        return near

    def write(self, path: Path) -> None:
        """Write the file that `read_stoplist` reads."""
        body = self.hashes.tobytes()
        head = {
            "format": FORMAT,
            "version": self.version,
            "radius": self.radius,
            "hashes": len(self.hashes),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        path.write_bytes(json.dumps(head).encode() + b"\n" + body)


def read_stoplist(data: bytes) -> StopList:
    """Read what `StopList.write` wrote. Raises subclasses of `SnapshotRefused`."""
    line, _, body = data.partition(b"\n")
    try:
        head = json.loads(line)
        format_name, version, radius = head["format"], str(head["version"]), int(head["radius"])
        count, digest = int(head["hashes"]), str(head["sha256"])
    except (ValueError, KeyError, TypeError):
        raise SnapshotForeign("This is not a stop-list.", "Build one with build_stoplist.") from None
    if format_name != FORMAT:
        raise SnapshotOutdated("This stop-list has a format that is not read here.", "Build it again.")
    if len(body) != count * HASH_BYTES:
        raise SnapshotTruncated("This stop-list is not as long as it says.", "Copy it again.")
    if hashlib.sha256(body).hexdigest() != digest:
        raise SnapshotCorrupt("This stop-list's checksum does not agree.", "Copy it again.")
    rows = np.frombuffer(body, np.uint8).reshape(-1, HASH_BYTES).copy()
    return StopList(rows, radius, version)


def build_stoplist(
    hashes: Iterable[HashArray], version: str, spacing: int = 20, radius: int = RADIUS
) -> StopList:
    """Join the query-side hashes of background pictures, leaving out those within `spacing` of an earlier
    one.

    `tools/make_stoplist.py` gives it the anchors of every background picture. Raises `WrongInput`.
    """
    if not 0 <= spacing <= radius <= 128:
        raise WrongInput("A stop-list's radius is at most 128 bits, its spacing at most its radius.")
    kept = np.empty((0, HASH_BYTES), np.uint8)
    for rows in hashes:
        for row in as_hash_array(rows):
            alone = row[np.newaxis]
            if not StopList(kept, spacing).near(alone)[0]:
                kept = np.concatenate([kept, alone])
    return StopList(kept, radius, version)


def joined(*lists: StopList) -> StopList:
    """Join several lists, the package's and an operator's; the smallest radius holds. Raises `WrongInput`."""
    if not lists:
        raise WrongInput("Joining stop-lists takes at least one.")
    return StopList(
        np.concatenate([stoplist.hashes for stoplist in lists]),
        min(stoplist.radius for stoplist in lists),
        " + ".join(stoplist.version for stoplist in lists if stoplist.version),
    )


@cache
def package_stoplist() -> StopList:
    """The list that ships with the engine."""
    return read_stoplist(resources.files("repit_engine").joinpath("stoplist.bin").read_bytes())


@dataclass(slots=True, repr=False)
class Crowd:
    """Mutes a bank hash once it has met `limit` uploads that have nothing else in common.

    Uploads are told apart by their standard hash: two within `alike` bits count once. Holds at most `limit`
    hashes of uploads a bank hash, and of at most `room` bank hashes, oldest forgotten first; keep it in
    memory.
    """

    limit: int = 8
    alike: int = 90
    room: int = 10_000
    _met: dict[int, HashArray] = field(default_factory=dict)
    _muted: set[int] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"Crowd({len(self._muted)} muted)"

    def met(self, hash_id: int, upload: NDArray[np.uint8]) -> bool:
        """Note that a bank hash met an upload, of which ``(32,) uint8`` is the standard hash; true if it is
        muted.
        """
        if hash_id in self._muted:
            return True
        known = self._met.pop(hash_id, np.empty((0, HASH_BYTES), np.uint8))
        fresh = as_hash_array(upload[np.newaxis])
        if not StopList(known, self.alike).near(fresh)[0]:
            known = np.concatenate([known, fresh])
        if len(known) >= self.limit:
            self._muted.add(hash_id)
            return True
        self._met[hash_id] = known
        if len(self._met) > self.room:
            del self._met[next(iter(self._met))]
        return False

    def is_muted(self, hash_id: int) -> bool:
        return hash_id in self._muted

    def restore(self, hash_id: int) -> None:
        """Give a hash its voice again, on a person's decision."""
        self._muted.discard(hash_id)
        self._met.pop(hash_id, None)
