"""Where an upload may hide a picture: uniform borders, blurred borders, long straight edges, turned planes.

In: a plane of luma in 1/256 of a grey level. Out: rectangles in its pixels, or a turned plane. Next:
`anchors.query`.
"""
# ruff: noqa: ANN001, ANN201, ANN202, PLR0912, PLR0915, PLR0917 (Numba infers the kinds)
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import math

import numpy as np

from repit_engine.kernels.jit.compiled import kernel

MOST_LINES = 12
"""Straight edges considered in each direction, the picture's own sides not counted."""


CROSSED = 0.1
"""What a straight edge through the inside takes from a proposal, in the ranking that looks for cells."""


@kernel
def _pixel(work, transposed, backwards, line, along):
    """Pixel `along` of line `line`: rows from the top, from the bottom, or columns where `transposed`."""
    if transposed:
        return work[along, work.shape[1] - 1 - line if backwards else line]
    return work[work.shape[0] - 1 - line if backwards else line, along]


@kernel
def _uniform_side(work, transposed, backwards, start, end, share, tolerance):
    """How many lines from one side are of that side's own colour."""
    lines = work.shape[1] if transposed else work.shape[0]
    step = max(1, (end - start) // 64)
    sample = np.empty((end - start + step - 1) // step, np.int32)
    for i in range(len(sample)):
        sample[i] = _pixel(work, transposed, backwards, 0, start + i * step)
    colour = np.sort(sample)[len(sample) // 2]
    uniform = 0
    missed = 0
    for line in range(int(0.46 * lines)):
        near = 0
        for along in range(start, end):
            near += abs(_pixel(work, transposed, backwards, line, along) - colour) <= tolerance
        if near >= share * (end - start):
            uniform = line + 1
            missed = 0
        else:
            missed += 1
            if missed > max(1, lines // 200) or line == 0:
                break
    return uniform


@kernel
def trim_uniform(work, share, tolerance):
    """``(4,) int64``: left, top, right, bottom once lines of one colour are cut from each side.

    A line goes where at least `share` of its pixels are within `tolerance` of the median of the outermost
    one.
    """
    height, width = work.shape
    top = _uniform_side(work, False, False, 0, width, share, tolerance)
    bottom = height - _uniform_side(work, False, True, 0, width, share, tolerance)
    left = _uniform_side(work, True, False, top, bottom, share, tolerance)
    right = width - _uniform_side(work, True, True, top, bottom, share, tolerance)
    return np.array([left, top, right, bottom])


@kernel
def _dull_ends(profile):
    """First and last place (exclusive) of a profile that are not far below its middle third."""
    n = len(profile)
    smooth = np.empty(n)
    for i in range(n):
        total = 0.0
        for j in range(i - 2, i + 3):
            total += profile[min(max(j, 0), n - 1)]
        smooth[i] = total
    limit = 0.3 * np.sort(smooth[n // 3 : 2 * n // 3 + 1])[(2 * n // 3 + 1 - n // 3) // 2]
    first = 0
    while first < 0.42 * n and smooth[first] < limit:
        first += 1
    last = n
    while last > 0.58 * n and smooth[last - 1] < limit:
        last -= 1
    return first, last


@kernel
def trim_dull(work):
    """``(4,) int64``: what is left once sides far less sharp than the middle are cut (blurred fillings)."""
    height, width = work.shape
    detail = np.zeros((height, width), np.int32)
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            detail[y, x] = abs(
                4 * work[y, x] - work[y - 1, x] - work[y + 1, x] - work[y, x - 1] - work[y, x + 1]
            )
    rows = np.zeros(height)
    for y in range(height):
        for x in range(width):
            rows[y] += detail[y, x]
    top, bottom = _dull_ends(rows[1 : height - 1])
    top, bottom = (0 if top == 0 else top + 1), (height if bottom == height - 2 else bottom + 1)
    columns = np.zeros(width)
    for y in range(top, bottom):
        for x in range(width):
            columns[x] += detail[y, x]
    left, right = _dull_ends(columns[1 : width - 1])
    left, right = (0 if left == 0 else left + 1), (width if right == width - 2 else right + 1)
    return np.array([left, top, right, bottom])


@kernel
def _steps(work, least):
    """Where neighbours in a row differ by more than 82 % of neighbours do, two columns wide: ``(h, w)
    uint8``.
    """
    height, width = work.shape
    histogram = np.zeros(256, np.int64)
    for y in range(0, height, 3):
        line = work[y]
        for x in range(width - 1):
            histogram[abs(line[x + 1] - line[x]) >> 8] += 1
    wanted = 0.82 * histogram.sum()
    level = 0
    below = histogram[0]
    while below < wanted:
        level += 1
        below += histogram[level]
    limit = max(least, 256 * level)
    marks = np.zeros((height, width), np.uint8)
    for y in range(height):
        line = work[y]
        for x in range(width - 1):
            if abs(line[x + 1] - line[x]) > limit:
                marks[y, x] = 1
                if x + 1 < width - 1:
                    marks[y, x + 1] = 1
    return marks


@kernel
def _lines(marks, places):
    """Columns between which long vertical edges run, strongest first taken; returns how many, in order."""
    height, width = marks.shape
    run = max(8, height // 6)
    counts = np.zeros(width, np.int32)
    score = np.zeros(width, np.int32)
    density = np.zeros(width, np.int32)
    for y in range(height):
        line = marks[y]
        for x in range(width):
            counts[x] += line[x]
            density[x] += line[x]
        if y >= run:
            old = marks[y - run]
            for x in range(width):
                counts[x] -= old[x]
        if y >= run - 1:
            for x in range(width):
                score[x] += np.int32(4 * counts[x] >= 3 * run)
    for x in range(width):
        around = 0
        for i in range(max(0, x - 12), min(width, x + 13)):
            around += density[i]
        around = around * 4 // (min(width, x + 13) - max(0, x - 12))
        if 4 * density[x] * 4 <= 5 * around or x < 3 or x >= width - 4:
            score[x] = 0
    found = 0
    while found < MOST_LINES:
        best = np.argmax(score)
        if 3 * score[best] < run:
            break
        places[found] = best
        found += 1
        score[max(0, best - 3) : best + 4] = 0
    places[:found] = np.sort(places[:found])
    return found


@kernel
def _support(sums, line, start, end):
    """Share of a line, from `start` to `end`, that is edge."""
    return (sums[end, line] - sums[start, line]) / max(1, end - start)


@kernel
def _column_sums(marks):
    height, width = marks.shape
    sums = np.zeros((height + 1, width), np.int32)
    for y in range(height):
        for x in range(width):
            sums[y + 1, x] = sums[y, x] + marks[y, x]
    return sums


@kernel
def _best(boxes, order, taken, found, most):
    """Fill `taken` in order with boxes unlike those in it, up to `most`; returns how many it holds."""
    for place in order:
        if found == most:
            break
        box = boxes[place]
        free = True
        for other in range(found):
            was = taken[other]
            wide = min(box[2], was[2]) - max(box[0], was[0])
            high = min(box[3], was[3]) - max(box[1], was[1])
            if wide > 0 and high > 0:
                shared = wide * high
                both = (box[2] - box[0]) * (box[3] - box[1]) + (was[2] - was[0]) * (was[3] - was[1])
                free = free and shared <= 0.93 * (both - shared)
        if free:
            taken[found] = box
            found += 1
    return found


@kernel
def propose(work, most, least):
    """``(n, 4) int64``: rectangles whose four sides are straight edges or the picture's own.

    Up to `most` by how well their sides are seen, then as many that no edge divides.

    `least`: smallest step between neighbours that counts (1/256 of a level). Best first.
    """
    height, width = work.shape
    turned = np.ascontiguousarray(work.T)
    upright = _steps(work, least)
    level = _steps(turned, least)
    xs = np.empty(MOST_LINES + 2, np.int64)
    ys = np.empty(MOST_LINES + 2, np.int64)
    count_x = _lines(upright, xs[1:])
    count_y = _lines(level, ys[1:])
    xs[0], ys[0], xs[count_x + 1], ys[count_y + 1] = -1, -1, width - 1, height - 1
    sums_x = _column_sums(upright)
    sums_y = _column_sums(level)
    room = (count_x + 2) * (count_x + 1) * (count_y + 2) * (count_y + 1) // 4
    boxes = np.empty((room, 4), np.int64)
    scores = np.empty(room)
    whole = np.empty(room)
    count = 0
    for i in range(count_x + 1):
        for j in range(i + 1, count_x + 2):
            left, right = xs[i] + 1, xs[j] + 1
            if right - left < 0.15 * width:
                continue
            for k in range(count_y + 1):
                for m in range(k + 1, count_y + 2):
                    top, bottom = ys[k] + 1, ys[m] + 1
                    area = (right - left) * (bottom - top) / (width * height)
                    if bottom - top < 0.12 * height or area < 0.03 or area > 0.985:
                        continue
                    least_support = 1.0
                    total = 0.0
                    inner = 0
                    for side in range(4):
                        support = 1.0
                        if side == 0 and i > 0:
                            support = _support(sums_x, xs[i], top, bottom)
                        elif side == 1 and j < count_x + 1:
                            support = _support(sums_x, xs[j], top, bottom)
                        elif side == 2 and k > 0:
                            support = _support(sums_y, ys[k], left, right)
                        elif side == 3 and m < count_y + 1:
                            support = _support(sums_y, ys[m], left, right)
                        least_support = min(least_support, support)
                        total += support
                        inner += support != 1.0
                    if least_support < 0.55:
                        continue
                    crossed = 0
                    for line in range(i + 1, j):
                        crossed += _support(sums_x, xs[line], top, bottom) >= 0.55
                    for line in range(k + 1, m):
                        crossed += _support(sums_y, ys[line], left, right) >= 0.55
                    boxes[count] = np.array([left, top, right, bottom])
                    scores[count] = 0.25 * total + 0.06 * inner + 0.1 * area
                    whole[count] = scores[count] - CROSSED * crossed
                    count += 1
    taken = np.empty((2 * most, 4), np.int64)
    found = _best(boxes, np.argsort(-scores[:count], kind="mergesort"), taken, 0, most)
    found = _best(boxes, np.argsort(-whole[:count], kind="mergesort"), taken, found, found + most)
    return taken[:found]


@kernel
def turn(work, cosine, sine):
    """The plane turned about its middle by an angle, same size; what lies beyond an edge takes its value."""
    height, width = work.shape
    out = np.empty((height, width), np.int32)
    middle_x = 0.5 * (width - 1)
    middle_y = 0.5 * (height - 1)
    for y in range(height):
        for x in range(width):
            from_x = middle_x + cosine * (x - middle_x) - sine * (y - middle_y)
            from_y = middle_y + sine * (x - middle_x) + cosine * (y - middle_y)
            from_x = min(max(from_x, 0.0), width - 1.001)
            from_y = min(max(from_y, 0.0), height - 1.001)
            left = np.int64(math.floor(from_x))
            top = np.int64(math.floor(from_y))
            right = from_x - left
            down = from_y - top
            above = work[top, left] + right * (work[top, left + 1] - work[top, left])
            below = work[top + 1, left] + right * (work[top + 1, left + 1] - work[top + 1, left])
            out[y, x] = np.int32(above + down * (below - above) + 0.5)
    return out
