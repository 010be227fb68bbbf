"""The luma of a plain JPEG at an eighth, several times faster than libjpeg gives it, and equal to it.

In: a JPEG's bytes. Out: its luma, and with it its colours where they are wanted, or None: not plain, so
libjpeg's to read or to refuse. Next: `jpeg`.

Plain is what phones and cameras write: one interleaved scan of Huffman codes, eight bits a sample, grey or
YCbCr with the usual subsampling, ended by its marker. Everything else, and everything that is not as it
should be (a progressive, a CMYK, a damaged file), is None: this module refuses nothing and guesses nothing.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from repit_engine.kernels import jit
from repit_engine.picture.result import Pixels

SHRINK: Final = 8
"""The one fraction at which a block is its first coefficient."""
_FRAMES: Final = (0xC0, 0xC1)
_HUFFMAN, _SCAN, _QUANTISERS, _RESTART, _ADOBE, _COMMENT = 0xC4, 0xDA, 0xDB, 0xDD, 0xEE, 0xFE
_APPLICATION: Final = range(0xE0, 0xF0)
_SUBSAMPLED: Final = ((1, 1), (2, 1), (1, 2), (2, 2), (4, 1))
_RGB_NAMES: Final = b"RGB"
_YCBCR: Final = 1
"""Adobe's transform flag."""
_WHOLE_SCAN: Final = bytes((0, 63, 0))
_SIDE_LIMIT: Final = 65_500
_LEAST_SWING: Final = 1.5
_SWING: Final = 0.15
"""Levels, and share of the picture's contrast, by which blocks may show another mean before it is looked."""
_UNSAMPLED: Final = np.zeros(0, np.float64)
_DICE: Final = 1 << 31
_END: Final = 4096

Codes = NDArray[np.uint16]


@dataclass(slots=True)
class _Header:
    """What stands before the scan: `frame` as SOF states it, tables by their destination."""

    frame: bytes = b""
    scan: bytes = b""
    at: int = 0
    restart: int = 0
    quantisers: dict[int, bytes] = field(default_factory=dict)
    codes: dict[int, bytes] = field(default_factory=dict)


class _NotPlainError(Exception):
    """Leave it to libjpeg."""


def skimmed(data: bytes, size: tuple[int, int]) -> Pixels | None:
    """``(ceil(h / 8), ceil(w / 8)) uint8``, each the mean of its block of luma as libjpeg rounds it at 1/8;
    None where the file is not plain, or `size` not its (width, height).
    """
    found = _read(data, size, coloured=False)
    return None if found is None else found[0]


@dataclass(frozen=True, slots=True, eq=False)
class Skim:
    """`luma` as it is stored; `shown`, that of the colours that are shown, block by block: they differ where
    the colours go beyond what a screen can show; None where there are none. `swings`: samples within blocks
    may go beyond it so often that the mean of what is shown is another.
    """

    luma: Pixels
    shown: NDArray[np.float32] | None
    swings: bool


def skimmed_closely(data: bytes, size: tuple[int, int]) -> Skim | None:
    """As `skimmed`, with all that tells whether viewers show something else."""
    swing = np.zeros(jit.jpeg_swing.SAMPLED, np.float64)
    # Which blocks are looked at nobody knows before the file is made.
    swing[-1] = zlib.crc32(data[-_END:]) % _DICE
    found = _read(data, size, coloured=True, swing=swing)
    if found is None:
        return None
    luma, colours = found
    bound = float(swing[-3] / max(1.0, swing[-2]))
    swings = bound > max(_LEAST_SWING, _SWING * float(luma.std()))
    return Skim(luma, None if colours is None else jit.luma.luma_of_planes(luma, colours), swings)


def _read(
    data: bytes, size: tuple[int, int], *, coloured: bool, swing: NDArray[np.float64] = _UNSAMPLED
) -> tuple[Pixels, Pixels | None] | None:
    try:
        header = _header(data)
        return _skimmed(data, header, size, coloured=coloured, swing=swing)
    except (_NotPlainError, IndexError, KeyError):
        return None


def _skimmed(
    data: bytes, header: _Header, size: tuple[int, int], *, coloured: bool, swing: NDArray[np.float64]
) -> tuple[Pixels, Pixels | None]:
    frame, scan = header.frame, header.scan
    height, width, count = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5]), frame[5]
    parts = [frame[6 + 3 * place : 9 + 3 * place] for place in range(count)]
    names = bytes(part[0] for part in parts)
    stated = parts[0][1]
    # A scan of one component is its blocks in rows, whatever sampling it states.
    luma_across, luma_down = (stated >> 4, stated & 15) if count == 3 else (1, 1)
    _plain(frame[0] == 8 and (width, height) == size and min(size) > 0 and max(size) <= _SIDE_LIMIT)
    _plain(count in (1, 3) and len(frame) == 6 + 3 * count and len(set(names)) == count)
    _plain(names != _RGB_NAMES and (luma_across, luma_down) in _SUBSAMPLED)
    _plain(1 <= stated >> 4 <= 4 and 1 <= stated & 15 <= 4)
    _plain(all(part[1] == 0x11 for part in parts[1:]))
    _plain(scan[0] == count and len(scan) == 4 + 2 * count and scan[-3:] == _WHOLE_SCAN)
    _plain(bytes(scan[1 : 1 + 2 * count : 2]) == names)
    steps = [header.quantisers[part[2]][0] for part in parts]
    if len(swing):
        swing[:64] = np.frombuffer(header.quantisers[parts[0][2]], np.uint8).astype(np.float64) ** 2
    tables = [
        _tables(header.codes[scan[2 + 2 * place] >> 4], header.codes[0x10 | scan[2 + 2 * place] & 15])
        for place in range(count)
    ]
    luma_blocks = luma_across * luma_down
    blocks = [tables[0]] * luma_blocks + tables[1:]
    addresses = np.array([[table.ctypes.data for table in four] for four in blocks], np.uint64)
    across, down = -(-width // (8 * luma_across)), -(-height // (8 * luma_down))
    luma = np.empty((-(-height // 8), -(-width // 8)), np.uint8)
    file = np.frombuffer(data, np.uint8)
    colours = np.empty((2, down, across), np.uint8) if coloured and count == 3 else None
    three = np.array([*steps, 1, 1][:3], np.int64)
    # fmt: off
    plain = jit.jpeg_skim.skim(
        file, header.at, addresses, across, down, header.restart, luma_blocks, luma_across, three, luma,
        colours, swing,
    )
    # fmt: on
    _plain(plain != jit.jpeg_skim.NOT_PLAIN)
    return luma, colours


def _header(data: bytes) -> _Header:
    """Everything up to the first scan. Raises `_NotPlainError` at the first thing out of the ordinary."""
    header = _Header()
    for marker, body, after in _segments(data):
        if marker in _FRAMES:
            _plain(not header.frame)
            header.frame = body
        elif marker == _SCAN:
            _plain(bool(header.frame))
            header.scan, header.at = body, after
            return header
        elif marker == _QUANTISERS:
            _read_quantisers(body, header.quantisers)
        elif marker == _HUFFMAN:
            _read_codes(body, header.codes)
        elif marker == _RESTART:
            _plain(len(body) == 2)
            header.restart = int.from_bytes(body)
        elif marker == _ADOBE:
            _plain(not body.startswith(b"Adobe") or body[11] == _YCBCR)
        else:
            _plain(marker in _APPLICATION or marker == _COMMENT)
            # Another revision of JFIF makes libjpeg warn.
            _plain(marker != _APPLICATION[0] or not body.startswith(b"JFIF\0") or body[5] == 1)
    raise _NotPlainError


def _segments(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    at = 2
    while at + 4 <= len(data):
        length = int.from_bytes(data[at + 2 : at + 4])
        _plain(data[at] == 0xFF and length >= 2 and at + 2 + length <= len(data))
        yield data[at + 1], data[at + 4 : at + 2 + length], at + 2 + length
        at += 2 + length


def _read_quantisers(body: bytes, quantisers: dict[int, bytes]) -> None:
    _plain(len(body) % 65 == 0)
    for at in range(0, len(body), 65):
        # 16 and more would be quantisers of sixteen bits, which no camera writes.
        _plain(body[at] < 4 and body[at + 1] > 0)
        quantisers[body[at]] = body[at + 1 : at + 65]


def _read_codes(body: bytes, codes: dict[int, bytes]) -> None:
    at = 0
    while at < len(body):
        end = at + 17 + sum(body[at + 1 : at + 17])
        _plain(body[at] & 0xEF < 4 and end <= len(body))
        codes[body[at]] = body[at + 1 : end]
        at = end


@lru_cache(maxsize=16)
def _tables(first: bytes, later: bytes) -> tuple[NDArray[np.int32], NDArray[np.uint16], Codes, Codes]:
    """The tables of one component, kept: most cameras have the same ones. Some 340 kB."""
    first_codes, codes = np.empty(1 << 16, np.uint16), np.empty(1 << 16, np.uint16)
    # A first coefficient has at most fifteen further bits (libjpeg refuses more).
    _plain(max(first[16:], default=0) <= 15)
    for stated, filled in ((first, first_codes), (later, codes)):
        counts, symbols = np.frombuffer(stated[:16], np.uint8), np.frombuffer(stated[16:], np.uint8)
        _plain(bool(jit.jpeg_tables.code_table(counts, symbols, filled)))
    firsts = np.empty(1 << jit.jpeg_tables.FIRST_BITS, np.int32)
    runs = np.empty(1 << jit.jpeg_tables.RUN_BITS, np.uint16)
    jit.jpeg_tables.first_table(first_codes, codes, firsts)
    jit.jpeg_tables.run_table(codes, runs)
    return firsts, runs, first_codes, codes


def warm_up() -> None:
    """Compile or load the kernels, so that the first picture does not wait for them."""
    # Not a picture, but all kernels have been called when that is known: a block whose first code is 0, to
    # which no marker follows.
    scan = np.frombuffer(bytes(64), np.uint8)
    table = bytes((1, *bytes(15), 0))
    four = _tables(table, table)
    addresses = np.array([[part.ctypes.data for part in four]], np.uint64)
    luma, colours = np.empty((1, 1), np.uint8), np.zeros((2, 1, 1), np.uint8)
    for each in (None, colours):
        jit.jpeg_skim.skim(scan, 0, addresses, 1, 1, 0, 1, 1, np.ones(3, np.int64), luma, each, _UNSAMPLED)
    jit.luma.luma_of_planes(luma, colours)


def _plain(holds: bool) -> None:
    if not holds:
        raise _NotPlainError
