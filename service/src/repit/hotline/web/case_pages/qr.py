"""An address as a QR code that a page can show: black on white, whatever the page's colours.

In: an address. Out: what `_qr.html` draws. Next: `other_device`, the helper's card.

It is drawn in the page itself (SVG, one path): no picture is asked for, and the pages' policy allows no data
address. Level M mends 15 of 100 modules, for paper that was folded. The quiet zone of four modules (ISO/IEC
18004) is part of the white ground.
"""

from dataclasses import dataclass
from typing import Final

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

_QUIET: Final = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """`size`: modules in a row, the quiet zone included; `path`: the black ones."""

    size: int
    path: str
    address: str


def drawn(address: str) -> Drawing:
    """The code of an address."""
    code = QRCode(border=_QUIET, error_correction=ERROR_CORRECT_M)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    return Drawing(len(rows), "".join(_runs(rows)), address)


def _runs(rows: list[list[bool]]) -> list[str]:
    """Each run of black modules in a row as a rectangle."""
    found = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                found.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return found
