"""What a PNG says of its colours: gamma, primaries, sRGB, a profile, coding-independent code points.

In: dice. Out: a chunk and a name for it. Next: `png`, `png_mutations`.
"""

import random
import struct
import zlib
from typing import Final

from drills.viewers.profiles import profile

_GAMMAS: Final = (45455, 45455, 100000, 55556, 20000, 9000, 250000, 1, 0, 4294967295, 65909)
_PRIMARIES: Final = {
    "srgb": (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),
    "p3": (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000),
    "swapped": (31270, 32900, 15000, 6000, 30000, 60000, 64000, 33000),
    "nought": (0, 0, 0, 0, 0, 0, 0, 0),
}
_CICP: Final = {
    "primaries": (1, 9, 12, 2, 0, 5),
    "transfer": (1, 13, 8, 16, 18, 4, 5, 2, 0, 99),
    "matrix": (0, 0, 0, 1, 9),
    "range": (1, 1, 0),
}


def colour_chunk(dice: random.Random, space: bytes) -> tuple[tuple[bytes, bytes], str]:
    """One of the five kinds."""
    kind = dice.choice(("gAMA", "gAMA", "cHRM", "sRGB", "iCCP", "iCCP", "cICP"))
    if kind == "gAMA":
        value = dice.choice(_GAMMAS)
        return (b"gAMA", struct.pack(">I", value)), f"gAMA{value}"
    if kind == "cHRM":
        name = dice.choice(sorted(_PRIMARIES))
        return (b"cHRM", struct.pack(">8I", *_PRIMARIES[name])), f"cHRM-{name}"
    if kind == "sRGB":
        intent = dice.choice((0, 1, 3, 9))
        return (b"sRGB", bytes([intent])), f"sRGB{intent}"
    if kind == "cICP":
        values = [dice.choice(_CICP[field]) for field in ("primaries", "transfer", "matrix", "range")]
        return (b"cICP", bytes(values)), "cICP-" + "-".join(map(str, values))
    data, label = profile(dice, space)
    return (b"iCCP", b"made\0\0" + zlib.compress(data)), f"iCCP-{label}"
