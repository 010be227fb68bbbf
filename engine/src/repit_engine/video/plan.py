"""What must be decoded for the frames that are wanted, and no more.

In: the table of a track, and which packets are wanted. Out: `Plan`. Next: `decoding` follows it.

Frames come in groups, each of which begins with one that is coded by itself. Behind the last wanted frame of
a group nothing is needed, unless the next one reaches back: an open group has frames that are shown before
its first and rest on the group before. Within a group what nothing rests on is needed only where it is
wanted itself.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.video.table import Table

SKIPPING: Final = frozenset({"h264", "hevc", "mpeg1video", "mpeg2video", "mpeg4"})
"""Decoders that pass over frames which nothing rests on when they are told to."""
_IN_HALVES: Final = frozenset({"mpegts", "mpeg", "h264"})
"""Containers in which both fields of an interlaced H.264 frame may come in packets of their own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Of each packet: `fed` to the decoder or not; `whole`: decoded whatever rests on it; `wanted`."""

    fed: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    wanted: NDArray[np.bool_]


def plan_of(table: Table, wanted: NDArray[np.bool_], codec: str, kind: str) -> Plan:
    """`wanted` ``(n,) bool``: which packets' frames are wanted."""
    count = len(wanted)
    needed = wanted.copy()
    if codec == "h264" and kind in _IN_HALVES:
        needed[1:] |= wanted[:-1]
    whole = needed if codec in SKIPPING else np.ones(count, np.bool_)
    # Of HEVC's layers only the highest bears no other.
    whole = whole | (table.layer < table.layer.max(initial=0))
    fed = np.zeros(count, np.bool_)
    heads = np.flatnonzero(table.key).tolist()
    if not heads or heads[0] != 0:
        heads.insert(0, 0)
    reaches = False
    for begin, end in reversed(list(zip(heads, [*heads[1:], count], strict=True))):
        inside = np.flatnonzero(needed[begin:end])
        if reaches:
            fed[begin:end] = True
        elif len(inside):
            fed[begin : begin + int(inside[-1]) + 1] = True
        early = table.shown[begin:end] < table.shown[begin]
        reaches = bool((early & wanted[begin:end]).any())
    return Plan(fed, whole, wanted)
