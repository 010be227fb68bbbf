"""The few bits of a packet that say whether it is shown, and whether others rest on it.

In: a packet. Out: whether it is hidden; its layer; how many frames it holds. Next: `table`, `plan`,
`decoding`.
"""

import re
from typing import Final

import av
from av.video.stream import VideoStream

from repit_engine.video import av1

_HEVC_SLICES: Final = 32
"""NAL unit types below hold slices (ISO/IEC 23008-2, table 7-1)."""
_SUPERFRAME: Final = 0xC0
_IDR: Final = 5
_FIRST_SLICE: Final = 0x80
"""Of the byte behind a NAL unit's first: a slice whose first macroblock is the picture's."""
_IDR_PICTURE: Final = re.compile(rb"\x00\x00\x01[\x25\x45\x65][\x80-\xff]")


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


def frames_in(codec: str, packet: "av.Packet[VideoStream]", description: bytes) -> int:
    """How many frames a packet makes a decoder decode; none where it only shows again what was hidden. One
    where nothing is known of it. `description`: what the container keeps of how they are coded.

    A packet is meant to hold one that is shown, and those that it rests on. Decoders of AV1 and VP9 decode
    all that it holds, H.264's begins anew with every picture that is coded by itself; others pass over what
    comes behind the first.
    """
    data = memoryview(packet)
    if codec == "libdav1d":
        return av1.frames_in(data)
    if codec == "vp9":
        return (data[-1] & 7) + 1 if data[-1] & 0xE0 == _SUPERFRAME else 1
    if codec != "h264":
        return 1
    if description[:1] != b"\1":
        return max(1, len(_IDR_PICTURE.findall(data)))
    count, at, size = 0, 0, len(data)
    prefix = (description[4] & 3) + 1 if len(description) > 4 else 4
    for _ in range(av1.MOST_UNITS):
        begin = at + prefix
        if begin + 2 > size:
            return max(1, count)
        count += data[begin] & 31 == _IDR and data[begin + 1] >= _FIRST_SLICE
        at = begin + int.from_bytes(data[at:begin])
    return av1.MOST_UNITS
