"""A PNG's filters undone, byte by byte as the specification says: the oracle of `jit.png_rows`.

In: filtered rows. Out: plain rows. Next: tests only. PNG (third edition), section 9.2.
"""


def unfiltered(rows: list[bytes], step: int) -> list[bytes]:
    """Rows whose first byte names their filter; `step`: bytes of a pixel."""
    plain: list[bytes] = []
    above = bytes(len(rows[0]) - 1)
    for row in rows:
        done = bytearray()
        for place, byte in enumerate(row[1:]):
            a = done[place - step] if place >= step else 0
            b = above[place]
            c = above[place - step] if place >= step else 0
            added = (0, a, b, (a + b) // 2, predictor(a, b, c))[row[0]] if row[0] < 5 else 0
            done.append((byte + added) % 256)
        above = bytes(done)
        plain.append(above)
    return plain


def predictor(a: int, b: int, c: int) -> int:
    """Paeth's: of left, above and corner the one nearest to ``a + b - c``; of equals the first."""
    return min((a, b, c), key=lambda each: abs(a + b - c - each))
