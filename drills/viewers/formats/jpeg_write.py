"""JPEG as no camera writes it: any sampling factors, scans apart, restart intervals, lossless, twelve bits.

In: planes of samples and a `Form`. Out: a whole file. Next: `jpeg`.

Written from ITU-T T.81 for breadth, not for speed: Annex A (blocks, interleaving), B (markers), F (baseline
and extended), G (progressive), H (lossless).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
Blocks = NDArray[np.int64]

_STEPS: Final = np.arange(8)
_DCT: Final = np.cos((2 * _STEPS[None] + 1) * _STEPS[:, None] * np.pi / 16) / 2
_DCT[0] /= np.sqrt(2)
_ZIGZAG: Final = np.array(
    sorted(range(64), key=lambda at: (at // 8 + at % 8, (at // 8 if (at // 8 + at % 8) % 2 else at % 8)))
)
# Any symbol may be needed, so the codes are flat: 16 symbols of 5 bits; 128 of 8 and 128 of 9.
_FIRST: Final = (bytes((0, 0, 0, 0, 16)) + bytes(11), bytes(range(16)) + b"\x10")
_LATER: Final = (bytes((0, 0, 0, 0, 0, 0, 0, 128, 128)) + bytes(7), bytes(range(256)))


@dataclass(frozen=True)
class Form:
    """How a file is laid out. `factors`: (across, down) of each component. `scans`: `one`, `apart`
    (one for each component), `progressive` or `lossless`."""

    factors: tuple[tuple[int, int], ...]
    scans: str = "one"
    restart: int = 0
    bits: int = 8
    names: bytes = b"\1\2\3\4"
    step: int = 4
    later: int = 0
    """Progressive: how many low bits of the first coefficients come in scans of their own."""
    before: bytes = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"


def segment(marker: int, body: bytes) -> bytes:
    """One marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def encoded(planes: Sequence[Plane], form: Form) -> bytes:
    """A JPEG of these full-size planes (0 to 255 each, already in the file's colours)."""
    height, width = planes[0].shape
    count = len(planes)
    frame = struct.pack(">BHHB", form.bits, height, width, count)
    for place, (across, down) in enumerate(form.factors):
        frame += bytes((form.names[place], across << 4 | down, 0))
    marker = {"progressive": 0xC2, "lossless": 0xC3}.get(form.scans, 0xC0 if form.bits == 8 else 0xC1)
    out = b"\xff\xd8" + form.before
    if form.scans != "lossless":
        out += segment(0xDB, bytes(1) + bytes([min(255, form.step)] * 64))
    out += segment(marker, frame)
    out += segment(0xC4, b"\0" + _FIRST[0] + _FIRST[1][: sum(_FIRST[0])])
    if form.scans != "lossless":
        out += segment(0xC4, b"\x10" + _LATER[0] + _LATER[1])
    if form.restart:
        out += segment(0xDD, struct.pack(">H", form.restart))
    if form.scans == "lossless":
        return out + _lossless(planes, form) + b"\xff\xd9"
    most = tuple(max(factor[axis] for factor in form.factors) for axis in (0, 1))
    blocks = [_blocks(plane, factor, most, form) for plane, factor in zip(planes, form.factors, strict=True)]
    parts = _Parts(blocks, form, (width, height), most)
    return out + b"".join(parts.scans()) + b"\xff\xd9"


def _blocks(plane: Plane, factor: tuple[int, int], most: tuple[int, ...], form: Form) -> Blocks:
    """``(rows, columns, 64)`` quantised coefficients in zigzag order, padded to whole MCUs."""
    height, width = plane.shape
    across, down = -(-width // (8 * most[0])), -(-height // (8 * most[1]))
    rows, columns = 8 * down * factor[1], 8 * across * factor[0]
    # The sample that lies nearest to the middle of each cell of the coarser grid.
    ys = ((np.arange(rows) + 0.5) * most[1] / factor[1]).astype(int).clip(0, height - 1)
    xs = ((np.arange(columns) + 0.5) * most[0] / factor[0]).astype(int).clip(0, width - 1)
    samples = (plane[np.ix_(ys, xs)] - 128) * (1 << form.bits - 8)
    cut = samples.reshape(rows // 8, 8, columns // 8, 8).swapaxes(1, 2)
    coefficients = _DCT @ cut @ _DCT.T
    return np.rint(coefficients / form.step).astype(np.int64).reshape(*cut.shape[:2], 64)[:, :, _ZIGZAG]


class _Bits:
    """Entropy-coded data: codes and their further bits, stuffed."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._done: list[bytes] = []

    def text(self, digits: str) -> None:
        self._parts.append(digits)

    def symbol(self, value: int, table: int) -> None:
        self._parts.append(_code(value, table))

    def bit(self, value: int) -> None:
        self._parts.append(str(value))

    def restart(self, number: int) -> None:
        self._done.append(self._flushed() + bytes((0xFF, 0xD0 + number % 8)))

    def _flushed(self) -> bytes:
        text = "".join(self._parts)
        self._parts.clear()
        text += "1" * (-len(text) % 8)
        return int("1" + text, 2).to_bytes(len(text) // 8 + 1, "big")[1:].replace(b"\xff", b"\xff\0")

    def done(self) -> bytes:
        return b"".join(self._done) + self._flushed()


@dataclass
class _Parts:
    """The scans of one picture."""

    blocks: list[Blocks]
    form: Form
    size: tuple[int, int]
    most: tuple[int, ...]

    def scans(self) -> Iterator[bytes]:
        every = list(range(len(self.blocks)))
        later = self.form.later
        if self.form.scans == "one":
            yield self._scan(every, 0, 63)
        elif self.form.scans == "apart":
            for place in every:
                yield self._scan([place], 0, 63)
        else:
            yield self._scan(every, 0, 0, high=0, low=later)
            for place in every:
                yield self._scan([place], 1, 5)
                yield self._scan([place], 6, 63)
            for low in range(later - 1, -1, -1):
                yield self._scan(every, 0, 0, high=low + 1, low=low)

    def _scan(self, places: list[int], first: int, last: int, high: int = 0, low: int = 0) -> bytes:
        head = bytes([len(places)])
        for place in places:
            head += bytes((self.form.names[place], 0))
        head += bytes((first, last, high << 4 | low))
        bits, before = _Bits(), dict.fromkeys(places, 0)
        for number, unit in enumerate(self._units(places)):
            if self.form.restart and number and number % self.form.restart == 0:
                bits.restart(number // self.form.restart - 1)
                before = dict.fromkeys(places, 0)
            for place, row, column in unit:
                block = self.blocks[place][row, column]
                if high:
                    bits.bit(int(block[0]) >> low & 1)
                    continue
                if first == 0:
                    value = int(block[0]) >> low
                    _first(bits, value - before[place])
                    before[place] = value
                if last:
                    _later(bits, block[max(1, first) : last + 1])
        return segment(0xDA, head) + bits.done()

    def _units(self, places: list[int]) -> Iterator[list[tuple[int, int, int]]]:
        """The blocks of each MCU. A scan of one component holds only the blocks that the picture covers."""
        if len(places) == 1:
            across, down = self.form.factors[places[0]]
            columns = ceil(ceil(self.size[0] * across / self.most[0]) / 8)
            rows = ceil(ceil(self.size[1] * down / self.most[1]) / 8)
            yield from ([(places[0], row, column)] for row in range(rows) for column in range(columns))
            return
        across, down = self.form.factors[0]
        rows, columns = self.blocks[0].shape[0] // down, self.blocks[0].shape[1] // across
        for row in range(rows):
            for column in range(columns):
                yield [
                    (place, row * v + y, column * h + x)
                    for place in places
                    for h, v in (self.form.factors[place],)
                    for y in range(v)
                    for x in range(h)
                ]


@cache
def _code(symbol: int, table: int) -> str:
    if table == 0:
        return f"{symbol:05b}"
    return f"{symbol:08b}" if symbol < 128 else f"{256 + symbol - 128:09b}"


def _further(value: int, size: int) -> str:
    return f"{value if value > 0 else value + (1 << size) - 1:0{size}b}" if size else ""


@cache
def _difference(value: int) -> str:
    size = abs(value).bit_length()
    return _code(size, 0) + _further(value, size)


def _first(bits: _Bits, difference: int) -> None:
    bits.text(_difference(difference))


def _later(bits: _Bits, values: NDArray[np.int64]) -> None:
    filled = np.flatnonzero(values)
    before = -1
    for at, value in zip(filled.tolist(), values[filled].tolist(), strict=True):
        run = at - before - 1
        for _ in range(run // 16):
            bits.symbol(0xF0, 1)
        bits.text(_coefficient(run % 16, value))
        before = at
    if before + 1 < len(values):
        bits.symbol(0, 1)


@cache
def _coefficient(run: int, value: int) -> str:
    size = abs(value).bit_length()
    return _code(run << 4 | size, 1) + _further(value, size)


def _lossless(planes: Sequence[Plane], form: Form) -> bytes:
    """Predictor 1 (the sample to the left), every component at full size, one scan."""
    head = bytes([len(planes)])
    for place in range(len(planes)):
        head += bytes((form.names[place], 0))
    bits = _Bits()
    differences = []
    for plane in planes:
        samples = plane.astype(np.int64)
        left = np.empty_like(samples)
        left[:, 1:], left[1:, 0], left[0, 0] = samples[:, :-1], samples[:-1, 0], 1 << form.bits - 1
        differences.append((samples - left).ravel().tolist())
    for unit in zip(*differences, strict=True):
        for difference in unit:
            _first(bits, difference)
    return segment(0xDA, head + bytes((1, 0, 0))) + bits.done()
