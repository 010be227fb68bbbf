"""Anchored hashes, written as docs/en/altered-copies.md tells them: the oracle of `kernels.jit.anchors_*`.

In: a plane of luma in 1/256 of a grey level, the sizes that the family uses. Out: extrema, hashes, families.
Next: tests only. Whole numbers and fractions throughout; tables are computed here anew.
"""

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.int32]
Row = tuple[int, int, int, int, int]
"""Strength, x, y, half-side, octave."""

SCALES = 3
FIRST_SIGMA = 3.2 / 2 ** (1 / SCALES)


def blur_halves() -> list[list[int]]:
    """Halves of the six blurs, centre first, in 1/16384: Gaussians cut at three sigma, rounded, the centre
    mended.
    """
    sigmas = [FIRST_SIGMA * 2 ** (k / SCALES) for k in range(SCALES + 3)]
    steps = [math.sqrt(FIRST_SIGMA**2 - 0.25)]
    steps += [math.sqrt(wide**2 - fine**2) for fine, wide in pairwise(sigmas)]
    halves = []
    for sigma in steps:
        reach = math.ceil(3 * sigma)
        weights = [math.exp(-(i**2) / (2 * sigma**2)) for i in range(reach + 1)]
        total = weights[0] + 2 * sum(weights[1:])
        rounded = [round(weight / total * 16384) for weight in weights]
        rounded[0] = 16384 - 2 * sum(rounded[1:])
        halves.append(rounded)
    return halves


def half_sides() -> list[int]:
    """Half-side by sixteenths of a level at octave 0: 4.4 sigma at 256 pixels, in 1/64 of a pixel at 512."""
    return [round(4.4 * FIRST_SIGMA * 2 * 64 * 2 ** (step / 48)) for step in range(64)]


def cosine(frequency: int, place: int) -> int:
    return round(2048 * math.cos(math.pi / 128 * frequency * (2 * place + 1)))


def area_average(plane: Plane, height: int, width: int) -> Plane:
    """The mean over each of ``height × width`` equal cells, halves rounded up."""

    def shares(cells: int, pixels: int) -> list[list[Fraction]]:
        edge = Fraction(pixels, cells)
        return [
            [
                max(Fraction(0), min((j + 1) * edge, Fraction(y + 1)) - max(j * edge, Fraction(y))) / edge
                for y in range(pixels)
            ]
            for j in range(cells)
        ]

    down, across = shares(height, plane.shape[0]), shares(width, plane.shape[1])
    out = np.zeros((height, width), np.int32)
    for j, i in product(range(height), range(width)):
        mean = sum(
            (
                down[j][y] * across[i][x] * int(plane[y, x])
                for y in range(plane.shape[0])
                if down[j][y]
                for x in range(plane.shape[1])
                if across[i][x]
            ),
            Fraction(0),
        )
        out[j, i] = math.floor(mean + Fraction(1, 2))
    return out


def blur(plane: NDArray[np.int64], half: Sequence[int]) -> NDArray[np.int64]:
    """Down, then across; the edge's value holds beyond it; halves rounded up at 14 bits after each."""
    for axis in (0, 1):
        reach = len(half) - 1
        pad = [(0, 0), (0, 0)]
        pad[axis] = (reach, reach)
        wide = np.pad(plane, pad, mode="edge")
        total = np.zeros_like(plane)
        for i in range(-reach, reach + 1):
            total += half[abs(i)] * np.take(wide, range(reach + i, reach + i + plane.shape[axis]), axis=axis)
        plane = (total + 8192) // 16384
    return plane


def ladder(base: Plane) -> list[NDArray[np.int64]]:
    """The five differences of neighbouring Gaussians."""
    levels: list[NDArray[np.int64]] = []
    plane = base.astype(np.int64)
    for half in blur_halves():
        plane = blur(plane, half)
        levels.append(plane)
    return [wide - fine for fine, wide in pairwise(levels)]


def newton(cube: NDArray[np.int64]) -> tuple[Fraction, Fraction, Fraction] | None:
    """Place (x, y, scale) of the top of the quadric through ``(3, 3, 3)`` values [scale, y, x]; or None."""
    value = [[[Fraction(int(v)) for v in line] for line in level] for level in cube]
    centre = value[1][1][1]

    def at(x: int, y: int, s: int) -> Fraction:
        return value[1 + s][1 + y][1 + x]

    axes = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    slope = [(at(*a) - at(*(-v for v in a))) / 2 for a in axes]
    bend = [[Fraction(0)] * 3 for _ in range(3)]
    for i, j in product(range(3), repeat=2):
        a, b = axes[i], axes[j]
        if i == j:
            bend[i][j] = at(*a) + at(*(-v for v in a)) - 2 * centre
        else:
            plus = [p + q for p, q in zip(a, b, strict=True)]
            minus = [p - q for p, q in zip(a, b, strict=True)]
            bend[i][j] = (at(*plus) + at(*(-v for v in plus)) - at(*minus) - at(*(-v for v in minus))) / 4
    whole = _determinant(bend)
    if whole == 0:
        return None
    place = []
    for column in range(3):
        changed = [[-slope[i] if j == column else bend[i][j] for j in range(3)] for i in range(3)]
        place.append(_determinant(changed) / whole)
    return (place[0], place[1], place[2]) if all(abs(p) < 1 for p in place) else None


def _determinant(m: list[list[Fraction]]) -> Fraction:
    return (
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    )


def extrema(work: Plane, octaves: Sequence[int], first_side: int, least: int, edge: int) -> list[Row]:
    """All extrema, octave by octave, level by level, row by row. `first_side`: longer side of octave 0."""
    found: list[Row] = []
    rows, columns = work.shape
    longest = max(rows, columns)
    halves = half_sides()
    for octave in octaves:
        side = Fraction(first_side) / Fraction(2) ** octave
        height = max(1, math.floor(rows * side / longest + Fraction(1, 2)))
        width = max(1, math.floor(columns * side / longest + Fraction(1, 2)))
        if min(height, width) < 3:
            continue
        levels = np.stack(ladder(area_average(work, height, width)))
        for k, y, x in product(range(1, SCALES + 1), range(1, height - 1), range(1, width - 1)):
            value = int(levels[k, y, x])
            cube = levels[k - 1 : k + 2, y - 1 : y + 2, x - 1 : x + 2]
            others = np.delete(cube.ravel(), 13)
            if abs(value) < least or not ((others < value).all() if value > 0 else (others > value).all()):
                continue
            flat = cube[1]
            xx, yy = flat[1, 2] + flat[1, 0] - 2 * value, flat[2, 1] + flat[0, 1] - 2 * value
            xy = Fraction(int(flat[2, 2] - flat[2, 0] - flat[0, 2] + flat[0, 0]), 4)
            bend = int(xx) * int(yy) - xy * xy
            if bend <= 0 or int(xx + yy) ** 2 * edge >= (edge + 1) ** 2 * bend:
                continue
            place = newton(cube)
            if place is None:
                continue
            shift_x, shift_y = (math.floor(64 * p + Fraction(1, 2)) for p in place[:2])
            step = 16 * k + math.floor(16 * place[2] + Fraction(1, 2))
            half = math.floor(halves[step] * Fraction(2) ** octave)
            at_x = math.floor(Fraction(64 * (2 * x + 1) + 2 * shift_x, 2) * columns / width)
            at_y = math.floor(Fraction(64 * (2 * y + 1) + 2 * shift_y, 2) * rows / height)
            found.append((abs(value), at_x, at_y, half, octave))
    return found


def samples(work: Plane, left: int, top: int, wide: int, high: int) -> NDArray[np.int64]:
    """``(64, 64)`` means of the cells of a rectangle in 1/64 of a pixel, rows downwards, halves rounded up.

    A cell narrower than a pixel is widened to one about its middle; beyond the edge the edge's value holds.
    """

    def weights(origin: int, extent: int, pixels: int) -> NDArray[np.int64]:
        out = np.zeros((64, pixels), np.int64)
        window = max(extent, 4096)
        for cell in range(64):
            low = 64 * origin + cell * extent - (window - extent) // 2
            for k in range(low // 4096, (low + window - 1) // 4096 + 1):
                share = min(low + window, 4096 * (k + 1)) - max(low, 4096 * k)
                out[cell, min(max(k, 0), pixels - 1)] += share
        return out

    down, across = weights(top, high, work.shape[0]), weights(left, wide, work.shape[1])
    total = down @ work.astype(np.int64) @ across.T
    area = max(wide, 4096) * max(high, 4096)
    means: NDArray[np.int64] = (2 * total + area) // (2 * area)
    return means


def quality(grid: NDArray[np.int64]) -> int:
    """PDQ's, of samples in 1/256 of a level."""
    total = sum(int(step) * 100 // 65280 for step in np.abs(np.diff(grid, axis=0)).ravel())
    total += sum(int(step) * 100 // 65280 for step in np.abs(np.diff(grid, axis=1)).ravel())
    return min(100, total // 90)


def breadth(grid: NDArray[np.int64]) -> int:
    """Over how many neighbours the detail spreads."""
    steps = [int(step) * 100 // 65280 for axis in (0, 1) for step in np.abs(np.diff(grid, axis=axis)).ravel()]
    return sum(steps) ** 2 // max(1, sum(step**2 for step in steps))


def hash_of(grid: NDArray[np.int64]) -> NDArray[np.uint8]:
    """``(32,) uint8``: signs of frequencies 1 to 16 about their median."""
    waves = np.array([[cosine(f, p) for p in range(64)] for f in range(1, 17)], np.int64)
    values = (waves @ grid @ waves.T).ravel()
    median = np.sort(values)[127]
    number = sum(1 << place for place, value in enumerate(values) if value > median)
    return np.frombuffer(number.to_bytes(32, "big"), np.uint8)


def structure(row: NDArray[np.uint8]) -> int:
    """How alike the rows (or columns) of the 16 × 16 signs are, 0 to 1920."""
    bits = np.unpackbits(row[::-1], bitorder="little").reshape(16, 16).astype(int) * 2 - 1
    pairs = np.triu_indices(16, 1)
    return max(int(np.abs(side @ side.T)[pairs].sum()) for side in (bits, bits.T))


def drawn(work: Plane, x: int, y: int, half: int) -> bool:
    """Whether few shades, sharp steps between them and little else make up a square."""
    height, width = work.shape
    rows = range(max(0, (y - half) // 64), min(height, (y + half) // 64))
    columns = range(max(0, (x - half) // 64), min(width, (x + half) // 64))
    part = [[int(work[row, column]) for column in columns] for row in rows]
    pixels = [value for line in part for value in line]
    if not pixels:
        return False
    fullest = max(Counter(value // 1024 for value in pixels).values())
    across = [abs(a - b) // 512 for line in part for a, b in pairwise(line)]
    down = [abs(a - b) // 512 for line, other in pairwise(part) for a, b in zip(line, other, strict=True)]
    steps = across + down
    sharp = sum(step for step in steps if step >= 24)
    spread = sum(steps) ** 2 // max(1, sum(step * step for step in steps))
    signs = fullest / len(pixels) + sharp / max(1, sum(steps))
    return signs > 0.12 + 1.5 * (spread / max(1, len(steps)))


def family(work: Plane, found: Sequence[Row], k: int) -> list[NDArray[np.uint8]]:
    """Up to `k` hashes: strong and central extrema first, each kept or not before the next is looked at."""
    kept: list[tuple[int, int, int]] = []
    hashes: list[NDArray[np.uint8]] = []
    height, width = work.shape

    def rank(row: Row) -> int:
        strength, x, y, half, _ = row
        across: int = (abs(2 * x - 64 * width) + 2 * half) * 1024 // (64 * width)
        down: int = (abs(2 * y - 64 * height) + 2 * half) * 1024 // (64 * height)
        return -strength * (3072 - 2 * max(across, down))

    for _, x, y, half, _ in sorted(found, key=rank):
        inside = min(x - half, y - half, 64 * width - x - half, 64 * height - y - half) >= -64
        if (
            len(kept) == k
            or not inside
            or any(_overlap(other, (x, y, half)) > Fraction(3, 10) for other in kept)
        ):
            continue
        grid = samples(work, x - half, y - half, 2 * half, 2 * half)
        row = hash_of(grid)
        detailed = quality(grid) >= 50 and structure(row) < Fraction(35, 100) * 1920 and breadth(grid) >= 800
        if detailed and not drawn(work, x, y, half):
            kept.append((x, y, half))
            hashes.append(row)
    return hashes


def _overlap(a: tuple[int, int, int], b: tuple[int, int, int]) -> Fraction:
    sides = [min(a[i] + a[2], b[i] + b[2]) - max(a[i] - a[2], b[i] - b[2]) for i in (0, 1)]
    shared = max(0, sides[0]) * max(0, sides[1])
    return Fraction(shared, (2 * a[2]) ** 2 + (2 * b[2]) ** 2 - shared)
