"""A small baseline JPEG encoder that takes any sampling factors, which no library offers. ITU-T T.81.

Slow and plain: blocks by NumPy, one Huffman table of T.81's annex K for each kind of coefficient.
"""

import struct

import numpy as np
from PIL import Image

_QUANT = np.full(64, 4, np.int64)
_ORDER = sorted(range(64), key=lambda n: (n // 8 + n % 8, (n // 8 if (n // 8 + n % 8) % 2 else n % 8)))
_ZIGZAG = np.array([n // 8 * 8 + n % 8 for n in _ORDER])
_DC_COUNTS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
_DC_SYMBOLS = bytes(range(12))


def _ac_table() -> tuple[bytes, bytes]:
    """All run and size pairs with codes of equal length, which is allowed if wasteful."""
    symbols = bytes([0x00, 0xF0, *(run << 4 | size for run in range(16) for size in range(1, 11))])
    counts = bytearray(16)
    counts[7] = len(symbols)
    return bytes(counts), symbols


def _codes(counts: bytes, symbols: bytes) -> dict[int, tuple[int, int]]:
    codes, code, at = {}, 0, 0
    for length in range(1, 17):
        for _ in range(counts[length - 1]):
            codes[symbols[at]] = (code, length)
            code, at = code + 1, at + 1
        code <<= 1
    return codes


def _cosines() -> np.ndarray:
    n = np.arange(8)
    table = np.cos((2 * n[None] + 1) * n[:, None] * np.pi / 16) / 2
    table[0] /= np.sqrt(2)
    return table


class _Bits:
    def __init__(self) -> None:
        self.out, self.held, self.count = bytearray(), 0, 0

    def put(self, value: int, length: int) -> None:
        self.held, self.count = self.held << length | value, self.count + length
        while self.count >= 8:
            byte = self.held >> (self.count - 8) & 255
            self.out += bytes([byte, 0]) if byte == 255 else bytes([byte])
            self.count -= 8
            self.held &= (1 << self.count) - 1

    def done(self) -> bytes:
        if self.count:
            self.put((1 << 8 - self.count) - 1, 8 - self.count)
        return bytes(self.out)


def encoded(image: Image.Image, factors: tuple[tuple[int, int], ...], planes=None) -> bytes:
    """`factors`: (across, down) of Y, Cb and Cr. `planes`: Y, Cb, Cr at full size in place of the image's."""
    if planes is None:
        planes = np.moveaxis(np.asarray(image.convert("YCbCr")).astype(np.float64), 2, 0)
    width, height = image.size
    most_x, most_y = max(x for x, _ in factors), max(y for _, y in factors)
    across, down = -(-width // (8 * most_x)), -(-height // (8 * most_y))
    blocks = [
        _blocks(plane, (most_x / x, most_y / y), across * x, down * y)
        for plane, (x, y) in zip(planes, factors, strict=True)
    ]
    dc, ac = _codes(_DC_COUNTS, _DC_SYMBOLS), _codes(*_ac_table())
    bits, before = _Bits(), [0, 0, 0]
    for unit_y in range(down):
        for unit_x in range(across):
            for part, (x, y) in enumerate(factors):
                for v in range(y):
                    for h in range(x):
                        block = blocks[part][unit_y * y + v, unit_x * x + h]
                        before[part] = _write(bits, block, before[part], dc, ac)
    return _headed(width, height, factors) + bits.done() + b"\xff\xd9"


def _blocks(plane: np.ndarray, step: tuple[float, float], across: int, down: int) -> np.ndarray:
    """``(down, across, 64)`` quantised coefficients in zigzag order."""
    height, width = plane.shape
    small = Image.fromarray(plane.astype(np.float32)).resize(
        (round(width / step[0]), round(height / step[1])), Image.Resampling.BOX
    )
    samples = np.asarray(small)
    pad = ((0, down * 8 - samples.shape[0]), (0, across * 8 - samples.shape[1]))
    samples = (
        np.pad(samples, [(0, max(0, end)) for _, end in pad], mode="edge")[: down * 8, : across * 8] - 128
    )
    cut = samples.reshape(down, 8, across, 8).transpose(0, 2, 1, 3)
    cosines = _cosines()
    coefficients = cosines @ cut @ cosines.T
    return np.rint(coefficients.reshape(down, across, 64)[:, :, _ZIGZAG] / _QUANT).astype(np.int64)


def _write(bits: _Bits, block: np.ndarray, before: int, dc: dict, ac: dict) -> int:
    _value(bits, int(block[0]) - before, dc, 0)
    run = 0
    last = int(np.max(np.flatnonzero(block), initial=0))
    for value in block[1 : last + 1].tolist():
        if value == 0:
            run += 1
            continue
        while run > 15:
            bits.put(*ac[0xF0])
            run -= 16
        _value(bits, value, ac, run << 4)
        run = 0
    if last < 63:
        bits.put(*ac[0])
    return int(block[0])


def _value(bits: _Bits, value: int, codes: dict, run: int) -> None:
    size = abs(value).bit_length()
    bits.put(*codes[run | size])
    if size:
        bits.put(value if value > 0 else value + (1 << size) - 1, size)


def _headed(width: int, height: int, factors: tuple[tuple[int, int], ...]) -> bytes:
    def segment(marker: int, body: bytes) -> bytes:
        return bytes([255, marker]) + struct.pack(">H", len(body) + 2) + body

    frame = struct.pack(">BHHB", 8, height, width, len(factors))
    frame += b"".join(bytes([n + 1, x << 4 | y, 0]) for n, (x, y) in enumerate(factors))
    counts, symbols = _ac_table()
    scan = bytes([len(factors)]) + b"".join(bytes([n + 1, 0]) for n in range(len(factors))) + b"\0\x3f\0"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        + segment(0xDB, b"\0" + bytes(_QUANT.tolist()))
        + segment(0xC0, frame)
        + segment(0xC4, b"\0" + _DC_COUNTS + _DC_SYMBOLS)
        + segment(0xC4, b"\x10" + counts + symbols)
        + segment(0xDA, scan)
    )
