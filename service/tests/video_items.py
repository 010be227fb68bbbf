"""Videos as people and partners submit them, without any video: moments of chance, the same for a seed."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import numpy as np

from repit.foundation.hashes import Hash, Kind
from repit.hotline.bank.types import Submission
from repit_engine.moments import Moments, to_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray


def moments(seed: int, count: int = 5, places: int = 2) -> Moments:
    """So many moments a second apart, each with so many anchored hashes."""
    chance = np.random.default_rng(seed)
    begins = np.arange(count, dtype=np.uint32) * 1_000
    return Moments(
        begins,
        begins + 40,
        _hashes(chance, count),
        chance.integers(50, 101, count).astype(np.uint8),
        _hashes(chance, count * places),
        np.repeat(np.arange(count, dtype=np.uint32), places),
        chance.integers(50, 101, count * places).astype(np.uint8),
        count * 1_000,
    )


def blob(seed: int, count: int = 5, places: int = 2) -> bytes:
    """The same as a device sends them."""
    return to_bytes(moments(seed, count, places))


def video(seed: int, count: int = 5, *, kind: Kind = "intimate", places: int = 2) -> Submission:
    """A video with the digests of its file and so many moments; 0: none."""
    raw = seed.to_bytes(8, "big")
    hashes = (
        Hash("md5", "whole", hashlib.md5(raw, usedforsecurity=False).digest()),
        Hash("sha256", "whole", hashlib.sha256(raw).digest()),
    )
    return Submission("video", kind, hashes, blob(seed, count, places) if count else b"")


def _hashes(chance: np.random.Generator, count: int) -> NDArray[np.uint8]:
    return chance.integers(0, 256, (count, 32), dtype=np.uint8)


def body(submission: Submission) -> dict[str, object]:
    """A submission as the JSON API takes it, and the field `hashes` of the pages."""
    hashes = [
        {"algorithm": h.algorithm, "role": h.role, "value": h.value.hex(), "quality": h.quality}
        for h in submission.hashes
    ]
    record = {"media": submission.media, "kind": submission.kind, "hashes": hashes}
    if submission.moments:
        record["moments"] = base64.b64encode(submission.moments).decode()
    return record
