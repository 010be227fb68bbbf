"""Video: what a bank keeps of one, and what an upload asks with.

In: frames of `repit_engine.video`. Out: `Moments`, as one blob; stages of `Asked`. Next: a bank keeps the
first, `align` meets both.
"""

from repit_engine.moments.blob import MOST_BYTES, from_bytes, to_bytes
from repit_engine.moments.types import Asked, Moments, VideoStage

__all__ = ["MOST_BYTES", "Asked", "Moments", "VideoStage", "from_bytes", "to_bytes"]
