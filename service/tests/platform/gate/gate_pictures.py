"""Pictures and entries for the gate's tests: a cat, a coffee, a rocket, as files and as known entries."""

import io

import numpy as np
from PIL import Image
from skimage import data

from repit.foundation.hashes import Hash
from repit.platform.gate.entries import FEED, KnownEntry
from repit_engine import Hashed, hash_picture


def sample(name: str = "chelsea") -> Image.Image:
    return Image.fromarray(np.asarray(getattr(data, name)(), np.uint8)).convert("RGB")


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def pdq(content: bytes) -> Hash:
    outcome = hash_picture(content, full=True)
    assert isinstance(outcome, Hashed)
    return Hash("pdq", "whole", outcome.hash.raw, outcome.quality)


def entry(
    item: str, *hashes: Hash, state: str = "active", confirmations: int = 1, source: str = FEED
) -> KnownEntry:
    known = (state, "picture", "intimate", "a-hotline", confirmations, tuple(hashes))
    return KnownEntry(item, *known, source=source)


def made_up(number: int, quality: int = 90) -> Hash:
    """A hash that no picture of these tests has; `number` decides it."""
    raw = np.random.default_rng(number).integers(0, 256, 32, np.uint8).tobytes()
    return Hash("pdq", "whole", raw, quality)
