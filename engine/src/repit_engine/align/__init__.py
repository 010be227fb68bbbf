"""Which banked videos an upload shows, and from when to when.

In: `Moments` into a `VideoIndex`; stages of `Asked`. Out: `VideoDecision`. Next: the gate.

One line through the times of both, that several scenes agree with, is what no chance explains; what agrees
with it says from when to when, how fast, and whether backwards.
"""

from repit_engine.align.crowd import MomentCrowd
from repit_engine.align.index import VideoIndex
from repit_engine.align.protocol import VideoSearch
from repit_engine.align.rates import DEFAULT_VIDEO_RULE, VideoRates, VideoRule
from repit_engine.align.result import Segment, VideoDecision, VideoMatch
from repit_engine.align.rule import MOST_HASHES, decide_video, times_within
from repit_engine.align.stills import ShownPicture, StillMatch, decide_still, pictures_in

__all__ = [
    "DEFAULT_VIDEO_RULE",
    "MOST_HASHES",
    "MomentCrowd",
    "Segment",
    "ShownPicture",
    "StillMatch",
    "VideoDecision",
    "VideoIndex",
    "VideoMatch",
    "VideoRates",
    "VideoRule",
    "VideoSearch",
    "decide_still",
    "decide_video",
    "pictures_in",
    "times_within",
]
