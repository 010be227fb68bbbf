"""Moments of videos for the gate's tests, made up."""

import numpy as np

from repit.platform.gate.entries import FEED, KnownEntry
from repit_engine.moments import Moments, to_bytes


def moments_of_nobody(number: int, seconds: int = 12, anchored: int = 2) -> Moments:
    """One a second, each with so many anchored hashes; `number` decides all bits."""
    bits = np.random.default_rng(1_000_000 + number)
    begins = np.arange(seconds, dtype=np.uint32) * 1000
    return Moments(
        begins,
        begins,
        bits.integers(0, 256, (seconds, 32), np.uint8),
        np.full(seconds, 90, np.uint8),
        bits.integers(0, 256, (seconds * anchored, 32), np.uint8),
        np.repeat(np.arange(seconds, dtype=np.uint32), anchored),
        np.full(seconds * anchored, 80, np.uint8),
        seconds * 1000,
    )


def video_entry(
    item: str, moments: Moments | bytes = b"", state: str = "active", source: str = FEED
) -> KnownEntry:
    blob = moments if isinstance(moments, bytes) else to_bytes(moments)
    return KnownEntry(item, state, "video", "intimate", "a-hotline", 1, (), source=source, moments=blob)
