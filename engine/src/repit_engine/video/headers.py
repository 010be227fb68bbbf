"""The few bits of a packet that say whether it is shown, and whether others rest on it.

In: a packet. Out: whether it is hidden; its layer. Next: `table`, `plan`.
"""

from typing import Final

import av
from av.video.stream import VideoStream

_HEVC_SLICES: Final = 32
"""NAL unit types below hold slices (ISO/IEC 23008-2, table 7-1)."""
_SUPERFRAME: Final = 0xC0


def hidden(codec: str, packet: "av.Packet[VideoStream]") -> bool:
    """Whether a VP8 or VP9 packet holds a frame that is only there for others to rest on.

    Sources: RFC 6386, 9.1; VP9 Bitstream Specification, 6.2 and annex B. Other codecs have at least one
    shown frame in each packet.
    """
    if codec not in {"vp8", "vp9"}:
        return False
    data = memoryview(packet)
    if codec == "vp8":
        return not data[0] >> 4 & 1
    if data[-1] & 0xE0 == _SUPERFRAME:
        return False
    # From the top: two bits of marker, two of profile (a third where both are set), one that says that
    # another frame is shown again, one of the kind, one that says whether it is shown.
    bits = data[0] << 8 | (data[1] if len(data) > 1 else 0)
    at = 11 if bits >> 12 & 3 != 3 else 10
    again, shown = bits >> at & 1, bits >> at - 2 & 1
    return not again and not shown


def layer_of(codec: str, packet: "av.Packet[VideoStream]") -> int:
    """The temporal layer of a HEVC picture; 0 for all others.

    A picture that none of its own layer rests on may still bear one of a higher layer.
    """
    if codec != "hevc":
        return 0
    data = memoryview(packet)
    at, size = 0, len(data)
    annex_b = bytes(data[:3]) == b"\0\0\1" or bytes(data[:4]) == b"\0\0\0\1"
    for _ in range(64):
        if annex_b:
            found = bytes(data[at : at + 256]).find(b"\0\0\1")
            at += found + 3
            if found < 0:
                return 0
            length = 0
        else:
            length = int.from_bytes(data[at : at + 4])
            at += 4
        if at + 2 > size:
            return 0
        if data[at] >> 1 & 0x3F < _HEVC_SLICES:
            return max(0, (data[at + 1] & 7) - 1)
        at += length
    return 0
