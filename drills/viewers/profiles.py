"""ICC profiles, right and wrong in many ways: what one reader applies, another ignores.

In: dice. Out: a profile's bytes and a name for it. Next: every format that may carry one.

ICC.1:2022, sections 7 (header), 8 (required tags), 10 (types of tags).
"""

import random
import struct
from collections.abc import Sequence
from typing import Final

Matrix = tuple[tuple[float, float, float], ...]
SRGB: Final[Matrix] = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
P3: Final[Matrix] = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
SWAPPED: Final[Matrix] = (SRGB[2], SRGB[1], SRGB[0])
GREYISH: Final[Matrix] = ((0.32, 0.33, 0.27), (0.32, 0.33, 0.27), (0.32, 0.34, 0.28))


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256) & 0xFFFF)


def table(values: Sequence[float]) -> bytes:
    numbers = [round(max(0.0, min(1.0, value)) * 65535) for value in values]
    return b"curv\0\0\0\0" + struct.pack(f">I{len(numbers)}H", len(numbers), *numbers)


def zigzag() -> bytes:
    """Tones go up and down four times: a scrambled picture where it is applied."""
    return table([abs((step / 8) % 2 - 1) for step in range(64)])


def falling() -> bytes:
    return table([1, 0])


def parametric(kind: int, *values: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + b"".join(_fixed(value) for value in values)


CURVES: Final = {
    "g1": lambda: gamma(1.0),
    "g2.2": lambda: gamma(2.2),
    "g5": lambda: gamma(5.0),
    "g0.3": lambda: gamma(0.3),
    "identity": lambda: b"curv\0\0\0\0" + struct.pack(">I", 0),
    "zigzag": zigzag,
    "falling": falling,
    "constant": lambda: table([0.5, 0.5]),
    "para-srgb": lambda: parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    "para-5": lambda: parametric(0, 5.0),
    "para-odd": lambda: parametric(4, 2.4, 1.2, -0.3, 0.2, 0.5, 0.1, -0.1),
    "para-unknown": lambda: parametric(9, 2.4),
}
MATRICES: Final = {"srgb": SRGB, "p3": P3, "swapped": SWAPPED, "greyish": GREYISH}
VERSIONS: Final = {"2.1": 0x02100000, "2.4": 0x02400000, "4.3": 0x04300000, "5": 0x05000000, "9": 0x09000000}
CLASSES: Final = (b"mntr", b"scnr", b"prtr", b"spac", b"link", b"abst", b"nmcl", b"abcd")


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def assembled(
    tags: dict[bytes, bytes],
    version: int = 0x02400000,
    kind: bytes = b"mntr",
    space: bytes = b"RGB ",
    between: bytes = b"XYZ ",
    extra: int = 0,
) -> bytes:
    """A profile of these tags; `extra` makes the size field lie by so much."""
    directory, body, at = b"", b"", 132 + 12 * len(tags)
    for tag, value in tags.items():
        directory += tag + struct.pack(">II", at + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size = (at + len(body) + extra) & 0xFFFFFFFF
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", version, kind, space, between)
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + directory + body


def _named() -> dict[bytes, bytes]:
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(78)
    return {b"desc": name, b"cprt": b"text\0\0\0\0none\0", b"wtpt": _xyz((0.9642, 1.0, 0.8249))}


def matrix_tags(matrix: Matrix, curve: bytes) -> dict[bytes, bytes]:
    tags = _named()
    for place, channel in enumerate(b"rgb"):
        tags[bytes([channel]) + b"XYZ"] = _xyz(matrix[place])
        tags[bytes([channel]) + b"TRC"] = curve
    return tags


def lut(inputs: int, dice: random.Random, *, wild: bool) -> bytes:
    """A `mft2` table of 3 points a side to PCS XYZ or Lab; `wild` has random colours."""
    head = b"mft2\0\0\0\0" + bytes((inputs, 3, 3, 0))
    head += b"".join(_fixed(value) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1)) + struct.pack(">HH", 2, 2)
    head += struct.pack(">HH", 0, 65535) * inputs
    for point in range(3**inputs):
        steps = [point // 3**place % 3 / 2 for place in range(inputs)]
        light = sum(steps) / inputs if inputs < 4 else 1 - sum(steps) / inputs
        lab = (light, 0.5 + (steps[0] - light) / 3, 0.5 + (light - steps[-1]) / 3)
        values = [dice.random() for _ in range(3)] if wild else lab
        head += struct.pack(">3H", *(round(max(0, min(1, value)) * 65280) for value in values))
    return head + struct.pack(">HH", 0, 65535) * 3


def profile(dice: random.Random, space: bytes = b"RGB ") -> tuple[bytes, str]:
    """A profile for pixels of this kind (or, seldom, another), perhaps broken, and its name."""
    if dice.random() < 0.08:
        space = dice.choice((b"RGB ", b"GRAY", b"CMYK", b"Lab "))
    curve, matrix = dice.choice(sorted(CURVES)), dice.choice(sorted(MATRICES))
    version = dice.choice(("2.1", "2.4", "2.4", "4.3", "4.3", "5", "9"))
    kind = b"mntr" if dice.random() < 0.75 else dice.choice(CLASSES)
    between, tags = b"XYZ ", _named()
    how = f"{matrix}-{curve}"
    if space == b"CMYK" or dice.random() < 0.15:
        between, wild = b"Lab ", dice.random() < 0.5
        tags[b"A2B0"] = lut({b"CMYK": 4, b"GRAY": 1}.get(space, 3), dice, wild=wild)
        how = "lut-wild" if wild else "lut"
        if space == b"RGB " and dice.random() < 0.5:
            tags |= matrix_tags(MATRICES[matrix], CURVES[curve]())
            how += f"+{matrix}-{curve}"
    elif space == b"GRAY":
        tags[b"kTRC"], how = CURVES[curve](), f"grey-{curve}"
    else:
        tags |= matrix_tags(MATRICES[matrix], CURVES[curve]())
    name = f"icc{version}-{kind.decode()}-{space.decode().strip()}-{how}"
    fault = dice.choice(FAULTS) if dice.random() < 0.5 else "whole"
    return _broken(tags, fault, dice, VERSIONS[version], kind, space, between), f"{name}-{fault}"


FAULTS: Final = (
    "size-more",
    "size-less",
    "size-zero",
    "cut",
    "longer",
    "no-acsp",
    "tag-missing",
    "tag-beyond",
    "tags-many",
    "tag-twice",
    "chad",
    "cicp",
    "intent",
    "white",
    "flags",
)


def _broken(  # noqa: PLR0912 - one case a fault
    tags: dict[bytes, bytes],
    fault: str,
    dice: random.Random,
    version: int,
    kind: bytes,
    space: bytes,
    between: bytes,
) -> bytes:
    extra = {"size-more": dice.choice((1, 4, 128, 70000)), "size-less": -dice.choice((1, 4, 60))}.get(
        fault, 0
    )
    if fault == "tag-missing":
        tags = {tag: value for tag, value in tags.items() if tag != dice.choice(sorted(tags))}
    if fault == "chad":
        tags[b"chad"] = b"sf32\0\0\0\0" + b"".join(_fixed(v) for v in (0, 0, 1, 0, 1, 0, 1, 0, 0))
    if fault == "cicp":
        tags[b"cicp"] = b"cicp\0\0\0\0" + bytes((dice.choice((1, 9, 12)), dice.choice((1, 8, 16, 18)), 0, 1))
    data = bytearray(assembled(tags, version, kind, space, between, extra))
    if fault == "size-zero":
        data[:4] = bytes(4)
    elif fault == "cut":
        del data[-dice.choice((1, 2, 20, len(data) // 2)) :]
    elif fault == "longer":
        data += bytes(dice.choice((1, 3, 100)))
    elif fault == "no-acsp":
        data[36:40] = b"acsq"
    elif fault == "tag-beyond":
        at = 132 + 12 * dice.randrange(len(tags))
        data[at + 4 : at + 8] = struct.pack(">I", len(data) + dice.choice((-2, 0, 5000)))
    elif fault == "tags-many":
        data[128:132] = struct.pack(">I", dice.choice((0, len(tags) - 1, len(tags) + 1, 200)))
    elif fault == "tag-twice":
        at = 132 + 12 * dice.randrange(len(tags))
        data[at : at + 4] = data[132 + 12 * (len(tags) - 1) :][:4]
    elif fault == "intent":
        data[64:68] = struct.pack(">I", dice.choice((1, 2, 3, 9)))
    elif fault == "white":
        data[68:80] = bytes(12)
    elif fault == "flags":
        data[44:48] = b"\xff\xff\xff\xff"
    return bytes(data)
