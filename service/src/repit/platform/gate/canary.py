"""The picture that every gate refuses once it is ready, whatever it knows: docs/canary.png.

In: the first stage of a look at an upload, which holds its standard hash. Out: evidence, if that is the
canary. Next: `policy.judge`, which blocks it before any rule. An operator sends it by any channel to see that
uploads are opened, compared, judged, recorded and refused. It is a sum of sine waves and shows nobody. The
exchanges' canaries (`repit.hotline.feeds.canary`) are the same picture.
"""

from typing import Final

import numpy as np

from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import Evidence
from repit_engine.anchors import QueryHashes

HASH: Final = bytes.fromhex("255d2fcdb0096e8dff58ee91ca2a1e81200b9ed6777d5e96fc2a09d6003509f6")
_RADIUS: Final = 31
_BITS: Final = np.frombuffer(HASH, np.uint8)


def seen_in(first: QueryHashes) -> list[Evidence]:
    """Evidence of the canary, if a look that begins so shows it."""
    if not len(first):
        return []
    distance = int(np.bitwise_count(first.hashes ^ _BITS).sum(axis=1).min())
    if distance > _RADIUS:
        return []
    return [Evidence(CANARY, "repit", "canary", "picture", "active", 1, "standard", distance)]
