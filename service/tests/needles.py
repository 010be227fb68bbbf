"""Secrets in a haystack: in every form they might have been written in, thousands of them at once."""

from __future__ import annotations

import base64

import numpy as np

PIECE = 1 << 22


def forms(value: bytes) -> list[bytes]:
    """A secret as it might be written: raw, hexadecimal, Base 64 at each of its three alignments, in text."""
    shifted = [base64.b64encode(bytes(shift) + value)[4 * (shift > 0) + shift :][:20] for shift in range(3)]
    windows = [value[i : i + 8] for i in (0, 8, 16, 24)]
    hexed = value.hex().encode()
    return [*windows, hexed[:16], hexed[-16:], hexed.upper()[:16], *shifted, repr(list(value))[1:40].encode()]


class Needles:
    """Thousands of secrets, looked for all at once: by their first three bytes in a table, then in full."""

    def __init__(self, sought: list[bytes]) -> None:
        self.by_start: dict[bytes, list[bytes]] = {}
        for needle in sought:
            self.by_start.setdefault(needle[:3], []).append(needle)
        self.table = np.zeros(1 << 24, dtype=bool)
        for start in self.by_start:
            self.table[int.from_bytes(start, "big")] = True

    def found_in(self, content: bytes) -> int:
        """How many places of some bytes hold one of the secrets."""
        found = 0
        for begin in range(0, len(content), PIECE):
            piece = np.frombuffer(content[begin : begin + PIECE + 2], dtype=np.uint8).astype(np.uint32)
            starts = (piece[:-2] << 16) | (piece[1:-1] << 8) | piece[2:]
            for at in np.flatnonzero(self.table[starts]):
                here = begin + int(at)
                found += any(
                    content.startswith(needle, here) for needle in self.by_start[content[here : here + 3]]
                )
        return found
