"""A baseline JPEG's luma at an eighth, bit by bit as the standard says: the oracle of `jit.jpeg_skim`.

In: the bytes of a whole, sound file. Out: the mean of each block. Next: tests only.

Source: ITU-T T.81, annexes B (markers), C (codes), F.2 (decoding); the rounding is that of libjpeg's inverse
transform at one sample a block.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Codes = dict[str, int]
Bits = Iterator[str]


def eighth(data: bytes) -> NDArray[np.uint8]:
    """``(ceil(h / 8), ceil(w / 8)) uint8``. Raises whatever a file that is not sound makes it raise."""
    tables: dict[int, Codes] = {}
    quantisers: dict[int, int] = {}
    frame, scan, restart, at = b"", b"", 0, 2
    while not scan:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        body, at = data[at + 4 : at + 2 + length], at + 2 + length
        if marker == 0xC4:
            read_codes(body, tables)
        elif marker == 0xDB:
            quantisers |= {body[k]: body[k + 1] for k in range(0, len(body), 65)}
        elif marker == 0xC0:
            frame = body
        elif marker == 0xDD:
            restart = int.from_bytes(body, "big")
        elif marker == 0xDA:
            scan = body
    return decoded(data[at:], tables, quantisers, frame, scan, restart)


def decoded(  # noqa: PLR0917 (what the header says)
    data: bytes,
    tables: dict[int, Codes],
    quantisers: dict[int, int],
    frame: bytes,
    scan: bytes,
    restart: int,
) -> NDArray[np.uint8]:
    """The scan of which `data` begins with the first byte, unit by unit (T.81, A.2, F.2)."""
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    parts = [(frame[6 + 3 * k], frame[7 + 3 * k], frame[8 + 3 * k]) for k in range(frame[5])]
    across, down = (parts[0][1] >> 4, parts[0][1] & 15) if len(parts) > 1 else (1, 1)
    units_across, units_down = -(-width // (8 * across)), -(-height // (8 * down))
    means = np.zeros((units_down * down, units_across * across), np.uint8)
    streams = [bits_of(part) for part in intervals(data)]
    stream, levels = iter(""), [0, 0, 0]
    for unit in range(units_across * units_down):
        if unit == 0 or (restart and unit % restart == 0):
            stream, levels = iter(streams.pop(0)), [0, 0, 0]
        for number in range(len(parts)):
            first, later = tables[scan[2 + 2 * number] >> 4], tables[16 + (scan[2 + 2 * number] & 15)]
            for block in range(across * down if number == 0 else 1):
                levels[number] += first_coefficient(stream, first)
                other_coefficients(stream, later)
                if number == 0:
                    row = unit // units_across * down + block // across
                    column = unit % units_across * across + block % across
                    mean = (levels[0] * quantisers[parts[0][2]] + 4) // 8 + 128
                    means[row, column] = min(255, max(0, mean))
    return means[: -(-height // 8), : -(-width // 8)]


def read_codes(body: bytes, tables: dict[int, Codes]) -> None:
    """T.81, B.2.4.2: first coefficients' tables are 0 to 3, the others' 16 to 19."""
    while body:
        total = sum(body[1:17])
        tables[body[0]] = codes_of(list(body[1:17]), list(body[17 : 17 + total]))
        body = body[17 + total :]


def codes_of(counts: list[int], symbols: list[int]) -> Codes:
    """Each code, as text of 0 and 1, and its symbol (T.81, C.2)."""
    codes: Codes = {}
    code = 0
    for length, count in enumerate(counts, start=1):
        for _ in range(count):
            codes[f"{code:0{length}b}"] = symbols[len(codes)]
            code += 1
        code *= 2
    return codes


def intervals(scan: bytes) -> list[bytes]:
    """What stands between the markers, without the zero that follows each FF (T.81, B.1.1.5)."""
    parts, part, at = [], bytearray(), 0
    while True:
        if scan[at] != 0xFF or scan[at + 1] == 0:
            part.append(scan[at])
            at += 1 if scan[at] != 0xFF else 2
        else:
            parts.append(bytes(part))
            if scan[at + 1] == 0xD9:
                return parts
            part, at = bytearray(), at + 2


def bits_of(part: bytes) -> str:
    """The bytes as text of 0 and 1."""
    return "".join(f"{byte:08b}" for byte in part)


def next_symbol(stream: Bits, codes: Codes) -> int:
    """T.81, F.2.2.3."""
    code = ""
    while code not in codes:
        code += next(stream)
    return codes[code]


def further_bits(stream: Bits, count: int) -> int:
    """`count` bits as a number."""
    return int("".join(next(stream) for _ in range(count)) or "0", 2)


def first_coefficient(stream: Bits, codes: Codes) -> int:
    """The change of a block's first coefficient (T.81, F.2.2.1)."""
    size = next_symbol(stream, codes)
    value = further_bits(stream, size)
    return value if size == 0 or value >= 2 ** (size - 1) else value - 2**size + 1


def other_coefficients(stream: Bits, codes: Codes) -> None:
    """Read the other 63 (T.81, F.2.2.2)."""
    at = 1
    while at < 64:
        skipped, size = divmod(next_symbol(stream, codes), 16)
        if size == 0 and skipped < 15:
            return
        further_bits(stream, size)
        at += skipped + 1
