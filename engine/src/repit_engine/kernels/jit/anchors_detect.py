"""Blobs of a picture: exact area averages, integer Gaussian blurs, difference-of-Gaussians extrema.

In: a plane of luma in 1/256 of a grey level. Out: smaller planes; one row per extremum. Next: `anchors.bank`,
`anchors.query`. `docs/en/altered-copies.md` specifies every step; `kernels.reference.anchors` is the oracle.

Everything is integer, but for the 3 × 3 system of `_peak`, which is IEEE 754 double in the order written.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import math

import numpy as np

from repit_engine.kernels.jit.compiled import kernel

MOST_EXTREMA = 16_384
"""Extrema kept in order of detection; a picture of noise at 512 pixels has fewer."""


@kernel
def plane_of_bytes(luma):
    """``(h, w) uint8`` to ``(h, w) int32`` in 1/256 of a level."""
    height, width = luma.shape
    plane = np.empty((height, width), np.int32)
    for y in range(height):
        for x in range(width):
            plane[y, x] = np.int32(luma[y, x]) << 8
    return plane


@kernel
def plane_of_floats(luma):
    """``(h, w) float32`` to ``(h, w) int32`` in 1/256 of a level, rounded half up, kept within 0 to 255."""
    height, width = luma.shape
    plane = np.empty((height, width), np.int32)
    for y in range(height):
        for x in range(width):
            level = np.int32(luma[y, x] * np.float32(256.0) + np.float32(0.5))
            plane[y, x] = min(max(level, 0), 65_280)
    return plane


@kernel
def area_average(plane, height, width):
    """``(h, w) int32`` to ``(height, width) int32``: the exact mean of each cell, rounded half up."""
    rows, columns = plane.shape
    out = np.empty((height, width), np.int32)
    line = np.empty(columns, np.uint32)
    sums = np.empty(width, np.int64)
    area = 1.0 * rows * columns
    for j in range(height):
        low = j * rows
        high = low + rows
        line[:] = 0
        y = low // height
        while y * height < high:
            weight = np.uint32(min(high, (y + 1) * height) - max(low, y * height))
            source = plane[y]
            for x in range(columns):
                line[x] += weight * np.uint32(source[x])
            y += 1
        for i in range(width):
            left = i * columns
            right = left + columns
            x = left // width
            total = np.int64(0)
            while x * width < right:
                total += (min(right, (x + 1) * width) - max(left, x * width)) * np.int64(line[x])
                x += 1
            sums[i] = total
        for i in range(width):
            out[j, i] = np.int32(math.floor((2.0 * sums[i] + area) / (2.0 * area)))
    return out


@kernel
def _blur(plane, weights, reach, out, rows, padded):
    """Vertical, then horizontal, each rounded half up at 14 bits; beyond the edge the edge's value holds.

    Four taps at a time: `reach` is padded with weights of zero to a multiple of four.
    """
    height, width = plane.shape
    for y in range(height):
        line = rows[y]
        source = plane[y]
        for x in range(width):
            line[x] = weights[0] * source[x] + 8192
        for i in range(1, reach + 1, 4):
            a, b = plane[max(0, y - i)], plane[min(height - 1, y + i)]
            c, d = plane[max(0, y - i - 1)], plane[min(height - 1, y + i + 1)]
            e, f = plane[max(0, y - i - 2)], plane[min(height - 1, y + i + 2)]
            g, h = plane[max(0, y - i - 3)], plane[min(height - 1, y + i + 3)]
            w, v, u, t = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
            for x in range(width):
                line[x] += w * (a[x] + b[x]) + v * (c[x] + d[x]) + u * (e[x] + f[x]) + t * (g[x] + h[x])
        for x in range(width):
            line[x] >>= 14
    for y in range(height):
        line = rows[y]
        for x in range(reach):
            padded[x] = line[0]
            padded[reach + width + x] = line[width - 1]
        middle = padded[reach : reach + width]
        for x in range(width):
            middle[x] = line[x]
        target = out[y]
        for x in range(width):
            target[x] = weights[0] * middle[x] + 8192
        for i in range(1, reach + 1, 4):
            low, high = reach - i, reach + i
            a, b = padded[low : low + width], padded[high : high + width]
            c, d = padded[low - 1 : low - 1 + width], padded[high + 1 : high + 1 + width]
            e, f = padded[low - 2 : low - 2 + width], padded[high + 2 : high + 2 + width]
            g, h = padded[low - 3 : low - 3 + width], padded[high + 3 : high + 3 + width]
            w, v, u, t = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
            for x in range(width):
                target[x] += w * (a[x] + b[x]) + v * (c[x] + d[x]) + u * (e[x] + f[x]) + t * (g[x] + h[x])
        for x in range(width):
            target[x] >>= 14


@kernel
def _ladder(base, weights, reaches):
    """``(len(weights) - 1, h, w) int32``: differences of neighbours among Gaussians of growing width."""
    height, width = base.shape
    steps = len(reaches)
    levels = np.empty((steps, height, width), np.int32)
    rows = np.empty((height, width), np.int32)
    padded = np.empty(width + 2 * 32, np.int32)
    _blur(base, weights[0], reaches[0], levels[0], rows, padded)
    for k in range(1, steps):
        _blur(levels[k - 1], weights[k], reaches[k], levels[k], rows, padded)
    for k in range(steps - 1):
        for y in range(height):
            fine = levels[k, y]
            coarse = levels[k + 1, y]
            for x in range(width):
                fine[x] = coarse[x] - fine[x]
    return levels[: steps - 1]


@kernel
def _is_peak(levels, k, y, x):
    """Strictly above all 26 neighbours, or strictly below."""
    value = levels[k, y, x]
    sign = 1 if value > 0 else -1
    value *= sign
    for dy in range(-1, 2):
        line = levels[k, y + dy]
        for dx in range(-1, 2):
            if (dy != 0 or dx != 0) and sign * line[x + dx] >= value:
                return False
    for dk in range(-1, 2, 2):
        for dy in range(-1, 2):
            line = levels[k + dk, y + dy]
            for dx in range(-1, 2):
                if sign * line[x + dx] >= value:
                    return False
    return True


@kernel
def _peaks_of_row(above, line, below, least, places):
    """Places of a row that are strictly beyond their four neighbours and not weak; returns how many."""
    count = 0
    for x in range(1, len(line) - 1):
        value = line[x]
        if value >= least:
            if value > line[x - 1] and value > line[x + 1] and value > above[x] and value > below[x]:
                places[count] = x
                count += 1
        elif (
            value <= -least
            and value < line[x - 1]
            and value < line[x + 1]
            and value < above[x]
            and value < below[x]
        ):
            places[count] = x
            count += 1
    return count


@kernel
def _peak(levels, k, y, x, place):
    """Newton's step to the top of the quadric through the 27 values; false where there is none near by."""
    centre = 1.0 * levels[k, y, x]
    xx = 1.0 * levels[k, y, x + 1] + levels[k, y, x - 1] - 2.0 * centre
    yy = 1.0 * levels[k, y + 1, x] + levels[k, y - 1, x] - 2.0 * centre
    ss = 1.0 * levels[k + 1, y, x] + levels[k - 1, y, x] - 2.0 * centre
    a, b = levels[k, y + 1], levels[k, y - 1]
    xy = (1.0 * a[x + 1] - a[x - 1] - b[x + 1] + b[x - 1]) * 0.25
    a, b = levels[k + 1, y], levels[k - 1, y]
    xs = (1.0 * a[x + 1] - a[x - 1] - b[x + 1] + b[x - 1]) * 0.25
    ys = (
        1.0 * levels[k + 1, y + 1, x]
        - levels[k + 1, y - 1, x]
        - levels[k - 1, y + 1, x]
        + levels[k - 1, y - 1, x]
    ) * 0.25
    gx = (1.0 * levels[k, y, x + 1] - levels[k, y, x - 1]) * 0.5
    gy = (1.0 * levels[k, y + 1, x] - levels[k, y - 1, x]) * 0.5
    gs = (1.0 * levels[k + 1, y, x] - levels[k - 1, y, x]) * 0.5
    yyss = yy * ss - ys * ys
    xyss = xy * ss - ys * xs
    xyys = xy * ys - yy * xs
    determinant = xx * yyss - xy * xyss + xs * xyys
    if determinant == 0.0:
        return False
    gyss = gy * ss - ys * gs
    gyys = gy * ys - yy * gs
    gyxs = gy * xs - xy * gs
    place[0] = -(gx * yyss - xy * gyss + xs * gyys) / determinant
    place[1] = -(xx * gyss - gx * xyss - xs * gyxs) / determinant
    place[2] = -(-xx * gyys + xy * gyxs + gx * xyys) / determinant
    return abs(place[0]) < 1.0 and abs(place[1]) < 1.0 and abs(place[2]) < 1.0


@kernel
def _is_edge(levels, k, y, x, edge):
    """Curvature lies along one line: ``trace² / determinant >= (edge + 1)² / edge``."""
    centre = np.int64(levels[k, y, x])
    xx = np.int64(levels[k, y, x + 1]) + levels[k, y, x - 1] - 2 * centre
    yy = np.int64(levels[k, y + 1, x]) + levels[k, y - 1, x] - 2 * centre
    xy = (
        np.int64(levels[k, y + 1, x + 1])
        - levels[k, y + 1, x - 1]
        - levels[k, y - 1, x + 1]
        + levels[k, y - 1, x - 1]
    )
    determinant = 16 * xx * yy - xy * xy
    trace = xx + yy
    return determinant <= 0 or 16 * trace * trace * edge >= (edge + 1) * (edge + 1) * determinant


@kernel
def extrema(work, sides, first_octave, weights, reaches, halves, least, edge):
    """``(n, 5) int64``: strength, x, y, half-side (1/64 of a pixel of `work`), octave; in order of detection.

    `sides`: the longer side of each octave's plane, `first_octave` the number of the first one. `halves`:
    half-side at octave 0 in steps of a sixteenth of a level.
    """
    rows, columns = work.shape
    longest = max(rows, columns)
    scales = len(reaches) - 3
    found = np.empty((MOST_EXTREMA, 5), np.int64)
    place = np.empty(3)
    places = np.empty(longest, np.int64)
    count = 0
    for index in range(len(sides)):
        octave = first_octave + index
        side = sides[index]
        height = max(1, (2 * rows * side + longest) // (2 * longest))
        width = max(1, (2 * columns * side + longest) // (2 * longest))
        if height < 3 or width < 3:
            continue
        base = work if side == longest else area_average(work, height, width)
        levels = _ladder(base, weights, reaches)
        for k in range(1, scales + 1):
            for y in range(1, height - 1):
                candidates = _peaks_of_row(levels[k, y - 1], levels[k, y], levels[k, y + 1], least, places)
                for candidate in range(candidates):
                    x = places[candidate]
                    value = levels[k, y, x]
                    if not _is_peak(levels, k, y, x) or _is_edge(levels, k, y, x, edge):
                        continue
                    if not _peak(levels, k, y, x, place) or count == MOST_EXTREMA:
                        continue
                    shift_x = math.floor(64.0 * place[0] + 0.5)
                    shift_y = math.floor(64.0 * place[1] + 0.5)
                    step = 16 * k + np.int64(math.floor(16.0 * place[2] + 0.5))
                    half = halves[step] << octave if octave >= 0 else halves[step] >> -octave
                    found[count, 0] = abs(value)
                    found[count, 1] = ((64 * (2 * x + 1) + 2 * np.int64(shift_x)) * columns) // (2 * width)
                    found[count, 2] = ((64 * (2 * y + 1) + 2 * np.int64(shift_y)) * rows) // (2 * height)
                    found[count, 3] = half
                    found[count, 4] = octave
                    count += 1
    return found[:count]


@kernel
def spread(found, order, height, width, most, numerator, denominator, slack):
    """Indices of the first `most` squares in `order` that lie within the plane and overlap little.

    Overlap: intersection over union above ``numerator / denominator`` with one already taken. `slack`: how
    far a square may reach beyond the plane (1/64 of a pixel).
    """
    taken = np.empty(most, np.int64)
    count = 0
    for place in range(len(order)):
        i = order[place]
        x, y, r = found[i, 1], found[i, 2], found[i, 3]
        if x - r < -slack or y - r < -slack or x + r > 64 * width + slack or y + r > 64 * height + slack:
            continue
        free = True
        for other in range(count):
            j = taken[other]
            q = found[j, 3]
            wide = min(x + r, found[j, 1] + q) - max(x - r, found[j, 1] - q)
            high = min(y + r, found[j, 2] + q) - max(y - r, found[j, 2] - q)
            if wide > 0 and high > 0:
                shared = wide * high
                if shared * denominator > numerator * (4 * r * r + 4 * q * q - shared):
                    free = False
                    break
        if free:
            taken[count] = i
            count += 1
            if count == most:
                break
    return taken[:count]
