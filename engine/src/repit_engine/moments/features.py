"""Moments to and from vPDQ's features, as others exchange hashes of videos.

In: `Moments`, `Features`. Out: the other. Next: `repit_engine.vpdq` writes and reads the texts.

Every moment is a valid feature, since vPDQ's own matcher compares hashes whatever their time. Features have
no anchored hashes, and what was sampled by the clock meets fewer copies than still moments do.
"""

import numpy as np

from repit_engine.errors import MomentsRefused
from repit_engine.moments.bank import REPEAT
from repit_engine.moments.types import LEAST_QUALITY, MOST_MOMENTS, Moments
from repit_engine.pdq import hamming
from repit_engine.types import HASH_BYTES
from repit_engine.vpdq import Features


def to_features(moments: Moments) -> Features:
    """Each moment at its beginning; frames are numbered as they come, since moments do not say which they
    were.
    """
    return Features(
        np.arange(len(moments), dtype=np.int64),
        moments.whole.copy(),
        moments.qualities.copy(),
        moments.begins.astype(np.int64),
    )


def from_features(features: Features) -> Moments:
    """Those of quality 50 and more; repeats joined, of several at one time the first. Raises
    `MomentsRefused` where there are more than a video has.
    """
    kept: list[int] = []
    ends: list[int] = []
    for number in np.flatnonzero(features.qualities >= LEAST_QUALITY).tolist():
        ms = int(features.ms[number])
        if kept and hamming(features.hashes[number], features.hashes[kept[-1]]) <= REPEAT:
            ends[-1] = ms
        elif not kept or ms > ends[-1]:
            kept.append(number)
            ends.append(ms)
    if len(kept) > MOST_MOMENTS:
        raise MomentsRefused(
            f"A video has at most {MOST_MOMENTS} moments.", "Send fewer features: one a second is enough."
        )
    none = np.empty(0, np.uint8)
    return Moments(
        features.ms[kept].astype(np.uint32),
        np.array(ends, np.uint32),
        np.ascontiguousarray(features.hashes[kept]),
        features.qualities[kept].copy(),
        np.empty((0, HASH_BYTES), np.uint8),
        none.astype(np.uint32),
        none,
        int(features.ms.max(initial=0)),
    )
