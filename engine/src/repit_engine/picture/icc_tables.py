"""Tables of colours in profiles, evaluated as Chromium evaluates them.

In: a tag of a profile. Out: a function from samples to sRGB. Next: `profiles`.

Between the nodes of a table Chromium (skcms) goes along each axis in turn, LittleCMS by tetrahedra. LittleCMS
cuts off, between two stages, what lies outside of their encoding, Chromium only at the end. With few nodes,
or with colours that do not exist, the two show other tones, and whoever makes the profile chooses which.
ICC.1:2022, 10.6 (`curv`), 10.10 (`mft2`), 10.11 (`mft1`), 10.12 (`mAB `), 10.18 (`para`), annex A (Lab).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Curve = Callable[[Floats], Floats]
_LUT_HEAD, _LUT_HEAD_16, _BYTE_CURVE = 48, 52, 256
_LEGACY: Final = 65535 / 65280
"""`mft2` has 100 as 65280, whatever the version."""
_XYZ_ENCODED: Final = 65535 / 32768
_WHITE: Final = np.array((0.9642, 1.0, 0.8249), np.float32)
_FROM_XYZ: Final = np.array(
    (
        (3.1338561, -1.6168667, -0.4906146),
        (-0.9787684, 1.9161415, 0.0334540),
        (0.0719453, -0.2289914, 1.4052427),
    ),
    np.float32,
)
"""From XYZ under D50 to linear sRGB (B. Lindbloom, Bradford-adapted)."""
_MOST: Final = 1 << 22
"""Nodes that are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A pipeline of stages; `lab`: what comes out is Lab, else XYZ."""

    stages: tuple[Callable[[Floats], Floats], ...]
    lab: bool
    stretched: float

    def shown(self, samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``(n, channels)`` samples as ``(n, 3)`` sRGB."""
        values: Floats = samples.astype(np.float32) / 255
        for stage in self.stages:
            values = stage(values)
        xyz = _from_lab(values * self.stretched) if self.lab else values * np.float32(_XYZ_ENCODED)
        linear = np.clip(xyz @ _FROM_XYZ.T, 0, 1)
        encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        found: NDArray[np.uint8] = np.rint(encoded * 255).astype(np.uint8)
        return found


def table_of(tag: bytes, channels: int, *, lab: bool) -> Table | None:
    """None where the tag is no table that is understood."""
    try:
        if tag[8] != channels or tag[9] != 3:
            return None
        if tag[:4] in (b"mft1", b"mft2"):
            return Table(_lut(tag), lab, _LEGACY if tag[:4] == b"mft2" else 1.0)
        if tag[:4] == b"mAB ":
            return Table(_stages(tag), lab, 1.0)
    except (IndexError, KeyError, ValueError, struct.error):
        return None
    return None


def _lut(tag: bytes) -> tuple[Callable[[Floats], Floats], ...]:
    """Curves of inputs, the table, curves of outputs."""
    inputs, outputs, nodes = tag[8], tag[9], tag[10]
    wide = tag[:4] == b"mft2"
    kind, width, most = (">u2", 2, 65535) if wide else ("u1", 1, 255)
    first, last = struct.unpack_from(">HH", tag, _LUT_HEAD) if wide else (_BYTE_CURVE, _BYTE_CURVE)
    at = _LUT_HEAD_16 if wide else _LUT_HEAD
    before = _numbers(tag, kind, inputs * first, at).reshape(inputs, first) / most
    at += inputs * first * width
    table = _numbers(tag, kind, nodes**inputs * outputs, at).reshape((nodes,) * inputs + (outputs,)) / most
    at += nodes**inputs * outputs * width
    after = _numbers(tag, kind, outputs * last, at).reshape(outputs, last) / most
    return _each([_along(row) for row in before]), _between(table), _each([_along(row) for row in after])


def _stages(tag: bytes) -> tuple[Callable[[Floats], Floats], ...]:
    """`mAB `: A curves, table, M curves, matrix, B curves, of which some may be missing."""
    inputs, outputs = tag[8], tag[9]
    b_at, matrix_at, m_at, table_at, a_at = struct.unpack_from(">5I", tag, 12)
    stages = []
    if table_at:
        if a_at:
            stages.append(_each(_curves(tag, a_at, inputs)))
        shape = (*tag[table_at : table_at + inputs], outputs)
        kind, most = {1: ("u1", 255), 2: (">u2", 65535)}[tag[table_at + 16]]
        stages.append(_between(_numbers(tag, kind, int(np.prod(shape)), table_at + 20).reshape(shape) / most))
    if m_at and matrix_at:
        stages.append(_each(_curves(tag, m_at, outputs)))
        numbers = np.array(struct.unpack_from(">12i", tag, matrix_at), np.float32) / 65536
        stages.append(lambda values: values @ numbers[:9].reshape(3, 3).T + numbers[9:])
    stages.append(_each(_curves(tag, b_at, outputs)))
    return tuple(stages)


def _numbers(tag: bytes, kind: str, count: int, at: int) -> Floats:
    if not 0 < count <= _MOST:
        raise ValueError
    return np.frombuffer(tag, kind, count, at).astype(np.float32)


def _each(curves: list[Curve]) -> Callable[[Floats], Floats]:
    def shown(values: Floats) -> Floats:
        return np.stack([curve(values[:, place]) for place, curve in enumerate(curves)], axis=1)

    return shown


def _along(row: Floats) -> Curve:
    places = np.linspace(0, 1, len(row), dtype=np.float32)
    return lambda values: np.interp(values, places, row).astype(np.float32)


def _curves(tag: bytes, at: int, count: int) -> list[Curve]:
    """One after the other, each at a multiple of four bytes."""
    found = []
    for _ in range(count):
        curve, size = _curve(tag, at)
        found.append(curve)
        at += size + -size % 4
    return found


def _curve(tag: bytes, at: int) -> tuple[Curve, int]:
    if tag[at : at + 4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, at + 8)
        if count == 0:
            return (lambda values: values), 12
        if count == 1:
            gamma = struct.unpack_from(">H", tag, at + 12)[0] / 256
            return (lambda values: np.clip(values, 0, 1) ** np.float32(gamma)), 14
        return _along(_numbers(tag, ">u2", count, at + 12) / 65535), 12 + 2 * count
    if tag[at : at + 4] != b"para":
        raise ValueError
    (kind,) = struct.unpack_from(">H", tag, at + 8)
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[kind]
    g, *rest = (value / 65536 for value in struct.unpack_from(f">{count}i", tag, at + 12))
    a, b, c, d, e, f = _bend(kind, rest)

    def shown(values: Floats) -> Floats:
        above = np.maximum(a * values + b, 0) ** g + e
        return np.where(values >= d, above, c * values + f)

    return shown, 12 + 4 * count


def _bend(kind: int, rest: list[float]) -> tuple[float, ...]:
    """a, b, c, d, e, f of ``(a x + b)^g + e`` from d on, ``c x + f`` below."""
    if kind == 0:
        return (1, 0, 0, -1, 0, 0)
    if kind in (1, 2):
        more = rest[2] if kind == 2 else 0
        return (*rest[:2], 0, -rest[1] / rest[0] if rest[0] else 0, more, more)
    return (*rest, 0, 0) if kind == 3 else tuple(rest)


def _between(table: Floats) -> Callable[[Floats], Floats]:
    """Linear along each axis."""
    shape = np.array(table.shape[:-1])
    flat = table.reshape(-1, table.shape[-1])
    steps = np.cumprod([1, *shape[:0:-1]])[::-1]

    def shown(values: Floats) -> Floats:
        places = np.clip(values, 0, 1) * (shape - 1)
        below = np.minimum(places.astype(np.int64), np.maximum(shape - 2, 0))
        share = (places - below).astype(np.float32)
        found = np.zeros((len(values), flat.shape[1]), np.float32)
        for corner in product((0, 1), repeat=len(shape)):
            up = np.array(corner)
            weight = np.where(up == 1, share, 1 - share).prod(axis=1)
            found += weight[:, np.newaxis] * flat[(np.minimum(below + up, shape - 1) * steps).sum(axis=1)]
        return found

    return shown


def _from_lab(encoded: Floats) -> Floats:
    """Lab from 0 … 1 each, to XYZ under D50."""
    light = (encoded[:, 0] * 100 + 16) / 116
    red, blue = (encoded[:, 1] * 255 - 128) / 500, (encoded[:, 2] * 255 - 128) / 200
    roots = np.stack([light + red, light, light - blue], axis=1)
    cubes = np.where(roots > 24 / 116, roots**3, (roots - 16 / 116) * (108 / 841))
    xyz: Floats = (cubes * _WHITE).astype(np.float32)
    return xyz
