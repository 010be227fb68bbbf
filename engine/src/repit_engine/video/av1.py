"""Which AV1 frames nothing rests on, from their headers alone.

In: the packets of a track. Out: what of each is needed where its shown frame is not wanted. Next: `table`,
for `decoding`.

An AV1 frame says which of eight places it is kept in (refresh_frame_flags); one that is kept nowhere leaves
nothing behind, no picture, no statistics, no motion: the decoder is the same with or without it. Encoders
make about half of all frames so. Source: AV1 Bitstream & Decoding Process Specification, 5.5, 5.9. Where a
header has what is rare, the frame counts as needed.
"""

from typing import Final

_SEQUENCE, _FRAME_HEADER, _TILES, _FRAME, _REDUNDANT = 1, 3, 4, 6, 7
_KEY, _INTRA_ONLY, _SWITCH = 0, 2, 3
_CHOSEN: Final = 2
"""A tool that each frame turns on or off for itself."""
_MOST_UNITS: Final = 64
MOST_UNITS: Final = 4096
"""Of a packet that are counted; what has more has too many frames."""
_MOST_HEADER: Final = 128
"""Bytes of a header that are read: more than any has that is read to its end here."""


class _Rare(Exception):
    """A header that is not read here, or none."""


class _Bits:
    """Reads from the highest bit on. Raises `_Rare` beyond the end."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count: int) -> int:
        """The next so many bits."""
        self._left -= count
        if self._left < 0:
            raise _Rare
        return self._number >> self._left & (1 << count) - 1


class Frames:
    """Goes through the packets of a track in order."""

    def __init__(self, description: bytes) -> None:
        """`description`: the configuration that the container keeps (av1C), which may hold the sequence
        header."""
        self._sequence: _Sequence | None = None
        if description[:1] == b"\x81":
            self.needed_of(description[4:])

    def needed_of(self, data: bytes) -> bytes | None:
        """What of a packet others may rest on, where its shown frame is not wanted: the rest of it, perhaps
        nothing; None where all of it is needed."""
        try:
            units = _units(data)
            for kind, _, body, end in units:
                if kind == _SEQUENCE:
                    self._sequence = _Sequence(_Bits(data[body : min(end, body + _MOST_HEADER)]))
            frames = [unit for unit in units if unit[0] in (_FRAME, _FRAME_HEADER, _REDUNDANT, _TILES)]
            if self._sequence is None or not frames or any(unit[0] != _FRAME for unit in frames):
                return None
            # The shown one ends a packet.
            _, begin, body, end = frames[-1]
            if not self._sequence.keeps_nothing(_Bits(data[body : min(end, body + _MOST_HEADER)])):
                return None
            return data[:begin] + data[end:] if len(frames) > 1 else b""
        except _Rare:
            return None


class _Sequence:
    """What of a sequence header says how the headers of frames are written."""

    def __init__(self, bits: _Bits) -> None:
        bits.take(4)  # profile, still_picture
        if bits.take(1):  # reduced_still_picture_header
            raise _Rare
        if bits.take(1):  # timing_info_present_flag
            bits.take(64)
            if bits.take(1) or bits.take(1):  # equal_picture_interval, decoder_model_info_present_flag
                raise _Rare
        delay = bits.take(1)
        for _ in range(bits.take(5) + 1):
            bits.take(12)
            if bits.take(5) > 7:  # seq_level_idx; seq_tier
                bits.take(1)
            if delay and bits.take(1):
                bits.take(4)
        width, height = bits.take(4) + 1, bits.take(4) + 1
        bits.take(width + height)
        self._number_bits = bits.take(4) + 2 + bits.take(3) + 1 if bits.take(1) else 0
        bits.take(3)  # superblocks, filter_intra, intra_edge
        bits.take(4)  # interintra, masked, warped, dual_filter
        ordered = bits.take(1)
        if ordered:
            bits.take(2)  # jnt_comp, ref_frame_mvs
        self._screen = _CHOSEN if bits.take(1) else bits.take(1)
        self._whole = _CHOSEN
        if self._screen:
            self._whole = _CHOSEN if bits.take(1) else bits.take(1)
        self._order_bits = bits.take(3) + 1 if ordered else 0

    def keeps_nothing(self, bits: _Bits) -> bool:
        """Of a frame header: shown, and kept in none of the eight places."""
        if bits.take(1):  # show_existing_frame
            return False
        kind, shown = bits.take(2), bits.take(1)
        if not shown or kind in (_KEY, _SWITCH):
            return False
        resilient = bits.take(1)
        bits.take(1)  # disable_cdf_update
        screen = bits.take(1) if self._screen == _CHOSEN else self._screen
        if screen and self._whole == _CHOSEN:
            bits.take(1)
        bits.take(self._number_bits + 1 + self._order_bits)  # current_frame_id, frame_size_override_flag
        if kind != _INTRA_ONLY and not resilient:
            bits.take(3)  # primary_ref_frame
        return bits.take(8) == 0


def frames_in(data: memoryview) -> int:
    """How many frames a packet decodes; one that shows again what it was told before costs nothing, further
    ones count."""
    count, again, at = 0, 0, 0
    for _ in range(MOST_UNITS):
        if at >= len(data):
            return count + max(0, again - 1)
        kind, head = data[at] >> 3 & 15, data[at]
        at += 2 if head & 0b100 else 1
        size, body = len(data), at
        if head & 0b10:
            try:
                size, body = _length(data, at)
            except _Rare:
                body = size
        if kind == _FRAME_HEADER and body < len(data) and data[body] & 0x80:  # show_existing_frame
            again += 1
        else:
            count += kind in (_FRAME_HEADER, _FRAME)
        at = body + size
    return MOST_UNITS


def _units(data: bytes) -> list[tuple[int, int, int, int]]:
    """Kind, begin, begin of its body, and end of each unit (OBU). Raises `_Rare`."""
    units: list[tuple[int, int, int, int]] = []
    at = 0
    while at < len(data) and len(units) < _MOST_UNITS:
        head = data[at]
        # A layer of its own, or a length that is not stated.
        if head & 0b10000100 or not head & 0b10:
            raise _Rare
        size, body = _length(data, at + 1)
        units.append((head >> 3 & 15, at, body, body + size))
        at = body + size
    if at != len(data):
        raise _Rare
    return units


def _length(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """A length of seven bits a byte, and where it ends. Raises `_Rare`."""
    size = 0
    for place, byte in enumerate(data[at : at + 5]):
        size |= (byte & 127) << 7 * place
        if not byte & 128:
            return size, at + place + 1
    raise _Rare
