"""The picture that every gate refuses once it is ready, whatever it knows: docs/canary.png.

In: the stages of an upload as the decoder gives them. Out: the same stages; afterwards, evidence if the
first of them was the canary. Next: `policy.judge`, which blocks it before any rule. An operator sends it to
any door to see that uploads are opened, compared, judged, recorded and refused. It is a sum of sine waves and
shows nobody. The exchanges' canaries (`repit.hotline.feeds.canary`) are the same picture.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import Evidence
from repit_engine.anchors import QueryHashes

HASH: Final = bytes.fromhex("255d2fcdb0096e8dff58ee91ca2a1e81200b9ed6777d5e96fc2a09d6003509f6")
_RADIUS: Final = 31
_BITS: Final = np.frombuffer(HASH, np.uint8)


class Watched:
    """Stages, passed on one by one, of which the first is compared with the canary."""

    def __init__(self, stages: Iterable[QueryHashes]) -> None:
        self._stages = stages
        self._distance: int | None = None
        self.standard: NDArray[np.uint8] | None = None
        """The upload's own standard hash, once the first stage has come."""

    def __iter__(self) -> Iterator[QueryHashes]:
        for number, stage in enumerate(self._stages):
            if number == 0 and len(stage):
                self.standard = stage.hashes[0]
                self._distance = int(np.bitwise_count(stage.hashes ^ _BITS).sum(axis=1).min())
            yield stage

    def canaries(self) -> list[Evidence]:
        """Evidence of the canary, if it was seen."""
        if self._distance is None or self._distance > _RADIUS:
            return []
        return [Evidence(CANARY, "repit", "canary", "picture", "active", 1, "standard", self._distance)]
